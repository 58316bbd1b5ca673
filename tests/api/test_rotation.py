"""After a new key and everything sealed anew, all that was sealed opens, and no key is gone that anything needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib import cloud
from chalicelib.identity import rotation, vault
from chalicelib.processors import wire
from chalicelib.settings import settings
from infra import rotate_fields
from tests.api import away_kit, payout_kit
from tests.api.topup_kit import Till
from tests.api.world import World, cheap_passwords
from tests.conftest import TABLES, FrozenClock
from tests.people import all_items

pytestmark = pytest.mark.many_requests

CHANGEABLE = ("identity", "cases")
NOTE = "asked for it by post"


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Everybody has done everything, an operator has looked at it, and the key was turned twice."""
    cheap_passwords(monkeypatch)
    made = World(clock)
    before = wire.use(Till(made.nobody).transport)
    for call in away_kit.requests(made).values():
        call()
    for _ in range(2):
        rotate_fields.rotate(300)
        made.operator = World(clock).operator
    vault.forget()
    yield made
    wire.use(before)


def sealed() -> Iterator[tuple[str, dict[str, str], str, int]]:
    """(table, the item's texts, attribute, number of its key) of every text that is sealed."""
    for table in TABLES:
        for item in all_items(table):
            texts = {name: value["S"] for name, value in item.items() if "S" in value}
            for name, text in texts.items():
                if (number := vault.key_of(text)) is not None:
                    yield table, texts, name, number


def keys() -> set[int]:
    return {int(item["sk"]["S"].removeprefix("KEY#")) for item in all_items("identity") if item["pk"]["S"] == "KEYRING"}


def test_whatever_is_sealed_in_a_table_that_may_change_opens_and_is_under_the_newest_key(world: World) -> None:
    found = [(texts, name, number) for table, texts, name, number in sealed() if table in CHANGEABLE]
    assert len(found) > 50
    assert {number for _, _, number in found} == {max(keys())}
    for texts, name, _ in found:
        assert vault.opened(texts.get("user_id", texts["pk"]), name, texts[name]) is not None
    assert {name for _, name, _ in found} >= {
        "identifier",
        "phrase",
        "fields",
        "secret",
        "note",
        "contact",
    }


def test_a_merchants_bank_account_opens_and_is_under_the_newest_key(world: World) -> None:
    found = [(texts, number) for table, texts, _, number in sealed() if table == "ledger"]
    assert [number for _, number in found] == [max(keys())]
    for texts, _ in found:
        assert vault.opened(texts["pk"], "payout_destination", texts["destination"]) == payout_kit.ACCOUNT


def test_the_audit_log_is_whole_after_two_rotations_though_it_keeps_its_keys(world: World) -> None:
    listed = everything_in_the_log(world)
    assert len(listed) > 50
    assert all(entry["intact"] for entry in listed)
    assert NOTE in {entry["reason"] for entry in listed}
    assert {number for table, _, _, number in sealed() if table == "audit"} == {1, 2, 3}


def test_no_key_that_anything_is_sealed_with_is_gone(world: World) -> None:
    assert keys() == {1, 2, 3}
    assert {number for *_, number in sealed()} <= keys()
    assert [page.resealed for page in rotation.reseal(3) if page.resealed] == []


def test_a_key_that_was_deleted_would_be_missed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mistake that this file is there for."""
    first = {"pk": {"S": "KEYRING"}, "sk": {"S": "KEY#000001"}}
    cloud.client("dynamodb").delete_item(TableName=settings().identity_table, Key=first)
    vault.forget()
    assert not {number for *_, number in sealed()} <= keys()
    assert not all(entry["intact"] for entry in everything_in_the_log(world))


def everything_in_the_log(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    path = "/v1/audit-log?limit=100"
    page = world.operator.get(path).json
    while True:
        found += page["data"]
        if not page["has_more"]:
            return found
        page = world.operator.get(f"{path}&cursor={page['next_cursor']}").json
