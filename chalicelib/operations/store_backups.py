"""Records of backups and drills, in the table `cases`: each kind under one key, the newest last.

BACKUPS   <backup>   how far it is, or what it holds          DRILLS   <drill>   how far it is, or what it found
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.cloud_tables import Table, made
from chalicelib.operations.model_backups import Backup
from chalicelib.operations.model_drills import Drill

_BACKUPS, _DRILLS = "BACKUPS", "DRILLS"
_Record = TypeVar("_Record", Backup, Drill)


class _RecordItem(Table):
    setting = "cases_table"
    told = UnicodeAttribute()
    number = NumberAttribute()


def put(record: Backup | Drill) -> None:
    _RecordItem(_key(record), record.id, told=_written(record), number=record.number).keep_new()


def change(record: _Record) -> _Record | None:
    """With its next number; None, and no effect, if somebody else has changed it meanwhile."""
    then = msgspec.structs.replace(record, number=record.number + 1)
    item = _RecordItem(_key(record), record.id, told=_written(then), number=then.number)
    return then if made(lambda: item.save(_RecordItem.number == record.number)) else None


def backup(backup_id: str) -> Backup | None:
    item = _RecordItem.find(_BACKUPS, backup_id)
    return msgspec.json.decode(item.told, type=Backup) if item else None


def drill(drill_id: str) -> Drill | None:
    item = _RecordItem.find(_DRILLS, drill_id)
    return msgspec.json.decode(item.told, type=Drill) if item else None


def backups(position: str | None, limit: int) -> tuple[list[Backup], str | None]:
    """Newest first; and the position of the next page."""
    found, following = _RecordItem.newest(_BACKUPS, "bak_", position, limit)
    return [msgspec.json.decode(item.told, type=Backup) for item in found], following


def drills(position: str | None, limit: int) -> tuple[list[Drill], str | None]:
    """Newest first; and the position of the next page."""
    found, following = _RecordItem.newest(_DRILLS, "drl_", position, limit)
    return [msgspec.json.decode(item.told, type=Drill) for item in found], following


def _key(record: Any) -> str:
    return _BACKUPS if isinstance(record, Backup) else _DRILLS


def _written(record: Backup | Drill) -> str:
    return msgspec.json.encode(record).decode()
