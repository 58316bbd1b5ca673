"""What a lost region, or a run that died, leaves behind: passed over, taken away, or said in a sentence."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from botocore.exceptions import ClientError

import app
from chalicelib import cloud as cloud_module
from chalicelib.kernel import clock as clocks
from chalicelib.ledger.wire import item
from chalicelib.operations import backups, drilling, drills, store_backups
from chalicelib.operations.model_backups import Backup
from chalicelib.operations.model_drills import Drill
from chalicelib.settings import settings
from infra import restore
from tests.conftest import REGION, FrozenClock
from tests.integration.test_backups import EVENT, S3, drilled, moved, settings_afresh, whole, whole_after

__all__ = ["moved"]
pytestmark = pytest.mark.usefixtures("cloud")


def in_a_new_region(monkeypatch: pytest.MonkeyPatch, backup: Backup) -> Backup:
    """Records that were brought back: the tables' exports were another region's, the files lie in its bucket."""
    storage, another = cloud_module.client(S3), "test-backups-elsewhere"
    storage.create_bucket(
        Bucket=another,
        CreateBucketConfiguration={"LocationConstraint": REGION},
        ObjectLockEnabledForBucket=True,
    )
    monkeypatch.setenv("BACKUPS_BUCKET", another)
    settings_afresh()
    parts = [
        msgspec.structs.replace(one, export=one.export.replace(f":{REGION}:", ":ap-southeast-1:"))
        for one in backup.parts
    ]
    parts[-1] = msgspec.structs.replace(parts[-1], done=False)
    torn = msgspec.structs.replace(backup, state="reading", manifest="", ended_at="", parts=tuple(parts))
    kept = store_backups.change(torn)
    assert kept
    return kept


def test_what_was_being_read_when_a_region_was_lost_is_passed_over_and_the_next_one_becomes_whole(
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    lost = in_a_new_region(monkeypatch, whole(clock))
    capsys.readouterr()
    app.back_up(EVENT, None)
    assert "BackupPassedOver" in caplog.text and "BackupFailed" not in capsys.readouterr().out
    found = backups.one(lost.id)
    assert (found.state, found.reason) == ("failed", "began in another region")
    assert whole_after(lost, clock).state == "whole"


def test_a_backup_as_of_before_its_table_was_there_has_failed_and_does_not_stop_every_run(
    clock: FrozenClock, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = backups.begun("", "daily", clock.now())
    store_backups.change(msgspec.structs.replace(asked, as_of=clocks.written(clock.now() - timedelta(days=1))))
    refuse("ExportTableToPointInTime", "InvalidExportTimeException")
    app.back_up(EVENT, None)
    if settings().backups_from == "export":
        assert backups.one(asked.id).state == "failed"
        assert "BackupFailed" in capsys.readouterr().out


def refuse(operation: str, code: str, *, only: int = 1_000_000, after: int = 0) -> None:
    """What AWS would answer to so many calls, after so many others."""
    count = 0

    def answer(**_: Any) -> None:
        nonlocal count
        count += 1
        if after < count <= after + only:
            raise ClientError({"Error": {"Code": code}}, operation) if code else RuntimeError("killed")

    cloud_module.client("dynamodb").meta.events.register(f"before-call.dynamodb.{operation}", answer)


def left_of(drill: Drill) -> set[str]:
    return set(cloud_module.client("dynamodb").list_tables()["TableNames"]) & set(drilling.called(drill).values())


def test_a_drill_that_died_while_its_tables_were_taken_away_has_passed_and_the_next_run_takes_the_rest(
    clock: FrozenClock,
) -> None:
    whole(clock)
    refuse("DeleteTable", "", only=1, after=3)
    with pytest.raises(RuntimeError, match="killed"):
        app.restore_drill(EVENT, None)
    drill = drills.listed(None, 1)[0][0]
    assert drill.state == "passed" and left_of(drill)
    drill = drilled(clock)
    assert (drill.state, drill.cleared, left_of(drill)) == ("passed", True, set())


def test_a_table_that_could_not_be_taken_away_yet_is_taken_away_by_the_next_run(clock: FrozenClock) -> None:
    whole(clock)
    refuse("DeleteTable", "ResourceInUseException", only=1, after=1)
    drill = drilled(clock)
    assert (drill.state, drill.cleared, len(left_of(drill))) == ("passed", False, 1)
    drill = drilled(clock)
    assert (drill.state, drill.cleared, left_of(drill)) == ("passed", True, set())


def test_a_drill_of_a_backup_that_no_record_tells_of_is_refused_in_a_sentence(
    clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a new region the bucket is there before the records are."""
    monkeypatch.setattr(sys, "argv", ["restore", "drill"])
    assert restore.main() == 1
    assert "restore: the bucket holds no whole backup" in capsys.readouterr().out
    backup = whole(clock)
    cloud_module.client("dynamodb").delete_item(
        TableName=settings().cases_table, Key=item({"pk": "BACKUPS", "sk": backup.id})
    )
    capsys.readouterr()
    assert restore.main() == 1
    assert f"restore: no record of {backup.id} is in the table of cases here" in capsys.readouterr().out
    monkeypatch.setenv("BACKUPS_BUCKET", "no-such-bucket-of-ours")
    settings_afresh()
    assert restore.main() == 1
    assert "restore: " in capsys.readouterr().out
