"""A dry run over the API: of a pack signed or not, of as much as one request may read; it says what it left."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from chalicelib.ledger.replaying import of_ledger
from chalicelib.operations import dry_runs
from chalicelib.policy.pack import Pack
from infra import packs
from infra.local.policy_signer import SIGNER
from tests.api.caller import assert_problem
from tests.api.policy_kit import boss, following, limited, signed
from tests.api.test_reconciliation import colleague
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import all_items

PATH = "/v1/policies/dry-runs"
MONTH = "2026-11"


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def lower(world: World) -> Pack:
    return limited(following("CN", world.clock.now() + timedelta(days=30)), per_movement=4_999)


def tried(world: World, body: dict[str, str]) -> dict[str, Any]:
    found = boss(world).post(PATH, body)
    assert found.status == 200, found.raw
    return dict(found.json)


def test_a_pack_is_tried_before_and_after_it_is_signed_and_nothing_is_kept(world: World) -> None:
    ana = world.customer(100_000)
    paid = ana.pay(5_000).json["id"]
    refused = ana.pay(1_000_001)
    assert refused.status == 409
    pack = lower(world)
    bare = tried(world, {"pack": packs.one_line(pack), "month": MONTH})
    assert (bare["new"], bare["old"], bare["currency"], bare["month"]) == (pack.id, "CN-2025-01", "CNY", MONTH)
    assert (bare["movements"], bare["people"], bare["signer"]) == (3, 1, None)
    assert (bare["complete"], bare["command"]) == (True, None)
    (row,) = bare["rows"]
    assert (row["rule"], row["how"], row["people"], row["movements"]) == ("per_movement", "newly-refused", 1, 1)
    assert (row["volume"], row["examples"]) == (5_000, [paid])
    assert tried(world, signed(pack) | {"month": MONTH}) == bare | {"signer": SIGNER}
    assert all_items("policies") == []


def test_without_a_month_it_is_the_last_one(world: World) -> None:
    world.customer(100_000).pay(5_000)
    first = tried(world, {"pack": packs.one_line(lower(world))})
    assert (first["month"], first["movements"]) == ("2026-10", 0)


@pytest.mark.parametrize(("bound", "most"), [("MOST", 2), ("MOST_ACCOUNTS", 1)])
def test_what_was_not_looked_at_is_told_with_the_command_that_looks_at_all(
    world: World, monkeypatch: pytest.MonkeyPatch, bound: str, most: int
) -> None:
    for _ in range(2):
        world.customer(100_000).pay(5_000)
    monkeypatch.setattr(dry_runs, bound, most)
    found = tried(world, signed(lower(world)) | {"month": MONTH})
    assert (found["complete"], found["command"]) == (False, "python -m infra.policies dry-run")
    assert found["people"] <= 1


def test_an_account_counts_whole_or_not_at_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its second payment would be refused for the day's sum, and a sum of half of what was paid would allow it."""
    people = [world.customer(100_000) for _ in range(2)]
    for one in people:
        one.pay(5_000)
    held = len(all_items("ledger"))
    monkeypatch.setattr(dry_runs, "MOST", held)
    monkeypatch.setattr(dry_runs.replaying, "_PAGE", 1)
    assert tried(world, signed(lower(world)) | {"month": MONTH})["people"] == 2
    monkeypatch.setattr(dry_runs.replaying, "of_ledger", lambda _most: of_ledger(held))
    monkeypatch.setattr(dry_runs, "MOST", 3)
    found = tried(world, signed(lower(world)) | {"month": MONTH})
    assert (found["people"], found["movements"], found["complete"]) == (1, 2, False)


def test_what_is_signed_by_nobody_known_is_no_pack_or_does_not_fit_is_not_tried(world: World) -> None:
    pack = lower(world)
    alone = msgspec.structs.replace(pack, currency="EUR")
    bodies = [signed(pack, "stranger"), {"pack": "{}"}, {"pack": packs.one_line(alone)}]
    reasons = [boss(world).post(PATH, body).json["reason"] for body in bodies]
    assert reasons == ["not-signed", "no-pack", "pack-misfit"]
    assert boss(world).post(PATH, signed(pack) | {"month": "2026-13"}).json["param"] == "month"


def test_a_pack_is_held_against_the_rules_of_its_first_jurisdiction_that_any_pack_knows(world: World) -> None:
    world.customer(100_000).pay(5_000)
    pack = lower(world)
    wider = msgspec.structs.replace(pack, jurisdictions=("NZ", *pack.jurisdictions))
    found = tried(world, {"pack": packs.one_line(wider), "month": MONTH})
    assert (found["old"], [row["rule"] for row in found["rows"]]) == ("CN-2025-01", ["per_movement"])


def test_a_pack_of_an_area_that_no_pack_knows_has_nothing_to_be_tried_against(world: World) -> None:
    pack = lower(world)
    new = msgspec.structs.replace(pack, id=pack.id.replace("CN", "NZ"), area="NZ", jurisdictions=("NZ",))
    refused = assert_problem(boss(world).post(PATH, {"pack": packs.one_line(new)}), 422, "invalid-request", "pack")
    assert refused["reason"] == "pack-misfit"


@pytest.mark.parametrize("role", ["finance", "risk", "support", "auditor"])
def test_only_an_admin_tries_a_pack(world: World, role: str) -> None:
    assert colleague(world, role).post(PATH, signed(lower(world))).status == 403
