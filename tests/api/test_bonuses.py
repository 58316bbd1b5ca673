"""Bonuses of top-ups through the whole app: promised with one, there with its money, spent and reversed by rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.kernel import clock
from chalicelib.ledger import audit, chart, folding, store
from chalicelib.ledger.wire import size
from chalicelib.processors import wire
from chalicelib.settings import settings
from tests.api.bonus_kit import (
    OFFER,
    PERCENT,
    fail,
    has,
    left,
    offer,
    offered,
    pay,
    reverse,
    succeed,
    top_up,
    topped_up,
)
from tests.api.caller import Reply
from tests.api.topup_kit import Till
from tests.api.world import World

pytestmark = pytest.mark.many_requests
DAY = 86_400


@pytest.fixture
def till(world: World) -> Iterator[Till]:
    """The bank; after every test the books balance."""
    made = Till(world.nobody)
    before = wire.use(made.transport)
    yield made
    wire.use(before)
    world.deliver()
    books = audit.trial_balance()
    assert books.balanced, books


def promotions() -> int:
    return folding.total(chart.promotions("CNY"))


def refund(world: World, paid: Reply, amount: int | None = None) -> Reply:
    return world.shop.act(paid.json["id"], "refunds", {} if amount is None else {"amount": amount})


def refused(reply: Reply, status: int, code: str, state: str = "") -> dict[str, Any]:
    assert (reply.status, reply.json["code"], reply.json.get("state", "")) == (status, code, state), reply.raw
    found: dict[str, Any] = reply.json
    return found


# --- offers, and what a top-up is promised ---


def test_a_bonus_comes_with_the_money_and_not_before(world: World, till: Till) -> None:
    of, ana = offer(world), world.customer()
    shown = offered(ana, of)
    assert (shown["bonus_amount"], shown["most_share_percent"], shown["taken"]) == (2_000, 50, False)
    assert any("50%" in rule for rule in shown["rules"]) and any("30 days" in rule for rule in shown["rules"])
    begun = top_up(ana, of)
    assert (begun.status, has(ana), left(world, of)) == (201, 0, (99, 198_000))
    assert ana.phone.get(f"/v1/topups/{begun.json['id']}").json["bonus"] == 2_000
    succeed(till, begun.json["id"])
    succeed(till, begun.json["id"])
    assert (has(ana), ana.available, offered(ana, of)["taken"]) == (2_000, 10_000, True)
    (mine,) = ana.phone.get("/v1/bonuses").json["data"]
    assert (mine["currency"], mine["most_share_percent"], mine["lots"][0]["topup_id"]) == ("CNY", 50, begun.json["id"])


def test_one_by_percentage_is_rounded_down_and_capped(world: World, till: Till) -> None:
    of, ana, bo = offer(world, **PERCENT), world.customer(), world.customer()
    topped_up(ana, till, of, 10_009)
    topped_up(bo, till, of, 90_000)
    assert (has(ana), has(bo)) == (1_000, 3_000)


def test_one_key_begins_one_top_up_and_is_promised_one_bonus(world: World, till: Till) -> None:
    of, ana = offer(world), world.customer()
    first, again = (top_up(ana, of, key="k") for _ in range(2))
    assert (first.status, again.json["id"], left(world, of)) == (201, first.json["id"], (99, 198_000))


def test_of_a_budget_all_is_promised_and_nothing_more(world: World, till: Till) -> None:
    of = offer(world, budget_count=19, budget_sum=10**6)
    told = [top_up(world.customer(), of).status for _ in range(21)]
    assert (told.count(201), told.count(409), left(world, of)) == (19, 2, (0, 10**6 - 19 * 2_000))
    refused(top_up(world.customer(), of), 409, "bonuses-exhausted")


def test_each_person_has_it_once_and_one_at_a_time(world: World, till: Till) -> None:
    of, ana = offer(world), world.customer()
    begun = top_up(ana, of).json["id"]
    refused(top_up(ana, of), 409, "invalid-state", "bonus-pending")
    succeed(till, begun)
    refused(top_up(ana, of), 409, "invalid-state", "bonus-taken")
    assert (has(ana), left(world, of)[0]) == (2_000, 99)


def test_where_the_offer_says_so_every_top_up_has_it(world: World, till: Till) -> None:
    of, ana = offer(world, once_per_person=False), world.customer()
    for _ in range(3):
        topped_up(ana, till, of)
        world.clock.advance(1)
    assert (has(ana), left(world, of)[0], offered(ana, of)["taken"]) == (6_000, 97, False)


def test_a_top_up_that_fails_passes_its_bonus_on_and_costs_the_budget_nothing(world: World, till: Till) -> None:
    of, ana = offer(world, budget_count=1), world.customer()
    failed = top_up(ana, of).json["id"]
    fail(till, failed)
    assert not offered(ana, of)["taken"]
    topped_up(ana, till, of)
    assert (has(ana), left(world, of)) == (2_000, (0, 198_000))
    succeed(till, failed)
    assert (has(ana), ana.available) == (2_000, 20_000), "its money comes, and the bonus is another's by now"


def test_a_top_up_that_failed_and_is_paid_after_all_has_its_bonus(world: World, till: Till) -> None:
    of, ana = offer(world), world.customer()
    late = top_up(ana, of).json["id"]
    fail(till, late)
    succeed(till, late)
    assert (has(ana), ana.available) == (2_000, 10_000)


def test_a_stopped_offer_promises_no_more_and_keeps_what_it_promised(world: World, till: Till) -> None:
    of, ana, bo = offer(world), world.customer(), world.customer()
    begun = top_up(ana, of).json["id"]
    path = f"/v1/topup-bonuses/{of['id']}/stop"
    assert [world.operator.post(path).json["status"] for _ in range(2)] == ["stopped", "stopped"]
    refused(top_up(bo, of), 409, "invalid-state", "stopped")
    assert of["id"] not in [one["id"] for one in bo.phone.get("/v1/bonus-offers").json["data"]]
    succeed(till, begun)
    assert has(ana) == 2_000


def test_only_bonuses_for_a_wallet_of_mine_are_offered_to_me(world: World) -> None:
    here, elsewhere = offer(world), offer(world, currency="EUR")
    seen = [one["id"] for one in world.customer().phone.get("/v1/bonus-offers?limit=100").json["data"]]
    assert (here["id"] in seen, elsewhere["id"] in seen) == (True, False)


def test_what_failed_passes_nothing_on_once_the_offer_is_stopped(world: World, till: Till) -> None:
    of, ana = offer(world), world.customer()
    fail(till, top_up(ana, of).json["id"])
    world.operator.post(f"/v1/topup-bonuses/{of['id']}/stop")
    refused(top_up(ana, of), 409, "invalid-state", "stopped")


def test_what_an_offer_does_not_allow_begins_no_top_up(world: World, till: Till) -> None:
    ana = world.customer()
    assert refused(top_up(ana, offer(world), 9_999), 422, "amount-out-of-range")["minimum"] == 10_000
    refused(top_up(ana, offer(world, currency="EUR")), 422, "currency-mismatch")
    refused(top_up(ana, {"id": "tbo_1"}), 404, "not-found")
    refused(top_up(ana, offer(world, starts_at=_soon(world))), 409, "invalid-state", "not-begun")
    over = offer(world, ends_at=_soon(world))
    world.clock.advance(DAY)
    ana.sign_in()
    refused(top_up(ana, over), 409, "invalid-state", "over")
    assert till.asked == 0


def _soon(world: World) -> str:
    return clock.written(world.clock.now() + timedelta(hours=1))


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"bonus_amount": None}, "bonus_amount"),
        ({"bonus_percent": 10}, "bonus_amount"),
        ({"most_bonus": 100}, "most_bonus"),
        ({"bonus_amount": None, "bonus_percent": 10}, "most_bonus"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, "ends_at"),
        ({"starts_at": "tomorrow"}, "starts_at"),
        ({"budget_sum": 1_999}, "budget_sum"),
        ({"most_share_percent": 101}, "most_share_percent"),
        ({"name": {"en": " ", "zh": "券"}}, "name"),
    ],
)
def test_an_offer_that_makes_no_sense_is_refused(world: World, wrong: dict[str, Any], param: str) -> None:
    reply = world.operator.post("/v1/topup-bonuses", OFFER | wrong)
    assert (reply.status, reply.json["param"]) == (422, param)


# --- spending it ---


def test_a_bonus_pays_its_share_and_the_merchant_gets_all_of_it(world: World, till: Till) -> None:
    ana = world.customer()
    topped_up(ana, till, offer(world))
    paid = pay(ana, 1_500, 3_000)
    assert (paid.status, paid.json["amount"], paid.json["bonus_used"], paid.json["discount"]) == (
        201,
        3_000,
        1_500,
        1_500,
    )
    assert (ana.available, has(ana)) == (8_500, 500)
    world.deliver()
    assert promotions() == -1_500
    assert folding.total(chart.settling("CNY")) == 0


def test_no_more_than_its_share_and_than_there_is(world: World, till: Till) -> None:
    ana = world.customer()
    topped_up(ana, till, offer(world))
    assert refused(pay(ana, 1_501, 3_000), 409, "bonus-beyond")["maximum"] == 1_500
    assert refused(pay(ana, 2_001, 9_000), 409, "bonus-beyond")["maximum"] == 2_000
    assert refused(pay(world.customer(5_000), 1, 1_000), 409, "bonus-beyond")["maximum"] == 0
    assert (ana.available, has(ana)) == (10_000, 2_000)


def test_what_ends_first_is_spent_first_and_what_has_ended_pays_nothing(world: World, till: Till) -> None:
    ana = world.customer()
    topped_up(ana, till, offer(world, valid_days=20))
    topped_up(ana, till, offer(world, valid_days=10))
    assert pay(ana, 2_500, 5_000).status == 201
    (mine,) = ana.phone.get("/v1/bonuses").json["data"]
    assert [(one["amount"], one["left"]) for one in mine["lots"]] == [(2_000, 1_500)], "the longer one is left"
    world.clock.advance(20 * DAY)
    ana.sign_in()
    assert has(ana) == 0
    refused(pay(ana, 1, 1_000), 409, "bonus-beyond")


@pytest.mark.parametrize("more", [{"coupon_id": "cou_1"}, {"card_id": "crd_1"}, {"capture": "manual"}, {"bonus": 0}])
def test_it_stands_alone(world: World, till: Till, more: dict[str, Any]) -> None:
    ana = world.customer(5_000)
    assert ana.pay(1_000, **({"bonus": 100} | more)).status == 422


def test_one_key_pays_once(world: World, till: Till) -> None:
    ana = world.customer()
    topped_up(ana, till, offer(world))
    first, again = (pay(ana, 1_000, 2_000, "k") for _ in range(2))
    assert (first.status, again.raw, has(ana), ana.available) == (201, first.raw, 1_000, 9_000)


def test_whoever_lacks_the_rest_keeps_the_bonus(world: World, till: Till) -> None:
    ana = world.customer()
    topped_up(ana, till, offer(world))
    refused(pay(ana, 2_000, 15_000), 409, "insufficient-funds")
    assert has(ana) == 2_000


# --- giving it back ---


def test_refunds_in_parts_give_back_exactly_what_was_paid(world: World, till: Till) -> None:
    ana = world.customer()
    topped_up(ana, till, offer(world))
    paid = pay(ana, 1_000, 3_001)
    back = [refund(world, paid, amount).json.get("discount", 0) for amount in (1, 999, 2_000, 1)]
    assert sum(back) == 1_000
    assert (ana.available, has(ana)) == (10_000, 2_000)
    world.deliver()
    assert promotions() == 0


def test_what_has_ended_meanwhile_does_not_come_back(world: World, till: Till) -> None:
    ana = world.customer()
    topped_up(ana, till, offer(world))
    paid = pay(ana, 1_000, 2_000)
    world.clock.advance(30 * DAY)
    ana.sign_in()
    told = refund(world, paid).json
    assert (told["discount"], told["bonus_lapsed"], has(ana), ana.available) == (1_000, 1_000, 0, 10_000)


def test_a_reversed_top_up_takes_back_what_is_left_and_no_refund_revives_it(world: World, till: Till) -> None:
    ana = world.customer()
    topup = topped_up(ana, till, offer(world))
    paid = pay(ana, 500, 1_000)
    reverse(till, topup, 5_000)
    assert (has(ana), ana.available) == (0, 4_500)
    reverse(till, topup, 10_000)
    told = refund(world, paid).json
    assert (told["discount"], told["bonus_lapsed"], has(ana)) == (500, 500, 0)


def test_a_reversal_that_is_heard_of_first_leaves_no_bonus(world: World, till: Till) -> None:
    ana = world.customer()
    begun = top_up(ana, offer(world)).json["id"]
    reverse(till, begun, 10_000)
    succeed(till, begun)
    assert (has(ana), ana.available) == (0, 0)


def test_every_item_of_the_fattest_stays_within_a_kilobyte(world: World, till: Till) -> None:
    ana = world.customer()
    words = {"en": "x" * 64, "zh": "龘" * 64}
    for days in range(1, 11):
        topped_up(ana, till, offer(world, name=words, valid_days=days, bonus_amount=100))
    assert pay(ana, 1_000, 99_999).status == 201
    for item in store.everything(settings().ledger_table):
        assert size(item) <= 1024, item
