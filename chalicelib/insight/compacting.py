"""Files of the lake become few, and each event stands in them once, where its time says. In bounded memory.

A turn that is cut short is done again by the next one: what has landed goes only when the day names the file it is in.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path

from chalicelib.insight import engine, model_lake, store_lake
from chalicelib.insight.model_lake import Day, File, Job, Landed
from chalicelib.kernel import clock

KEPT_FOR_READERS = timedelta(hours=1)
_LOOKS_BACK = timedelta(days=7)
Progress = Callable[[str], None]


def compact(at: datetime, progress: Progress = lambda told: None) -> int:
    """How many files it made."""
    by_day: dict[str, list[Landed]] = defaultdict(list)
    for one in store_lake.landed(model_lake.MOST_LANDED):
        by_day[one.day].append(one)
    waiting = sorted({*by_day, *_ending(at)})
    made = 0
    for place, day in enumerate(waiting, 1):
        made += _compact(store_lake.day(day), by_day[day], at)
        progress(f"{day}, day {place} of {len(waiting)}")
    if sum(map(len, by_day.values())) < model_lake.MOST_LANDED:
        store_lake.note(at)
    return made


def _ending(at: datetime) -> list[str]:
    """Days that may have ended lately."""
    first, last = (clock.written(one)[:10] for one in (at - _LOOKS_BACK - model_lake.OPEN_FOR, at))
    return [one.day for one in store_lake.days(first, last) if model_lake.is_over(one.day, at)]


def _compact(known: Day, landed: list[Landed], at: datetime) -> int:
    jobs = model_lake.jobs(known, landed, at)
    if not jobs:
        return 0
    done = [(job, _made(job)) for job in jobs]
    replaced = {old.key for job in jobs for old in job.old}
    kept = [one for one in known.files if one.key not in replaced]
    files = sorted([*kept, *(file for _, file in done if file.events)], key=lambda file: file.hour)
    if not store_lake.swap(known, files):
        return 0
    store_lake.remove([one.key for job in jobs for one in job.landed])
    return len(done)


def _made(job: Job) -> File:
    with tempfile.TemporaryDirectory() as folder:
        parquet = _fetched(Path(folder), (one.key for one in job.old))
        lines = _fetched(Path(folder), (one.key for one in job.landed))
        target = Path(folder) / "made.parquet"
        events = engine.merge(parquet, lines, target, Path(folder))
        store_lake.put_file(job.key, target)
        return File(job.hour, job.key, events, target.stat().st_size)


def _fetched(folder: Path, keys: Iterable[str]) -> list[Path]:
    found = []
    for key in keys:
        target = folder / key.replace("/", "_")
        store_lake.fetch(key, target)
        found.append(target)
    return found


def tidy(at: datetime) -> int:
    """Removes files that count no more, once nobody reads them still; how many."""
    first, last = (clock.written(one)[:10] for one in (at - _LOOKS_BACK - model_lake.OPEN_FOR, at))
    return sum(_tidied(day, at - KEPT_FOR_READERS) for day in store_lake.days(first, last))


def _tidied(day: Day, before: datetime) -> int:
    counted = {one.key for one in day.files}
    gone = [key for key in store_lake.files_of(day.day, before) if key not in counted]
    store_lake.remove(gone)
    return len(gone)
