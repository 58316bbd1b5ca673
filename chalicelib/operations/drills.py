"""Restore drills, as their records tell of them; `drilling` does them."""

from __future__ import annotations

from datetime import datetime

from chalicelib.cases import service as cases
from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound
from chalicelib.operations import backups
from chalicelib.operations import store_backups as store
from chalicelib.operations.model_backups import Backup
from chalicelib.operations.model_drills import ENDED, Drill, DrillView, Restored, view

COMMAND = "command"
"""Who asked for a drill that `infra/restore.py` does."""


def asked(by: Operator, backup_id: str | None, at: datetime) -> Drill:
    """Of the newest whole backup, if none is named. Raises NotFound, InvalidState (not whole, or one is under way)."""
    found = backups.one(backup_id) if backup_id else backups.newest_whole()
    if found is None:
        raise NotFound()
    if found.state != "whole":
        raise InvalidState(state=found.state)
    newest, _ = store.drills(None, 1)
    if newest and newest[0].state not in ENDED:
        raise InvalidState(state=newest[0].state)
    cases.audit(by.user_id, "backup.drill", found.id, "", at, source_address=by.source_address)
    return begin(found, by.user_id, at)


def begin(backup: Backup, by: str, at: datetime) -> Drill:
    tables = tuple(Restored(part.table) for part in backup.parts)
    drill_id = ids.new("drl", at)
    begun = Drill(drill_id, "filling", backup.id, backup.prefix, backup.as_of, by, clock.written(at), tables)
    store.put(begun)
    return begun


def one(drill_id: str) -> Drill:
    """Raises NotFound."""
    found = store.drill(drill_id) if ids.is_id(drill_id, "drl") else None
    if found is None:
        raise NotFound()
    return found


def listed(position: str | None, limit: int) -> tuple[list[Drill], str | None]:
    return store.drills(position, limit)


def told(drill: Drill) -> DrillView:
    seconds = (clock.read(drill.ended_at) - clock.read(drill.begun_at)).total_seconds() if drill.ended_at else 0
    return view(drill, round(seconds))
