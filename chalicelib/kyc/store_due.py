"""What is due of people's documents, on the sparse index `due`: it finds candidates, conditions decide."""

from __future__ import annotations

from datetime import datetime

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.cloud_tables import Table
from chalicelib.kernel import clock, ids

SHARDS = 4


class _DueIndex(GlobalSecondaryIndex["DueItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_key = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class DueItem(Table):
    """An item under a user that waits for something; it is erased with everything else of theirs."""

    setting = "identity_table"
    due = _DueIndex()
    due_key = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)


def key(kind: str, user_id: str) -> str:
    """The `due_key`: kind and shard, which follows from the id of whoever it belongs to."""
    return _shard(kind, ids.packed(user_id)[-1] % SHARDS)


def due(kind: str, at: datetime, limit: int) -> list[tuple[str, str]]:
    """`pk` and `sk` of what is due by `at`, `limit` from each shard, the oldest first."""
    until = DueItem.due_at <= clock.written(at)
    shards = (DueItem.due.query(_shard(kind, shard), until, limit=limit) for shard in range(SHARDS))
    return [(item.pk, item.sk) for found in shards for item in found]


def _shard(kind: str, shard: int) -> str:
    return f"{kind}#{shard:02d}"
