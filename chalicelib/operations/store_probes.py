"""Checks of the whole, in the table `cases`: one item, which is read whole and written whole.

PROBES   STATE   what is under way, the newest check, the last ones, what they left
"""

from __future__ import annotations

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.cloud_tables import Table, absent, made
from chalicelib.operations.model_probes import Probes

PROBES, _STATE = "PROBES", "STATE"


class _ProbesItem(Table):
    setting = "cases_table"
    told = UnicodeAttribute()
    """JSON."""
    number = NumberAttribute()


def probes() -> Probes:
    item = _ProbesItem.find(PROBES, _STATE)
    return msgspec.json.decode(item.told, type=Probes) if item else Probes()


def keep(seen: Probes, now: Probes) -> Probes | None:
    """With its next number; None, and no effect, if it is not as it was seen any more."""
    then = msgspec.structs.replace(now, number=seen.number + 1)
    item = _ProbesItem(PROBES, _STATE, told=msgspec.json.encode(then).decode(), number=then.number)
    as_seen = (_ProbesItem.number == seen.number) if seen.number else absent()
    return then if made(lambda: item.save(as_seen)) else None
