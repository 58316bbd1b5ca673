"""Files of the lake become few, and each event stands in them once, where its time says. In bounded memory.

A turn that is cut short is done again by the next one: what has landed goes only when the day names the file it is in.
An hour that fails stops no other; a file that nobody can read is put aside for a person.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from chalicelib.insight import engine, model_lake, store_lake, store_live
from chalicelib.insight.model_lake import File, Job, Landed, Replaced
from chalicelib.kernel import clock
from chalicelib.observability import page
from chalicelib.settings import settings

KEPT_FOR_READERS = timedelta(days=8)
"""Answers, which are kept for seven, lead to entries in what they were made of."""
_LOOKS_BACK = timedelta(days=7)
Progress = Callable[[str], None]


def compact(at: datetime, progress: Progress = lambda told: None) -> int:
    """How many files it made."""
    behind = store_live.behind(settings().happened_queue_url, at)
    landed = store_lake.landed(model_lake.MOST_LANDED)
    by_day: dict[str, list[Landed]] = defaultdict(list)
    for one in landed.files:
        by_day[one.day].append(one)
    for key in landed.strays:
        _put_aside(key, "no-place")
    waiting = sorted({*by_day, *_ending(at)})
    made, whole = 0, True
    for place, day in enumerate(waiting, 1):
        files, done = _compact(day, by_day[day], at)
        made, whole = made + files, whole and done
        progress(f"{day}, day {place} of {len(waiting)}")
    if whole and behind is not None and len(landed.files) + len(landed.strays) < model_lake.MOST_LANDED:
        _note(model_lake.through(at, behind))
    return made


def _note(through: datetime) -> None:
    """Never earlier than was said before."""
    said = store_lake.through()
    if said is None or clock.read(said) < through:
        store_lake.note(through)


def _ending(at: datetime) -> list[str]:
    """Days that may have ended lately."""
    first, last = (clock.written(one)[:10] for one in (at - _LOOKS_BACK - model_lake.OPEN_FOR, at))
    return [one.day for one in store_lake.days(first, last) if model_lake.is_over(one.day, at)]


def _compact(day: str, landed: list[Landed], at: datetime) -> tuple[int, bool]:
    """How many files it made, and whether all that has landed is in the files that count now."""
    made, whole = 0, True
    for job in model_lake.jobs(store_lake.day(day), landed, at):
        try:
            done = _done(job, at)
        except Exception as error:
            page("SweepFailed", sweep="lake", day=job.day, hour=job.hour, error=type(error).__name__)
            done = False
        made, whole = made + done, whole and done
    return made, whole


def _done(job: Job, at: datetime) -> bool:
    """False if somebody else has changed the day meanwhile. What counts no more is noted before; what is made counts no
    more either, unless it comes to count."""
    old = tuple(one.key for one in job.old)
    store_lake.note_replaced(Replaced(job.day, at, job.key, (*old, job.key)))
    file = _made(job)
    known = store_lake.day(job.day)
    if not {one.key for one in job.old} <= {one.key for one in known.files}:
        return False
    kept = [one for one in known.files if one not in job.old]
    files = sorted([*kept, *([file] if file.events else [])], key=lambda one: one.hour)
    if not store_lake.swap(known, files):
        return False
    store_lake.note_replaced(Replaced(job.day, at, job.key, old))
    store_lake.remove([one.key for one in job.landed])
    return True


def _made(job: Job) -> File:
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        parquet = _fetched(folder, (one.key for one in job.old))
        lines = dict(zip(_fetched(folder, (one.key for one in job.landed)), job.landed, strict=True))
        target = folder / "made.parquet"
        try:
            events = engine.merge(parquet, list(lines), target, folder)
        except engine.Unreadable:
            bad = _unreadable(list(lines), target, folder)
            for path in bad:
                _put_aside(lines[path].key, "unreadable", path)
            good = [one for one in lines if one not in bad]
            events = engine.merge(parquet, good, target, folder) if parquet or good else 0
        if not events:
            return File(job.hour, job.key, 0, 0)
        store_lake.put_file(job.key, target)
        return File(job.hour, job.key, events, target.stat().st_size)


def _unreadable(lines: Sequence[Path], target: Path, folder: Path) -> list[Path]:
    """Which of them, halved until they stand alone."""
    if not lines:
        return []
    try:
        engine.merge([], lines, target, folder)
    except engine.Unreadable:
        if len(lines) == 1:
            return list(lines)
        middle = len(lines) // 2
        return [*_unreadable(lines[:middle], target, folder), *_unreadable(lines[middle:], target, folder)]
    return []


def _put_aside(key: str, why: str, path: Path | None = None) -> None:
    """Under `unreadable/`, where a person finds it; its copy is there before it goes from where it landed."""
    page("LakeFileUnreadable", key=key, why=why)
    with tempfile.TemporaryDirectory() as folder:
        store_lake.put_file(store_lake.UNREADABLE + key, path or _fetched(Path(folder), [key])[0])
    store_lake.remove([key])


def _fetched(folder: Path, keys: Iterable[str]) -> list[Path]:
    found = []
    for key in keys:
        target = folder / key.replace("/", "_")
        store_lake.fetch(key, target)
        found.append(target)
    return found


def tidy(at: datetime) -> int:
    """Removes files that count no more, once no answer leads to them; how many."""
    return sum(map(_tidied, store_lake.replaced(at - KEPT_FOR_READERS)))


def _tidied(found: Replaced) -> int:
    counted = {one.key for one in store_lake.day(found.day).files}
    gone = [key for key in found.keys if key not in counted]
    store_lake.remove(gone)
    store_lake.forget_replaced(found)
    return len(gone)
