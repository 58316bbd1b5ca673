"""Programmes of points, in the table `merchants`; what people have of them is in the ledger.

POINTS-PROGRAMMES  <ptp_…>   a programme with its rules and rewards; each change goes by the version that was seen
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.cloud_tables import TRIES, Table, absent, made
from chalicelib.kernel.errors import NotFound, Unavailable
from chalicelib.rewards.model_points import Programme

_PROGRAMMES = "POINTS-PROGRAMMES"


class _ProgrammeItem(Table):
    setting = "merchants_table"
    programme = UnicodeAttribute()
    version = NumberAttribute()


def put(new: Programme) -> None:
    made(lambda: _item(new).save(absent()))


def programme(programme_id: str) -> Programme | None:
    found = _ProgrammeItem.find(_PROGRAMMES, programme_id)
    return _programme(found) if found else None


def programmes() -> list[Programme]:
    """All of them, newest first: there are few."""
    found = _ProgrammeItem.query(_PROGRAMMES, consistent_read=True, scan_index_forward=False)
    return [_programme(one) for one in found]


def listed(position: str | None, limit: int) -> tuple[list[Programme], str | None]:
    """Newest first, stopped ones too."""
    found, following = _ProgrammeItem.newest(_PROGRAMMES, "ptp_", position, limit)
    return [_programme(one) for one in found], following


def change(programme_id: str, into: Callable[[Programme], Programme]) -> Programme:
    """`into` may be asked again, of what somebody else has made of it meanwhile. Raises NotFound."""
    for _ in range(TRIES):
        seen = programme(programme_id)
        if seen is None:
            raise NotFound()
        now = into(seen)
        if now == seen:
            return seen
        now = msgspec.structs.replace(now, version=seen.version + 1)
        if _replace(now, seen.version):
            return now
    raise Unavailable(retry_after_seconds=1)


def _replace(now: Programme, version: int) -> bool:
    return made(lambda: _item(now).save(_ProgrammeItem.version == version))


def _item(one: Programme) -> _ProgrammeItem:
    return _ProgrammeItem(_PROGRAMMES, one.id, programme=msgspec.json.encode(one).decode(), version=one.version)


def _programme(item: _ProgrammeItem) -> Programme:
    return msgspec.json.decode(item.programme, type=Programme)
