"""What people may be told of their cards and of what is offered: judged when the answer comes, by all that was so since
they asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.api.caller import Reply
from tests.simulation import errands
from tests.simulation.cards import FOR_EVER, MOST_LOTS, Card, Lots, Plan, Terms, day_at
from tests.simulation.errands import SKEW_SECONDS, Errand, judge
from tests.simulation.model import Model
from tests.simulation.truth import PER_MOVEMENT, hold

Offer = dict[str, Any]
Reason = Callable[[Model, Errand, dict[str, Any]], bool]


def judge_offers(model: Model, shop: str, shown: dict[str, Offer], sent_at: float, raw: bytes) -> None:
    """All that is offered and nothing else, by the terms of the day."""
    known = {plan.id: plan for plan in model.cards.plans.values() if plan.shop == shop}
    hold(shown.keys() <= known.keys(), "only what is offered is shown", answer=raw)
    for plan in known.values():
        if plan.id in shown:
            hold(plan.withdrawn_at >= sent_at, "what is withdrawn is not shown", answer=raw, plan=plan)
            hold(terms(shown[plan.id]) in terms_since(model, plan, sent_at), "shown as offered", answer=raw, plan=plan)
        else:
            gone = plan.withdrawn_at <= model.seconds or plan.offered_at >= sent_at
            hold(gone, "what is offered is shown", answer=raw, plan=plan)


def judge_look(model: Model, card: Card, shown: dict[str, Any], sent_at: float) -> None:
    """Head and lots are read one after the other: each is as it was at some time."""
    seen, days = card.since(sent_at), days_since(model, sent_at)
    hold(
        shown["principal"] in [principal for principal, _ in seen], "a card shows what it held", shown=shown, card=card
    )
    bonuses = [good_of(lots, day) for _, lots in seen for day in days]
    hold(shown["bonus"] in bonuses, "a card shows the bonus that is good", shown=shown, card=card, days=days)


def terms(offer: Offer) -> Terms:
    return offer["price"], offer["bonus"], offer["purchase_fee"], offer["bonus_expires_at"]


def judge_left(model: Model, refusal: dict[str, Any], sent_at: float) -> None:
    """A card that holds money keeps its account."""
    if "card_id" in refusal:
        left = [principal for principal, _ in model.cards.owned[refusal["card_id"]].since(sent_at)]
        hold(0 < refusal["available"] in left, "only money on a card blocks a deletion", answer=refusal)


def judge_purchase(model: Model, errand: Errand, reply: Reply, faults: list[str], calls: int) -> None:
    """Raises Violation unless somebody may be told this of what they buy now."""
    wish = errand.wish
    if is_final(model, errand, reply, faults, calls, _NOT_BOUGHT):
        hold(reply.json["purchase_id"] == wish.movement, "an id follows from caller, route and key", answer=reply.raw)
        found = reply.json["id"], reply.json["principal"], reply.json["bonus"]
        expected = wish.card, *model.cards.told[wish.movement]
        hold(found == expected, "a purchase tells what the card held then", answer=reply.raw, expected=expected)


def judge_payment(model: Model, errand: Errand, reply: Reply, faults: list[str], calls: int) -> None:
    """Likewise of what a card pays."""
    wish = errand.wish
    if is_final(model, errand, reply, faults, calls, _NOT_PAID):
        bonus = sum(model.cards.taken[wish.movement].values())
        found = tuple(reply.json.get(name, 0) for name in ("id", "amount", "bonus", "card_id"))
        hold(found == (wish.movement, wish.amount, bonus, wish.card), "a card pays as asked", answer=reply.raw)


def judge_return(model: Model, errand: Errand, reply: Reply, faults: list[str], calls: int) -> None:
    """Likewise of what is taken back."""
    if is_final(model, errand, reply, faults, calls, _NOT_RETURNED):
        found = reply.json["amount"], reply.json["bonus_reversed"]
        hold(found == model.cards.told[errand.wish.movement], "taking back tells what it gave", answer=reply.raw)


def judge_elsewhere(model: Model, errand: Errand, reply: Reply, faults: list[str], calls: int) -> None:
    """Nothing else is told than that there is no such card."""
    if reply.status == 404:
        hold(reply.json["code"] == "not-found", "a card is good at its merchant alone", answer=reply.raw)
        model.effects["card-elsewhere"] += 1
        return
    hold(reply.status != 201, "a card pays nobody but its merchant", answer=reply.raw)
    judge(model, errand, reply, faults, calls)


def is_final(
    model: Model, errand: Errand, reply: Reply, faults: list[str], calls: int, reasons: dict[str, Reason]
) -> bool:
    """Whether it is told for the first time that it happened; what is told for good is told again."""
    wish, code = errand.wish, "" if reply.status == 201 else str(reply.json.get("code"))
    if reply.status != 201 and code not in reasons:
        judge(model, errand, reply, faults, calls)
        return False
    if wish.answer:
        hold(wish.answer == reply.raw, "one key, one answer", first=wish.answer, now=reply.raw, faults=faults)
        return False
    wish.answer = reply.raw
    done = wish.movement in model.done
    hold(done == (reply.status == 201), "what is told is so", answer=reply.raw, faults=faults)
    if not done:
        hold(reasons[code](model, errand, reply.json), "a refusal has its reason", answer=reply.raw, wish=wish)
    errand.then(reply)
    return done


def _by_the_book(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    """As of any payment from the wallet."""
    return errands._justified(model, errand.wish, body, errand.first_sent)


def _beyond(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    if body["limit"] != "bonuses":
        return _by_the_book(model, errand, body)
    seen = model.cards.owned[errand.wish.card].since(errand.first_sent)
    first, _ = days_since(model, errand.first_sent)
    until = errand.body["agreed"]["bonus_expires_at"]
    day = until[:10] if until else FOR_EVER
    return any(len({one for one in lots if one > first} | {day}) > MOST_LOTS for _, lots in seen)


def _changed(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    """The day of buying decides when the bonus runs out."""
    plan, agreed = model.cards.plans[errand.wish.plan], model.cards.agreed[errand.wish.movement]
    model.effects["card-terms-changed"] += 1
    return any(terms != agreed for terms in terms_since(model, plan, errand.first_sent))


def _not_offered(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    if body["state"] == "withdrawn":
        return model.cards.plans[errand.wish.plan].status == "withdrawn"
    return _closed(model, errand, body)


def _closed(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    wallet = model.wallets[errand.wish.wallet]
    return wallet.status == "closed" or wallet.not_active_until >= errand.first_sent


def _lacks(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    """The card, and not the wallet."""
    _, last = days_since(model, errand.first_sent)
    seen = model.cards.owned[errand.wish.card].since(errand.first_sent)
    short = min(principal + good_of(lots, last) for principal, lots in seen) < errand.wish.amount
    return short and bool(body["param"] == "card_id")


def _too_much(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    """Days and months do not count what a card pays: it was counted when it was bought."""
    return errand.wish.amount > PER_MOVEMENT


def _alike(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    same = body["payment_id"] in model.cards.taken
    return same and errands.looks_alike(model, errand.wish, body)


def _empty_or_closed(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    seen = model.cards.owned[errand.wish.card].since(errand.first_sent)
    empty = any(principal == 0 for principal, _ in seen)
    return empty if body["state"] == "empty" else _closed(model, errand, body)


def terms_since(model: Model, plan: Plan, seconds: float) -> list[Terms]:
    """By any clock, at any time from `seconds` until now."""
    return [plan.terms(day) for day in days_since(model, seconds)]


def days_since(model: Model, seconds: float) -> tuple[str, str]:
    """The first and the last that it may have been; nobody waits for longer than that."""
    return day_at(model.started + seconds - SKEW_SECONDS), day_at(model.started + model.seconds + SKEW_SECONDS)


def good_of(lots: Lots, day: str) -> int:
    return sum(left for until, left in lots.items() if until > day)


_NOT_BOUGHT: dict[str, Reason] = {
    "insufficient-funds": _by_the_book,
    "limit-reached": _beyond,
    "wallet-frozen": _by_the_book,
    "terms-changed": _changed,
    "invalid-state": _not_offered,
}
_NOT_PAID: dict[str, Reason] = {
    "insufficient-funds": _lacks,
    "limit-reached": _too_much,
    "wallet-frozen": _by_the_book,
    "probable-duplicate": _alike,
    "invalid-state": _by_the_book,
}
_NOT_RETURNED: dict[str, Reason] = {"wallet-frozen": _by_the_book, "invalid-state": _empty_or_closed}
