"""Backups, a step at a time: asked for at one instant, read file by file, and whole when the manifest is written.

asked ──the schedule's next run──▶ reading ──every file summed and locked──▶ whole
   │                                  └──DynamoDB could not, or a day has passed──▶ failed: somebody is called
   └──────────────────────────────────┴──it began in a region that was lost──▶ failed: nobody is
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from chalicelib.kernel import clock
from chalicelib.observability import count, logger, page
from chalicelib.operations import backups, code, reading
from chalicelib.operations import model_backups as model
from chalicelib.operations import store_backups as store
from chalicelib.operations import store_bucket as bucket
from chalicelib.operations.model_backups import Backup, Kept, Manifest

RUNS_FOR = timedelta(minutes=10)
"""One run of a function that may take fifteen minutes; what is left goes on in the next."""
_GIVEN_UP = timedelta(days=1)
_Record = TypeVar("_Record")


def run(at: datetime) -> int:
    """What the schedule does: begin one that is due, and go on with what is under way. Returns how many are whole."""
    newest, _ = store.backups(None, backups.LOOKED_AT)
    scheduled = next((one for one in newest if not one.by and one.state != "failed"), None)
    if model.is_due(clock.read(scheduled.begun_at) if scheduled else None, backups.every(), at):
        newest.insert(0, backups.begun("", _kept(at), at))
    under_way = [one for one in newest if one.state in backups.UNDER_WAY]
    ended = [while_there_is_time(one, step, at) for one in under_way if _goes_on(one, at)]
    return sum(one.state == "whole" for one in ended)


def step(backup: Backup, at: datetime) -> Backup | None:
    """One file more, or the manifest; None while there is nothing to do."""
    if backup.state not in backups.UNDER_WAY:
        return None
    if at - clock.read(backup.begun_at) > _GIVEN_UP:
        return _failed(backup, "took more than a day", at)
    if backup.state == "asked":
        return _begun(backup, at)
    place = next((number for number, part in enumerate(backup.parts) if not part.done), None)
    return _whole(backup, at) if place is None else _read(backup, place, at)


def _goes_on(backup: Backup, at: datetime) -> bool:
    """False, and it has failed, if it began elsewhere: brought back with its table, it is nobody's fault."""
    if all(reading.is_here(part) for part in backup.parts):
        return True
    logger().warning("BackupPassedOver", extra={"backup": backup.id})
    _ended(backup, at, state="failed", reason="began in another region")
    return False


def while_there_is_time(record: _Record, work: Callable[[_Record, datetime], _Record | None], at: datetime) -> _Record:
    """Step by step until there is nothing to do just now, or this run has taken long enough."""
    while clock.now() - at < RUNS_FOR and (following := work(record, clock.now())) is not None:
        record = following
    return record


def _kept(at: datetime) -> Kept:
    last = backups.newest_of_the_schedule()
    return model.kept_as(at, clock.read(last.begun_at) if last else None)


def _begun(backup: Backup, at: datetime) -> Backup | None:
    """Every table is asked for at once, as of the same instant; it is kept first.

    A run that dies half-way asks for the same again: DynamoDB refuses a token that comes with another instant.
    """
    source = reading.source()
    if not backup.as_of:
        return store.change(msgspec.structs.replace(backup, as_of=clock.written(source.instant(at))))
    wanted = [model.part_of(table, backup.kept, backup.id) for table in reading.tables()]
    try:
        parts = tuple(source.begun(part, clock.read(backup.as_of)) for part in wanted)
    except reading.DidNotExport as error:
        return _failed(backup, str(error), at)
    return store.change(msgspec.structs.replace(backup, state="reading", parts=parts))


def _read(backup: Backup, place: int, at: datetime) -> Backup | None:
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
