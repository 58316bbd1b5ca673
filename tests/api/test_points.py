"""Points through the whole app: what brings them, what takes them back, what they pay, and when they end."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.kernel import clock as kernel_clock
from chalicelib.ledger import audit, chart, folding, service
from chalicelib.notices import service as notices
from chalicelib.rewards import leaving
from tests.api import coupon_kit
from tests.api.caller import Reply
from tests.api.points_kit import EVERY, balance, earned, entries, pay, programme, redeem, reward, rule, seen
from tests.api.world import Person, World

pytestmark = pytest.mark.many_requests
DAY = 86_400


@pytest.fixture(autouse=True)
def every_book_balances(world: World) -> Any:
    """And what people have of a programme is what was issued of it."""
    yield
    world.deliver()
    books = audit.trial_balance()
    assert books.balanced, books
    for currency, sums in books.totals.items():
        if currency.startswith("ptp_"):
            assert folding.total(chart.issued(currency)) == sums["issued"] == -sums["points"]


@pytest.fixture
def ana(world: World) -> Person:
    return world.customer(100_000)


def refund(world: World, paid: Reply, amount: int | None = None) -> Reply:
    return world.shop.act(paid.json["id"], "refunds", {} if amount is None else {"amount": amount})


# --- what brings them ---


def test_a_purchase_brings_points_once_however_often_the_stream_tells_it(world: World, ana: Person) -> None:
    of = programme(world)
    assert ana.pay(2_555).status == 201
    for _ in range(3):
        world.deliver()
        world.forget_what_was_told()
    mine = seen(ana, of)
    assert (mine["balance"], mine["expiring"]) == (255, [{"points": 255, "expires_at": "2027-12-01T00:00:00.000000Z"}])
    assert entries(ana, of) == [("earned", 255)]


def test_parts_of_refunds_take_back_all_points_in_the_end_and_never_more(world: World, ana: Person) -> None:
    of, paid = programme(world), ana.pay(999)
    world.deliver()
    assert balance(ana, of) == 99
    for amount, left in ((333, 66), (333, 33), (1, 33), (332, 0)):
        assert refund(world, paid, amount).status == 201
        world.deliver()
        assert balance(ana, of) == left


def test_points_pay_a_part_and_the_merchant_gets_all_of_it(world: World, ana: Person) -> None:
    of = programme(world)
    earned(world, ana, of, 1_000)
    before, shop = ana.available, service.head(world.shop.account).available
    paid = pay(ana, of, 700, 2_000)
    assert (paid.status, paid.json["discount"], paid.json["points_used"]) == (201, 700, 700)
    assert (before - ana.available, balance(ana, of)) == (1_300, 300)
    world.deliver()
    assert balance(ana, of) == 430
    assert service.head(world.shop.account).available - shop == 2_000 - 12


def test_a_coupon_comes_for_points_in_one_transaction(world: World, ana: Person) -> None:
    of = programme(world)
    template = reward(world, of, 400)
    earned(world, ana, of, 1_000)
    told = redeem(ana, of, template)
    assert (told.status, told.json["points"], told.json["balance"], balance(ana, of)) == (201, 400, 600, 600)
    assert coupon_kit.seen(ana, told.json["coupon_id"])["why"] == "redemption"
    world.deliver()
    assert world.operator.get(f"{EVERY}/{of}").json["outstanding"] == 600
    assert rule(world, of, points=2).status == 201


# --- when they end ---


def until(person: Person, of: str) -> float:
    """Seconds until the first of them end."""
    ends = kernel_clock.read(seen(person, of)["expiring"][0]["expires_at"])
    return (ends - kernel_clock.now()).total_seconds()


def told(person: Person) -> list[Any]:
    """Newest first."""
    return [one for one in notices.inbox(person.id, None, 50)[0] if one.kind == "reminder_points"]


def test_points_run_out_by_the_month_and_their_owner_is_told_thirty_and_seven_days_ahead(
    world: World, ana: Person
) -> None:
    of = programme(world, expire_after_months=1)
    earned(world, ana, of, 1_000)
    ends = seen(ana, of)["expiring"][0]["expires_at"]
    for days, reminders in ((31, 0), (30, 1), (8, 1), (7, 2), (6, 2)):
        ana.sign_in()
        world.clock.advance(until(ana, of) - days * DAY)
        world.sweep()
        world.sweep()
        assert len(told(ana)) == reminders, days
    assert {one.params["until"] for one in told(ana)} == {ends}
    ana.sign_in()
    world.clock.advance(until(ana, of))
    ana.sign_in()
    assert balance(ana, of) == 0
    assert pay(ana, of, 100, 1_000).json["code"] == "insufficient-points"
    world.sweep()
    world.sweep()
    assert entries(ana, of) == [("earned", 1_000), ("expired", -1_000)]


def test_whoever_is_erased_has_no_points_and_none_come_back(world: World, ana: Person) -> None:
    of = programme(world)
    earned(world, ana, of, 1_000)
    paid = pay(ana, of, 500, 2_000)
    world.deliver()
    leaving.forget(ana.id, (), world.clock.now())
    leaving.forget(ana.id, (), world.clock.now())
    assert refund(world, paid).json.get("points", 0) == 0
    world.deliver()
    assert (balance(ana, of), entries(ana, of)[-1]) == (0, ("expired", -650))


def test_their_archive_has_their_points_and_what_became_of_them(world: World, ana: Person) -> None:
    of = programme(world)
    earned(world, ana, of, 1_000)
    (kept,) = leaving.told(ana.id, ())["points.json"]
    assert kept["lots"] == [{"points": 1_000, "expires_at": "2027-12-01T00:00:00.000000Z"}]
    assert [one["kind"] for one in kept["entries"]] == ["points-earned"]
