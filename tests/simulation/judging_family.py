"""The judge of family cards: whoever gave one pays, nobody else; never above its cap, where it is good, while it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.simulation import judging_points, truth
from tests.simulation.judging_transfers import second
from tests.simulation.tables import Change
from tests.simulation.truth import Payment, Wallet, Wish, hold
from tests.simulation.values import plain

if TYPE_CHECKING:
    from tests.simulation.model import Model
    from tests.simulation.world import World

SETTLING, NEVER, MOST_GIVEN = "sys:settling:CNY", 10_000_000_000, 10
Facts = dict[str, Any]


@dataclass(frozen=True)
class Terms:
    """What a card allows: so much a month, of more than that at once its owner is asked; where (anywhere if empty)."""

    cap: int
    above: int = NEVER
    kinds: frozenset[str] = frozenset()

    def loosens(self, before: Terms) -> bool:
        wider = bool(before.kinds) and not (self.kinds and self.kinds <= before.kinds)
        return self.cap > before.cap or self.above > before.above or wider


@dataclass(frozen=True)
class Asked:
    """What its owner wished to give; both by their wallets."""

    owner: str
    holder: str
    terms: Terms
    looked_at: float


@dataclass
class Card:
    id: str
    owner: str
    holder: str
    terms: Terms
    status: str = "offered"
    months: Counter[str] = field(default_factory=Counter)
    most: Counter[str] = field(default_factory=Counter)
    """The most that each month has counted."""
    slots: truth.Slots = field(default_factory=dict)
    seen: list[tuple[float, str, Terms]] = field(default_factory=list)
    """(seconds, status, terms) after each change."""

    def since(self, seconds: float) -> list[tuple[str, Terms]]:
        """All that held at some time from `seconds` on."""
        found = []
        for when, status, terms in reversed(self.seen):
            found.append((status, terms))
            if when < seconds:
                break
        return found


@dataclass
class Family:
    model: Model
    asked: dict[str, Asked] = field(default_factory=dict)
    cards: dict[str, Card] = field(default_factory=dict)
    accepting: set[str] = field(default_factory=set)
    """Cards that their holders have asked to have."""
    ending: set[tuple[str, str]] = field(default_factory=set)
    """Card and the wallet that wants its end."""
    changing: dict[str, list[tuple[Terms, int]]] = field(default_factory=dict)
    """Card → what its owner wanted it to allow, and until when they had stepped up, in seconds since 1970."""
    paid: dict[str, str] = field(default_factory=dict)
    """Payment → card."""
    asks: dict[str, str] = field(default_factory=dict)
    """Approval → the payment that it is about."""
    deciding: set[tuple[str, str]] = field(default_factory=set)
    """Approval and what its decider wants to say."""
    states: dict[str, str] = field(default_factory=dict)
    """Of approvals."""
    used: set[str] = field(default_factory=set)
    """Approvals that the entries of a commit use up, and whose items have not said so yet."""

    def commit(self, changes: Sequence[Change]) -> None:
        """Raises Violation."""
        for change in changes:
            if change.table == "test-ledger" and change.key[1] == "FAMILY":
                self._card(change)
            elif change.table == "test-ledger" and change.key[1] == "CONSENT":
                self._consent(plain(change.new or {}))
        hold(not self.used, "a yes is used up with what it allowed", left=self.used)

    def _card(self, change: Change) -> None:
        kept = plain(change.new or {})
        card = self._given(kept) if change.old is None else self.cards[kept["pk"]]
        self._terms(card, kept)
        if kept["status"] != card.status:
            self._status(card, kept)
        owners = tuple(self.model.wallets[one].owner for one in (card.owner, card.holder))
        hold((kept["owner"], kept["holder"]) == owners, "whose a family card is stays", kept=kept, card=card)
        months = {name: many for name, many in kept.items() if name[0] == "m"}
        found = {name: card.months[name] for name in months}
        hold(months == found, "a month counts what was paid in it", kept=kept, card=card)
        hold(max(card.months, default="m") in ("m", *months), "this month is counted", kept=kept, card=card)
        hold(kept["counted"] == card.months.total(), "all months count what was paid", kept=kept, card=card)
        card.seen.append((self.model.seconds, card.status, card.terms))

    def _given(self, kept: Facts) -> Card:
        asked = self.asked[kept["pk"]]
        hold(_terms(kept) == asked.terms, "a family card is as it was offered", kept=kept, asked=asked)
        hold(kept["status"] == "offered", "nobody has a family card that they did not take", kept=kept)
        self.cards[kept["pk"]] = card = Card(kept["pk"], asked.owner, asked.holder, asked.terms)
        given = sum(one.status != "ended" for one in self.cards.values() if one.owner == card.owner)
        hold(given <= MOST_GIVEN, "nobody gives more cards at once than ten", card=card)
        wish = self.model.wishes[card.id]
        hold(max(wish.steps) > second(kept["created_at"]), "giving a card takes a fresh proof", kept=kept, wish=wish)
        self.model.done.add(card.id)
        self.model.effects["family-card"] += 1
        return card

    def _terms(self, card: Card, kept: Facts) -> None:
        now = _terms(kept)
        if now == card.terms:
            return
        hold(card.status != "ended", "what has ended allows nothing more", card=card, kept=kept)
        proofs = [proved for terms, proved in self.changing.get(card.id, ()) if terms == now]
        hold(bool(proofs), "only its owner changes what a card allows", card=card, kept=kept)
        proved = max(proofs) > second(kept["says_holder"].split()[1])
        hold(proved or not now.loosens(card.terms), "letting more be paid takes a fresh proof", card=card, kept=kept)
        card.terms = now
        self.model.effects["family-changed"] += 1

    def _status(self, card: Card, kept: Facts) -> None:
        hold(card.status != "ended", "a family card ends for good", card=card, kept=kept)
        if kept["status"] == "active":
            hold(card.id in self.accepting, "nobody has a family card that they did not take", card=card)
            self.model.effects["family-accepted"] += 1
        else:
            wallet = card.owner if kept["ended_by"] == "owner" else card.holder
            erased = self.model.wallets[wallet].status == "closed"
            hold(
                erased or (card.id, wallet) in self.ending, "a card is ended by one of its sides", card=card, kept=kept
            )
            how = "declined" if card.status == "offered" and wallet == card.holder else f"ended-by-{kept['ended_by']}"
            self.model.effects["family-" + how] += 1
        card.status = kept["status"]

    def _consent(self, kept: Facts) -> None:
        before, now = self.states.get(kept["pk"], ""), kept["state"]
        if now != before:
            self.states[kept["pk"]] = now
            if now == "used":
                hold(before == "approved" and kept["pk"] in self.used, "a yes is good for what it is about", kept=kept)
            else:
                asked = (kept["pk"], now) in self.deciding and before == "asked"
                hold(asked or (now == "asked" and not before), "whoever is asked says yes or no", kept=kept)
                self.model.effects["family-approval-" + now] += 1
        self.used.discard(kept["pk"])


def pay(model: Model, entry: Facts, changes: Sequence[Change]) -> dict[str, int]:
    """With another's money, or as ever."""
    wish = model.wishes.get(entry["movement"])
    if wish is None or not wish.family:
        return judging_points.pay(model, entry, changes)
    card, at, amount = model.family.cards[wish.family], second(entry["sk"]), wish.amount
    owner, month = model.wallets[card.owner], month_of(at)
    hold(card.holder == wish.wallet, "whoever holds a card pays with it", card=card, wish=wish)
    hold(card.status == "active", "a card pays while it is active", card=card, entry=entry)
    kind = model.shops[wish.shop].category
    hold(not card.terms.kinds or kind in card.terms.kinds, "a card pays where it is good", card=card, entry=entry)
    _agreed(model, card, wish, entry, changes)
    model.duplicates(card.slots, wish, at)
    card.months[month] += amount
    card.most[month] = max(card.most[month], card.months[month])
    hold(card.months[month] <= card.terms.cap, "no month pays more than its cap", card=card, entry=entry)
    touched = {change.key for change in changes}
    listed = f"FAMILY-PAID#{card.id}", f"{entry['sk']}#{wish.movement}"
    hold({(card.id, "FAMILY"), listed} <= touched, "a card counts and lists what it pays", entry=entry)
    _debit(model, owner, entry, amount)
    model.payments[wish.movement] = Payment(wish.movement, owner.account, wish.shop, amount, "captured", at, amount)
    model.family.paid[wish.movement] = card.id
    model._line(wish.movement, wish.shop, amount)
    model.effects["family-payment"] += 1
    return {owner.account: -amount, SETTLING: amount}


def _agreed(model: Model, card: Card, wish: Wish, entry: Facts, changes: Sequence[Change]) -> None:
    """Whoever pays stands as they must to pay themselves; its owner has said yes to what is above their amount."""
    said = [change for change in changes if change.key[1] == "CONSENT"]
    hold(bool(said) or wish.amount <= card.terms.above, "its owner is asked", card=card, wish=wish)
    if not said:
        model.authority(model.wallets[wish.wallet], wish, entry)
        return
    before, (yes,) = plain(said[0].old or {}), [change.key[0] for change in said]
    about = before["decider"], before["account"], before["payee"], before["amount"]
    expected = model.wallets[card.owner].owner, wish.wallet, wish.shop, wish.amount
    hold(about == expected, "a yes is good for what it is about", consent=before, expected=expected)
    hold(before["expires_at"] > entry["sk"], "a yes that has run out is none", consent=before, entry=entry)
    earlier = {**entry, "sk": min(entry["sk"], before["created_at"])}
    model.authority(model.wallets[wish.wallet], wish, earlier)
    model.family.used.add(yes)
    model.effects["family-agreed"] += 1


def _debit(model: Model, owner: Wallet, entry: Facts, amount: int) -> None:
    hold(entry["pk"] == owner.account, "its owner's wallet pays", entry=entry, owner=owner)
    hold(owner.status == "active", "a frozen wallet pays nothing", wallet=owner, entry=entry)
    hold(owner.available >= amount, "no wallet is overdrawn", wallet=owner, entry=entry)
    model._limits(owner, entry["sk"], amount)
    owner.available -= amount


def refund(model: Model, entry: Facts, changes: Sequence[Change]) -> dict[str, int]:
    """To whoever paid; in the month in which it was paid there is room again."""
    wish = model.wishes.get(entry["movement"])
    if wish is None or wish.payment not in model.family.paid:
        return judging_points.refund(model, entry, changes)
    card = model.family.cards[model.family.paid[wish.payment]]
    postings, month = model.refund(entry, changes), month_of(second(entry["sk"]))
    if same := month == month_of(model.payments[wish.payment].at):
        card.months[month] += entry["postings"][SETTLING]
    touched = (card.id, "FAMILY") in {change.key for change in changes}
    hold(touched == same, "a refund makes room in its own month", entry=entry, card=card)
    model.effects["family-room-again" if same else "family-refund-later"] += 1
    return postings


def month_of(at: float) -> str:
    """As a card counts it: months since 2000, UTC."""
    when = datetime.fromtimestamp(at, UTC)
    return f"m{when.year * 12 + when.month - 24_000:x}"


def _terms(kept: Facts) -> Terms:
    return Terms(kept["cap"], kept["approval_above"], frozenset(kept["categories"].split()))


def finished(world: World) -> None:
    """Cards of whoever is erased have ended, both sides have theirs in their lists, and were told."""
    ledger, identity = world.engine.tables["test-ledger"], world.engine.tables["test-identity"]
    given: Counter[str] = Counter()
    for card in world.model.family.cards.values():
        kept = plain(ledger.get((card.id, "FAMILY")) or {})
        hold(not any(name.startswith("says_") for name in kept), "both sides are told", kept=kept)
        given[kept["owner"]] += card.status != "ended"
        for person in (kept["owner"], kept["holder"]):
            erased = identity.get((person, "USER")) is None
            hold(card.status == "ended" or not erased, "whoever is erased has no family card", card=card)
            row = ledger.get(("FAMILY#" + person, f"{kept['created_at']}#{card.id}"))
            hold(row is not None, "a card is in the lists of both", card=card, person=person)
    for person, many in given.items():
        kept = plain(ledger.get(("FAMILY-GIVEN#" + person, "OPEN")) or {})
        hold(kept["given"] == many, "an ended card gives its place back", person=person, kept=kept, many=many)


KINDS = {"payment": pay, "refund": refund}
