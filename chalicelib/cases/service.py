"""Opening and resolving work for a person, and writing down who did what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from chalicelib import happenings
from chalicelib.cases import audit as audit_log
from chalicelib.cases import store
from chalicelib.cases.model import Case, Facts, State
from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound

_guards: dict[str, Callable[[Case], None]] = {}


def guard_with(kind: str, check: Callable[[Case], None]) -> None:
    """`check` refuses to have a case of this kind resolved by hand before what it is about is done.

    The rooms that know are above this one, so they hand it in.
    """
    _guards[kind] = check


def open_case(
    kind: str,
    subject: str,
    facts: Facts,
    due_at: datetime,
    at: datetime,
    *,
    key: str = "",
    owner: str | None = None,
    about: str = "",
) -> str:
    """The id of the case; the same kind, subject and key open it once. `owner` has it until somebody takes it on;
    `about` is the person whose affair it is, for whom as an operator it is not there."""
    opened = case_id(kind, subject, key)
    case = Case(opened, kind, subject, "open", opened_at=at, due_at=due_at, owner=owner, facts=facts, about=about)
    if store.put(case):
        happenings.tell("case-opened", at, "succeeded", user_id=about, reason=kind, once=opened)
    return opened


def close(kind: str, subject: str, closed_as: str, *, key: str = "") -> bool:
    """What it was about is as it should be, by itself: `closed_as` says how. False if it is not open."""
    closed = case_id(kind, subject, key)
    if not store.close(closed, closed_as):
        return False
    happenings.tell("case-finished", clock.now(), "succeeded", reason=kind, once=closed)
    return True


def case_id(kind: str, subject: str, key: str = "") -> str:
    """The id of the case that these open, whether or not they have."""
    return ids.derived("cas", kind, subject, key)


def case(case_id: str) -> Case:
    """Raises NotFound."""
    found = store.get(case_id) if ids.is_id(case_id, "cas") else None
    if found is None:
        raise NotFound()
    return found


def seen(by: Operator, case_id: str) -> Case:
    """Raises NotFound, of one about themselves too."""
    found = case(case_id)
    if found.about == by.user_id:
        raise NotFound()
    return found


def standing(case_id: str) -> tuple[State, datetime] | None:
    """Its state and when it was opened; None if there is none. What people wrote is not opened."""
    return store.standing(case_id)


def open_cases(position: str | None, limit: int) -> tuple[list[Case], str | None]:
    """Soonest due first, from `position` on; and the position of the next page, None at the end."""
    return store.open_cases(position, limit)


def open_to(by: Operator, position: str | None, limit: int) -> tuple[list[Case], str | None]:
    """As `open_cases`, but those about themselves, so a page may be short."""
    found, following = open_cases(position, limit)
    return [one for one in found if one.about != by.user_id], following


def take(case_id: str, by: Operator, at: datetime) -> Case:
    """It is this operator's work now. Raises NotFound, InvalidState (resolved)."""
    found = seen(by, case_id)
    audit(by.user_id, "case.take", case_id, "", at, source_address=by.source_address)
    taken = store.take(case_id, by.user_id) if found.state == "open" else None
    if taken is None:
        raise InvalidState(state="resolved")
    return taken


def postpone(case_id: str, note: str, due_at: datetime) -> bool:
    """It is to be looked at again by `due_at`; `note` says why. False if it is not open."""
    return store.postpone(case_id, note, due_at)


def resolve(case_id: str, by: Operator, note: str, at: datetime) -> Case:
    """By hand. Raises NotFound, InvalidState (resolved already), and what forbids it to cases of its kind."""
    found = seen(by, case_id)
    check = _guards.get(found.kind)
    if check and found.state == "open":
        check(found)
    return finish(case_id, by, note, at)


def finish(case_id: str, by: Operator, note: str, at: datetime) -> Case:
    """What it is about is done. Raises NotFound, InvalidState (resolved). The audit log has it before the case does."""
    if case(case_id).state == "resolved":
        raise InvalidState(state="resolved")
    audit(by.user_id, "case.resolve", case_id, note, at, source_address=by.source_address)
    resolved = store.resolve(case_id, by.user_id, note)
    if resolved is None:
        raise InvalidState(state="resolved")
    took_ms = round((at - resolved.opened_at).total_seconds() * 1000)
    about, kind = resolved.about, resolved.kind
    happenings.tell("case-finished", at, "succeeded", user_id=about, reason=kind, took_ms=took_ms, once=case_id)
    return resolved


def audit(
    who: str, what: str, whom: str, why: str, at: datetime, *, source_address: str = "", **facts: str | int
) -> None:
    """Add to the audit log, before what it tells of is done: one write, no read.

    `who` and `whom` are ids, `what` is `thing.deed`; `why` is what a person gave as the reason, and is sealed; facts
    are ours, such as a role or a field's name. Where the request that is being answered came from is known
    (`kernel.origin`) unless `source_address` says otherwise; only the network is kept.
    """
    audit_log.written(who, what, whom, why, at, source_address, facts)
