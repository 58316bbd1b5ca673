"""What is owed is owed whatever others owe us, as of the day; what comes while the books are read is no difference."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.kernel import ids
from chalicelib.ledger import chart, folding, service
from chalicelib.ledger.model import Change, Draft, Entry, Known
from chalicelib.settlement import safeguarding
from tests.api.test_reconciliation import (
    NEXT,
    ask_again,
    bank,
    cases,
    imported,
    reconciled,
    tomorrow,
    topped_up,
)
from tests.api.world import Person, World, cheap_passwords
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def charged_back(world: World, person: Person, amount: int, owed: int) -> None:
    """Takes what is available and leaves the rest as debt."""
    top_up = ids.derived("top", "charged back", person.id)

    def build(at: Any, known: Known) -> Draft:
        change = Change(person.wallet, "CNY", available=owed - amount, debt=owed)
        postings = {person.wallet: owed - amount, chart.debt(person.wallet): -owed}
        postings = {address: moved for address, moved in postings.items() if moved}
        postings[chart.clearing("sandbox", "CNY")] = amount
        return Draft(None, (change,), Entry(top_up, "top-up-reversal", "CNY", at, postings))

    service.commit(build, world.clock.now())
    world.deliver()
    world.clock.advance(1)


def owed(report: dict[str, Any]) -> int:
    (found,) = report["safeguarding"]
    return int(found["owed"])


def test_the_debt_of_one_is_no_less_of_what_another_is_owed(world: World) -> None:
    ana, bob = world.customer(), world.customer()
    topped_up(world, ana, 1_000)
    topped_up(world, bob, 500)
    assert ana.pay(600).status == 201
    world.deliver()
    shop = service.head(world.shop.account).available
    charged_back(world, ana, 1_000, owed=600)
    desk = tomorrow(world)
    imported(desk, bank("22", "", 500), side="bank", name="dbank", form="mt940")
    report = reconciled(world, desk)
    assert owed(report) == 500 + shop > 1_000
    assert report["safeguarding"][0]["covered"] is False
    assert len(cases(desk, "safeguarding-shortfall")) == 1


def test_a_merchant_below_zero_is_no_less_of_what_customers_are_owed(world: World) -> None:
    ana = world.customer()
    topped_up(world, ana, 1_000)
    paid = ana.pay(1_000).json["id"]
    world.deliver()
    assert world.shop.act(paid, "refunds").status == 201
    world.deliver()
    assert (service.head(world.shop.account).available, ana.available) == (-6, 1_000)
    tomorrow(world)
    assert owed(reconciled(world)) == 1_000


def test_what_is_owed_is_that_of_the_day_whatever_has_moved_since(world: World) -> None:
    ana = world.customer()
    topped_up(world, ana, 2_000)
    tomorrow(world)
    ana.sign_in()
    assert ana.pay(1_000).status == 201
    world.deliver()
    charged_back(world, ana, 1_500, owed=500)
    assert owed(reconciled(world)) == 2_000
    desk = tomorrow(world)
    assert owed(reconciled(world, desk, NEXT)) == 994
    ask_again(world, desk)
    assert owed(reconciled(world, desk)) == 2_000


def while_read(
    world: World, monkeypatch: pytest.MonkeyPatch, amounts: list[int], person: Person, *, before: bool = True
) -> None:
    """One of `amounts` comes in between a clearing account's lines and its total, or its total and its lines."""
    read = folding.total

    def total(address: str) -> int:
        waiting = amounts if chart.processor_of(address) else []
        if waiting and before:
            topped_up(world, person, waiting.pop())
        found = read(address)
        if waiting and not before:
            topped_up(world, person, waiting.pop())
        return found

    monkeypatch.setattr(folding, "total", total)


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("times", [1, 20])
def test_what_comes_in_while_the_books_are_read_is_no_difference(
    world: World, monkeypatch: pytest.MonkeyPatch, times: int, before: bool
) -> None:
    ana = world.customer()
    topped_up(world, ana, 2_000)
    desk = tomorrow(world)
    reconciled(world, desk)
    desk = tomorrow(world)
    while_read(world, monkeypatch, [500] * times, ana, before=before)
    (found,) = reconciled(world, desk, NEXT)["clearing"]
    assert (found["ledger"], found["lines"], found["difference"]) == (2_000, 2_000, 0)
    assert cases(desk, "clearing-disagrees") == []


def test_what_was_changed_is_found_however_much_comes_in(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = world.customer()
    topped_up(world, ana, 2_000)
    desk = tomorrow(world)
    reconciled(world, desk)
    desk = tomorrow(world)
    folding.fold([{"id": "ent_00000000000000000000000001", "postings": {chart.clearing("sandbox", "CNY"): -700}}])
    while_read(world, monkeypatch, [500] * 20, ana)
    (found,) = reconciled(world, desk, NEXT)["clearing"]
    assert found["difference"] > 0


def test_the_first_report_of_all_is_read_again_until_nothing_comes_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = world.customer()
    topped_up(world, ana, 2_000)
    desk = tomorrow(world)
    while_read(world, monkeypatch, [500], ana, before=False)
    (found,) = reconciled(world, desk)["clearing"]
    assert found["ledger"] == 2_000


def test_a_run_that_lasts_beyond_midnight_counts_what_came_after_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = world.customer()
    topped_up(world, ana, 2_000)
    at = world.clock.now()
    tomorrow(world)
    reconciled(world)
    began = world.clock.now().replace(hour=23, minute=59)
    world.clock.advance((began - world.clock.now()).total_seconds() + 120)
    topped_up(world, ana, 500)
    assert at.date() < began.date() < world.clock.now().date()
    (found,) = safeguarding.clearing(["sandbox"], at.date(), began)
    assert found.ledger == 2_000
