"""The judge of prepaid cards: sees every commit to them, and says whether it was allowed to be.

What is offered never changes, nobody buys what they were not shown, only spending and taking back lessen the
principal, what runs out is bonus alone, and a card pays its own merchant for its own customer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chalicelib.kernel import ids
from tests.simulation.cards import Card, Lots, Plan, Terms, day_at, undone
from tests.simulation.tables import Change
from tests.simulation.truth import Line, Payment, hold
from tests.simulation.values import plain

if TYPE_CHECKING:
    from tests.simulation.model import Model
    from tests.simulation.world import World

SETTLING, UNCLAIMED = "sys:settling:CNY", "sys:unclaimed:CNY"
SKEW_SECONDS = 700.0
Facts = Mapping[str, Any]


@dataclass
class Cards:
    effects: dict[str, int]
    plans: dict[str, Plan] = field(default_factory=dict)
    asked: set[tuple[Any, ...]] = field(default_factory=set)
    """Offers that merchants have asked for."""
    given_up: set[str] = field(default_factory=set)
    """Plans that merchants have asked to withdraw."""
    owned: dict[str, Card] = field(default_factory=dict)
    taken: dict[str, Lots] = field(default_factory=dict)
    """Payment from a card → the bonus that it took."""
    agreed: dict[str, Terms] = field(default_factory=dict)
    """Purchase → what its buyer was shown."""
    told: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Purchase → principal and bonus of the card right after it; return → what it gave and reversed."""

    def commit(self, changes: Sequence[Change], seconds: float) -> None:
        """Raises Violation."""
        for change in changes:
            if change.table == "test-merchants" and change.key[1] == "PLAN":
                self._plan(plain(change.new or {}), seconds)
            elif change.table == "test-ledger" and change.key[1] == "CARD":
                self._lots(plain(change.new or {}))
            elif change.table == "test-ledger" and change.key[1] == "HEAD" and is_of_card(change.key[0]):
                self._head(plain(change.new or {}))
            elif change.table == "test-ledger" and change.key[1] == "BONUS":
                kept = dict(plain(change.new or {})["lots"])
                hold(change.old is None and kept == self.taken[change.key[0]], "what it took is kept", change=change)

    def _plan(self, kept: dict[str, Any], seconds: float) -> None:
        terms = kept["price"], kept["bonus"], kept.get("bonus_expires_days"), kept["purchase_fee"]
        now = Plan(kept["pk"], kept["merchant_id"], *terms, offered_at=seconds)
        known = self.plans.setdefault(now.id, now)
        hold(now.offer in self.asked, "nobody offers what its merchant did not", plan=kept)
        hold(now.offer == known.offer, "what is offered never changes", before=known, now=kept)
        may = kept["status"] == known.status or (known.status == "offered" and now.id in self.given_up)
        hold(may, "what is withdrawn stays so, and only its merchant withdraws it", before=known, now=kept)
        known.withdrawn_at = min(known.withdrawn_at, seconds) if kept["status"] == "withdrawn" else known.withdrawn_at
        known.status = kept["status"]

    def _lots(self, kept: dict[str, Any]) -> None:
        """What never changes of a card stands on this item too."""
        card = self.owned[kept["pk"]]
        hold((kept["owner"], kept["merchant_id"]) == (card.owner, card.shop), "whose a card is stays", card=kept)
        lots = [list(one) for one in sorted(card.lots.items())]
        hold(kept["lots"] == lots, "the lots of a bonus are as they should be", kept=kept, expected=lots)

    def _head(self, head: dict[str, Any]) -> None:
        card = self.of_account(head["pk"])
        expected = card.principal if head["pk"] == card.id else card.held_by_lots
        found = (head["owner"], head["available"], head["held"], head["debt"])
        hold(found == (card.owner, expected, 0, 0), "a card's head is as it should be", head=head, card=card)
        if head["pk"] != card.id or head["status"] == card.status:
            return
        hold(not card.principal, "only an empty card ends with its account, or comes back", card=card, head=head)
        self.effects["card-ended" if head["status"] == "closed" else "card-came-back"] += 1
        card.status = head["status"]

    def of_account(self, account: str) -> Card:
        if account in self.owned:
            return self.owned[account]
        return next(card for card in self.owned.values() if card.bonus == account)

    def closing(self, closing: dict[str, Any]) -> None:
        """A month of a card closes with what there was."""
        card, end = self.of_account(closing["pk"]), closing["sk"].removeprefix("CLOSING#")
        before = [(0, 0), *((principal, bonus) for at, principal, bonus in card.moments if at <= end)]
        expected = before[-1][0 if closing["pk"] == card.id else 1]
        hold(closing["available"] == expected, "a month of a card closes with what there was", closing=closing)


def is_of_card(account: str) -> bool:
    return account.startswith(("crd_", "bon_"))


def buy(model: Model, entry: dict[str, Any], changes: Sequence[Change]) -> dict[str, int]:
    wish = model._wish(entry, "buy-card")
    cards, plan, wallet = model.cards, model.cards.plans[wish.plan], model.wallets[wish.wallet]
    day = entry["sk"][:10]
    hold(plan.status == "offered", "what is withdrawn is not bought", plan=plan, entry=entry)
    agreed = cards.agreed[wish.movement]
    hold(agreed == plan.terms(day), "what was not shown is not bought", entry=entry, plan=plan, agreed=agreed)
    hold(wish.amount == plan.price + plan.fee, "the fee is on top, and nothing else is", plan=plan, wish=wish)
    model.debit(wallet, wish, entry)
    if wish.card in cards.owned:
        model.effects["card-added-to"] += 1
    card = cards.owned.setdefault(wish.card, Card(wish.card, wallet.owner, wallet.account, plan.shop))
    card.principal += plan.price
    card.restore({plan.until(day): plan.bonus} if plan.bonus else {}, day)
    good = sum(card.lots.values()) - sum(card.over(day).values())
    cards.told[wish.movement] = card.principal, good
    if plan.fee:
        model.lines[wish.movement] = Line(model.shops[plan.shop].account, plan.fee, 0)
    _changed(model, card, entry, "bought", plan.price + plan.bonus)
    return {wallet.account: -wish.amount, SETTLING: plan.fee, card.id: plan.price} | _promise(card, plan.bonus)


def pay(model: Model, entry: dict[str, Any], changes: Sequence[Change]) -> dict[str, int]:
    """From a card, or from the wallet as ever."""
    wish = model.wishes.get(entry["movement"])
    if wish is None or not wish.card:
        return model.pay(entry, changes)
    card, wallet, at = model.cards.owned[wish.card], model.wallets[wish.wallet], _second(entry)
    theirs = (card.owner, card.shop) == (wallet.owner, wish.shop)
    hold(theirs, "a card pays its own merchant for its own customer", card=card, wish=wish)
    model.authority(wallet, wish, entry)
    model.duplicates(card.slots, wish, at)
    taken = card.take(wish.amount, entry["sk"][:10])
    bonus = sum(taken.values())
    money = wish.amount - bonus
    payment = Payment(wish.movement, wish.wallet, wish.shop, wish.amount, "captured", at, captured=wish.amount)
    model.payments[wish.movement], model.cards.taken[wish.movement] = payment, taken
    if wish.checkout:
        model._pay_checkout(wish, payment, at)
    if money:
        model._line(wish.movement, wish.shop, money)
    model.effects["card-payment" if money else "card-payment-by-bonus"] += 1
    _changed(model, card, entry, "spent", -wish.amount)
    return {card.id: -money, SETTLING: money} | _promise(card, -bonus)


def refund(model: Model, entry: dict[str, Any], changes: Sequence[Change]) -> dict[str, int]:
    """To a card what came from it, money first; or to the wallet as ever."""
    wish = model.wishes.get(entry["movement"])
    if wish is None or wish.payment not in model.cards.taken:
        return model.refund(entry, changes)
    payment, shop = model.payments[wish.payment], model.shops[wish.shop]
    card = model.cards.owned[ids.derived("crd", model.wallets[payment.wallet].owner, payment.shop, "CNY")]
    amount = _amount(entry, changes) if wish.takes_all else wish.amount
    hold(payment.state == "captured", "only what was captured is refunded", payment=payment, entry=entry)
    hold(0 < amount <= payment.refundable, "refunds never exceed the capture", payment=payment, entry=entry)
    money, bonus = undone(model.cards.taken[payment.id], payment.amount, payment.refunded, amount)
    hold(shop.allowance >= money, "refunds stay within the merchant's floor", shop=shop, entry=entry)
    payment.refunded += amount
    shop.allowance -= money
    if money:
        model._line(wish.movement, payment.shop, -money)
    return _back(model, card, entry, money, bonus) | {SETTLING: -money}


def _back(model: Model, card: Card, entry: Facts, money: int, bonus: Lots) -> dict[str, int]:
    """Money always; of a bonus what is good still, unless the card has ended with its account."""
    day, closed = entry["sk"][:10], card.status == "closed"
    good = {until: part for until, part in bonus.items() if until > day and not closed}
    restored = sum(good.values())
    what = {"payment-back": True, "bonus-back": restored, "bonus-lapsed": good != bonus, "unclaimed": closed and money}
    for name in (name for name, so in what.items() if so):
        model.effects["card-" + name] += 1
    card.principal += 0 if closed else money
    card.restore(good, day)
    _changed(model, card, entry, "came back", restored + (0 if closed else money))
    return {UNCLAIMED if closed else card.id: money} | _promise(card, restored)


def take_back(model: Model, entry: dict[str, Any], changes: Sequence[Change]) -> dict[str, int]:
    """All of the principal, and no bonus is left."""
    wish = model._wish(entry, "return-card")
    card, wallet = model.cards.owned[wish.card], model.wallets[wish.wallet]
    hold(card.owner == wallet.owner, "what is taken back goes to its owner", card=card, wallet=wallet)
    hold(wallet.status == "active", "nothing leaves the card of a frozen wallet", wallet=wallet, entry=entry)
    hold(wallet.epoch in wish.epochs, "nothing is taken back with a token from before a sign-out", wallet=wallet)
    hold(card.principal > 0, "only what is there is taken back", card=card, entry=entry)
    money, bonus = card.principal, card.held_by_lots
    card.principal, card.lots = 0, {}
    model.cards.told[wish.movement] = money, bonus
    _changed(model, card, entry, "taken back", -money - bonus)
    return {card.id: -money} | model._credit(wallet, money) | _promise(card, -bonus)


def run_out(model: Model, entry: dict[str, Any], changes: Sequence[Change]) -> dict[str, int]:
    """Of the bonus, by itself and in its time; never of the principal."""
    card, day = model.cards.owned[entry["pk"]], _day(model, SKEW_SECONDS)
    over, gone = card.over(entry["sk"][:10]), card.run_out(entry["sk"][:10])
    hold(gone > 0, "a bonus runs out once", card=card, entry=entry)
    hold(max(over) <= day, "no bonus runs out before its time", card=card, entry=entry)
    _changed(model, card, entry, "ran out", -gone)
    return _promise(card, -gone)


def _promise(card: Card, bonus: int) -> dict[str, int]:
    return {card.bonus: bonus, card.promised: -bonus}


def _changed(model: Model, card: Card, entry: Facts, how: str, by: int) -> None:
    card.sums[how] += by
    held = card.held_by_lots
    hold(card.status == "active" or how in ("ran out", "came back"), "nothing else befalls what has ended", card=card)
    hold(sum(card.sums.values()) == card.principal + held, "what came and did not go is there", card=card)
    card.moments.append((entry["sk"], card.principal, held))
    card.seen.append((model.seconds, card.principal, dict(card.lots)))


def _amount(entry: Facts, changes: Sequence[Change]) -> int:
    """Of what was left to refund, as its movement says: some of it may have lapsed."""
    (made,) = [plain(one.new or {}) for one in changes if one.key == (entry["movement"], "MOVEMENT")]
    return int(made["amount"])


def _second(entry: Facts) -> float:
    return datetime.fromisoformat(entry["sk"]).timestamp()


def _day(model: Model, later: float) -> str:
    """By the true clock, or one that is ahead or behind."""
    return day_at(model.started + model.seconds + later)


def everything(world: World, sums: Mapping[str, int]) -> None:
    """Cards are the fold of their postings, and promises what they are good for; they end as their wallets do."""
    ledger, promised = world.engine.tables["test-ledger"], Counter[str]()
    listed: dict[str, int] = Counter()
    for card in world.model.cards.owned.values():
        found = sums.get(card.id, 0), sums.get(card.bonus, 0)
        hold(found == (card.principal, card.held_by_lots), "a card is the fold of its postings", card=card)
        wallet, head = (plain(ledger.get((one, "HEAD")) or {}) for one in (card.wallet, card.id))
        left = wallet["status"] == "closed" and wallet["reason"] == "account-deleted"
        hold(left == (head["status"] == "closed"), "a card ends and comes back with its account", card=card)
        promised[card.promised] += card.held_by_lots
        listed[card.owner] += 1
    for address, bonus in promised.items():
        hold(world.model.system[address] == -bonus, "what is promised is the bonus of all cards", address=address)
    for owner, many in listed.items():
        kept = plain(ledger.get((owner, "CARDS")) or {})
        hold(len(kept["cards"]) == 16 * many, "whoever has a card has it in their list", owner=owner, many=many)


def finished(world: World) -> None:
    """Once everything is calm, what has run out is off the cards."""
    for card in world.model.cards.owned.values():
        hold(not card.over(_day(world.model, -86_400)), "what has run out is swept", card=card)


KINDS = {
    "payment": pay,
    "refund": refund,
    "card-purchase": buy,
    "card-refund": take_back,
    "card-expiry": run_out,
}
