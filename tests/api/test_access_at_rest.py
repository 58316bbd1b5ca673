"""What is kept of people, and what nobody can read from it."""

from __future__ import annotations

import pytest

from chalicelib import cloud
from chalicelib.identity import passwords, profile, tasks
from chalicelib.settings import settings
from tests.api.caller import Caller
from tests.conftest import FrozenClock
from tests.people import (
    CHEAP,
    PASSWORD,
    all_items,
    at_rest,
    code_for,
    sign_in,
    signed_in,
    signed_up,
    verify,
    wish,
)

Calls = list[tuple[str, str]]


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


def test_nothing_personal_is_in_a_key_a_token_or_a_log(caller: Caller, capfd: pytest.CaptureFixture[str]) -> None:
    welcome = signed_up(caller, "canary@example.com", password="canary-password", display_name="Canary Name")
    signed_in(caller, "canary@example.com", "canary-password")
    sign_in(caller, "canary@example.com", "canary-wrong")
    verify(caller, "999999", "canary@example.com")
    code = code_for("canary@example.com")
    keys = [item["pk"]["S"] + item["sk"]["S"] for table in ("identity", "ledger") for item in all_items(table)]
    out = "".join(capfd.readouterr())
    assert "canary" not in "".join(keys).lower()
    assert "canary" not in out.lower()
    assert code not in out
    assert welcome["refresh_token"] not in out
    assert welcome["access_token"].split(".")[2] not in out


def test_tables_hold_no_password_code_or_token(caller: Caller) -> None:
    caller.post("/v1/users", wish("bob@example.com"))
    welcome = signed_up(caller)
    stored = repr(all_items("identity"))
    assert PASSWORD not in stored
    assert code_for("bob@example.com") not in stored
    assert welcome["refresh_token"] not in stored


@pytest.mark.parametrize("identifier", ["canary.mail@example.com", "+8613800138000"])
def test_no_table_holds_a_name_a_contact_or_a_device_in_clear(caller: Caller, identifier: str) -> None:
    caller.post("/v1/users", wish(identifier, display_name="Canary Waiting"))
    assert "SIGNUP#" in at_rest()
    assert_nothing_personal(identifier)
    proof = {"identifier": identifier, "code": code_for(identifier), "device_name": "canary-device"}
    me = caller.bearing(caller.post("/v1/users/verify", proof).json["access_token"])
    claim = {"identifier": identifier, "password": PASSWORD, "device_name": "canary-laptop"}
    assert caller.post("/v1/sessions", claim).status == 201
    assert me.patch("/v1/me", {"display_name": "Canary Changed"}).json["display_name"] == "Canary Changed"
    names = [one["device_name"] for one in me.get("/v1/sessions").json["data"]]
    assert sorted(names) == ["canary-device", "canary-laptop"]
    assert_nothing_personal(identifier)


def test_nothing_personal_is_in_clear_in_the_trash_a_deletion_or_an_archives_record(
    caller: Caller, clock: FrozenClock, capfd: pytest.CaptureFixture[str]
) -> None:
    identifier = "canary.mail@example.com"
    welcome = signed_up(caller, identifier, display_name="Canary Before")
    me, user_id = caller.bearing(welcome["access_token"]), welcome["user"]["id"]
    me.patch("/v1/me", {"display_name": "Canary After"})
    profile.keep_device_name(user_id, welcome["session_id"], "canary-old-phone", clock.now())
    assert [one["what"] for one in me.get("/v1/me/trash").json["data"] if "anary" in one["what"]] == []
    me.post("/v1/me/consents", {"document": "terms", "version": "2026-11-01", "given": True})
    me.post("/v1/me/exports")
    tasks.sweep(clock.now())
    assert me.request("DELETE", "/v1/me", {"password": PASSWORD}).status == 204
    for kind in ("TRASH#", "EXPORT#", "CONSENT#", "ENDING"):
        assert kind in at_rest()
    assert_nothing_personal(identifier)
    restored = caller.post("/v1/users/restore", {"identifier": identifier, "password": PASSWORD})
    assert restored.status == 201
    assert_nothing_personal(identifier)
    assert "canary" not in "".join(capfd.readouterr()).lower()


def test_what_is_in_one_persons_trash_does_not_open_in_anothers(caller: Caller) -> None:
    ann, bob = signed_up(caller, "ann@example.com"), signed_up(caller, "bob@example.com")
    for one in (ann, bob):
        caller.bearing(one["access_token"]).patch("/v1/me", {"display_name": "Changed"})
    items = {item["pk"]["S"]: item for item in all_items("identity") if item["sk"]["S"].startswith("TRASH#")}
    theirs = items[bob["user"]["id"]] | {"fields": items[ann["user"]["id"]]["fields"]}
    cloud.client("dynamodb").put_item(TableName=settings().identity_table, Item=theirs)
    assert caller.bearing(bob["access_token"]).get("/v1/me/trash").status == 500
    assert caller.bearing(ann["access_token"]).get("/v1/me/trash").status == 200


def test_no_table_holds_a_choice_a_new_name_a_push_token_or_a_guardian_in_clear(caller: Caller) -> None:
    me = caller.bearing(signed_up(caller, "ann@example.com")["access_token"])
    assert me.patch("/v1/me/preferences", {"ui_mode": "easy", "phrase": "canary phrase"}).status == 200
    device = {"push_token": "canary-push-token", "platform": "android", "name": "canary-phone"}
    assert me.post("/v1/me/devices", device).status == 201
    assert me.post("/v1/me/guardian", {"identifier": "canary.guardian@example.com"}).status == 202
    assert me.post("/v1/me/identifiers", {"identifier": "+8613800138000"}).status == 202
    proof = {"identifier": "+8613800138000", "new_code": code_for("+8613800138000")}
    assert me.post("/v1/me/identifiers/confirm", proof).json["status"] == "waiting"
    kept = at_rest()
    assert all(part in kept for part in ("USER#DEVICE#", "GUARDIAN", "IDENTIFIER"))
    assert_nothing_personal("+8613800138000")


def assert_nothing_personal(identifier: str) -> None:
    kept = at_rest().lower()
    assert [part for part in ("canary", identifier, identifier[3:]) if part in kept] == []


def test_a_persons_fields_do_not_open_for_another(caller: Caller) -> None:
    ann, bob = signed_up(caller, "ann@example.com"), signed_up(caller, "bob@example.com")
    items = {item["pk"]["S"]: item for item in all_items("identity") if item["sk"]["S"] == "USER"}
    theirs = items[bob["user"]["id"]] | {"display_name": items[ann["user"]["id"]]["display_name"]}
    cloud.client("dynamodb").put_item(TableName=settings().identity_table, Item=theirs)
    assert caller.bearing(bob["access_token"]).get("/v1/me").status == 500
    assert caller.bearing(ann["access_token"]).get("/v1/me").status == 200
