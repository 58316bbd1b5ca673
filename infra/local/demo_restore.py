"""A table is wiped and comes back to the same hash, a step at a time: `make demo ACT=restore`."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from infra.local import demo_backup, demo_story, people, stack
from infra.local.client import Answer, Client, new_key
from infra.local.demo_story import TEA, Story, shown

TABLE = "ledger"
DRILLED_WITHIN_SECONDS = 180.0
LINES = 2
QUIET_TRIES, PAUSE_SECONDS = 6, 5
_DELETED_AT_ONCE = 25


@dataclass
class Loss(Story):
    """The main job's people, and what is lost of what they did."""

    backup: dict[str, Any] = field(default_factory=dict)
    before: str = ""
    key: str = field(default_factory=new_key)
    tea: Answer | None = None
    left: int = 0

    @property
    def operator(self) -> Client:
        return self.office or self.anybody


def drink_tea(loss: Loss) -> None:
    """Paid under a key that is used again afterwards."""
    with loss.narrator.step("restore.tea") as facts:
        loss.tea = loss.customer.insist("/v1/payments", loss.order(TEA, "tea"), key=loss.key)
        loss.tea.expect(201)
        loss.left = loss.available()
        facts.update(amount=shown(TEA), balance=shown(loss.left))


def wait_until_it_is_settled(loss: Loss) -> None:
    """Lunch and tea."""

    def look() -> bool | None:
        return True if sum(batch["lines"] for batch in demo_story.settlements(loss)) >= LINES else None

    with loss.narrator.step("restore.settled") as facts:
        what = loss.narrator.words("restore.settled.now")
        people.wait_for(look, what, demo_story.SETTLED_WITHIN_SECONDS, pause_seconds=0.5)
        facts.update(lines=LINES)


def back_up(loss: Loss) -> None:
    with loss.narrator.step("restore.backup") as facts:
        began = time.monotonic()
        _back_up(loss)
        took, tables = time.monotonic() - began, loss.backup["tables"]
        facts.update(items=loss.backup["items"], tables=len(tables), seconds=f"{took:.1f}", hash=_written(loss)[:16])


def _back_up(loss: Loss) -> None:
    """Until nothing has moved since: this cloud's own schedules may write in between."""
    for _ in range(QUIET_TRIES):
        loss.backup = demo_backup.taken(loss)
        loss.before = demo_backup.command("hash", TABLE)[TABLE]
        if loss.before == _written(loss):
            return
        time.sleep(PAUSE_SECONDS)
    loss.must("hash", loss.before, _written(loss))


def try_it(loss: Loss) -> None:
    """The drill, before anything is lost."""
    asked = loss.operator.post("/v1/backup-drills", {"backup_id": loss.backup["id"]}).expect(202)["id"]

    def look() -> dict[str, Any] | None:
        demo_backup.turn(loss.local, "restore-drill")
        found: dict[str, Any] = loss.operator.get(f"/v1/backup-drills/{asked}").expect(200)
        return found if found["ended_at"] else None

    with loss.narrator.step("restore.drill") as facts:
        drill = people.wait_for(look, loss.narrator.words("restore.drill.now"), DRILLED_WITHIN_SECONDS)
        loss.must("drill", drill["state"], "passed")
        loss.must("equal", drill["tables_equal"], drill["tables"])
        facts.update({name: drill[name] for name in ("seconds", "tables", "accounts", "entries")})


def wipe(loss: Loss) -> None:
    """Whoever did this had the account's own rights: no role of Coffer's may."""
    with loss.narrator.step("restore.wipe") as facts:
        endpoint = loss.local["aws"]["endpoint"]
        if demo_backup.command("hash", TABLE)[TABLE] != loss.before:
            _back_up(loss)
        count = _emptied(endpoint, stack.environment(endpoint)[f"{TABLE.upper()}_TABLE"])
        gone = loss.customer.get(f"/v1/wallets/{loss.wallet['id']}")
        refused = loss.customer.post("/v1/payments", loss.order(TEA, "after"), key=new_key())
        loss.must("gone", (gone.status, refused.status), (404, 404))
        facts.update(items=count, table=TABLE)


def bring_back(loss: Loss) -> None:
    with loss.narrator.step("restore.back") as facts:
        began = time.monotonic()
        told = demo_backup.command("bring-back", TABLE)
        (brought,) = told["tables"]
        loss.must("verdict", told["verdict"], "passed")
        loss.must("hash", demo_backup.command("hash", TABLE)[TABLE], loss.before)
        facts.update(put=brought["put"], seconds=f"{time.monotonic() - began:.1f}", hash=loss.before[:16])
        facts.update({name: told["judgement"][name] for name in ("accounts", "entries")})


def drink_the_same_tea(loss: Loss) -> None:
    """A phone that has heard nothing asks once more."""
    with loss.narrator.step("restore.same") as facts:
        again = loss.customer.insist("/v1/payments", loss.order(TEA, "tea"), key=loss.key)
        loss.must("answers", again.raw, loss.tea.raw if loss.tea else b"")
        loss.must("balance", loss.available(), loss.left)
        facts.update(bytes=len(again.raw), balance=shown(loss.left))


def _written(loss: Loss) -> str:
    return next(str(one["hash"]) for one in loss.backup["tables"] if one["table"] == TABLE)


def _emptied(endpoint: str, table: str) -> int:
    dynamodb, count = stack.client("dynamodb", endpoint), 0
    for page in dynamodb.get_paginator("scan").paginate(TableName=table, ProjectionExpression="pk, sk"):
        keys = page["Items"]
        for start in range(0, len(keys), _DELETED_AT_ONCE):
            some = [{"DeleteRequest": {"Key": key}} for key in keys[start : start + _DELETED_AT_ONCE]]
            dynamodb.batch_write_item(RequestItems={table: some})
        count += len(keys)
    return count


STEPS = (
    demo_story.sign_up,
    demo_story.take_on_a_merchant,
    demo_story.top_up_by_sandbox,
    demo_story.pay_a_checkout,
    drink_tea,
    wait_until_it_is_settled,
    back_up,
    try_it,
    wipe,
    bring_back,
    drink_the_same_tea,
    demo_story.prove_the_books,
)
