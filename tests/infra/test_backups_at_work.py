"""Backups on the local cloud, by the functions' own roles: made, locked, brought back, and removed by nobody."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local import demo_backup, seed, stack
from infra.local.client import Client
from tests.local import local

__all__ = ["local"]


@pytest.fixture(scope="module")
def boss(local: dict[str, Any]) -> Client:
    anybody = Client(local["api"])
    tokens = seed.operator(anybody)
    assert tokens
    return anybody.bearing(tokens["access_token"])


@pytest.fixture(scope="module")
def backup(local: dict[str, Any], boss: Client) -> dict[str, Any]:
    asked = boss.post("/v1/backups")
    made = asked.json["id"] if asked.status == 202 else boss.get("/v1/backups").expect(200)["data"][0]["id"]
    for _ in range(20):
        demo_backup.turn(local, "back-up")
        found: dict[str, Any] = boss.get(f"/v1/backups/{made}").expect(200)
        if found["state"] == "whole":
            return found
    raise AssertionError(found)


def test_every_table_is_in_it(backup: dict[str, Any]) -> None:
    held = {one["table"]: one["items"] for one in backup["tables"]}
    assert len(held) == 10 and min(held["ledger"], held["journal"], held["identity"]) > 0


def test_a_drill_brings_it_back_with_the_same_hashes(
    local: dict[str, Any], boss: Client, backup: dict[str, Any]
) -> None:
    asked = boss.post("/v1/backup-drills", {"backup_id": backup["id"]}).expect(202)["id"]
    for _ in range(20):
        demo_backup.turn(local, "restore-drill")
        drill = boss.get(f"/v1/backup-drills/{asked}").expect(200)
        if drill["ended_at"]:
            break
    assert (drill["tables_equal"], drill["reason"]) == (10, "")
    tables = stack.client("dynamodb", local["aws"]["endpoint"]).list_tables()["TableNames"]
    assert not [name for name in tables if "-drill-" in name]


def test_a_locked_file_cannot_be_removed(local: dict[str, Any], backup: dict[str, Any]) -> None:
    endpoint = local["aws"]["endpoint"]
    bucket, storage = stack.environment(endpoint)["BACKUPS_BUCKET"], stack.client("s3", endpoint)
    key = f"{backup['kept']}/{backup['id']}/manifest.json"
    held = storage.head_object(Bucket=bucket, Key=key)
    assert held["ObjectLockMode"] == "GOVERNANCE"
    with pytest.raises(ClientError, match="AccessDenied"):
        storage.delete_object(Bucket=bucket, Key=key, VersionId=held["VersionId"])
