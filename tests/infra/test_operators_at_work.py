"""Operators on the real stack: their functions' roles allow what they do, and no more than that is needed."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.cases import exports
from chalicelib.cases.model_audit import Wanted
from chalicelib.kernel import clock
from infra.local import people, seed
from infra.local.client import Client
from infra.local.people import Person
from tests.local import local

__all__ = ["local"]
REASON = "asked to be called back"


@pytest.fixture(scope="module")
def anybody(local: dict[str, Any]) -> Client:
    return Client(local["api"])


@pytest.fixture(scope="module")
def operator(anybody: Client) -> Client:
    tokens = seed.operator(anybody)
    assert tokens
    return anybody.bearing(tokens["access_token"])


@pytest.fixture(scope="module")
def ann(anybody: Client) -> dict[str, Any]:
    person = Person(f"ann-{uuid.uuid4().hex[:12]}@coffer.example", "ann writes it all down", "Ann Abel")
    welcome: dict[str, Any] = people.sign_up(anybody, person)
    return welcome | {"identifier": person.identifier}


def test_a_person_is_found_masked_and_one_field_revealed(operator: Client, ann: dict[str, Any]) -> None:
    found = operator.post("/v1/people/searches", {"identifier": ann["identifier"]}).expect(200)
    assert (found["id"], found["display_name"], found["identifier"]) == (
        ann["user"]["id"],
        "A***",
        "a***@coffer.example",
    )
    wish = {"field": "identifier", "reason": REASON}
    assert operator.post(f"/v1/people/{found['id']}/reveals", wish).expect(200)["value"] == ann["identifier"]
    assert operator.get("/v1/operators").expect(200)["data"]


def test_a_wallet_is_frozen_its_owner_told_and_freed_again(
    anybody: Client, operator: Client, ann: dict[str, Any]
) -> None:
    wallet, owner = ann["user"]["wallets"][0], anybody.bearing(ann["access_token"])
    wish = {"wallet_id": wallet, "reason": "stolen_phone", "note": REASON}
    made = operator.post("/v1/freezes", wish).expect(201)
    assert owner.get(f"/v1/wallets/{wallet}").expect(200)["status"] == "frozen"
    assert "frozen" in owner.get("/v1/me/notices").expect(200)["data"][0]["title"]
    assert operator.get(f"/v1/cases/{made['case_id']}").expect(200)["state"] == "open"
    assert operator.post(f"/v1/freezes/{wallet}/lift", {"note": REASON}).expect(200)["status"] == "active"
    assert operator.get(f"/v1/cases/{made['case_id']}").expect(200)["note"] == REASON


def test_all_of_it_is_in_the_log_and_the_log_is_whole(operator: Client, ann: dict[str, Any]) -> None:
    found = operator.get(f"/v1/audit-log?subject={ann['user']['id']}&limit=100").expect(200)["data"]
    deeds = {entry["action"]: entry for entry in found}
    assert set(deeds) >= {"account.open", "person.find", "person.reveal"}
    assert deeds["person.reveal"]["reason"] == REASON
    assert all(entry["intact"] and entry["source"] for entry in found)


def test_an_export_of_yesterday_is_chained(operator: Client) -> None:
    until = clock.now() - timedelta(minutes=2)
    since = until - timedelta(days=1)
    wish = {"from": clock.written(since), "to": clock.written(until), "format": "jsonl"}
    file = operator.post("/v1/audit-log/exports", wish)
    assert file.status == 200
    assert exports.last_link(file.raw.decode(), exports.first_link(Wanted(since, until)), "jsonl")


def test_a_key_is_replaced_and_both_work(anybody: Client, operator: Client) -> None:
    shop = people.open_shop(operator, people.Shop(f"Shop {uuid.uuid4().hex[:8]}"))
    path = f"/v1/merchants/{shop['id']}"
    (old,) = operator.get(f"{path}/keys").expect(200)["data"]
    new = operator.post(f"{path}/keys/{old['id']}/rotate", {"overlap_hours": 1}).expect(201)
    for key in (shop["api_key"], new["key"]):
        anybody.bearing(key).get(path).expect(200)
    assert len(operator.get(f"{path}/keys").expect(200)["data"]) == 2
