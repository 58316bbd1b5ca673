"""Points through the whole app: what brings them, what takes them back, what they pay, and when they end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.kernel import clock as kernel_clock
from chalicelib.ledger import audit, chart, folding, history, points, service
from chalicelib.ledger.model import Draft
from chalicelib.merchants import categorising
from chalicelib.notices import service as notices
from chalicelib.rewards import earning, leaving
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


def test_what_undoes_a_purchase_takes_its_points_back_once(world: World, ana: Person) -> None:
    of, paid = programme(world), ana.pay(1_000)
    world.deliver()
    assert refund(world, paid, 400).status == 201
    for _ in range(3):
        world.deliver()
        world.forget_what_was_told()
    assert entries(ana, of) == [("earned", 100), ("reversed", -40)]


def test_a_refund_takes_points_back_in_every_programme_that_they_came_from(world: World, ana: Person) -> None:
    """In entries of their own: of one id there is one entry."""
    first, second, paid = programme(world), programme(world, {"points": 2}), ana.pay(1_000)
    world.deliver()
    assert refund(world, paid, 400).status == 201
    world.deliver()
    assert (balance(ana, first), balance(ana, second)) == (60, 120)


def test_a_refund_that_is_heard_of_before_its_purchase_counts_all_the_same(world: World, ana: Person) -> None:
    of, paid = programme(world), ana.pay(1_000)
    back = refund(world, paid, 400).json["id"]
    found = {one["movement"]: one for one in history.entries(ana.wallet, None, 9)}
    for movement in (back, paid.json["id"], back):
        earning.hear([found[movement]], categorising.category)
    assert (balance(ana, of), entries(ana, of)) == (60, [("earned", 60)])
    assert refund(world, paid).status == 201
    world.deliver()
    assert balance(ana, of) == 0


def test_a_purchase_that_was_reckoned_with_meanwhile_brings_nothing_more(world: World, ana: Person) -> None:
    """Also where a refund was heard of first, and what is undone of it stays as it was seen."""
    of, paid = programme(world), ana.pay(1_000)
    back, source = refund(world, paid, 400).json["id"], paid.json["id"]
    found = {one["movement"]: one for one in history.entries(ana.wallet, None, 9)}
    earning.hear([found[back]], categorising.category)
    unheard = points.earned(source, of)
    earning.hear([found[source]], categorising.category)
    leg = points.booking(unheard, replace(unheard, owner=ana.id, basis=1_000, points=100), lambda learned: None)
    again = service.commit(lambda at, known: Draft(None, (), None, (leg,)), world.clock.now())
    assert (again.replayed, points.earned(source, of).reversed, balance(ana, of)) == (True, 40, 60)


def test_what_a_refund_takes_back_and_nobody_has_is_made_up_by_the_next_points(world: World, ana: Person) -> None:
    of, paid = programme(world), ana.pay(5_000)
    template = reward(world, of, 400)
    world.deliver()
    assert redeem(ana, of, template).status == 201
    assert refund(world, paid).status == 201
    world.deliver()
    assert (balance(ana, of), seen(ana, of)["owed"]) == (0, 400)
    assert ana.pay(3_000, order_reference="more").status == 201
    world.deliver()
    assert (balance(ana, of), seen(ana, of)["owed"]) == (0, 100)
    assert ana.pay(3_010, order_reference="and more").status == 201
    world.deliver()
    assert (balance(ana, of), seen(ana, of)["owed"]) == (201, 0)


def test_a_top_up_brings_points_where_a_rule_says_so(world: World) -> None:
    of, jon = programme(world, {"kind": "topup", "per_amount": 100}), world.customer(5_000)
    world.deliver()
    assert (balance(jon, of), entries(jon, of)) == (50, [("earned", 50)])


def test_points_follow_what_the_merchant_deals_in(world: World, ana: Person) -> None:
    of = programme(world, {"categories": ["groceries"]}, {"categories": ["other"], "times": 2, "per_amount": 100})
    assert ana.pay(1_000).status == 201
    world.deliver()
    assert balance(ana, of) == 20


def test_a_held_payment_brings_points_for_what_was_taken_of_it(world: World, ana: Person) -> None:
    of, held = programme(world), ana.pay(1_000, capture="manual")
    world.deliver()
    assert balance(ana, of) == 0
    assert world.shop.act(held.json["id"], "capture", {"amount": 700}).status == 201
    world.deliver()
    assert balance(ana, of) == 70


def test_a_coupon_s_part_brings_no_points(world: World, ana: Person) -> None:
    of = programme(world)
    assert coupon_kit.pay(ana, coupon_kit.given(world, ana), 2_500).status == 201
    world.deliver()
    assert balance(ana, of) == 200


def test_a_rule_that_was_ended_and_a_programme_that_was_stopped_bring_nothing_more(world: World, ana: Person) -> None:
    of, other = programme(world), programme(world)
    one = world.operator.get(f"{EVERY}/{of}").json["rules"][0]["id"]
    assert world.operator.post(f"{EVERY}/{of}/rules/{one}/end").json["rules"][0]["ended_at"]
    assert world.operator.post(f"{EVERY}/{other}/stop").json["status"] == "stopped"
    assert ana.pay(1_000).status == 201
    world.deliver()
    assert balance(ana, of) == 0
    assert [one["programme_id"] for one in ana.phone.get("/v1/points").json["data"]] == [of]
    assert rule(world, other).json["code"] == "invalid-state"


# --- what they pay ---


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


def test_refunds_give_back_money_and_points_in_proportion_and_all_of_it_in_the_end(world: World, ana: Person) -> None:
    of = programme(world)
    earned(world, ana, of, 1_000)
    paid, money = pay(ana, of, 500, 2_000), ana.available
    world.deliver()
    given = []
    for amount in (333, 667, 1, 999):
        told = refund(world, paid, amount).json
        given.append((told.get("discount", 0), told.get("points", 0)))
    assert [sum(parts) for parts in zip(*given, strict=True)] == [500, 500]
    world.deliver()
    assert (ana.available - money, balance(ana, of)) == (1_500, 1_000)
    assert entries(ana, of)[1:3] == [("used", -500), ("earned", 150)]


@pytest.mark.parametrize(
    ("points", "amount", "code"),
    [
        (99, 5_000, "points-minimum-not-met"),
        (1_001, 5_000, "insufficient-points"),
        (600, 500, "amount-out-of-range"),
    ],
)
def test_points_that_may_not_pay_move_nothing(world: World, ana: Person, points: int, amount: int, code: str) -> None:
    of = programme(world)
    earned(world, ana, of, 1_000)
    before = ana.available
    assert pay(ana, of, points, amount).json["code"] == code
    assert (ana.available, balance(ana, of)) == (before, 1_000)


@pytest.mark.parametrize("other", [{"coupon_id": "cou_1"}, {"card_id": "crd_1"}, {"capture": "manual"}])
def test_points_pay_alone_and_only_what_is_taken_at_once(world: World, ana: Person, other: dict[str, Any]) -> None:
    told = pay(ana, programme(world), 100, 1_000, **other)
    assert (told.status, told.json["code"]) == (422, "invalid-request")


def test_of_a_budget_that_is_used_up_no_coupon_comes_and_no_points_go(world: World, ana: Person) -> None:
    of = programme(world)
    template = reward(world, of, 100, budget_count=1)
    earned(world, ana, of, 1_000)
    told = [redeem(ana, of, template) for _ in range(2)]
    assert [one.json.get("code", "") for one in told] == ["", "coupons-exhausted"]
    assert balance(ana, of) == 900


def test_a_reward_that_was_ended_is_not_to_be_had(world: World, ana: Person) -> None:
    of = programme(world)
    template = reward(world, of, 100)
    earned(world, ana, of, 1_000)
    first = redeem(ana, of, template, "k-1")
    assert [one["template_id"] for one in seen(ana, of)["rewards"]] == [template]
    assert world.operator.post(f"{EVERY}/{of}/rewards/{template}/end").json["rewards"] == []
    assert (redeem(ana, of, template).status, seen(ana, of)["rewards"]) == (404, [])
    assert redeem(ana, of, template, "k-1").raw == first.raw


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


def test_whoever_may_not_pay_takes_no_coupon_for_points(world: World, ana: Person) -> None:
    of = programme(world)
    template = reward(world, of, 400)
    earned(world, ana, of, 1_000)
    service.raise_epoch(ana.wallet)
    assert redeem(ana, of, template).status == 401
    ana.sign_in()
    assert ana.phone.post("/v1/me/freeze").status == 204
    refused = redeem(ana, of, template)
    assert (refused.status, refused.json["code"], balance(ana, of)) == (409, "wallet-frozen", 1_000)


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
