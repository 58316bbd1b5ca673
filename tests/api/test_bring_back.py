"""Bringing back into tables that are in use, and giving one person's deleted records back."""

from __future__ import annotations

from typing import Any

import pytest

import app
from chalicelib import cloud
from chalicelib.ledger import audit
from chalicelib.operations import model_backups, reading, restoring, store_bucket
from chalicelib.settings import settings
from tests.api.test_reconciliation import colleague
from tests.api.world import Person, World
from tests.integration.test_backups import EVENT

WHY = {"reason": "emptied their trash by mistake"}


@pytest.fixture(autouse=True)
def read_by_ourselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUPS_FROM", "scan")
    settings.cache_clear()


def backed_up(world: World) -> str:
    world.deliver()
    backup = world.operator.post("/v1/backups")
    assert (backup.status, backup.json["state"]) == (202, "asked")
    app.back_up(EVENT, None)
    found = world.operator.get(f"/v1/backups/{backup.json['id']}").json
    assert found["state"] == "whole", found
    return str(found["id"])


def wipe(table: str) -> None:
    name = reading.full_name(table)
    for one in list(reading.everything(name)):
        cloud.client("dynamodb").delete_item(TableName=name, Key={"pk": one["pk"], "sk": one["sk"]})


def hashes() -> dict[str, str]:
    """Of all tables but that of the records, which tell of themselves."""
    return {
        table: model_backups.tally(reading.everything(reading.full_name(table))).sum
        for table in reading.tables()
        if table != "cases"
    }


@pytest.mark.parametrize("table", ["ledger", "journal", "identity"])
def test_a_wiped_table_comes_back_to_the_same_hash_and_the_books_add_up(world: World, table: str) -> None:
    ana = world.customer(10_000)
    ana.pay(2_500)
    backed_up(world)
    before = hashes()
    wipe(table)
    assert hashes() != before
    _, manifest = restoring.newest()
    (brought,) = restoring.bring_back(manifest, [table])
    assert (brought.put, brought.equal) == (brought.items, True)
    assert hashes() == before
    assert restoring.judged(manifest).verdict == "passed"
    assert ana.available == 7_500


def test_what_is_newer_than_the_backup_stays(world: World) -> None:
    ana = world.customer(10_000)
    backed_up(world)
    world.clock.advance(600)
    ana.sign_in()
    ana.pay(2_500)
    world.deliver()
    before = hashes()
    _, manifest = restoring.newest()
    assert sum(one.put for one in restoring.bring_back(manifest, reading.tables())) == 0
    assert hashes() == before and ana.available == 7_500


def test_a_wiped_ledger_with_a_newer_journal_is_refused_and_says_whose_balance_it_is(world: World) -> None:
    """What the journal says happened since is named; nothing of it is guessed."""
    ana = world.customer(10_000)
    backed_up(world)
    world.clock.advance(600)
    ana.sign_in()
    ana.pay(2_500)
    wipe("ledger")
    _, manifest = restoring.newest()
    restoring.bring_back(manifest, ["ledger"])
    judgement = restoring.judged(manifest)
    assert judgement.verdict == "refused"
    assert "control-off" in {one.what for one in judgement.findings}


def test_a_damaged_file_puts_nothing(world: World) -> None:
    backed_up(world)
    wipe("ledger")
    _, manifest = restoring.newest()
    part = manifest.part("ledger")
    assert part
    key = store_bucket.files(part)[0]
    cloud.client("s3").delete_object(Bucket=settings().backups_bucket, Key=key)
    with pytest.raises(restoring.Damaged, match="ledger"):
        restoring.bring_back(manifest, ["ledger"])
    assert list(reading.everything(reading.full_name("ledger"))) == []


def emptied(world: World) -> Person:
    """Their trash was, by mistake."""
    ana = world.customer()
    for phrase in ("blue heron", "red fox"):
        assert ana.phone.patch("/v1/me/preferences", {"phrase": phrase}).status == 200
    assert trash(ana)
    return ana


def trash(person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = person.phone.get("/v1/me/trash").json["data"]
    return found


def lose(person: Person) -> None:
    for table, prefix in (("identity", "TRASH#"), ("notices", "INBOX#")):
        for one in list(reading.everything(reading.full_name(table))):
            if one["pk"]["S"] == person.id and one["sk"]["S"].startswith(prefix):
                key = {"pk": one["pk"], "sk": one["sk"]}
                cloud.client("dynamodb").delete_item(TableName=reading.full_name(table), Key=key)


def test_two_operators_give_a_person_their_deleted_records_back_and_the_trash_keeps_them_again(world: World) -> None:
    ana, other = emptied(world), colleague(world, "admin")
    before = trash(ana)
    backup = backed_up(world)
    lose(ana)
    assert trash(ana) == []
    proposed = world.operator.post(f"/v1/backups/{backup}/givings-back", {"user_id": ana.id, **WHY})
    assert (proposed.status, proposed.json["state"]) == (201, "proposed")
    path = f"/v1/givings-back/{proposed.json['id']}/decision"
    yes = {"approve": True, "note": "heard them myself"}
    assert world.operator.post(path, yes).json["code"] == "second-person-required"
    app.restore_drill(EVENT, None)
    assert trash(ana) == []
    assert other.post(path, yes).json["state"] == "approved"
    assert other.post(path, yes).json["code"] == "invalid-state"
    app.restore_drill(EVENT, None)
    given = world.operator.get("/v1/givings-back").json["data"][0]
    assert given["state"] == "done" and given["given"] >= 1
    assert [one["id"] for one in trash(ana)] == [one["id"] for one in before]
    assert audit.trial_balance().balanced


def test_nothing_that_opens_an_account_comes_back_and_nothing_to_a_deleted_one(world: World) -> None:
    ana, other = emptied(world), colleague(world, "admin")
    backup = backed_up(world)
    sessions = {"pk": {"S": ana.id}, "sk": {"S": "USER"}}
    cloud.client("dynamodb").delete_item(TableName=reading.full_name("identity"), Key=sessions)
    proposed = world.operator.post(f"/v1/backups/{backup}/givings-back", {"user_id": ana.id, **WHY}).json["id"]
    other.post(f"/v1/givings-back/{proposed}/decision", {"approve": True, "note": "asked for it"})
    app.restore_drill(EVENT, None)
    told = world.operator.get("/v1/givings-back").json["data"][0]
    assert (told["state"], told["why"], told["given"]) == ("refused", "account-deleted", 0)


def test_a_drill_is_asked_for_once_and_told_with_its_figures(world: World) -> None:
    world.customer(10_000).pay(2_500)
    backed_up(world)
    asked = world.operator.post("/v1/backup-drills", {})
    assert (asked.status, asked.json["state"]) == (202, "filling")
    assert world.operator.post("/v1/backup-drills", {}).json["code"] == "invalid-state"
    app.restore_drill(EVENT, None)
    told = world.operator.get(f"/v1/backup-drills/{asked.json['id']}").json
    assert (told["state"], told["tables_equal"], told["findings"]) == ("passed", told["tables"], [])
    assert told["accounts"] >= 2 and told["entries"] >= 2


def test_a_second_backup_is_not_asked_for_while_one_is_under_way(world: World) -> None:
    assert world.operator.post("/v1/backups").status == 202
    assert world.operator.post("/v1/backups").json["code"] == "invalid-state"
