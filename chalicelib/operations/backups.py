"""Backups, a step at a time: asked for at one instant, read file by file, and whole when the manifest is written.

reading ──every file summed and locked──▶ whole
    └──DynamoDB could not, or a day has passed──▶ failed: somebody is called, and the next one begins
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from chalicelib.cases import service as cases
from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound
from chalicelib.observability import count, logger, page
from chalicelib.operations import code, reading
from chalicelib.operations import model_backups as model
from chalicelib.operations import store_backups as store
from chalicelib.operations import store_bucket as bucket
from chalicelib.operations.model_backups import Backup, BackupsView, Kept, Manifest
from chalicelib.settings import settings

RUNS_FOR = timedelta(minutes=10)
"""One run of a function that may take fifteen minutes; what is left goes on in the next."""
_GIVEN_UP = timedelta(days=1)
_LATE_BY = timedelta(hours=2)
_LOOKED_AT = 60
_Record = TypeVar("_Record")


def run(at: datetime) -> int:
    """What the schedule does: begin one that is due, and go on with what is under way. Returns how many are whole."""
    newest, _ = store.backups(None, _LOOKED_AT)
    scheduled = next((one for one in newest if not one.by and one.state != "failed"), None)
    if model.is_due(clock.read(scheduled.begun_at) if scheduled else None, _every(), at):
        newest.insert(0, begin("", _kept(newest, at), at))
    ended = [while_there_is_time(one, step, at) for one in newest if one.state == "reading"]
    _look_at_age([*ended, *newest], at)
    return sum(one.state == "whole" for one in ended)


def asked(by: Operator, at: datetime) -> Backup:
    """By a person, now; the schedule's next run reads it. Raises InvalidState: another one is being read."""
    newest, _ = store.backups(None, 1)
    if newest and newest[0].state == "reading":
        raise InvalidState(state="reading")
    cases.audit(by.user_id, "backup.ask", "backups", "", at, source_address=by.source_address)
    return begin(by.user_id, "daily", at)


def begin(by: str, kept: Kept, at: datetime) -> Backup:
    """Every table is asked for at once, as of the same instant."""
    source, backup_id = reading.source(), ids.new("bak", at)
    as_of = source.instant(at)
    parts = tuple(source.begun(model.part_of(table, kept, backup_id), as_of) for table in reading.tables())
    until = clock.written(model.until(kept, at))
    begun = Backup(backup_id, "reading", by, kept, clock.written(as_of), clock.written(at), until, parts)
    store.put(begun)
    return begun


def step(backup: Backup, at: datetime) -> Backup | None:
    """One file more, or the manifest; None while there is nothing to do."""
    if backup.state != "reading":
        return None
    if at - clock.read(backup.begun_at) > _GIVEN_UP:
        return _failed(backup, "took more than a day", at)
    place = next((number for number, part in enumerate(backup.parts) if not part.done), None)
    if place is None:
        return _whole(backup, at)
    part = backup.parts[place]
    until = model.until(model.kept_of(part), clock.read(backup.begun_at))
    try:
        read = reading.source().step(part, until)
    except reading.DidNotExport as error:
        return _failed(backup, str(error), at)
    if read is None:
        return None
    return store.change(
        msgspec.structs.replace(backup, parts=(*backup.parts[:place], read, *backup.parts[place + 1 :]))
    )


def while_there_is_time(record: _Record, work: Callable[[_Record, datetime], _Record | None], at: datetime) -> _Record:
    """Step by step until there is nothing to do just now, or this run has taken long enough."""
    while clock.now() - at < RUNS_FOR and (following := work(record, clock.now())) is not None:
        record = following
    return record


def newest_whole() -> Backup | None:
    found, _ = store.backups(None, _LOOKED_AT)
    return next((one for one in found if one.state == "whole"), None)


def one(backup_id: str) -> Backup:
    """Raises NotFound."""
    found = store.backup(backup_id) if ids.is_id(backup_id, "bak") else None
    if found is None:
        raise NotFound()
    return found


def listed(position: str | None, limit: int) -> tuple[list[Backup], str | None]:
    return store.backups(position, limit)


def standing(at: datetime) -> BackupsView:
    found = newest_whole()
    every = int(_every().total_seconds()) // 60
    if found is None:
        return BackupsView("", "", -1, every)
    return BackupsView(found.id, found.as_of, int((at - clock.read(found.as_of)).total_seconds()), every)


def _every() -> timedelta:
    return timedelta(minutes=int(settings().backup_every_minutes))


def _kept(newest: list[Backup], at: datetime) -> Kept:
    last = next((clock.read(found.begun_at) for found in newest if found.state == "whole" and not found.by), None)
    return model.kept_as(at, last)


def _whole(backup: Backup, at: datetime) -> Backup | None:
    until = model.until(backup.kept, clock.read(backup.begun_at))
    manifest = Manifest(backup.id, backup.as_of, backup.kept, backup.kept_until, code.version(), backup.parts)
    digest = bucket.put_manifest(backup.prefix, manifest, until)
    logger().info("BackupWhole", extra={"backup": backup.id, "manifest": digest, "items": backup.whole.items})
    count("BackupWhole")
    return _ended(backup, at, state="whole", manifest=digest)


def _failed(backup: Backup, reason: str, at: datetime) -> Backup | None:
    page("BackupFailed", backup=backup.id, reason=reason)
    return _ended(backup, at, state="failed", reason=reason)


def _ended(backup: Backup, at: datetime, **more: str) -> Backup | None:
    return store.change(msgspec.structs.replace(backup, ended_at=clock.written(at), **more))


def _look_at_age(known: list[Backup], at: datetime) -> None:
    """Two turns and two hours without a whole one, and somebody is called."""
    made = [clock.read(found.as_of) for found in known if found.state == "whole"]
    oldest = min((clock.read(found.begun_at) for found in known), default=at)
    if at - max(made, default=oldest) > 2 * _every() + _LATE_BY:
        page("BackupLate", seconds=int((at - max(made, default=oldest)).total_seconds()))
