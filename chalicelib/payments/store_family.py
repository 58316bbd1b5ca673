"""What a family card keeps in the table `ledger`, as legs of the ledger's transactions.

fam_… MOVEMENT                 the request that offered it, and its answer; never changes
fam_… FAMILY                   whose it is, what it allows, each month's sum; due when somebody must be told
FAMILY#<user> <moment>#<id>    cards that somebody gave or holds
FAMILY-PAID#<id> <moment>#<payment>   what was paid with it
FAMILY-GIVEN#<user> OPEN       how many cards they give now
FAMILY-GIVEN#<user> <day>      how many they offered that day
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import (
    CardElsewhere,
    InvalidState,
    LimitReached,
    NotFound,
    ProbableDuplicate,
    TooManyRequests,
)
from chalicelib.ledger import items, model
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Changed, Due, Leg, Verdict
from chalicelib.ledger.purchases import Purchase
from chalicelib.ledger.wire import Item, plain_item
from chalicelib.ledger.write import Update, put_once
from chalicelib.payments.model_family import FACTS, MOST_GIVEN, OFFERED_A_DAY, FamilyCard, spaced
from chalicelib.settings import settings

DUE, KIND, PARAM = "family", "family-card", "family_card_id"
_LIST, _PAID, _GIVEN = "FAMILY#", items.FAMILY_PAID, "FAMILY-GIVEN#"
_DAY_SECONDS = 86_400
_MONTHS_KEPT = 2

Learn = Callable[[FamilyCard], None]


def offering(card: FamilyCard, at: datetime) -> tuple[Leg, ...]:
    """The card and that both have it. Refuses with LimitReached (given), TooManyRequests."""
    kept = {"pk": card.id, "sk": items.FAMILY, "counted": 0, **{name: getattr(card, name) for name in FACTS}}
    kept |= {f"says_{side}": said for side, said in card.says.items()}
    put = put_once(settings().ledger_table, kept | Due(DUE, at).attributes(card.id))
    return Leg(put, _gone), *_listed(card, at), _one_more(card.owner), _one_more_today(card.owner, at)


def spending(
    card: FamilyCard, purchase: Purchase, category: str, at: datetime, learn: Learn, *, is_agreed: bool
) -> Leg:
    """So much more this month, while it is active, good there and within its cap.

    `is_agreed`: its owner was asked; otherwise they need not be, or `learn` hears that they must.
    Refuses with InvalidState, CardElsewhere, LimitReached (family_card), ProbableDuplicate.
    """
    month, amount = model.month_sum(at), purchase.amount
    update = _card(card.id).count(month, amount).add("counted", amount).assign(purchase.slot, purchase.mark(at))
    update.require("status", "=", "active").require("cap", "=", card.cap).require("cap", ">=", amount)
    update.require_at_most(month, card.cap - amount)
    update.require_either(update.equal("categories", ""), update.member_of("categories", spaced(category)))
    if not is_agreed:
        update.require("approval_above", ">=", amount)
    if not purchase.confirmed:
        update.require_outside(purchase.slot, *purchase.looks_alike(at))
    if old := sorted(card.spent.keys() - {month}, key=_age)[:-_MONTHS_KEPT]:
        update.remove(*old)

    def explain(wired: Item | None) -> Verdict:
        found = _found(wired)
        if found is None:
            return NotFound(param=PARAM)
        learn(found)
        return _why_not(found, purchase, category, at)

    return Leg(update.written(), explain)


def paid(card: FamilyCard, payment_id: str, at: datetime) -> Leg:
    put = put_once(settings().ledger_table, {"pk": _PAID + card.id, "sk": f"{clock.written(at)}#{payment_id}"})
    return Leg(put, _gone)


def giving_back(card_id: str, amount: int, at: datetime) -> Leg:
    """So much less in the month of `at`, which a payment counted in."""
    update = _card(card_id).count(model.month_sum(at), -amount).add("counted", -amount)
    return Leg(update.written(), lambda wired: NotFound() if not wired else Changed())


def accepting(card: FamilyCard, at: datetime) -> Leg:
    """Offered → active; its owner is to be told. Refuses with InvalidState (how it is)."""
    update = _says(_card(card.id), "owner", "accepted", at, card.id).assign("status", "active")
    return Leg(update.require("status", "=", "offered").written(), _refused)


def ending(card: FamilyCard, by: str, said: str, at: datetime, *, tell: str) -> tuple[Leg, ...]:
    """For good, and its owner may give another. `tell`: the side that is to be told. Refuses with InvalidState."""
    update = _says(_card(card.id), tell, said, at, card.id).assign("status", "ended")
    update.assign("ended_by", by).assign("ended_at", clock.written(at)).require("status", "<>", "ended")
    fewer = Update(settings().ledger_table, _GIVEN + card.owner, "OPEN").add("given", -1).require("given", ">", 0)
    return Leg(update.written(), _refused), Leg(fewer.written(), _gone)


def changing(card: FamilyCard, now: FamilyCard, at: datetime) -> Leg:
    """If it still is as it was seen; whoever holds it is to be told. Refuses with InvalidState (changed, ended)."""
    update = _says(_card(card.id), "holder", "changed", at, card.id).require("status", "<>", "ended")
    for name in ("cap", "approval_above", "categories", "name"):
        update.assign(name, getattr(now, name)).require(name, "=", getattr(card, name))

    def explain(wired: Item | None) -> Verdict:
        found = _found(wired)
        ended = found is None or found.status == "ended"
        return InvalidState(state="card-ended" if ended else "changed")

    return Leg(update.written(), explain)


def told(card: FamilyCard) -> Leg:
    """Nobody has to be told what was there, unless there is something new. Refuses with InvalidState then."""
    update = _card(card.id).require("due_at", "=", card.due_at)
    update.remove("due_key", "due_at", *(f"says_{side}" for side in card.says))
    return Leg(update.written(), lambda wired: InvalidState(state="changed"))


def card(card_id: str) -> FamilyCard | None:
    kept = ledger.beside(card_id, items.FAMILY) if ids.is_id(card_id, "fam") else None
    return FamilyCard.of(kept) if kept else None


def listed(user_id: str, before: str | None, limit: int) -> tuple[list[FamilyCard], str | None]:
    """Newest first, ended ones too, and the position of the next page."""
    found = ledger.newest_of(_LIST + user_id, before, limit + 1)
    following = found[limit - 1] if len(found) > limit else None
    return _several([one.partition("#")[2] for one in found[:limit]]), following


def payments(card_id: str, before: str | None, limit: int) -> tuple[list[str], str | None]:
    """Ids, newest first, and the position of the next page."""
    found = ledger.newest_of(_PAID + card_id, before, limit + 1)
    following = found[limit - 1] if len(found) > limit else None
    return [one.partition("#")[2] for one in found[:limit]], following


def every_one_of(user_id: str) -> Iterator[FamilyCard]:
    before: str | None = None
    while True:
        found, before = listed(user_id, before, 100)
        yield from found
        if before is None:
            return


def _several(card_ids: Sequence[str]) -> list[FamilyCard]:
    found = ledger.several_beside(card_ids, items.FAMILY) if card_ids else []
    known = {one["pk"]: FamilyCard.of(one) for one in found}
    return [known[one] for one in card_ids if one in known]


def _listed(card: FamilyCard, at: datetime) -> Iterator[Leg]:
    for user_id in (card.owner, card.holder):
        kept = {"pk": _LIST + user_id, "sk": f"{clock.written(at)}#{card.id}"}
        yield Leg(put_once(settings().ledger_table, kept), _gone)


def _one_more(owner: str) -> Leg:
    update = Update(settings().ledger_table, _GIVEN + owner, "OPEN").count("given", 1)
    update.require_at_most("given", MOST_GIVEN - 1)
    return Leg(update.written(), lambda wired: LimitReached(limit="family_cards", maximum=MOST_GIVEN))


def _one_more_today(owner: str, at: datetime) -> Leg:
    update = Update(settings().ledger_table, _GIVEN + owner, at.date().isoformat()).count("offered", 1)
    left = timedelta(days=1) - (at - at.replace(hour=0, minute=0, second=0, microsecond=0))

    def full(wired: Item | None) -> Verdict:
        policy = ("family-cards-day", OFFERED_A_DAY, _DAY_SECONDS)
        return TooManyRequests(policy=policy, retry_after_seconds=int(left.total_seconds()) + 1)

    return Leg(update.require_at_most("offered", OFFERED_A_DAY - 1).written(), full)


def _why_not(card: FamilyCard, purchase: Purchase, category: str, at: datetime) -> Verdict:
    """In a deliberate order: whether at all, where, how much, how often."""
    if card.status != "active":
        return InvalidState(param=PARAM, state=card.state)
    if not card.covers(category):
        return CardElsewhere(param=PARAM)
    left = max(0, card.cap - card.spent_in(at))
    if purchase.amount > left:
        return LimitReached(param=PARAM, limit="family_card", maximum=card.cap, left=left, currency=card.currency)
    mark, (first, last) = card.slots.get(purchase.slot, b""), purchase.looks_alike(at)
    if not purchase.confirmed and first <= mark <= last:
        return ProbableDuplicate(payment_id=ids.unpacked("pay", mark[11:]))
    return Changed()


def _says(update: Update, side: str, said: str, at: datetime, card_id: str) -> Update:
    moment = clock.written(at)
    for name, value in Due(DUE, at).attributes(card_id).items():
        update.assign(name, value)
    return update.assign(f"says_{side}", f"{said} {moment}")


def _card(card_id: str) -> Update:
    return Update(settings().ledger_table, card_id, items.FAMILY)


def _found(wired: Item | None) -> FamilyCard | None:
    return FamilyCard.of(plain_item(wired)) if wired else None


def _refused(wired: Item | None) -> Verdict:
    found = _found(wired)
    return InvalidState(state=found.state) if found else NotFound()


def _gone(wired: Item | None) -> Verdict:
    return Changed()


def _age(month: str) -> int:
    return int(month[1:], 16)
