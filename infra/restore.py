"""Bringing back what was lost: `docs/how-to/restore.md` says when and how.

    python -m infra.restore list               the backups that the bucket holds
    python -m infra.restore check              read the newest one through: every file as it was written
    python -m infra.restore drill              the newest one into fresh tables, compared and judged, then gone
    python -m infra.restore bring-back TABLE…  what is missing in these tables is put; nothing that is there is touched

`--backup PREFIX` takes another than the newest; `--local` is the local cloud that runs here. On AWS it wants the
functions' environment and credentials for bucket, tables and key. Exit 0 only if everything came back and adds up.
"""

from __future__ import annotations

import argparse
import sys
import time

from chalicelib.kernel import clock
from chalicelib.operations import backups, drills, reading, restoring, store_bucket
from chalicelib.operations.model_backups import Manifest
from chalicelib.operations.model_drills import ENDED, Finding
from infra.local import inside


def show() -> int:
    for prefix in store_bucket.manifests():
        _, manifest = restoring.named(prefix)
        items = sum(part.tally.items for part in manifest.parts)
        print(f"{prefix}  as of {manifest.as_of}  {items} items  until {manifest.kept_until[:10]}")
    return 0


def check(manifest: Manifest) -> int:
    for part in manifest.parts:
        restoring.check(part.table, manifest)
        print(f"{part.table}: {part.tally.items} items, {part.tally.sum[:16]}…, as they were written")
    return 0


def drill(manifest: Manifest) -> int:
    """Without the ten minutes that a function has."""
    found = backups.one(manifest.id)
    run = drills.begin(found, "command", clock.now())
    while run.state not in ENDED:
        following = drills.step(run, clock.now())
        time.sleep(0 if following else 2)
        run = following or run
    print(f"drill {run.id}: {run.state} {run.reason}")
    _tell(run.judgement.findings)
    return 0 if run.state in ("passed", "repaired") else 1


def bring_back(manifest: Manifest, tables: list[str]) -> int:
    for one in restoring.bring_back(manifest, tables or reading.tables()):
        state = "as it was" if one.equal else "newer items in it"
        print(f"{one.table}: {one.put} of {one.items} items were missing; {one.tally.sum[:16]}…, {state}")
    judgement = restoring.judged(manifest)
    print(f"books: {judgement.verdict}, {judgement.accounts} accounts, {judgement.entries} entries")
    _tell(judgement.findings)
    return 1 if judgement.verdict == "refused" else 0


def _tell(findings: tuple[Finding, ...]) -> None:
    for one in findings:
        print(f"  {one.remedy}: {one.what} {one.about} {one.detail}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["list", "check", "drill", "bring-back"])
    parser.add_argument("tables", nargs="*", metavar="TABLE")
    parser.add_argument("--backup", metavar="PREFIX")
    parser.add_argument("--local", action="store_true")
    chosen = parser.parse_args()
    if chosen.local:
        inside.enter()
    if chosen.what == "list":
        return show()
    try:
        _, manifest = restoring.named(chosen.backup) if chosen.backup else restoring.newest()
        if chosen.what == "check":
            return check(manifest)
        return drill(manifest) if chosen.what == "drill" else bring_back(manifest, chosen.tables)
    except restoring.Damaged as damage:
        print(f"restore: {damage}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
