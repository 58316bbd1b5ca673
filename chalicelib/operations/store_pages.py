"""The rota and the pages in the table `cases`; what must be sent on is on the index `due`.

ON-CALL   SHIFT#<to>#<shift>   who, from when, and in which order
<page>    PAGE                 of which incident, who was told, who answered
<page>    CODE#<hash>          whom a link was sent to
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.transactions import TransactWrite

from chalicelib.cloud_tables import Table, absent, cut, made, writing
from chalicelib.kernel import clock
from chalicelib.operations.model_on_call import Code, Page, Shift

_ROTA, _SHIFT, _PAGE, _CODE, _DUE = "ON-CALL", "SHIFT#", "PAGE", "CODE#", "page"


class _DueIndex(GlobalSecondaryIndex["_PageItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_key = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class _ShiftItem(Table):
    setting = "cases_table"
    person_id = UnicodeAttribute()
    since = UnicodeAttribute()
    place = NumberAttribute()
    made_by = UnicodeAttribute()


class _PageItem(Table):
    setting = "cases_table"
    due = _DueIndex()
    due_key = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    incident_id = UnicodeAttribute()
    asked = UnicodeAttribute()
    asking = UnicodeAttribute()
    answered_by = UnicodeAttribute(null=True)
    answered_at = UnicodeAttribute(null=True)


class _CodeItem(Table):
    setting = "cases_table"
    user_id = UnicodeAttribute()
    expires_at = UnicodeAttribute()


def add(shift: Shift, by: str) -> None:
    item = _ShiftItem(_ROTA, _place(shift), person_id=shift.person_id, place=shift.order, made_by=by)
    item.since = clock.written(shift.since)
    item.keep_new()


def remove(shift: Shift) -> bool:
    """False if it is gone already."""
    return made(lambda: _ShiftItem(_ROTA, _place(shift)).delete(_ShiftItem.pk.exists()))


def shifts(at: datetime, position: str | None, limit: int) -> tuple[list[Shift], str | None]:
    """What is not over yet, the first to end first; and the position of the next page, None at the end."""
    start = {"pk": {"S": _ROTA}, "sk": {"S": position}} if position else None
    later = _ShiftItem.sk.between(f"{_SHIFT}{clock.written(at + clock.MICROSECOND)}", _SHIFT + "~")
    found = _ShiftItem.query(_ROTA, later, consistent_read=True, limit=limit + 1, last_evaluated_key=start)
    page, following = cut(list(found), limit)
    return [_shift(item) for item in page], following


def beginning(transaction: TransactWrite, page: Page) -> None:
    item = _PageItem(page.id, _PAGE, incident_id=page.incident_id, asked="[]", asking="[]", due_key=_DUE)
    item.due_at = clock.written(page.due_at) if page.due_at else None
    transaction.save(item, absent())


def ending(transaction: TransactWrite, page_id: str, by: str, at: datetime) -> None:
    """Somebody has it, or there is nothing to have any more: nobody else is told."""
    over: list[Action] = [_PageItem.due_key.remove(), _PageItem.due_at.remove()]
    answer: list[Action] = [_PageItem.answered_by.set(by), _PageItem.answered_at.set(clock.written(at))] if by else []
    transaction.update(_PageItem(page_id, _PAGE), [*over, *answer], _PageItem.pk.exists())


def page(page_id: str) -> Page | None:
    item = _PageItem.find(page_id, _PAGE)
    if item is None:
        return None
    return Page(
        page_id,
        item.incident_id,
        clock.read(item.due_at) if item.due_at else None,
        tuple(msgspec.json.decode(item.asked)),
        tuple(msgspec.json.decode(item.asking)),
        item.answered_by or "",
        clock.read(item.answered_at) if item.answered_at else None,
    )


def due(at: datetime, limit: int = 100) -> list[str]:
    """Pages; candidates only, the oldest first."""
    return [item.pk for item in _PageItem.due.query(_DUE, _PageItem.due_at <= clock.written(at), limit=limit)]


def waiting(limit: int = 50) -> list[Page]:
    """What nobody has answered, the first to go on first; an answer of this very moment may not show yet."""
    found = [page(item.pk) for item in _PageItem.due.query(_DUE, limit=limit)]
    return [one for one in found if one is not None and one.due_at is not None]


def claim(now: Page, seen: Page, codes: Mapping[str, Code]) -> bool:
    """`now.asking` are told by whoever gets True; `codes`: by their hash."""

    def together() -> None:
        with writing() as transaction:
            going_on(transaction, now, seen)
            for hashed, one in codes.items():
                item = _CodeItem(one.page_id, _CODE + hashed, user_id=one.user_id)
                item.expires_at = clock.written(one.expires_at)
                transaction.save(item, absent())

    return made(together)


def going_on(transaction: TransactWrite, now: Page, seen: Page) -> None:
    """Unless somebody answered, or another has gone on, since it was seen."""
    later: list[Action] = [
        _PageItem.due_at.set(clock.written(now.due_at)) if now.due_at else _PageItem.due_at.remove(),
        _PageItem.asked.set(msgspec.json.encode(now.asked).decode()),
        _PageItem.asking.set(msgspec.json.encode(now.asking).decode()),
    ]
    same = _PageItem.due_at == (clock.written(seen.due_at) if seen.due_at else "")
    transaction.update(_PageItem(now.id, _PAGE), later, same)


def code(page_id: str, hashed: str) -> Code | None:
    item = _CodeItem.find(page_id, _CODE + hashed)
    return Code(page_id, item.user_id, clock.read(item.expires_at)) if item else None


def _place(shift: Shift) -> str:
    return f"{_SHIFT}{clock.written(shift.until)}#{shift.id}"


def _shift(item: _ShiftItem) -> Shift:
    _, until, shift_id = item.sk.split("#")
    return Shift(shift_id, item.person_id, clock.read(item.since), clock.read(until), int(item.place))
