"""Requests for money that we ended badly, in the table `cases`: a day is sixteen partitions, so that none is hot.

MISS#<day>#<shard>   <time>#<movement>   one of them
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.api.misses import Miss
from chalicelib.cloud_tables import Table, cut
from chalicelib.kernel import clock
from chalicelib.ledger import model

_MISS, _KEPT = "MISS#", timedelta(days=90)


class _MissItem(Table):
    setting = "cases_table"
    miss = UnicodeAttribute()
    """JSON."""
    expires_at_seconds = NumberAttribute()


def put(miss: Miss) -> None:
    _MissItem(
        _place(miss.at[:10], model.shard_of(miss.movement)),
        f"{miss.at}#{miss.movement}",
        miss=msgspec.json.encode(miss).decode(),
        expires_at_seconds=int((clock.read(miss.at) + _KEPT).timestamp()),
    ).save()


def page(
    day: str, shard: int, since: datetime, until: datetime, position: str, limit: int
) -> tuple[list[Miss], str | None]:
    """Of one shard of a day, oldest first, behind `position`; and the position of the next page, None at the end."""
    place = _place(day, shard)
    start = {"pk": {"S": place}, "sk": {"S": position}} if position else None
    within = _MissItem.sk.between(clock.written(since), clock.written(until) + "#~")
    found = _MissItem.query(place, within, consistent_read=True, limit=limit + 1, last_evaluated_key=start)
    kept, following = cut(list(found), limit)
    return [msgspec.json.decode(item.miss, type=Miss) for item in kept], following


def _place(day: str, shard: int) -> str:
    return f"{_MISS}{day}#{shard}"
