"""What people may be told of family cards: judged when the answer comes, by all that was so since they asked."""

from __future__ import annotations

from typing import Any

from tests.api.caller import Reply
from tests.simulation import errands
from tests.simulation.errands import SKEW_SECONDS, Errand, cool_in, step_in, was_frozen
from tests.simulation.judging_family import MOST_GIVEN, Card, Terms, month_of
from tests.simulation.model import Model
from tests.simulation.told_between import Reason, is_old
from tests.simulation.told_of_cards import _by_the_book, is_final
from tests.simulation.truth import Wallet, hold

OFFERED_A_DAY = 20


def judge_offer(model: Model, errand: Errand, reply: Reply, faults: list[str], calls: int) -> None:
    """Raises Violation unless whoever gives a card may be told this now."""
    asked, code = model.family.asked[errand.wish.movement], reply.json.get("code")
    mine = [card for card in model.family.cards.values() if card.owner == errand.wish.wallet]
    if code in ("step-up-required", "cooling-off"):
        hold(_unproved(model, errand, str(code)), "a fresh step-up is believed", answer=reply.raw)
    elif code == "invalid-or-expired":
        hold(is_old(model, asked.looked_at), "a look that is fresh is believed", answer=reply.raw)
    elif code == "too-many-requests":
        hold(len(mine) >= OFFERED_A_DAY, "a few cards are no flood", answer=reply.raw)
    elif is_final(model, errand, reply, faults, calls, {"limit-reached": _has_given_enough}):
        told = reply.json["id"], reply.json["status"], reply.json["monthly_cap"], reply.json["role"]
        expected = errand.wish.movement, "offered", asked.terms.cap, "owner"
        hold(told == expected, "a card is told as it was offered", answer=reply.raw, expected=expected)


def _unproved(model: Model, errand: Errand, code: str) -> bool:
    token, began = errand.facts["token"], errand.facts["epoch_of_clock"]
    if code == "cooling-off":
        return cool_in(token) - began > model.seconds - SKEW_SECONDS
    return step_in(token) - began <= model.seconds + SKEW_SECONDS


def _has_given_enough(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    def was_open(card: Card) -> bool:
        return card.owner == errand.wish.wallet and any(one != "ended" for one, _ in card.since(errand.first_sent))

    return sum(map(was_open, model.family.cards.values())) >= MOST_GIVEN


def judge_paid(model: Model, errand: Errand, reply: Reply, faults: list[str], calls: int) -> None:
    """Of a payment, whoever holds the card; of its owner's wallet they learn nothing."""
    card, code = model.family.cards[errand.wish.family], reply.json.get("code")
    if code == "not-found":
        hold(card.holder != errand.wish.wallet, "whoever holds a card pays with it", answer=reply.raw, card=card)
    elif code == "card-approval-required":
        _asked(model, errand, card, reply)
    elif is_final(model, errand, reply, faults, calls, _NOT_PAID):
        told = tuple(reply.json[name] for name in ("id", "amount", "wallet_id", "family_card_id"))
        expected = errand.wish.movement, errand.wish.amount, card.holder, card.id
        hold(told == expected, "a payment is told as it was made", answer=reply.raw, expected=expected)
    hold(code != "insufficient-funds", "nothing of its owner's wallet shows", answer=reply.raw)


def _asked(model: Model, errand: Errand, card: Card, reply: Reply) -> None:
    approval = reply.json["approval_id"]
    known = approval in model.family.states
    hold(known, "whoever decides is asked", answer=reply.raw, card=card)
    least = min(terms.above for _, terms in card.since(errand.first_sent))
    hold(errand.wish.amount > least, "only above their amount is a card's owner asked", answer=reply.raw, card=card)
    if approval not in model.family.asks:
        model.family.asks[approval] = errand.wish.movement
        errand.facts["asked"](approval)


def _of_the_owner(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    """Its owner's wallet lacks something; which, nobody is told."""
    wallet = model.wallets[model.family.cards[errand.wish.family].owner]
    short = min(wallet.seen_since(errand.first_sent)) < errand.wish.amount
    return short or errands.beyond_limits(errand.wish, wallet, errand.first_sent) or _was_shut(wallet, errand)


def _was_shut(wallet: Wallet, errand: Errand) -> bool:
    return wallet.status != "active" or wallet.not_active_until >= errand.first_sent


def _beyond_cap(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    """What it had counted at most in a month that it may be for whoever looked."""
    if body.get("limit") != "family_card":
        return False
    card = model.family.cards[errand.wish.family]
    began = errand.first_sent + model.started
    months = {month_of(at) for at in (began - SKEW_SECONDS, began, model.now, model.now + SKEW_SECONDS)}
    least = min(terms.cap for _, terms in card.since(errand.first_sent))
    model.effects["family-cap-reached"] += 1
    return max(card.most[month] for month in months) + errand.wish.amount > least


def _elsewhere(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    card, kind = model.family.cards[errand.wish.family], model.shops[errand.wish.shop].category
    model.effects["family-elsewhere"] += 1
    return any(terms.kinds and kind not in terms.kinds for _, terms in card.since(errand.first_sent))


def _not_active(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    """The card, or their own wallet."""
    if body["state"] in ("card-offered", "card-ended"):
        seen = model.family.cards[errand.wish.family].since(errand.first_sent)
        return body["state"].removeprefix("card-") in [status for status, _ in seen]
    return body["state"] == "closed" and _was_shut(model.wallets[errand.wish.wallet], errand)


def _alike(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    earlier, wish = model.payments.get(body["payment_id"]), errand.wish
    same = earlier and (earlier.shop, earlier.amount) == (wish.shop, wish.amount)
    return bool(same) and not wish.confirmed and model.family.paid.get(body["payment_id"]) == wish.family


def _declined(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    model.effects["family-card-declined"] += 1
    return _of_the_owner(model, errand, body)


_NOT_PAID: dict[str, Reason] = {
    "card-declined": _declined,
    "limit-reached": _beyond_cap,
    "card-not-for-this-category": _elsewhere,
    "invalid-state": _not_active,
    "probable-duplicate": _alike,
    "wallet-frozen": _by_the_book,
}


def judge_step(model: Model, card: Card, wallet: str, what: str, reply: Reply | None, sent_at: float) -> None:
    """Accepted, declined or ended; `wallet`: of whoever asked."""
    if reply is None or reply.status not in (200, 404, 409):
        return
    mine = wallet in (card.owner, card.holder) if what == "end" else wallet == card.holder
    hold(mine == (reply.status != 404), "a card is its two sides' alone", answer=reply.raw, card=card, step=what)
    if reply.status == 200:
        done = ("active", "ended") if what == "accept" else ("ended",)
        hold(card.status in done, "what is told of a card is so", answer=reply.raw, card=card, step=what)
    elif reply.status == 409:
        hold(reply.json["state"].removeprefix("card-") in [one for one, _ in card.since(sent_at)],
             "a refusal says how a card is", answer=reply.raw, card=card)  # fmt: skip


def judge_change(model: Model, card: Card, mine: bool, wish: Terms, reply: Reply | None, sent_at: float) -> None:
    if reply is None:
        return
    seen = card.since(sent_at)
    if reply.status == 200:
        told = reply.json["monthly_cap"]
        hold(
            mine and told in [terms.cap for _, terms in seen], "a change is told as it is", answer=reply.raw, card=card
        )
    elif reply.status == 404:
        hold(not mine, "its owner changes a card", answer=reply.raw, card=card)
    elif reply.status == 409 and reply.json["code"] == "wallet-frozen":
        looser = any(wish.loosens(terms) for _, terms in seen)
        hold(looser and was_frozen(model, card.owner, sent_at), "a frozen wallet lets no more be paid", card=card)
    elif reply.status == 409:
        over = len(seen) > 1 or card.status == "ended"
        hold(over, "nobody else changed it, and it goes on", answer=reply.raw, card=card)
    elif reply.json.get("code") == "step-up-required":
        looser = any(wish.loosens(terms) for _, terms in seen)
        hold(looser, "only letting more be paid takes a proof", answer=reply.raw, card=card)


def judge_decision(model: Model, card: Card, wallet: str, approval: str, said: str, reply: Reply | None) -> None:
    if reply is None:
        return
    if reply.status == 200:
        hold(wallet == card.owner, "nobody but its owner decides", answer=reply.raw, card=card)
        after = (said, "used") if said == "approved" else (said,)
        hold(model.family.states[approval] in after, "what is decided stays so", answer=reply.raw, card=card)
    elif reply.status == 404:
        hold(wallet != card.owner, "its owner decides", answer=reply.raw, card=card)
