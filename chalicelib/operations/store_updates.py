"""Updates in the table `cases`: written together with what they tell of; what must be given on is on the index `due`.

<update>   UPDATE   what was said, and how far it has been given on
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.transactions import TransactWrite

from chalicelib.cloud_tables import Table, absent, made
from chalicelib.kernel import clock
from chalicelib.operations.model_updates import Update

_UPDATE, _DUE = "UPDATE", "update"


class _DueIndex(GlobalSecondaryIndex["_UpdateItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_key = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class _UpdateItem(Table):
    setting = "cases_table"
    due = _DueIndex()
    due_key = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    about = UnicodeAttribute()
    told = UnicodeAttribute()
    position = UnicodeAttribute(null=True)


def beginning(transaction: TransactWrite, update: Update) -> None:
    """Its id follows from what it tells; whoever writes it again sends nothing twice."""
    transaction.save(_item(update))


def begin(update: Update) -> bool:
    """False if it is there already, sent or not."""
    return made(lambda: _item(update).save(absent()))


def again(update_id: str, at: datetime) -> None:
    """From the beginning once more, if it is not under way: whoever was told is not told again."""
    once_more: list[Action] = [
        _UpdateItem.due_key.set(_DUE),
        _UpdateItem.due_at.set(clock.written(at)),
        _UpdateItem.position.remove(),
    ]
    idle = _UpdateItem.pk.exists() & _UpdateItem.due_at.does_not_exist()
    made(lambda: _UpdateItem(update_id, _UPDATE).update(once_more, idle))


def find(update_id: str) -> Update | None:
    item = _UpdateItem.find(update_id, _UPDATE)
    if item is None:
        return None
    told = msgspec.json.decode(item.told, type=Update)
    due_at = clock.read(item.due_at) if item.due_at else None
    return replace(told, due_at=due_at, position=item.position or "")


def due(at: datetime, limit: int = 20) -> list[str]:
    """Updates; candidates only, the oldest first."""
    return [item.pk for item in _UpdateItem.due.query(_DUE, _UpdateItem.due_at <= clock.written(at), limit=limit)]


def go_on(seen: Update, position: str | None, due_at: datetime | None) -> bool:
    """Given on as far as `position`, and whoever gets True has it until `due_at`; None: all are. False: another has."""
    actions: list[Action] = []
    if due_at is None:
        actions += [_UpdateItem.due_key.remove(), _UpdateItem.due_at.remove()]
    else:
        actions.append(_UpdateItem.due_at.set(clock.written(due_at)))
    if position:
        actions.append(_UpdateItem.position.set(position))
    return made(lambda: _UpdateItem(seen.id, _UPDATE).update(actions, _as_seen(seen)))


def _item(update: Update) -> _UpdateItem:
    item = _UpdateItem(update.id, _UPDATE, about=update.about, told=msgspec.json.encode(update).decode(), due_key=_DUE)
    item.due_at = clock.written(update.due_at) if update.due_at else None
    return item


def _as_seen(seen: Update) -> Any:
    return _UpdateItem.due_at == (clock.written(seen.due_at) if seen.due_at else "")
