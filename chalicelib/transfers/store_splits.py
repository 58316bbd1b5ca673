"""What a shared bill keeps in the table `ledger`, as legs of the ledger's transactions.

spl_… MOVEMENT          the bill: what all parts have left, how it stands; due when somebody must be told, or it ends
spl_… PART#<wallet>     what one person owes of it
SPLITS#<user> <moment>#<id>   bills that somebody made or is asked for
SPLITTING#<user> <day>  how many bills they made that day
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from chalicelib.kernel import clock
from chalicelib.kernel.errors import ExceedsWhatIsLeft, InvalidState, NotFound, TooManyRequests
from chalicelib.ledger import items
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Changed, Leg, Verdict
from chalicelib.ledger.wire import Item, plain_item
from chalicelib.ledger.write import Update, put_once
from chalicelib.settings import settings
from chalicelib.transfers import model_splits as model
from chalicelib.transfers.model_splits import Part, Split, Status

DUE, KIND = "split", "bill-split"
PART = "PART#"
_LIST, _COUNT = "SPLITS#", "SPLITTING#"
_DAY_SECONDS = 86_400
_REFUSED = {"closed": "split-closed", "paid": "part-paid"}
"""What a state is called in a refusal, where another thing's has a sentence of its own."""


def asking(part: Part, currency: str) -> Leg:
    """They owe it from now on, and are to be told."""
    kept = {
        "pk": part.split,
        "sk": PART + part.wallet,
        "owner": part.owner,
        "name": part.name,
        "amount": part.amount,
        "left": part.left,
        "currency": currency,
        "asked_at": part.asked_at,
        "says": "asked",
        "says_at": part.asked_at,
    }
    return Leg(put_once(settings().ledger_table, kept), _gone)


def listing(user_id: str, split_id: str, at: datetime) -> Leg:
    kept = {"pk": _LIST + user_id, "sk": f"{clock.written(at)}#{split_id}"}
    return Leg(put_once(settings().ledger_table, kept), _gone)


def counting(user_id: str, at: datetime) -> Leg:
    """Refuses with TooManyRequests, of which nothing is stored."""
    counted = Update(settings().ledger_table, _COUNT + user_id, at.date().isoformat())
    counted.count("made", 1).require_at_most("made", model.MADE_A_DAY - 1)
    left = timedelta(days=1) - (at - at.replace(hour=0, minute=0, second=0, microsecond=0))

    def full(wired: Item | None) -> Verdict:
        policy = ("bill-splits-day", model.MADE_A_DAY, _DAY_SECONDS)
        return TooManyRequests(policy=policy, retry_after_seconds=int(left.total_seconds()) + 1)

    return Leg(counted.written(), full)


def paying(split_id: str, wallet: str, amount: int) -> Leg:
    """Off what they owe, never more. Refuses with NotFound, InvalidState (declined, paid), ExceedsWhatIsLeft."""
    update = _part(split_id, wallet).add("left", -amount).require("left", ">=", amount).require_absent("declined")

    def explain(wired: Item | None) -> Verdict:
        if wired is None:
            return NotFound()
        found = _part_of(plain_item(wired))
        if not found.owes:
            return _not_owed(found)
        left = found.left
        return ExceedsWhatIsLeft(left=left, currency=wired["currency"]["S"]) if left < amount else Changed()

    return Leg(update.written(), explain)


def declining(part: Part, at: datetime, learn: Callable[[int], None]) -> Leg:
    """They owe no more of it, and its maker is to be told. What they owe is guessed, and `learn` hears of it.

    Refuses with NotFound, InvalidState (declined, paid).
    """
    update = _part(part.split, part.wallet).assign("left", 0).assign("declined", 1)
    update.assign("says", "declined").assign("says_at", clock.written(at))
    update.require("left", "=", part.left).require("left", ">", 0)

    def explain(wired: Item | None) -> Verdict:
        if wired is None:
            return NotFound()
        found = _part_of(plain_item(wired))
        learn(found.left)
        return Changed() if found.owes else _not_owed(found)

    return Leg(update.written(), explain)


def reminding(part: Part, at: datetime) -> Leg:
    """At most once a day, whoever still owes. Refuses with InvalidState where that is not so."""
    moment, before = clock.written(at), clock.written(at - model.REMINDS_AFTER)
    update = _part(part.split, part.wallet).assign("asked_at", moment)
    update.assign("says", "reminded").assign("says_at", moment)
    update.require("left", ">", 0).require("asked_at", "<=", before)
    return Leg(update.written(), lambda wired: InvalidState(state="reminded") if wired else NotFound())


def told(part: Part) -> Leg:
    """Nobody has to be told of it any more, unless there is something new. Refuses with InvalidState then."""
    update = _part(part.split, part.wallet).remove("says").require("says_at", "=", part.says_at)
    return Leg(update.written(), lambda wired: InvalidState(state="changed"))


def lessening(split: Split, amount: int, ends: Status, at: datetime, learn: Callable[[int], None]) -> Leg:
    """Off what is left of all parts; `ends` where nothing is then. What is left is guessed, and `learn` hears of it.

    Refuses with InvalidState (how it is).
    """
    update = _open(split.id, at).add("left", -amount)
    if split.left == amount:
        update = _ended(update.require("left", "=", amount), ends, at)
    else:
        update.require("left", ">", amount)
        _due(update, at) if ends == "closed" else None

    def explain(wired: Item | None) -> Verdict:
        learn(plain_item(wired)["left"] if wired else 0)
        return _why_not(wired, at)

    return Leg(update.written(), explain)


def stirring(split_id: str, at: datetime) -> Leg:
    """Somebody is to be told at the next turn. Refuses with InvalidState (how it is)."""
    return Leg(_due(_open(split_id, at), at).written(), lambda wired: _why_not(wired, at))


def closing(split_id: str, at: datetime) -> Leg:
    """Refuses with InvalidState (how it is)."""
    return Leg(_ended(_open(split_id, at), "closed", at).written(), lambda wired: _why_not(wired, at))


def expiring(split_id: str, at: datetime) -> Leg:
    """Its time is over, and nobody changes it any more."""
    update = _ended(_of(split_id), "expired", at).require("state", "=", "open")
    return Leg(update.require("expires_at", "<=", clock.written(at)).written(), lambda wired: _why_not(wired, at))


def resting(split: Split) -> Leg:
    """Everybody has been told what there was at `due_at`: nothing more to do before it ends, or for ever."""
    update = _of(split.id).require("due_at", "=", split.due_at).require("state", "=", split.state)
    if split.state == "open":
        update.assign("due_at", split.expires_at)
    else:
        update.remove("due_key", "due_at")
    return Leg(update.written(), lambda wired: InvalidState(state="changed"))


def split(split_id: str) -> Split:
    """Raises NotFound."""
    return Split.of(ledger.movement(split_id))


def part(split_id: str, wallet: str) -> Part | None:
    found = ledger.beside(split_id, PART + wallet)
    return _part_of(found) if found else None


def parts(split_id: str) -> list[Part]:
    """In the order of their wallets, which says nothing of anybody."""
    return [_part_of(one) for one in ledger.all_beside(split_id, PART)]


def listed(user_id: str, before: str | None, limit: int) -> tuple[list[str], str | None]:
    """Ids, newest first, and the position of the next page."""
    found = ledger.newest_of(_LIST + user_id, before, limit + 1)
    following = found[limit - 1] if len(found) > limit else None
    return [one.partition("#")[2] for one in found[:limit]], following


def several(split_ids: Sequence[str], wallet: str) -> list[tuple[Split, Part | None]]:
    """In the order of `split_ids`, each with the part of that wallet."""
    if not split_ids:
        return []
    known = {one["pk"]: Split.of(one) for one in ledger.movements(split_ids)}
    owed = {one["pk"]: _part_of(one) for one in ledger.several_beside(split_ids, PART + wallet)}
    return [(known[one], owed.get(one)) for one in split_ids if one in known]


def _of(split_id: str) -> Update:
    return Update(settings().ledger_table, split_id, items.MOVEMENT)


def _open(split_id: str, at: datetime) -> Update:
    return _of(split_id).require("state", "=", "open").require("expires_at", ">", clock.written(at))


def _ended(update: Update, state: Status, at: datetime) -> Update:
    return _due(update.assign("state", state).assign("ended_at", clock.written(at)), at)


def _due(update: Update, at: datetime) -> Update:
    return update.assign("due_at", clock.written(at))


def _part(split_id: str, wallet: str) -> Update:
    return Update(settings().ledger_table, split_id, PART + wallet)


def _part_of(kept: Mapping[str, Any]) -> Part:
    return Part(
        split=kept["pk"],
        wallet=str(kept["sk"]).removeprefix(PART),
        owner=kept["owner"],
        name=kept["name"],
        amount=kept["amount"],
        left=kept["left"],
        declined="declined" in kept,
        asked_at=kept["asked_at"],
        says=kept.get("says", ""),
        says_at=kept.get("says_at", ""),
    )


def _not_owed(found: Part) -> InvalidState:
    return InvalidState(state="part-declined" if found.declined else "part-paid")


def _why_not(wired: Item | None, at: datetime) -> Verdict:
    if wired is None:
        return NotFound()
    found = Split.of(plain_item(wired))
    if found.state != "open":
        return InvalidState(state=_REFUSED.get(found.state, found.state))
    return InvalidState(state="expired") if found.is_over(at) else Changed()


def _gone(wired: Item | None) -> Verdict:
    return Changed()
