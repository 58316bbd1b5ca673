"""How long money takes to go out, and how the banks do that send it: measured, shown while it waits, and apart."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.kernel.errors import Unavailable
from chalicelib.processors import health, store_health
from tests.api.payout_kit import payee
from tests.api.test_payouts import DAY, HOUR, MINUTE, SOLD, go_on
from tests.api.test_payouts_told import tell
from tests.api.withdrawal_kit import Bank, cooled_off, withdraw
from tests.api.world import Person, World

pytestmark = pytest.mark.many_requests

"""Fixtures."""


def sent_in(world: World, bank: Bank, payout: str, seconds: int) -> None:
    """What the bank says to have paid so long after the sweep had sent it, by a webhook that comes twice."""
    world.clock.advance(1)
    world.sweep()
    bank.say(payout, "succeeded")
    world.clock.advance(seconds)
    for _ in range(2):
        assert tell(world, payout, "succeeded", bank).status == 200


def test_a_payout_is_measured_once_from_the_settlement_of_its_oldest_payment_to_paid(world: World, bank: Bank) -> None:
    shop = payee(world, schedule="on_demand")
    for rests in (HOUR, HOUR, HOUR, HOUR, 3 * DAY):
        shop.sell(SOLD)
        world.clock.advance(rests - 2 * MINUTE)
        shop.sell(SOLD)
        sent_in(world, bank, shop.ask().json["id"], MINUTE)
    world.clock.advance(MINUTE)
    shop.sell(SOLD)
    settled_at = world.clock.now()
    waiting = shop.ask().json["id"]
    assert health.usual_seconds(health.out("sandbox"), "payout-on_demand", settled_at) == HOUR
    assert [one["usual_seconds"] for one in shop.payouts[:2]] == [HOUR, None]
    found = shop.shown(waiting)
    assert found["usual_seconds"] == HOUR and found["after"] < found["oldest_settled_at"] < found["created_at"]
    sent_in(world, bank, waiting, 1)
    assert shop.shown(waiting)["usual_seconds"] is None


def test_what_only_goes_out_again_has_no_payment_to_measure(world: World, bank: Bank) -> None:
    shop = payee(world, schedule="on_demand")
    shop.sell(SOLD)
    first = shop.ask().json["id"]
    world.clock.advance(1)
    world.sweep()
    bank.say(first, "failed", reason="account_closed")
    go_on(shop, first, MINUTE)
    again = shop.ask().json["id"]
    sent_in(world, bank, again, 1)
    assert shop.shown(again)["oldest_settled_at"] is None
    assert list(store_health.arrivals(health.out("sandbox"), world.clock.now(), world.clock.now())) == []


def test_a_withdrawal_is_measured_from_asking_to_paid_and_its_like_say_so_while_they_wait(
    world: World, bank: Bank
) -> None:
    ana, method = cooled_off(world, 50_000)
    assert offered(ana) is None
    for seconds in (20, 50, 50, 50, 4_000):
        made = withdraw(ana, method).json["id"]
        sent_in(world, bank, made, seconds)
        ana.sign_in()
    world.clock.advance(MINUTE)
    waiting = withdraw(ana, method)
    found = ana.phone.get(f"/v1/withdrawals/{waiting.json['id']}").json
    assert (found["status"], found["usual_seconds"], offered(ana)) == ("pending", 60, 60)
    sent_in(world, bank, waiting.json["id"], 1)
    assert ana.phone.get(f"/v1/withdrawals/{waiting.json['id']}").json["usual_seconds"] is None


def offered(person: Person) -> int | None:
    ways: list[dict[str, Any]] = person.phone.get("/v1/withdrawal-offers").json["data"]
    return {one["processor"]: one["usual_seconds"] for one in ways}["sandbox"]


def test_money_that_cannot_be_counted_goes_out_all_the_same(
    world: World, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*given: object, **named: object) -> None:
        raise Unavailable(retry_after_seconds=1)

    for name in ("add", "kept", "breaker", "change", "arrived", "arrivals"):
        monkeypatch.setattr(store_health, name, away)
    shop = payee(world)
    shop.sell(SOLD)
    payout = shop.ask().json["id"]
    sent_in(world, bank, payout, MINUTE)
    assert (shop.shown(payout)["status"], shop.shown(payout)["usual_seconds"]) == ("succeeded", None)


def test_questions_about_what_goes_out_are_counted_apart_and_a_persons_account_is_no_fault_of_the_bank(
    world: World, bank: Bank
) -> None:
    shop = payee(world, schedule="on_demand")
    ana, method = cooled_off(world, 50_000)
    bank.refuses = True
    for _ in range(6):
        withdraw(ana, method)
    world.clock.advance(1)
    world.sweep()
    kept = store_health.kept(health.out("sandbox"), world.clock.now())
    assert [(one.method, one.tally.asked, one.tally.failed) for one in kept.minutes] == [("withdrawal", 6, 0)]
    bank.refuses, bank.deaf = False, True
    shop.sell(SOLD)
    shop.ask()
    world.clock.advance(1)
    world.sweep()
    kept = store_health.kept(health.out("sandbox"), world.clock.now())
    assert ("payout-on_demand", 1, 1) in [(one.method, one.tally.asked, one.tally.failed) for one in kept.minutes]
    assert not store_health.kept("sandbox", world.clock.now()).minutes
