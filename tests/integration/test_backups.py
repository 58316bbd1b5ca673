"""A backup is asked for, read, and brought back into fresh tables: the same hash, books judged, nothing left behind."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from botocore.exceptions import ClientError

import app
from chalicelib import cloud as cloud_module
from chalicelib.ledger.wire import item
from chalicelib.operations import (
    backing_up,
    backups,
    drilling,
    drills,
    fresh,
    model_backups,
    reading,
    restoring,
    store_backups,
    store_bucket,
)
from chalicelib.operations.model_backups import Backup
from chalicelib.operations.model_drills import Drill
from chalicelib.settings import settings
from tests.conftest import FrozenClock
from tests.ledger_kit import AT, WALLET, open_wallet, put_in, spend

pytestmark = pytest.mark.usefixtures("cloud")
EVENT = {
    "version": "0", "account": "1", "region": "eu-west-1", "detail": {}, "detail-type": "", "source": "",
    "time": "", "id": "1", "resources": [],
}  # fmt: skip
S3 = "s3"


@pytest.fixture(params=["scan", "export"], autouse=True)
def moved(request: pytest.FixtureRequest, cloud: None, clock: FrozenClock, monkeypatch: Any) -> Iterator[None]:
    monkeypatch.setenv("BACKUPS_FROM", request.param)
    settings_afresh()
    if request.param == "export":
        for table in reading.tables():
            _recoverable(reading.full_name(table))
    open_wallet(AT - timedelta(seconds=1))
    put_in(1_000, AT)
    spend(300, AT + timedelta(seconds=1))
    clock.advance(2)
    yield


def settings_afresh() -> None:
    settings.cache_clear()


def _recoverable(table: str) -> None:
    cloud_module.client("dynamodb").update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )


def whole(clock: FrozenClock) -> Backup:
    """moto exports in a thread of its own."""
    for _ in range(200):
        app.back_up(EVENT, None)
        if found := backups.newest_whole():
            return found
        import time

        time.sleep(0.01)
    raise AssertionError("no backup became whole")


def drilled(clock: FrozenClock) -> Drill:
    app.restore_drill(EVENT, None)
    return drills.listed(None, 1)[0][0]


def change(table: str, sk: str, name: str, value: Any) -> None:
    cloud_module.client("dynamodb").update_item(
        TableName=table,
        Key=item({"pk": WALLET, "sk": sk}),
        UpdateExpression="SET #n = :v",
        ExpressionAttributeNames={"#n": name},
        ExpressionAttributeValues=item({":v": value}),
    )


def test_a_backup_has_the_hash_of_every_table_and_a_manifest_that_says_so(clock: FrozenClock) -> None:
    backup = whole(clock)
    found = store_bucket.manifest(backup.prefix)
    assert found and found[1] == backup.manifest
    assert {part.table for part in found[0].parts} == set(reading.tables())
    for part in found[0].parts:
        if part.table != "cases":  # its own record lies there
            assert part.tally == model_backups.tally(reading.everything(reading.full_name(part.table))), part.table


def test_it_comes_back_with_the_same_hashes_and_books_that_balance_and_nothing_is_left(clock: FrozenClock) -> None:
    whole(clock)
    drill = drilled(clock)
    assert (drill.state, drill.reason) == ("passed", "")
    assert all(one.equal for one in drill.tables)
    assert (drill.judgement.accounts, drill.judgement.entries) == (1, 2)
    left = cloud_module.client("dynamodb").list_tables()["TableNames"]
    assert not set(left) & set(drilling.called(drill).values())


def test_nobody_removes_a_file_before_its_time(clock: FrozenClock) -> None:
    backup = whole(clock)
    for part in backup.parts:
        for key in store_bucket.files(part):
            held = cloud_module.client(S3).head_object(Bucket=settings().backups_bucket, Key=key)
            days, version = model_backups.KEPT_DAYS[model_backups.kept_of(part)], held["VersionId"]
            assert held["ObjectLockMode"] == "COMPLIANCE"
            assert held["ObjectLockRetainUntilDate"] >= clock.now() + timedelta(days=days - 1)
            with pytest.raises(ClientError, match="AccessDenied"):
                cloud_module.client(S3).delete_object(Bucket=settings().backups_bucket, Key=key, VersionId=version)


def test_a_file_that_was_written_over_fails_the_drill_and_calls_somebody(
    clock: FrozenClock, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = whole(clock)
    (part,) = (one for one in backup.parts if one.table == "ledger")
    key = store_bucket.files(part)[0]
    lines = gzip.decompress(
        cloud_module.client(S3).get_object(Bucket=settings().backups_bucket, Key=key)["Body"].read()
    )
    forged = gzip.compress(lines.replace(b'"700"', b'"900"'))
    assert forged != gzip.compress(lines)
    cloud_module.client(S3).put_object(
        Bucket=settings().backups_bucket, Key=key, Body=forged, ChecksumAlgorithm="SHA256"
    )
    drill = drilled(clock)
    assert (drill.state, drill.reason) == ("failed", "other hashes: ledger")
    assert "RestoreDrillFailed" in capsys.readouterr().out


def test_a_manifest_that_was_written_over_with_its_files_is_not_believed(clock: FrozenClock) -> None:
    """The lock keeps the former version; the newest one is what everybody reads."""
    backup = whole(clock)
    found = store_bucket.manifest(backup.prefix)
    assert found
    part = found[0].part("ledger")
    assert part
    lines = [one for key in store_bucket.files(part) for one in store_bucket.Opened(key).items()]
    raised = [{**one, "available": {"N": "900"}} if one.get("available") == {"N": "700"} else one for one in lines]
    body = gzip.compress(b"".join(msgspec.json.encode({"Item": one}) + b"\n" for one in raised))
    cloud_module.client(S3).put_object(
        Bucket=settings().backups_bucket, Key=store_bucket.files(part)[0], Body=body, ChecksumAlgorithm="SHA256"
    )
    blank = model_backups.part_of("ledger", backup.kept, backup.id)
    forged = reading.summed(blank, store_bucket.files(part)[0])
    assert raised != lines
    told = msgspec.structs.replace(part, tally=forged.tally, chain=forged.chain)
    parts = tuple(told if one.table == "ledger" else one for one in found[0].parts)
    forgery = msgspec.structs.replace(found[0], parts=parts)
    store_bucket.put_manifest(backup.prefix, forgery, clock.now() + timedelta(days=1))
    with pytest.raises(restoring.Damaged, match="another manifest"):
        restoring.newest()
    drill = drilled(clock)
    assert (drill.state, drill.reason) == ("failed", "another manifest")


def test_a_head_that_somebody_raised_is_refused(clock: FrozenClock) -> None:
    clock.advance(3_600)
    change(settings().ledger_table, "HEAD", "available", 701)
    whole(clock)
    drill = drilled(clock)
    assert drill.state == "refused"
    assert [(one.what, one.remedy) for one in drill.judgement.findings] == [("head-off", "refused")]


def test_without_its_manifest_there_is_no_backup(clock: FrozenClock) -> None:
    backup = whole(clock)
    assert store_bucket.manifests() == [backup.prefix]
    asked = msgspec.structs.replace(backup, kept="hourly")
    drill = drills.begin(asked, "", clock.now())
    ended = drilling.step(drill, clock.now())
    assert ended and (ended.state, ended.reason) == ("failed", "no manifest")


def test_one_is_made_an_hour_and_a_schedule_that_fires_twice_makes_no_second(clock: FrozenClock) -> None:
    first = whole(clock)
    app.back_up(EVENT, None)
    assert backups.newest_whole() == first
    clock.advance(3_600)
    second = whole_after(first, clock)
    assert second.kept == "hourly" and first.kept == "yearly"


def whole_after(first: Backup, clock: FrozenClock) -> Backup:
    for _ in range(200):
        found = whole(clock)
        if found.id != first.id:
            return found
    raise AssertionError("no second backup")


def late(capsys: pytest.CaptureFixture[str]) -> bool:
    """Whether the minute's sweep says so."""
    app.sweep(EVENT, None)
    return "BackupLate" in capsys.readouterr().out


def test_when_none_has_become_whole_for_long_somebody_is_called_though_the_schedule_itself_is_dead(
    clock: FrozenClock, capsys: pytest.CaptureFixture[str]
) -> None:
    whole(clock)
    clock.advance(4 * 3_600 - 60)
    assert not late(capsys)
    clock.advance(120)
    assert late(capsys)


def test_a_backup_whose_run_died_while_it_asked_for_exports_goes_on_as_of_the_same_instant(
    clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DynamoDB refuses a token that it knows if anything else is asked for with it."""
    source, asked = reading.source(), dict[str, set[object]]()
    begin = type(source).begun

    def dies_once(self: Any, part: Any, as_of: Any) -> Any:
        asked.setdefault(part.prefix, set()).add(as_of)
        if clock.now() < later:
            raise RuntimeError("killed")
        return begin(self, part, as_of)

    monkeypatch.setattr(type(source), "begun", dies_once)
    later = clock.now() + timedelta(seconds=200)
    with pytest.raises(RuntimeError, match="killed"):
        app.back_up(EVENT, None)
    clock.advance(300)
    whole(clock)
    assert {len(instants) for instants in asked.values()} == {1}


@pytest.mark.parametrize("failed", [0, 70])
def test_however_many_failed_since_the_last_whole_one_is_known(
    clock: FrozenClock, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, failed: int
) -> None:
    """A stage that makes one a day is told that it is late, and the next one is not taken for the first of a year."""
    monkeypatch.setenv("BACKUP_EVERY_MINUTES", "1440")
    settings.cache_clear()
    last = whole(clock)
    clock.advance(3 * 86_400)
    for _ in range(failed):
        clock.advance(60)
        lost = backups.begun("", "daily", clock.now())
        store_backups.change(msgspec.structs.replace(lost, state="failed"))
    assert backups.newest_whole() == last
    assert late(capsys)
    monkeypatch.setattr(backing_up, "step", lambda backup, at: None)
    app.back_up(EVENT, None)
    assert backups.listed(None, 1)[0][0].kept == "daily"


def test_a_drill_by_a_command_is_left_to_it_until_its_time_is_over(clock: FrozenClock) -> None:
    """Two at one drill would judge, and take tables away, under each other."""
    asked = drills.begin(whole(clock), drills.COMMAND, clock.now())
    drills.begin(whole(clock), "", clock.now())
    app.restore_drill(EVENT, None)
    assert drills.one(asked.id) == asked
    clock.advance(86_401)
    app.restore_drill(EVENT, None)
    assert drills.one(asked.id).state == "failed"


def test_a_fresh_table_is_like_the_live_one_and_has_no_stream() -> None:
    names = fresh.names("test")
    assert fresh.make(names)
    made = cloud_module.client("dynamodb").describe_table(TableName=names["ledger"])["Table"]
    live = cloud_module.client("dynamodb").describe_table(TableName=settings().ledger_table)["Table"]
    assert made["KeySchema"] == live["KeySchema"]
    assert {one["IndexName"] for one in made["GlobalSecondaryIndexes"]} == {"due", "orders"}
    journal = cloud_module.client("dynamodb").describe_table(TableName=names["journal"])["Table"]
    assert not journal.get("StreamSpecification", {}).get("StreamEnabled")
    fresh.take_away(names)
    fresh.take_away(names)


def test_a_manifest_is_the_same_bytes_for_the_same_backup(clock: FrozenClock) -> None:
    backup = whole(clock)
    found = store_bucket.manifest(backup.prefix)
    assert found and json.loads(found[0].written)["form"] == "coffer.backup.v1"
