"""The trash in the table `identity`.

<user>        TRASH#<id>   something deleted or overwritten; gone once restored, or after thirty days
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec
from pynamodb.attributes import UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib.cloud_tables import absent, made, writing
from chalicelib.identity import store_due, vault
from chalicelib.identity.model_trash import Trashed
from chalicelib.identity.store_due import DueItem
from chalicelib.kernel import clock

_TRASH, _DUE = "TRASH#", "trash"


class _TrashItem(DueItem):
    kind = UnicodeAttribute()
    shown = UnicodeAttribute()
    fields = UnicodeAttribute()
    """JSON, sealed."""
    deleted_at = UnicodeAttribute()


def all_or_nothing(fill: Callable[[TransactWrite], None]) -> bool:
    """What `fill` writes, as one transaction; False, and no effect, if one of its conditions fails."""

    def together() -> None:
        with writing() as transaction:
            fill(transaction)

    return made(together)


def keeping(transaction: TransactWrite, trashed: Trashed) -> None:
    """Kept together with what deletes or overwrites it."""
    transaction.save(_item(trashed), absent())


def taking(transaction: TransactWrite, trashed: Trashed) -> None:
    """Out of the trash together with what puts it back; neither happens if it is gone already."""
    transaction.delete(_TrashItem(*_key(trashed.user_id, trashed.id)), _TrashItem.pk.exists())


def find(user_id: str, trash_id: str) -> Trashed | None:
    found = _TrashItem.find(*_key(user_id, trash_id))
    return _trashed(found) if found else None


def newest(user_id: str, position: str | None, limit: int) -> tuple[list[Trashed], str | None]:
    """Newest first, whether its time is over or not."""
    found, following = _TrashItem.newest(user_id, _TRASH, position, limit)
    return [_trashed(item) for item in found], following


def due(at: datetime) -> list[tuple[str, str]]:
    return store_due.due(_DUE, at)


def empty(user_id: str, position: str, at: datetime) -> bool:
    """False if it is gone already, or its time is not over."""
    item = _TrashItem(user_id, position)
    return made(lambda: item.delete(_TrashItem.due_at <= clock.written(at)))


def _key(user_id: str, trash_id: str) -> tuple[str, str]:
    return user_id, _TRASH + trash_id


def _item(trashed: Trashed) -> _TrashItem:
    fields = msgspec.json.encode(trashed.fields).decode()
    return _TrashItem(
        *_key(trashed.user_id, trashed.id),
        kind=trashed.kind,
        **vault.sealed(trashed.user_id, shown=trashed.shown, fields=fields),
        deleted_at=clock.written(trashed.deleted_at),
        due_key=store_due.key(_DUE, trashed.user_id),
        due_at=clock.written(trashed.gone_at),
    )


def _trashed(item: _TrashItem) -> Trashed:
    return Trashed(
        id=item.sk.removeprefix(_TRASH),
        user_id=item.pk,
        kind=item.kind,
        shown=vault.opened(item.pk, "shown", item.shown),
        fields=msgspec.json.decode(vault.opened(item.pk, "fields", item.fields), type=dict[str, str]),
        deleted_at=clock.read(item.deleted_at),
    )
