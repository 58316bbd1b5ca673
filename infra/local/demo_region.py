"""A region is lost and rebuilt in another: two local clouds, a step at a time: `make demo ACT=region`.

The second one stands there asleep, as its stack would: empty tables, the same secrets, the data keys wrapped by a key
of its own (in the place of a replica of KMS), and a copy of every backup.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from infra.local import cloud, demo_backup, demo_story, people, places, stack
from infra.local.client import Answer, new_key
from infra.local.demo_story import TEA, Story, shown
from infra.local.narration import Narrator
from infra.local.people import Person

HOME = places.BUILD / "second-region"
LOST = 2
"""Payments after the last copy."""
STARTED_WITHIN_SECONDS = 300


@dataclass
class Regions(Story):
    second: dict[str, Any] = field(default_factory=dict)
    person: Person | None = None
    key: str = field(default_factory=new_key)
    tea: Answer | None = None
    kept: int = 0
    """What the wallet held when the last copied backup was made."""
    as_of: str = ""
    lost_at: float = 0.0
    there: Story | None = None


@contextmanager
def opened(narrator: Narrator, local: dict[str, Any]) -> Iterator[Regions]:
    """What was started for it is stopped in the end; the first region lives again if it did before."""
    try:
        yield Regions(narrator, local)
    finally:
        _cloud("down")
        if cloud.status() != "running":
            cloud.up()


def join(regions: Regions) -> None:
    name, language = regions.narrator.words("name"), regions.narrator.language
    regions.person = Person(f"region-{regions.run}@coffer.example", f"two regions {regions.run}", name, language)
    with regions.narrator.step("region.join") as facts:
        welcome = people.sign_up(regions.anybody, regions.person)
        regions.customer = regions.anybody.bearing(welcome["access_token"])
        regions.wallet = people.wallets(regions.customer)[0]
        facts.update(name=name)


def start_the_second(regions: Regions) -> None:
    with regions.narrator.step("region.second") as facts:
        shutil.rmtree(HOME, ignore_errors=True)
        HOME.mkdir(parents=True)
        shutil.copy(places.HOME / "secrets.json", HOME / "secrets.json")
        _cloud("up", "--detach")
        regions.second = places_of_the_second()
        facts.update(address=regions.second["api"], first=regions.local["api"])


def drink_tea(regions: Regions) -> None:
    with regions.narrator.step("restore.tea") as facts:
        regions.tea = regions.customer.insist("/v1/payments", regions.order(TEA, "tea"), key=regions.key)
        regions.tea.expect(201)
        regions.kept = regions.available()
        facts.update(amount=shown(TEA), balance=shown(regions.kept))


def copy_a_backup(regions: Regions) -> None:
    """As S3 copies it, and KMS its keys."""
    with regions.narrator.step("region.copy") as facts:
        backup = demo_backup.taken(regions)
        regions.as_of = backup["as_of"]
        files, size = _copied(regions.local["aws"]["endpoint"], regions.second["aws"]["endpoint"])
        keys = _rewrapped(regions.local["aws"]["endpoint"], regions.second["aws"]["endpoint"])
        facts.update(items=backup["items"], files=files, kilobytes=size // 1_000, keys=keys)


def pay_what_is_lost(regions: Regions) -> None:
    with regions.narrator.step("region.after") as facts:
        for number in range(LOST):
            wish = regions.order(TEA + 10 * (number + 1), f"after-{number}")
            regions.customer.insist("/v1/payments", wish, key=new_key()).expect(201)
        facts.update(count=LOST, balance=shown(regions.available()))


def lose_the_first(regions: Regions) -> None:
    with regions.narrator.step("region.lost") as facts:
        regions.lost_at = time.time()
        stopped = cloud.down()
        regions.customer.close()
        facts.update(parts=", ".join(stopped))


def rebuild(regions: Regions) -> None:
    """The recovery point is what is lost for good, the recovery time how long nobody could pay."""
    with regions.narrator.step("region.rebuilt") as facts:
        told = demo_backup.command("bring-back", home=HOME)
        regions.must("verdict", told["verdict"], "passed")
        equal = sum(one["equal"] for one in told["tables"])
        regions.must("unequal", {one["table"] for one in told["tables"] if not one["equal"]} <= {"identity"}, True)
        put = sum(one["put"] for one in told["tables"])
        regions.there = _signed_in(regions)
        regions.must("balance", regions.there.available(), regions.kept)
        recovered = time.time()
        lost = regions.lost_at - datetime.fromisoformat(regions.as_of).astimezone(UTC).timestamp()
        regions.must("point", lost > 0, True)
        facts.update(put=put, equal=equal, tables=len(told["tables"]), balance=shown(regions.kept), count=LOST)
        facts.update({name: told["judgement"][name] for name in ("accounts", "entries")})
        facts.update(point=f"{lost:.1f}", time=f"{recovered - regions.lost_at:.1f}")


def drink_the_same_tea(regions: Regions) -> None:
    """A phone that asks once more under its old key is not charged again; and new money moves."""
    there = regions.there or regions
    with regions.narrator.step("region.same") as facts:
        again = there.customer.insist("/v1/payments", regions.order(TEA, "tea"), key=regions.key)
        regions.must("answers", again.raw, regions.tea.raw if regions.tea else b"")
        there.customer.insist("/v1/payments", there.order(TEA * 2, "new"), key=new_key()).expect(201)
        regions.must("balance", there.available(), regions.kept - 2 * TEA)
        facts.update(amount=shown(2 * TEA), balance=shown(there.available()))


def prove_the_books(regions: Regions) -> None:
    demo_story.prove_the_books(regions.there or regions)


def places_of_the_second() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((HOME / "local.json").read_text())
    return found


def _signed_in(regions: Regions) -> Story:
    there = Story(regions.narrator, regions.second, regions.run, regions.wallet, regions.merchant)
    person = regions.person or Person("", "", "")
    tokens = people.sign_in(there.anybody, person) or {}
    there.customer = there.anybody.bearing(tokens.get("access_token", ""))
    return there


def _cloud(*words: str) -> None:
    """The second one, in a folder of its own; nobody is seeded there."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("COFFER_", "AWS_"))}
    chosen = {"COFFER_HOME": str(HOME), cloud.EMPTY: "1", "PORT": str(_free_port())}
    subprocess.run(
        [sys.executable, "-m", "infra.local.cloud", *words], cwd=places.ROOT, env={**clean, **chosen},
        stdout=subprocess.DEVNULL, timeout=STARTED_WITHIN_SECONDS, check=True,
    )  # fmt: skip


def _free_port() -> int:
    """The first that is free above the first cloud's."""
    wanted = int(os.environ.get("PORT", "8000"))
    return next(port for port in range(wanted + 1, wanted + 100) if places.is_free(port))


def _copied(here: str, there: str) -> tuple[int, int]:
    """Every file that is not there yet, under the same lock; how many, and how many bytes."""
    source, target = stack.client("s3", here), stack.client("s3", there)
    bucket = stack.environment(here)["BACKUPS_BUCKET"]
    files = size = 0
    for page in source.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for one in page.get("Contents", []):
            found = source.get_object(Bucket=bucket, Key=one["Key"])
            lock = {name: found[name] for name in ("ObjectLockMode", "ObjectLockRetainUntilDate") if name in found}
            target.put_object(Bucket=bucket, Key=one["Key"], Body=found["Body"].read(), **lock)
            files, size = files + 1, size + one["Size"]
    return files, size


def _rewrapped(here: str, there: str) -> int:
    """The data keys of personal fields under the second region's own key, in its own table; how many."""
    context = {"purpose": "identity-fields", "stage": "local"}
    table = stack.environment(here)["IDENTITY_TABLE"]
    ring = {"KeyConditionExpression": "pk = :ring", "ExpressionAttributeValues": {":ring": {"S": "KEYRING"}}}
    found = stack.client("dynamodb", here).query(TableName=table, **ring)["Items"]
    for one in found:
        wrapped = base64.b64decode(one["wrapped_key"]["S"])
        plain = stack.client("kms", here).decrypt(CiphertextBlob=wrapped, EncryptionContext=context)["Plaintext"]
        ours = {"KeyId": stack.environment(there)["FIELDS_KEY_ID"], "EncryptionContext": context}
        anew = stack.client("kms", there).encrypt(Plaintext=plain, **ours)["CiphertextBlob"]
        kept = one | {"wrapped_key": {"S": base64.b64encode(anew).decode()}}
        stack.client("dynamodb", there).put_item(TableName=table, Item=kept)
    return len(found)


STEPS = (
    start_the_second,
    join,
    demo_story.take_on_a_merchant,
    demo_story.top_up_by_sandbox,
    drink_tea,
    copy_a_backup,
    pay_what_is_lost,
    lose_the_first,
    rebuild,
    drink_the_same_tea,
    prove_the_books,
)
