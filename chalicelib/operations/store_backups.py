"""Records in the table `cases`: each kind under one key, the newest last.

BACKUPS   <backup>        how far it is, or what it holds
DRILLS    <drill>         how far it is, or what it found
RETURNS   <giving back>   whose records were asked for, and what came of it
"""

from __future__ import annotations

from typing import TypeVar

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.cloud_tables import Table, made
from chalicelib.operations.model_backups import Backup
from chalicelib.operations.model_drills import Drill
from chalicelib.operations.model_giving_back import GivingBack

_KEYS: dict[type, str] = {Backup: "BACKUPS", Drill: "DRILLS", GivingBack: "RETURNS"}
_PREFIXES: dict[type, str] = {Backup: "bak_", Drill: "drl_", GivingBack: "gbk_"}
_Record = TypeVar("_Record", Backup, Drill, GivingBack)
_Page = tuple[list[_Record], str | None]


class _RecordItem(Table):
    setting = "cases_table"
    told = UnicodeAttribute()
    """JSON."""
    number = NumberAttribute()


def put(record: Backup | Drill | GivingBack) -> None:
    _item(record).keep_new()


def change(record: _Record) -> _Record | None:
    """With its next number; None, and no effect, if somebody else has changed it meanwhile."""
    then = msgspec.structs.replace(record, number=record.number + 1)
    return then if made(lambda: _item(then).save(_RecordItem.number == record.number)) else None


def backup(backup_id: str) -> Backup | None:
    return _one(Backup, backup_id)


def drill(drill_id: str) -> Drill | None:
    return _one(Drill, drill_id)


def giving_back(giving_back_id: str) -> GivingBack | None:
    return _one(GivingBack, giving_back_id)


def backups(position: str | None, limit: int) -> _Page[Backup]:
    """Newest first; and the position of the next page."""
    return _newest(Backup, position, limit)


def drills(position: str | None, limit: int) -> _Page[Drill]:
    """Newest first; and the position of the next page."""
    return _newest(Drill, position, limit)


def givings_back(position: str | None, limit: int) -> _Page[GivingBack]:
    """Newest first; and the position of the next page."""
    return _newest(GivingBack, position, limit)


def _one(kind: type[_Record], record_id: str) -> _Record | None:
    item = _RecordItem.find(_KEYS[kind], record_id)
    return msgspec.json.decode(item.told, type=kind) if item else None


def _newest(kind: type[_Record], position: str | None, limit: int) -> _Page[_Record]:
    found, following = _RecordItem.newest(_KEYS[kind], _PREFIXES[kind], position, limit)
    return [msgspec.json.decode(item.told, type=kind) for item in found], following


def _item(record: Backup | Drill | GivingBack) -> _RecordItem:
    told = msgspec.json.encode(record).decode()
    return _RecordItem(_KEYS[type(record)], record.id, told=told, number=record.number)
