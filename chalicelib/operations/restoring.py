"""Bringing a backup back into the tables that are in use: what is missing is put, what is there is never touched.

So a wiped table becomes what it was, a newer item stays newer, and the journal is only ever added to. Then the books
are judged; what a fresh table would lose is refused here. The journal comes last: its stream tells everybody once more,
and whoever was told before knows it by then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chalicelib.kernel import clock
from chalicelib.operations import backups, fresh, judging, reading
from chalicelib.operations import model_backups as model
from chalicelib.operations import store_bucket as bucket
from chalicelib.operations.model_backups import Manifest, Tally
from chalicelib.operations.model_drills import Judgement
from chalicelib.operations.store_books import Books

Say = Callable[[str], None]


class Damaged(Exception):
    """The bucket does not hold what the manifest says; nothing of this table was put."""


@dataclass(frozen=True, slots=True)
class Brought:
    """Of one table: how many items the backup has, how many of them were missing, and what the table holds now."""

    table: str
    items: int
    put: int
    tally: Tally
    equal: bool
    """Whether it holds what it held at the backup's instant, to the byte."""


def newest() -> tuple[str, Manifest]:
    """By the bucket alone: the records may be what was lost. Raises Damaged if there is none."""
    prefixes = bucket.manifests()
    if not prefixes:
        raise Damaged("the bucket holds no whole backup")
    return named(prefixes[-1])


def named(prefix: str) -> tuple[str, Manifest]:
    """Raises Damaged."""
    found = bucket.manifest(prefix)
    if found is None:
        raise Damaged(f"{prefix} has no manifest")
    if not backups.is_its_manifest(found[0].id, found[1]):
        raise Damaged(f"{prefix} has another manifest than was written: {found[1]}; a former version of it is locked")
    return prefix, found[0]


def bring_back(manifest: Manifest, tables: Sequence[str], say: Say = lambda text: None) -> list[Brought]:
    """Into the tables in use. Raises Damaged before a table's first item is put."""
    wanted = [one for one in reversed(reading.tables()) if one in tables and manifest.part(one)]
    found = []
    for table in wanted:
        say(table)
        found.append(_brought(table, manifest))
    return found


def judged(manifest: Manifest) -> Judgement:
    names = {table: reading.full_name(table) for table in reading.tables()}
    return judging.judge(Books(names), clock.read(manifest.as_of), undoes=False)


def check(table: str, manifest: Manifest) -> None:
    """Every file is there as it was written. Raises Damaged."""
    part = manifest.part(table)
    found = model.part_of(table, manifest.kept, manifest.id)
    for key in bucket.files(found):
        found = reading.summed(found, key)
    if part is None or (found.tally, found.chain) != (part.tally, part.chain):
        raise Damaged(f"{table}: {found.tally.items} items, {part.tally.items if part else 0} were written")


def _brought(table: str, manifest: Manifest) -> Brought:
    check(table, manifest)
    name, count, put = reading.full_name(table), 0, 0
    part = model.part_of(table, manifest.kept, manifest.id)
    for key in bucket.files(part):
        for item in bucket.Opened(key).items():
            count, put = count + 1, put + fresh.put_if_absent(name, item)
    tally, then = model.tally(reading.everything(name)), manifest.part(table)
    return Brought(table, count, put, tally, then is not None and tally == then.tally)
