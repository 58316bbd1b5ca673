"""Backups, as their records tell of them; `backing_up` makes them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from chalicelib.cases import service as cases
from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound
from chalicelib.observability import page
from chalicelib.operations import model_backups as model
from chalicelib.operations import store_backups as store
from chalicelib.operations.model_backups import Backup, Kept
from chalicelib.settings import settings

UNDER_WAY = ("asked", "reading")
LOOKED_AT = 60
_LATE_BY = timedelta(hours=2)
_OF_LATE = 3
"""Of those that are looked at every minute: one that is read, a whole one, and one that failed."""


def asked(by: Operator, at: datetime) -> Backup:
    """By a person, now; the schedule's next run reads it. Raises InvalidState: another one is being read."""
    newest, _ = store.backups(None, 1)
    if newest and newest[0].state in UNDER_WAY:
        raise InvalidState(state=newest[0].state)
    cases.audit(by.user_id, "backup.ask", "backups", "", at, source_address=by.source_address)
    return begun(by.user_id, "daily", at)


def every() -> timedelta:
    return timedelta(minutes=int(settings().backup_every_minutes))


def listen(at: datetime) -> int:
    """Called every minute by another function: a schedule that has stopped says nothing itself.

    Two turns and two hours without a whole one, however many failed, and somebody is called.
    """
    age = at - (newest_since() or at)
    if age <= 2 * every() + _LATE_BY:
        return 0
    page("BackupLate", seconds=int(age.total_seconds()))
    return 1


def newest_whole() -> Backup | None:
    """However many failed since."""
    return next((one for one in _newest_first() if one.state == "whole"), None)


def newest_since() -> datetime | None:
    """What the newest whole one shows, or when the first was asked for if none ever became whole; None of none."""
    first = None
    for one in _newest_first(_OF_LATE):
        if one.state == "whole":
            return clock.read(one.as_of)
        first = one
    return clock.read(first.begun_at) if first else None


def newest_of_the_schedule() -> Backup | None:
    """The newest whole one that nobody asked for."""
    return next((one for one in _newest_first() if one.state == "whole" and not one.by), None)


def is_its_manifest(backup_id: str, digest: str) -> bool:
    """A lock keeps what was written and lets a newer version be put above it: the record tells which was ours.

    Of a record that is lost, or as old as the backup, nothing speaks against it but the line `BackupWhole` in the log.
    """
    found = store.backup(backup_id)
    return found is None or found.state in UNDER_WAY or found.manifest == digest


def one(backup_id: str) -> Backup:
    """Raises NotFound."""
    found = store.backup(backup_id) if ids.is_id(backup_id, "bak") else None
    if found is None:
        raise NotFound()
    return found


def listed(position: str | None, limit: int) -> tuple[list[Backup], str | None]:
    return store.backups(position, limit)


def _newest_first(at_once: int = LOOKED_AT) -> Iterator[Backup]:
    found, position = store.backups(None, at_once)
    yield from found
    while position:
        found, position = store.backups(position, LOOKED_AT)
        yield from found


def begun(by: str, kept: Kept, at: datetime) -> Backup:
    until = clock.written(model.until(kept, at))
    asked = Backup(ids.new("bak", at), "asked", by, kept, "", clock.written(at), until, ())
    store.put(asked)
    return asked
