"""Bringing back what was lost: `docs/how-to/restore.md` says when and how.

    python -m infra.restore list               the backups that the bucket holds
    python -m infra.restore check              read the newest one through: every file as it was written
    python -m infra.restore drill              the newest one into fresh tables, compared and judged, then gone
    python -m infra.restore bring-back TABLE…  what is missing in these tables is put; nothing that is there is touched
    python -m infra.restore hash TABLE…        of the tables in use
    python -m infra.restore rewrap --under ID  data keys of personal fields, from the replica of a lost region's KMS key

`--json` tells it to a program. `--backup PREFIX` takes another than the newest; `--local` is the local cloud that runs
here. On AWS it wants the functions' environment and credentials for bucket, tables and key. Exit 0 only if everything
came back and adds up.
"""

from __future__ import annotations

import argparse
import json
import sys
import time

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.identity import vault
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound
from chalicelib.operations import backups, drilling, drills, reading, restoring, store_bucket
from chalicelib.operations import model_backups as model
from chalicelib.operations.model_backups import Manifest
from chalicelib.operations.model_drills import ENDED, Finding
from infra.local import inside


def show() -> int:
    for prefix in store_bucket.manifests():
        try:
            _, manifest = restoring.named(prefix)
        except restoring.Damaged as damage:
            print(damage)
            continue
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
    try:
        found = backups.one(manifest.id)
    except NotFound:
        print(f"restore: no record of {manifest.id} is in the table of cases here: bring-back cases first, then drill")
        return 1
    run = drills.begin(found, drills.COMMAND, clock.now())
    while run.state not in ENDED:
        following = drilling.step(run, clock.now())
        time.sleep(0 if following else 2)
        run = following or run
    print(f"drill {run.id}: {run.state} {run.reason}")
    _tell(run.judgement.findings)
    return 0 if run.state in ("passed", "repaired") else 1


def hashes(tables: list[str], *, to_a_program: bool) -> int:
    found = {table: model.tally(reading.everything(reading.full_name(table))) for table in tables or reading.tables()}
    if to_a_program:
        print(json.dumps({table: one.sum for table, one in found.items()}))
        return 0
    for table, one in found.items():
        print(f"{table}: {one.items} items, {one.sum}")
    return 0


def bring_back(manifest: Manifest, tables: list[str], *, to_a_program: bool) -> int:
    brought = restoring.bring_back(manifest, tables or reading.tables())
    judgement = restoring.judged(manifest)
    if to_a_program:
        told = {"as_of": manifest.as_of, "tables": brought, "judgement": judgement, "verdict": judgement.verdict}
        print(msgspec.json.encode(told).decode())
        return 1 if judgement.verdict == "refused" else 0
    for one in brought:
        state = "as it was" if one.equal else "newer items in it"
        print(f"{one.table}: {one.put} of {one.items} items were missing; {one.tally.sum[:16]}…, {state}")
    print(f"books: {judgement.verdict}, {judgement.accounts} accounts, {judgement.entries} entries")
    _tell(judgement.findings)
    return 1 if judgement.verdict == "refused" else 0


def _tell(findings: tuple[Finding, ...]) -> None:
    for one in findings:
        print(f"  {one.remedy}: {one.what} {one.about} {one.detail}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["list", "check", "drill", "bring-back", "hash", "rewrap"])
    parser.add_argument("tables", nargs="*", metavar="TABLE")
    parser.add_argument("--backup", metavar="PREFIX")
    parser.add_argument("--under", metavar="ID", default="")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--local", action="store_true")
    chosen = parser.parse_args()
    if chosen.local:
        inside.enter()
    if chosen.what == "list":
        return show()
    if chosen.what == "hash":
        return hashes(chosen.tables, to_a_program=chosen.json)
    if chosen.what == "rewrap":
        print(f"{vault.rewrap(chosen.under)} data keys are wrapped anew")
        return 0
    return _with_a_backup(chosen)


def _with_a_backup(chosen: argparse.Namespace) -> int:
    try:
        _, manifest = restoring.named(chosen.backup) if chosen.backup else restoring.newest()
        if chosen.what == "check":
            return check(manifest)
        if chosen.what == "drill":
            return drill(manifest)
        return bring_back(manifest, chosen.tables, to_a_program=chosen.json)
    except (restoring.Damaged, BotoCoreError, ClientError) as trouble:
        print(f"restore: {trouble}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
