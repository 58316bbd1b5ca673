"""A review of access, a step at a time: nothing is scanned, and whatever is left goes on in the next run.

log ──▶ operators ──▶ merchants ──▶ approvals ──▶ adjustments ──▶ cases ──▶ written
who did what    who may what    keys and roles   what waits for a second person   one for each finding, while it is open

Each step is kept with where the next one begins, so a run that dies repeats one step and counts nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import msgspec

from chalicelib.cases import audit
from chalicelib.cases.model_audit import AuditEntry
from chalicelib.identity import operators
from chalicelib.identity.model_people import Standing
from chalicelib.kernel import clock
from chalicelib.merchants import uses as merchants
from chalicelib.merchants.model_uses import KeyUse, RoleUse
from chalicelib.operations import finding, reviews, store_backups, traces
from chalicelib.operations import model_reviews as model
from chalicelib.operations import store_reviews as store
from chalicelib.operations.model_reviews import Age, Finding, OperatorLine, Reveal, Review, Stage, Use
from chalicelib.settlement import adjustments

RUNS_FOR = timedelta(minutes=10)
"""One run of a function that may take fifteen minutes."""
_LOOKED_AT = 20
_ENTRIES, _OPERATORS, _MERCHANTS, _PAGE, _CASES = 1_000, 25, 10, 100, 25
Step = Callable[[Review, datetime], Review | None]


def run(at: datetime) -> int:
    """What the schedule does: begin the week's report if it is not there, go on with what is under way.

    Returns how many were written.
    """
    if store.one(model.access_id(at)) is None:
        reviews.begun("", model.access_id(at), at)
    newest, _ = store.newest("access", None, _LOOKED_AT)
    return sum(_gone_on(one, at).state == "written" for one in newest if one.state != "written")


def step(review: Review, at: datetime) -> Review | None:
    """One page more, or the end; None if somebody else has gone on with it, or it is written."""
    return None if review.state == "written" else _STEPS[review.stage](review, at)


def _gone_on(review: Review, at: datetime) -> Review:
    while clock.now() - at < RUNS_FOR and (following := step(review, clock.now())) is not None:
        review = following
    return review


def _log(review: Review, at: datetime) -> Review | None:
    known = store.uses(review.id if review.state == "reading" else review.former)
    page, following = audit.after(clock.read(review.since), clock.read(review.until), review.cursor or None, _ENTRIES)
    roster = _roster()
    did = [entry for entry in page if entry.who in roster]
    uses = {one: known.get(one, Use()) for one in roster}
    for entry in did:
        uses[entry.who] = model.folded(uses[entry.who], clock.written(entry.at)[:10], traces.shown_by(entry.what))
    seen = _with_reveals(review, page)
    return store.change(_next(seen, "log" if following else "operators", following), uses)


def _roster() -> frozenset[str]:
    found, position = operators.listed(None, _PAGE)
    while position:
        more, position = operators.listed(position, _PAGE)
        found += more
    return frozenset(one.user_id for one in found)


def _with_reveals(review: Review, page: list[AuditEntry]) -> Review:
    """Those of the last week, though the log may be read from further back; of whoever has no role any more, too."""
    first = clock.read(review.until) - model.EVERY
    new = [_reveal(one) for one in page if one.what in traces.REVEALS and one.at >= first]
    by = review.reveals_by
    for one in new:
        by = model.plus(by, **{one.by: 1})
    kept = (*reversed(new), *review.reveals)[: model.MOST_REVEALS]
    figures = model.plus(review.figures, reveals=len(new))
    return msgspec.structs.replace(review, reveals=kept, reveals_by=by, figures=figures)


def _reveal(entry: AuditEntry) -> Reveal:
    return Reveal(entry.id, clock.written(entry.at), entry.who, entry.whom, str(entry.facts.get("field", "")))


def _operators(review: Review, at: datetime) -> Review | None:
    page, following = operators.standings(review.cursor or None, _OPERATORS)
    uses, until = store.uses(review.id), clock.read(review.until)
    for one in page:
        review = _with_operator(review, one, uses.get(one.appointed.user_id, Use()), until)
    if following is None:
        unused = sum(len(permissions) for permissions in review.unused.values())
        review = _counted(review, permissions_unused=unused, reveal_operators=len(review.reveals_by))
        review = _found(review, _of_those_who_left(review))
    return store.change(_next(review, "operators" if following else "merchants", following))


def _of_those_who_left(review: Review) -> list[Finding]:
    """Whoever has seen much in clear and has no role any more: that they left answers nothing."""
    roster = _roster()
    many = {who: seen for who, seen in review.reveals_by.items() if seen >= model.MANY_REVEALS and who not in roster}
    return [Finding("reveals-many", who, {"reveals": seen}) for who, seen in sorted(many.items())]


def _with_operator(review: Review, one: Standing, use: Use, at: datetime) -> Review:
    role, who = one.appointed.role, one.appointed.user_id
    may, used, shown = traces.traced(role), model.used_of_late(use, at), review.reveals_by.get(who, 0)
    line = OperatorLine(
        id=who,
        role=role,
        since=clock.written(one.appointed.at),
        used_on=max(use.seen, one.used_at[:10]),
        second_factor=one.has_factor,
        may=len(may),
        used=len(used & set(may)),
        reveals=shown,
    )
    lines = (*review.operators, line)[: model.MOST_OPERATORS]
    left = tuple(permission for permission in review.unused.get(role, may) if permission not in used)
    told = msgspec.structs.replace(review, operators=lines, unused={**review.unused, role: left})
    return _found(_counted(told, operators=1), _of_operator(one, line, used, at))


def _of_operator(one: Standing, line: OperatorLine, used: frozenset[str], at: datetime) -> list[Finding]:
    age, facts = Age(one.appointed.at, line.used_on), {"role": line.role}
    enough = traces.enough(line.role, used) if at - one.appointed.at >= model.UNUSED_AFTER else None
    found: list[tuple[str, bool, Mapping[str, str | int]]] = [
        ("operator-gone", not one.is_there, {}),
        ("operator-without-factor", one.is_there and not one.has_factor, {}),
        ("operator-idle", age.is_unused(at), _idle(age, at)),
        ("role-too-wide", enough is not None, {"enough_role": enough or ""}),
        ("reveals-many", line.reveals >= model.MANY_REVEALS, {"reveals": line.reveals}),
    ]
    return [Finding(kind, line.id, {**facts, **more}) for kind, holds, more in found if holds]


def _merchants(review: Review, at: datetime) -> Review | None:
    page, following = merchants.merchants(review.cursor or None, _MERCHANTS)
    for merchant_id in page:
        review = _with_merchant(review, merchant_id)
    return store.change(_next(review, "merchants" if following else "approvals", following))


def _with_merchant(review: Review, merchant_id: str) -> Review:
    until, noted = clock.read(review.until), clock.read(review.watched_since)
    position: str | None = None
    while True:
        keys, position = merchants.keys(merchant_id, position, _PAGE, until)
        review = _counted(review, keys=len(keys))
        review = _found(review, [found for key in keys for found in _of_key(key, noted, until)])
        if position is None:
            break
    while True:
        roles, position = merchants.roles(merchant_id, position, _PAGE)
        review = _counted(review, staff=len(roles))
        review = _found(review, [found for role in roles for found in _of_role(role, noted, until)])
        if position is None:
            return review


def _of_key(key: KeyUse, noted: datetime, at: datetime) -> list[Finding]:
    age, facts = Age(key.created_at, key.used_on, noted), {"merchant": key.merchant_id}
    found = []
    if age.is_unused(at):
        found.append(Finding("key-idle", key.id, {**facts, **_idle(age, at)}))
    if model.is_old(key.created_at, at):
        found.append(Finding("key-old", key.id, {**facts, "days": model.days_since(key.created_at, at)}))
    return found


def _of_role(role: RoleUse, noted: datetime, at: datetime) -> list[Finding]:
    age = Age(role.created_at, role.used_on, noted)
    if not age.is_unused(at):
        return []
    return [Finding("staff-idle", role.id, {"merchant": role.merchant_id, "role": role.role, **_idle(age, at)})]


def _idle(age: Age, at: datetime) -> dict[str, str | int]:
    known: dict[str, str | int] = {"days": age.unused_days(at)}
    return {**known, "used_on": age.used_on} if age.used_on else known


def _approvals(review: Review, at: datetime) -> Review | None:
    """However many were decided since: what waits longest is the farthest back."""
    given, following = store_backups.givings_back(review.cursor or None, _PAGE)
    waiting = [(one.id, one.proposed_at) for one in given if one.state == "proposed"]
    return store.change(_next(_with_waiting(review, waiting), "approvals" if following else "adjustments", following))


def _adjustments(review: Review, at: datetime) -> Review | None:
    waiting, following = adjustments.waiting(review.cursor or None, _PAGE)
    return store.change(_next(_with_waiting(review, waiting), "adjustments" if following else "cases", following))


def _with_waiting(review: Review, waiting: list[tuple[str, str]]) -> Review:
    until = clock.read(review.until)
    late = [(one, moment) for one, moment in waiting if until - clock.read(moment) >= model.WAITS_TOO_LONG_AFTER]
    found = [
        Finding("approval-waiting", one, {"days": model.days_since(clock.read(moment), until)}) for one, moment in late
    ]
    return _found(_counted(review, approvals_waiting=len(waiting)), found)


def _cases(review: Review, at: datetime) -> Review | None:
    """A few at a time: opened twice is opened once."""
    left = [place for place, one in enumerate(review.findings) if not one.case_id][:_CASES]
    former = store.one(review.former) if review.former else None
    if not left:
        return finding.written(review, former, at)
    findings = list(review.findings)
    for place in left:
        findings[place] = finding.with_case(findings[place], former, review.id, at)
    return store.change(msgspec.structs.replace(review, findings=tuple(findings)))


def _next(review: Review, stage: Stage, cursor: str | None) -> Review:
    return msgspec.structs.replace(review, state="reading", stage=stage, cursor=cursor or "")


def _counted(review: Review, **more: int) -> Review:
    return msgspec.structs.replace(review, figures=model.plus(review.figures, **more))


def _found(review: Review, found: list[Finding]) -> Review:
    return finding.added(review, found)


_STEPS: dict[Stage, Step] = {
    "log": _log,
    "operators": _operators,
    "merchants": _merchants,
    "approvals": _approvals,
    "adjustments": _adjustments,
    "cases": _cases,
}
