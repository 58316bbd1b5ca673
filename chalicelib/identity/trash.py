"""What a person deletes or overwrites is kept for thirty days, and put back when they ask.

Whoever deletes or overwrites something hands it to `keep`, inside the very transaction that does away with it, and
registers under its kind how it is put back (`RESTORERS`); its sentence is `trash.<kind>` in the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from pynamodb.transactions import TransactWrite

from chalicelib import queues
from chalicelib.identity import store_trash
from chalicelib.identity.model_trash import Fields, Trashed
from chalicelib.kernel import ids
from chalicelib.kernel.errors import NotFound, Unavailable

Restorer = Callable[[TransactWrite, str, Fields, datetime], None]
"""Writes into the transaction what puts a user's fields back; raises a refusal where there is no place for them."""

RESTORERS: dict[str, Restorer] = {}
_RACES = 3


def keep(
    user_id: str, kind: str, shown: str, fields: Fields, at: datetime, into: TransactWrite | None = None
) -> Trashed:
    """`shown`: masked, for its owner; `into`: the transaction that deletes or overwrites it."""
    trashed = Trashed(ids.new("trs", at), user_id, kind, shown, fields, at)
    if into is None:
        store_trash.all_or_nothing(lambda transaction: store_trash.keeping(transaction, trashed))
    else:
        store_trash.keeping(into, trashed)
    return trashed


def listed(user_id: str, position: str | None, limit: int, at: datetime) -> tuple[list[Trashed], str | None]:
    """Newest first, from `position` on; and the position of the next page, None at the end."""
    found, following = store_trash.newest(user_id, position, limit)
    return [trashed for trashed in found if trashed.gone_at > at], following


def kind_of(user_id: str, trash_id: str) -> str:
    """Empty if the person has no such thing there."""
    found = store_trash.find(user_id, trash_id) if ids.is_id(trash_id, "trs") else None
    return found.kind if found else ""


def restore(user_id: str, trash_id: str, at: datetime) -> None:
    """Put it back, once. Raises NotFound if it is gone, or another's."""
    for _ in range(_RACES):
        found = store_trash.find(user_id, trash_id) if ids.is_id(trash_id, "trs") else None
        if found is None or found.gone_at <= at:
            raise NotFound()
        if store_trash.all_or_nothing(lambda transaction, kept=found: _back(transaction, kept, at)):  # type: ignore[misc]
            return
    raise Unavailable(retry_after_seconds=1)


def empty_due(at: datetime) -> int:
    """Erases what was kept for thirty days; returns how much."""
    return queues.sweep("trash", store_trash.due(at), lambda found: store_trash.empty(*found, at))


def _back(transaction: TransactWrite, kept: Trashed, at: datetime) -> None:
    store_trash.taking(transaction, kept)
    RESTORERS[kept.kind](transaction, kept.user_id, kept.fields, at)
