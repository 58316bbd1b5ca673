"""Restore drills, a step at a time: a backup that nobody has brought back is none.

filling ──every file in fresh tables──▶ summing ──read back, the manifest's hashes──▶ judging ──▶ passed
                                           └── another hash: failed                     ├──▶ repaired
                                                                                        └──▶ refused
Failed and refused call somebody. The fresh tables are taken away after the end, whatever it was; what a run that died
left of them the next one finds.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from chalicelib.kernel import clock
from chalicelib.observability import count, logger, page
from chalicelib.operations import backing_up, backups, drills, fresh, judging, reading
from chalicelib.operations import model_backups as model
from chalicelib.operations import store_backups as store
from chalicelib.operations import store_bucket as bucket
from chalicelib.operations.model_backups import Manifest
from chalicelib.operations.model_drills import ENDED, Drill, Restored, State
from chalicelib.operations.store_books import Books

EVERY = timedelta(days=7)
_GIVEN_UP = timedelta(days=1)
_LOOKED_AT = 20


def run(at: datetime) -> int:
    """What the schedule does: begin one that is due, and go on with what is under way. Returns how many ended."""
    newest, _ = store.drills(None, _LOOKED_AT)
    scheduled = next((one for one in newest if not one.by), None)
    found = backups.newest_whole()
    if found and model.is_due(clock.read(scheduled.begun_at) if scheduled else None, EVERY, at):
        newest.insert(0, drills.begin(found, "", at))
    ours = [one for one in newest if one.state not in ENDED and not _is_somebody_at_it(one, at)]
    ended = [backing_up.while_there_is_time(one, step, at) for one in ours]
    for one in newest:
        _clear(one)
    return sum(one.state in ENDED for one in ended)


def _is_somebody_at_it(drill: Drill, at: datetime) -> bool:
    """A command does its own; of one that died the tables are taken away once its time is over."""
    return drill.by == drills.COMMAND and at - clock.read(drill.begun_at) <= _GIVEN_UP


def step(drill: Drill, at: datetime) -> Drill | None:
    """One file, one table's hash, or the judgement; None while there is nothing to do."""
    if drill.state in ENDED:
        return None
    if at - clock.read(drill.begun_at) > _GIVEN_UP:
        return _ended(drill, "failed", at, reason="took more than a day")
    found = bucket.manifest(drill.prefix)
    if found is None:
        return _ended(drill, "failed", at, reason="no manifest")
    if not backups.is_its_manifest(drill.backup, found[1]):
        return _ended(drill, "failed", at, reason="another manifest")
    work = {"filling": _filled, "summing": _summed, "judging": _judged}[drill.state]
    return work(drill, found[0], at)


def called(drill: Drill) -> dict[str, str]:
    """Its fresh tables."""
    return fresh.names(drill.id[-8:])


def _filled(drill: Drill, manifest: Manifest, at: datetime) -> Drill | None:
    if not fresh.make(called(drill)):
        return None
    place = next((number for number, one in enumerate(drill.tables) if not one.filled), None)
    if place is None:
        return store.change(msgspec.structs.replace(drill, state="summing"))
    return _with(drill, place, filled(drill.tables[place], manifest, called(drill)))


def filled(restored: Restored, manifest: Manifest, names: fresh.Names) -> Restored:
    """With one file more. The last one shows whether the chain of files is the manifest's."""
    part = manifest.part(restored.table)
    files = bucket.files(part) if part else []
    if restored.files >= len(files):
        return msgspec.structs.replace(restored, filled=True)
    key = files[restored.files]
    opened = bucket.Opened(key)
    fresh.fill(names[restored.table], opened.items())
    link = model.chained(restored.chain, key.removeprefix(part.folder if part else ""), opened.digest())
    return msgspec.structs.replace(restored, files=restored.files + 1, chain=link)


def _summed(drill: Drill, manifest: Manifest, at: datetime) -> Drill | None:
    place = next((number for number, one in enumerate(drill.tables) if not one.summed), None)
    if place is not None:
        return _with(drill, place, summed(drill.tables[place], manifest, called(drill)))
    unequal = [one.table for one in drill.tables if not one.equal]
    if unequal:
        return _ended(drill, "failed", at, reason="other hashes: " + ", ".join(unequal))
    return store.change(msgspec.structs.replace(drill, state="judging"))


def summed(restored: Restored, manifest: Manifest, names: fresh.Names) -> Restored:
    """What is in the fresh table, read back, against what was in the live one."""
    tally, part = model.tally(reading.everything(names[restored.table])), manifest.part(restored.table)
    equal = part is not None and (tally, restored.chain) == (part.tally, part.chain)
    return msgspec.structs.replace(restored, tally=tally, summed=True, equal=equal)


def _judged(drill: Drill, manifest: Manifest, at: datetime) -> Drill | None:
    judgement = judging.judge(Books(called(drill)), clock.read(manifest.as_of), undoes=True)
    return _ended(msgspec.structs.replace(drill, judgement=judgement), judgement.verdict, at)


def _ended(drill: Drill, state: State, at: datetime, reason: str = "") -> Drill | None:
    """It is known first: judged once more without its tables, a good backup would be a bad one."""
    ended = msgspec.structs.replace(drill, state=state, ended_at=clock.written(clock.now()), reason=reason)
    if state in ("failed", "refused"):
        page("RestoreDrillFailed", drill=drill.id, backup=drill.backup, state=state, reason=reason)
    else:
        logger().info("RestoreDrillEnded", extra={"drill": drill.id, "backup": drill.backup, "state": state})
        count("RestoreDrillPassed")
    kept = store.change(ended)
    return _clear(kept) if kept else None


def _clear(drill: Drill) -> Drill:
    if drill.state not in ENDED or drill.cleared or not fresh.take_away(called(drill)):
        return drill
    return store.change(msgspec.structs.replace(drill, cleared=True)) or drill


def _with(drill: Drill, place: int, restored: Restored) -> Drill | None:
    tables = (*drill.tables[:place], restored, *drill.tables[place + 1 :])
    return store.change(msgspec.structs.replace(drill, tables=tables))
