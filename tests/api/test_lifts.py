"""A limit that refuses says what would lift it: the lowest tier that lets all of it through."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from chalicelib.ledger import model as ledger
from chalicelib.ledger import store
from chalicelib.ledger.items import HEAD
from chalicelib.ledger.write import Update
from chalicelib.settings import settings
from tests.api.world import Person, World, cheap_passwords
from tests.conftest import FrozenClock

FIRST = {
    "tier": 1,
    "needs": ["identity-document"],
    "more": {
        "per_movement": 4_000_000,
        "day": 17_000_000,
        "month": 90_000_000,
        "year": 1_080_000_000,
        "balance": 45_000_000,
        "top_up": 4_000_000,
    },
}
YEAR = {0: 120_000_000, 1: 1_200_000_000, 2: 6_000_000_000}


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def spent(world: World, person: Person, amount: int, *, of: Callable[[datetime], str], tier: int = 0) -> None:
    """As if so much had been spent before, by a person of `tier`."""
    update = Update(settings().ledger_table, person.wallet, HEAD)
    update.assign(of(world.clock.now()), amount).assign("tier", tier)
    assert not store.transact([update.written()])


def test_one_movement_too_large_says_which_tier_allows_it_and_says_so_again(world: World) -> None:
    ana = world.customer(1_000)
    refused = ana.pay(1_000_001, "k")
    assert (refused.status, refused.json["limit"], refused.json["maximum"]) == (409, "per_movement", 1_000_000)
    assert refused.json["lifts"] == FIRST
    assert ana.pay(1_000_001, "k").raw == refused.raw
    beyond = ana.pay(5_000_001, "l").json["lifts"]
    assert (beyond["tier"], beyond["needs"]) == (2, ["identity-document", "proof-of-address"])
    assert "lifts" not in ana.pay(20_000_001, "m").json


@pytest.mark.parametrize(
    ("limit", "sum_of", "most"),
    [("day", ledger.day_sum, 3_000_000), ("month", ledger.month_sum, 10_000_000), ("year", ledger.year_sum, YEAR[0])],
)
def test_what_was_spent_before_decides_which_tier_lifts_a_sum(
    world: World, limit: str, sum_of: Callable[[datetime], str], most: int
) -> None:
    ana = world.customer(1_000)
    spent(world, ana, most - 100, of=sum_of)
    refused = ana.pay(101)
    assert (refused.status, refused.json["limit"], refused.json["lifts"]) == (409, limit, FIRST)
    assert ana.pay(100).status == 201


def test_no_tier_is_praised_that_would_refuse_by_another_sum(world: World) -> None:
    ana = world.customer(1_000)
    spent(world, ana, 3_000_000, of=ledger.day_sum)
    spent(world, ana, YEAR[1], of=ledger.year_sum)
    refused = ana.pay(1).json
    assert (refused["limit"], refused["lifts"]["tier"]) == ("day", 2)


@pytest.mark.parametrize(("tier", "lifted"), [(1, True), (2, False)])
def test_the_highest_tier_is_promised_nothing(world: World, tier: int, lifted: bool) -> None:
    ana = world.customer(1_000)
    spent(world, ana, YEAR[tier], of=ledger.year_sum, tier=tier)
    refused = ana.pay(1).json
    assert (refused["limit"], refused["maximum"], "lifts" in refused) == ("year", YEAR[tier], lifted)
    assert not lifted or refused["lifts"]["needs"] == ["proof-of-address"]


def test_a_top_up_that_is_too_large_or_does_not_fit_says_what_would_lift_it(world: World) -> None:
    ana = world.customer(1_000)
    wish = {"wallet_id": ana.wallet, "amount": 1_000_001, "currency": "CNY"}
    large = ana.phone.post("/v1/topups", wish, idempotency_key="k").json
    assert (large["limit"], large["lifts"]) == ("top_up", FIRST)
    update = Update(settings().ledger_table, ana.wallet, HEAD).assign("available", 4_999_000)
    assert not store.transact([update.written()])
    full = ana.phone.post("/v1/topups", wish | {"amount": 1_001}, idempotency_key="l").json
    assert (full["limit"], full["lifts"]) == ("balance", FIRST)
