"""Which banks are asked to pay: none that nobody has set up, none that fails, and one that failed once it answers."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from chalicelib import cloud as clients
from chalicelib.processors import health, missing, store_health
from chalicelib.processors.model_breaker import FIRST_PAUSE
from chalicelib.settings import settings
from tests.api.caller import assert_problem
from tests.api.payout_kit import agree, payee, run
from tests.api.test_payouts import DAY, EARNED, HOUR, MINUTE, SOLD
from tests.api.test_reconciliation import colleague
from tests.api.withdrawal_kit import Bank, cooled_off, withdraw
from tests.api.world import World

"""Fixtures."""


@pytest.fixture
def harbour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARBOUR_URL", "https://harbour.test")
    settings.cache_clear()


@pytest.fixture
def lose(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Takes sections out of the processors' secret; none: puts them back."""
    whole = clients.secret(settings().processors_secret_id)
    read = clients.secret

    def take(*names: str) -> None:
        left = {name: section for name, section in whole.items() if name not in names}
        kept = settings().processors_secret_id
        monkeypatch.setattr(clients, "secret", lambda secret: left if secret == kept else read(secret))
        missing.forget()
        health.forget()

    return take


def health_of(world: World, processor: str) -> dict[str, dict[str, Any]]:
    """Of both directions."""
    rows = colleague(world).get("/v1/processors/health").json["data"]
    return {one["direction"]: one for one in rows if one["processor"] == processor}


def test_a_bank_that_fails_is_passed_over_for_what_goes_out_alone_and_asked_again_once_it_answers(
    world: World, bank: Bank, harbour: None
) -> None:
    shop = payee(world, schedule="on_demand")
    bank.deaf = True
    for _ in range(5):
        shop.sell(SOLD)
        assert shop.ask().json["processor"] == "sandbox"
    world.clock.advance(1)
    world.sweep()
    world.clock.advance(6)
    shop.sell(SOLD)
    assert shop.ask().json["route"] == "sandbox=open harbour=100"
    assert {way: one["breaker"] for way, one in health_of(world, "sandbox").items()} == {"in": "closed", "out": "open"}
    bank.deaf = False
    for _ in range(3):
        world.clock.advance(int(FIRST_PAUSE.total_seconds()) + 10)
        world.sweep()
    assert store_health.breaker(health.out("sandbox")).phase == "closed"
    shop.sell(SOLD)
    assert shop.ask().json["processor"] == "sandbox"


def test_a_bank_that_is_still_away_is_not_asked_to_pay(world: World, bank: Bank, harbour: None) -> None:
    opened = store_health.Breaker("open", world.clock.now(), 1, number=1)
    assert store_health.change(health.out("sandbox"), store_health.Breaker(), opened)
    bank.deaf = True
    world.clock.advance(int(FIRST_PAUSE.total_seconds()) + 1)
    world.sweep()
    found = store_health.breaker(health.out("sandbox"))
    assert (found.phase, found.openings, bank.asked) == ("open", 2, ["GET /payouts"])


def test_whoever_is_not_set_up_is_passed_over_and_said_once_an_hour(
    world: World, bank: Bank, harbour: None, lose: Any, caplog: pytest.LogCaptureFixture
) -> None:
    shop = payee(world, schedule="on_demand")
    lose("sandbox", "wechatpay")
    for _ in range(130):
        world.clock.advance(MINUTE)
        world.sweep()
    said = [one.processor for one in caplog.records if one.getMessage() == "a processor is not set up"]  # type: ignore[attr-defined]
    assert said == ["sandbox"] * 3
    assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []
    assert {one["set_up"] for one in health_of(world, "sandbox").values()} == {False}
    assert {one["set_up"] for one in health_of(world, "harbour").values()} == {True}
    shop.sell(SOLD)
    assert shop.ask().json["route"] == "sandbox=not_set_up harbour=100"


def test_what_was_not_sent_to_a_bank_that_nobody_set_up_comes_back_and_leaves_otherwise(
    world: World, bank: Bank, harbour: None, lose: Any
) -> None:
    shop = payee(world, schedule="on_demand")
    shop.sell(SOLD)
    stuck = shop.ask().json["id"]
    ana, method = cooled_off(world, 5_000)
    lose("sandbox")
    for seconds in (1, 5 * MINUTE, HOUR):
        world.clock.advance(seconds)
        world.sweep()
    assert (shop.shown(stuck)["status"], shop.shown(stuck)["reason"], shop.held) == ("failed", "not_set_up", EARNED)
    assert shop.ask().json["processor"] == "harbour"
    ana.sign_in()
    refused = withdraw(ana, method)
    assert_problem(refused, 409, "invalid-state")
    assert (refused.json["state"], ana.available, bank.asked) == ("not-set-up", 5_000, [])


def test_where_no_bank_pays_out_everybody_is_told_so_and_nothing_is_lost(world: World, bank: Bank, lose: Any) -> None:
    shop = payee(world)
    shop.sell(SOLD)
    lose("sandbox")
    world.sweep()
    health.forget()
    for reply in (shop.ask("k"), agree(world.operator, world)):
        assert_problem(reply, 409, "invalid-state")
        assert reply.json["state"] == "no-payout-bank"
    world.clock.advance(DAY)
    world.sweep()
    assert (run(0, world), shop.terms["skipped"], shop.held) == (0, "no-payout-bank", EARNED)
    lose()
    world.clock.advance(4 * HOUR)
    assert shop.ask("k").status == 201
