"""The table `cases`. Open cases are on the sparse index `due`. The note is sealed: a person wrote it."""

from __future__ import annotations

from datetime import datetime

import msgspec
from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.cases import sealing
from chalicelib.cases.model import Case, State
from chalicelib.cloud_tables import Table, absent, made, reading
from chalicelib.kernel import clock

_CASE, _OPEN = "CASE", "case"


class _DueIndex(GlobalSecondaryIndex["_CaseItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_key = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class _CaseItem(Table):
    setting = "cases_table"
    due = _DueIndex()
    due_key = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute()
    kind = UnicodeAttribute()
    subject = UnicodeAttribute()
    state = UnicodeAttribute()
    opened_at = UnicodeAttribute()
    owner = UnicodeAttribute(null=True)
    note = UnicodeAttribute(null=True)
    closed_as = UnicodeAttribute(null=True)
    facts = UnicodeAttribute()
    about = UnicodeAttribute(null=True)


def put(case: Case) -> bool:
    """Once for each id; False if it was there."""
    item = _CaseItem(
        case.id,
        _CASE,
        due_key=_OPEN,
        due_at=clock.written(case.due_at),
        kind=case.kind,
        subject=case.subject,
        state=case.state,
        opened_at=clock.written(case.opened_at),
        owner=case.owner,
        facts=msgspec.json.encode(case.facts).decode(),
        about=case.about or None,
    )
    return made(lambda: item.save(absent()))


def get(case_id: str) -> Case | None:
    item = _CaseItem.find(case_id, _CASE)
    return _case(item) if item else None


def standing(case_id: str) -> tuple[State, datetime] | None:
    try:
        item = _CaseItem.get(case_id, _CASE, consistent_read=True, attributes_to_get=["pk", "sk", "state", "opened_at"])
    except _CaseItem.DoesNotExist:
        return None
    return ("open" if item.state == "open" else "resolved"), clock.read(item.opened_at)


def resolve(case_id: str, owner: str, note: str) -> Case | None:
    """Open → resolved; None if it is not open. The same resolution again is that resolution: its answer was lost."""
    item = _CaseItem(case_id, _CASE)
    actions: list[Action] = [
        _CaseItem.state.set("resolved"),
        _CaseItem.owner.set(owner),
        _CaseItem.note.set(sealing.sealed(case_id, "note", note)),
        _CaseItem.due_key.remove(),
    ]
    if made(lambda: item.update(actions, _CaseItem.state == "open")):
        return _case(item)
    found = get(case_id)
    return found if found and (found.owner, found.note) == (owner, note) else None


def postpone(case_id: str, note: str, due_at: datetime) -> bool:
    """False if it is not open."""
    item = _CaseItem(case_id, _CASE)
    actions: list[Action] = [
        _CaseItem.note.set(sealing.sealed(case_id, "note", note)),
        _CaseItem.due_at.set(clock.written(due_at)),
    ]
    return made(lambda: item.update(actions, _CaseItem.state == "open"))


def close(case_id: str, closed_as: str) -> bool:
    """Open → resolved by nobody; False if it is not open."""
    item = _CaseItem(case_id, _CASE)
    actions: list[Action] = [
        _CaseItem.state.set("resolved"),
        _CaseItem.closed_as.set(closed_as),
        _CaseItem.due_key.remove(),
    ]
    return made(lambda: item.update(actions, _CaseItem.state == "open"))


def take(case_id: str, owner: str) -> Case | None:
    """Whoever takes it last has it; None if it is not open."""
    item = _CaseItem(case_id, _CASE)
    return _case(item) if made(lambda: item.update([_CaseItem.owner.set(owner)], _CaseItem.state == "open")) else None


def open_cases(position: str | None, limit: int) -> tuple[list[Case], str | None]:
    """Soonest due first; candidates come from the index, their state from the cases themselves."""
    found = list(_CaseItem.due.query(_OPEN, limit=limit + 1, last_evaluated_key=_start(position)))
    candidates = found[:limit]
    following = f"{candidates[-1].due_at}#{candidates[-1].pk}" if len(found) > limit else None
    cases = [case for case in _together([item.pk for item in candidates]) if case.state == "open"]
    return cases, following


def _start(position: str | None) -> dict[str, dict[str, str]] | None:
    if position is None:
        return None
    due_at, _, case_id = position.partition("#")
    key = {"pk": case_id, "sk": _CASE, "due_key": _OPEN, "due_at": due_at}
    return {name: {"S": text} for name, text in key.items()}


def _together(case_ids: list[str]) -> list[Case]:
    if not case_ids:
        return []
    with reading() as together:
        found = [together.get(_CaseItem, case_id, _CASE) for case_id in case_ids]
    return [_case(future.get()) for future in found]


def _case(item: _CaseItem) -> Case:
    return Case(
        id=item.pk,
        kind=item.kind,
        subject=item.subject,
        state="open" if item.state == "open" else "resolved",
        opened_at=clock.read(item.opened_at),
        due_at=clock.read(item.due_at),
        owner=item.owner,
        note=item.note and sealing.opened(item.pk, "note", item.note),
        facts=msgspec.json.decode(item.facts),
        closed_as=item.closed_as,
        about=item.about or "",
    )
