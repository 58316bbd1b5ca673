"""The dry run over what really happened: payments, transfers, top-ups and refusals of last month, made over the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from chalicelib.policy.comparing import Comparison
from chalicelib.policy.pack import Pack
from infra import dry_run
from infra.packs import Refused
from tests.api.policy_kit import following, limited
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock

NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)
LATER = datetime(2026, 12, 2, tzinfo=UTC)


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def tried(pack: Pack) -> Comparison:
    return dry_run.run(pack, NOVEMBER, LATER, 5)


def coming() -> Pack:
    return following("CN", LATER + timedelta(days=30))


def test_a_pack_that_changes_no_figure_treats_nobody_differently_and_says_so(world: World) -> None:
    ana = world.customer(100_000)
    assert [ana.pay(amount).status for amount in (5_000, 1_000_001)] == [201, 409]
    found = tried(coming())
    assert (found.rows, found.people, found.movements) == ((), 1, 3)
    assert "Nobody would be treated differently." in dry_run.table(found, "CNY")


def test_who_would_be_refused_and_who_would_not_any_more_are_found_by_rule_without_names(world: World) -> None:
    ana, bob = world.customer(100_000), world.customer(100_000)
    large = ana.pay(5_000).json["id"]
    bob.pay(4_999)
    refused = bob.pay(1_000_001)
    assert refused.status == 409
    lower = tried(limited(coming(), per_movement=4_999, top_up=99_999))
    told = [(row.rule, row.how, row.people, row.movements, row.volume) for row in lower.rows]
    assert told == [("per_movement", "newly-refused", 1, 1, 5_000), ("top_up", "newly-refused", 2, 2, 200_000)]
    assert lower.rows[0].examples == (large,)
    higher = tried(limited(coming(), per_movement=1_000_001))
    assert [(row.rule, row.how, row.volume) for row in higher.rows] == [("per_movement", "newly-allowed", 1_000_001)]
    assert ana.id not in dry_run.table(lower, "CNY") and large in dry_run.table(lower, "CNY")


def test_the_sum_of_a_day_is_replayed_in_order(world: World) -> None:
    ana = world.customer(100_000)
    ids = []
    for amount in (3_000, 3_001, 3_002):
        world.clock.advance(1)
        ids.append(ana.pay(amount).json["id"])
    found = tried(limited(coming(), per_movement=5_000, day=6_001))
    assert [(row.rule, row.examples) for row in found.rows] == [("day", (ids[2],))]


def test_what_would_take_a_step_up_is_told(world: World) -> None:
    ana = world.customer(100_000)
    paid = ana.pay(5_000).json["id"]
    new = coming()
    above = (4_999, *new.step_up.above[1:])
    found = tried(msgspec.structs.replace(new, step_up=msgspec.structs.replace(new.step_up, above=above)))
    assert [(row.rule, row.how, row.examples) for row in found.rows] == [("step_up", "newly-step-up", (paid,))]


def test_the_command_too_says_of_an_area_that_no_pack_knows_that_there_is_nothing_to_try(world: World) -> None:
    world.customer(100_000).pay(5_000)
    pack = coming()
    wider = msgspec.structs.replace(pack, jurisdictions=("NZ", *pack.jurisdictions))
    assert (tried(wider).old, tried(wider).movements) == ("CN-2025-01", 2)
    with pytest.raises(Refused, match="no pack knows"):
        tried(msgspec.structs.replace(pack, jurisdictions=("NZ",)))


def test_another_month_and_another_currency_are_not_looked_at(world: World) -> None:
    world.customer(100_000).pay(5_000)
    assert dry_run.run(coming(), datetime(2026, 10, 1, tzinfo=UTC), LATER, 5).movements == 0
    assert dry_run.run(following("HK", LATER), NOVEMBER, LATER, 5).movements == 0
    assert dry_run.month_before(LATER) == NOVEMBER
