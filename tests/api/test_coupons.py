"""Coupons through the whole app: budgets, who has one, what it takes off, and what a refund brings back."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.ledger import audit, chart, folding, service, store
from chalicelib.ledger.wire import size
from chalicelib.rewards import service as rewards
from chalicelib.settings import settings
from tests.api.caller import Reply, assert_problem
from tests.api.coupon_kit import PERCENT, TEMPLATE, given, issue, left, pay, seen, template
from tests.api.test_leaving import erased
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import all_items

pytestmark = pytest.mark.many_requests
DAY = 86_400


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def promotions() -> int:
    return folding.total(chart.promotions("CNY"))


def refund(world: World, paid: Reply, amount: int | None = None) -> Reply:
    return world.shop.act(paid.json["id"], "refunds", {} if amount is None else {"amount": amount})


# --- templates and budgets ---


def test_of_a_budget_all_is_issued_and_nothing_more_one_by_one(world: World) -> None:
    of = template(world, budget_count=19, budget_sum=10**6)
    people = [world.customer() for _ in range(21)]
    told = [one["refused"] for one in issue(world, of, *people)]
    assert (told.count(""), told.count("coupons-exhausted")) == (19, 2)
    assert left(world, of) == (0, 10**6 - 19 * 500)


def test_the_sum_of_a_budget_binds_as_its_count_does(world: World) -> None:
    of = template(world, budget_count=100, budget_sum=1_499)
    told = [one["refused"] for one in issue(world, of, *(world.customer() for _ in range(4)))]
    assert (told.count(""), left(world, of)) == (2, (0, 499))


def test_one_person_gets_one_coupon_of_a_campaign_however_often_it_is_issued(world: World) -> None:
    of, ana = template(world), world.customer()
    first, again = issue(world, of, ana), issue(world, of, ana)
    (other,) = issue(world, of, ana, campaign="autumn")
    assert first == again and other["coupon_id"] != first[0]["coupon_id"]
    assert left(world, of)[0] == 98


def test_nobody_who_is_not_there_gets_one(world: World) -> None:
    of = template(world)
    wish = {"campaign": "spring", "people": ["usr_1", world.shop.id], "reason": "Thanks"}
    told = world.operator.post(f"/v1/coupon-templates/{of['id']}/issues", wish).json["data"]
    assert ([one["refused"] for one in told], left(world, of)[0]) == (["not-found"] * 2, 100)


def test_nobody_issues_a_coupon_to_themselves(world: World) -> None:
    of, ana, bo = template(world), world.customer(), world.customer()
    wish = {"campaign": "spring", "people": [bo.id, ana.id], "reason": "Thanks"}
    refused = ana.at_work().post(f"/v1/coupon-templates/{of['id']}/issues", wish)
    assert_problem(refused, 403, "second-person-required")
    assert left(world, of)[0] == 100
    assert "coupon.issue" not in {one["what"]["S"] for one in all_items("audit")}


def test_a_stopped_template_issues_no_more_and_what_was_issued_stays_good(world: World) -> None:
    of, ana, bo = template(world), world.customer(10_000), world.customer()
    (mine,) = issue(world, of, ana)
    path = f"/v1/coupon-templates/{of['id']}/stop"
    assert [world.operator.post(path).json["status"] for _ in range(2)] == ["stopped", "stopped"]
    assert [one["refused"] for one in issue(world, of, ana, bo)] == ["", "invalid-state"]
    assert pay(ana, mine["coupon_id"], 2_000).status == 201


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"amount_off": None}, "amount_off"),
        ({"percent_off": 10}, "amount_off"),
        ({"most_off": 100}, "most_off"),
        ({"amount_off": None, "percent_off": 10}, "most_off"),
        ({"valid_days": None}, "ends_at"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, "ends_at"),
        ({"ends_at": "tomorrow"}, "ends_at"),
        ({"ends_at": "2126-01-01T00:00:00Z"}, "ends_at"),
        ({"budget_sum": 499}, "budget_sum"),
        ({"merchant_ids": ["mer_1"]}, "merchant_ids"),
        ({"categories": ["gambling"]}, "categories.0"),
        ({"name": {"en": "\u202eff", "zh": "券"}}, "name.en"),
        ({"name": {"en": " ", "zh": "券"}}, "name"),
    ],
)
def test_a_template_that_makes_no_sense_is_refused(world: World, wrong: dict[str, Any], param: str) -> None:
    reply = world.operator.post("/v1/coupon-templates", TEMPLATE | wrong)
    assert (reply.status, reply.json["param"]) == (422, param)


def test_templates_are_listed_newest_first(world: World) -> None:
    made = []
    for _ in range(3):
        made.append(template(world)["id"])
        world.clock.advance(1)
    listed = world.operator.get("/v1/coupon-templates?limit=2").json
    assert ([one["id"] for one in listed["data"]], listed["has_more"]) == (made[:0:-1], True)


# --- having one ---


def test_a_coupon_is_seen_in_its_owners_language_and_by_nobody_else(world: World) -> None:
    ana, bo = world.customer(), world.customer()
    mine = given(world, ana)
    ana.phone = ana.phone.with_headers(accept_language="zh")
    shown = seen(ana, mine)
    assert (shown["name"], shown["status"], shown["amount_off"]) == ("立减五元", "active", 500)
    assert "每笔付款限用一张" in shown["terms"]
    assert bo.phone.get("/v1/coupons").json["data"] == []


def test_a_coupon_runs_out(world: World) -> None:
    ana = world.customer(10_000)
    mine = given(world, ana, valid_days=1)
    world.clock.advance(DAY)
    ana.sign_in()
    assert seen(ana, mine)["status"] == "expired"
    reply = pay(ana, mine, 2_000)
    assert (reply.status, reply.json["code"], ana.available) == (409, "coupon-expired", 10_000)


def test_what_everybody_may_take_is_offered_with_its_reason_and_taken_once(world: World) -> None:
    ana, public = world.customer(10_000), template(world, public=True)
    template(world)
    (offer,) = ana.phone.get("/v1/offers").json["data"]
    assert (offer["id"], "nothing that we know of you" in offer["why"]) == (public["id"], True)
    taken = [ana.phone.post(f"/v1/offers/{public['id']}/claims") for _ in range(3)]
    assert {reply.status for reply in taken} == {201} and len({reply.json["id"] for reply in taken}) == 1
    assert left(world, public)[0] == 99
    assert pay(ana, taken[0].json["id"], 2_000).json["discount"] == 500


def test_what_is_not_offered_cannot_be_taken(world: World) -> None:
    ana, kept, gone = world.customer(), template(world), template(world, public=True)
    world.operator.post(f"/v1/coupon-templates/{gone['id']}/stop")
    assert ana.phone.get("/v1/offers").json["data"] == []
    told = [ana.phone.post(f"/v1/offers/{one['id']}/claims").json["code"] for one in (kept, gone)]
    assert told == ["not-found", "invalid-state"]


# --- paying with one ---


def test_the_house_pays_the_discount_and_the_merchant_gets_all_of_it(world: World) -> None:
    ana = world.customer(10_000)
    mine = given(world, ana)
    reply = pay(ana, mine, 2_500)
    told = {name: reply.json[name] for name in ("status", "amount", "coupon_id", "discount")}
    assert told == {"status": "captured", "amount": 2_500, "coupon_id": mine, "discount": 500}
    assert ana.available == 8_000
    world.deliver()
    assert (service.head(world.shop.account).available, promotions()) == (2_500 - 15, -500)
    assert (seen(ana, mine)["status"], seen(ana, mine)["payment_id"]) == ("used", reply.json["id"])
    assert audit.trial_balance().balanced


def test_what_coupons_paid_is_owed_to_merchants_and_not_the_houses(world: World) -> None:
    ana = world.customer(10_000)
    pay(ana, given(world, ana), 2_500)
    world.deliver()
    day = world.clock.now().date()
    assert folding.earned_until(day, "CNY") == 15 - 500
    (held,) = world.operator.get("/v1/reports/live").json["held"]
    assert (held["held"], held["promotions"]) == (8_000 + 2_485, -500)


def test_a_percentage_is_paid_up_to_its_cap(world: World) -> None:
    ana, of = world.customer(100_000), {**PERCENT, "minimum_spend": 0}
    assert pay(ana, given(world, ana, "a", **of), 999).json["discount"] == 299
    assert pay(ana, given(world, ana, "b", **of), 50_000).json["discount"] == 2_000


def test_a_purchase_that_a_coupon_pays_whole_takes_nothing_from_the_wallet(world: World) -> None:
    ana = world.customer()
    mine = given(world, ana, minimum_spend=0)
    paid = pay(ana, mine, 300)
    assert (paid.status, paid.json["discount"], ana.available) == (201, 300, 0)
    assert refund(world, paid).json["discount"] == 300
    world.deliver()
    assert (ana.available, promotions(), seen(ana, mine)["status"]) == (0, 0, "active")
    assert audit.trial_balance().balanced


def test_of_two_payments_with_one_coupon_the_second_is_refused_and_moves_nothing(world: World) -> None:
    ana = world.customer(10_000)
    mine = given(world, ana)
    first = pay(ana, mine, 2_000, "one")
    second = pay(ana, mine, 3_000, "two")
    assert (second.status, second.json["code"], second.json["payment_id"]) == (409, "coupon-used", first.json["id"])
    assert ana.available == 8_500
    assert [pay(ana, mine, 2_000, "one").raw, pay(ana, mine, 3_000, "two").raw] == [first.raw, second.raw]


def test_a_payment_is_replayed_after_its_coupon_has_run_out(world: World) -> None:
    ana = world.customer(10_000)
    mine = given(world, ana, valid_days=1)
    first = pay(ana, mine, 2_000, "one")
    world.clock.advance(2 * DAY)
    ana.sign_in()
    again = pay(ana, mine, 2_000, "one")
    assert (again.status, again.raw) == (201, first.raw)


@pytest.mark.parametrize(
    ("of", "amount", "code"),
    [
        ({}, 999, "coupon-minimum-not-met"),
        ({"starts_at": "2026-12-24T00:00:00Z"}, 2_000, "coupon-not-yet"),
        ({"merchant_ids": "another"}, 2_000, "coupon-not-for-this-merchant"),
        ({"categories": ["education"]}, 2_000, "coupon-not-for-this-merchant"),
    ],
)
def test_a_coupon_that_is_not_good_says_why_and_stays_unused(
    world: World, of: dict[str, Any], amount: int, code: str
) -> None:
    ana = world.customer(10_000)
    if "merchant_ids" in of:
        of = {"merchant_ids": [world.another_shop().id]}
    mine = given(world, ana, **of)
    reply = pay(ana, mine, amount)
    assert (reply.status, reply.json["code"], reply.json["param"]) == (409, code, "coupon_id")
    assert (ana.available, seen(ana, mine)["status"]) == (10_000, "active")


def test_without_the_money_for_the_rest_the_coupon_stays_unused(world: World) -> None:
    ana = world.customer(1_499)
    mine = given(world, ana)
    reply = pay(ana, mine, 2_000)
    assert (reply.status, reply.json["code"], reply.json["missing"]) == (409, "insufficient-funds", 1)
    assert seen(ana, mine)["status"] == "active"
    world.put_in(ana, 1)
    assert pay(ana, mine, 2_000).status == 201


def test_somebody_elses_coupon_and_none_at_all_are_the_same_answer(world: World) -> None:
    ana, bo = world.customer(10_000), world.customer(10_000)
    mine, absent = given(world, ana), "cou_" + given(world, ana, "b")[4:][::-1]
    told = [pay(bo, one, 2_000) for one in (mine, absent, "cou_1", "x")]
    assert {(reply.status, reply.json["code"], reply.json["param"]) for reply in told} == {
        (404, "not-found", "coupon_id")
    }


@pytest.mark.parametrize(("more", "param"), [({"capture": "manual"}, "capture"), ({"card_id": "crd_1"}, "coupon_id")])
def test_a_coupon_goes_with_neither_a_deposit_nor_a_card(world: World, more: dict[str, Any], param: str) -> None:
    ana = world.customer(10_000)
    reply = pay(ana, given(world, ana), 2_000, **more)
    assert (reply.status, reply.json["param"]) == (422, param)


@pytest.mark.parametrize("how", [{"capture": "manual"}, {"split": {"max_payers": 2, "least": 1}}])
def test_a_coupon_goes_with_no_checkout_that_is_held(world: World, how: dict[str, Any]) -> None:
    ana, checkout = world.customer(10_000), world.shop.checkout(4_000, **how)
    part = {"amount": 2_000} if "split" in how else {}
    reply = ana.pay_checkout(checkout["id"], coupon_id=given(world, ana), **part)
    assert (reply.status, reply.json["param"]) == (422, "coupon_id")


def test_a_checkout_is_paid_with_one(world: World) -> None:
    ana, checkout = world.customer(10_000), world.shop.checkout(4_000)
    reply = ana.pay_checkout(checkout["id"], coupon_id=given(world, ana))
    assert (reply.status, reply.json["discount"], ana.available) == (201, 500, 6_500)
    assert world.shop.till.get(f"/v1/checkouts/{checkout['id']}").json["status"] == "paid"


# --- giving back ---


def test_refunds_give_back_in_proportion_and_all_of_it_in_the_end(world: World) -> None:
    ana = world.customer(10_000)
    mine = given(world, ana)
    paid = pay(ana, mine, 3_000)
    told = [refund(world, paid, amount).json["discount"] for amount in (1_000, 1_000)]
    assert (told, ana.available, seen(ana, mine)["returned"]) == ([166, 167], 10_000 - 2_500 + 2_000 - 333, 333)
    assert seen(ana, mine)["status"] == "used"
    assert refund(world, paid).json["discount"] == 167
    world.deliver()
    assert (ana.available, promotions(), folding.total(chart.settling("CNY"))) == (10_000, 0, 0)
    assert (seen(ana, mine)["status"], seen(ana, mine)["payment_id"], seen(ana, mine)["returned"]) == ("active", "", 0)
    assert audit.trial_balance().balanced


def test_after_a_whole_refund_the_coupon_pays_again(world: World) -> None:
    ana = world.customer(10_000)
    mine = given(world, ana)
    refund(world, pay(ana, mine, 2_000))
    again = pay(ana, mine, 2_100)
    assert (again.status, ana.available) == (201, 10_000 - 1_600)
    assert seen(ana, mine)["payment_id"] == again.json["id"]


def test_after_a_whole_refund_a_coupon_that_ran_out_meanwhile_is_over(world: World) -> None:
    ana = world.customer(10_000)
    mine = given(world, ana, valid_days=1)
    paid = pay(ana, mine, 2_000)
    world.clock.advance(2 * DAY)
    ana.sign_in()
    assert refund(world, paid).status == 201
    assert (seen(ana, mine)["status"], ana.available) == ("expired", 10_000)


def test_no_more_is_refunded_than_was_paid(world: World) -> None:
    ana = world.customer(10_000)
    paid = pay(ana, given(world, ana), 2_000)
    assert refund(world, paid, 1_500).status == 201
    over = refund(world, paid, 501)
    assert (over.status, over.json["code"]) == (409, "refund-exceeds-capture")
    assert refund(world, paid).status == 201
    assert refund(world, paid, 1).json["code"] == "refund-exceeds-capture"
    assert ana.available == 10_000


# --- leaving ---


def test_whoever_is_erased_has_no_coupons_and_their_payment_is_refunded_all_the_same(world: World) -> None:
    ana = world.customer(1_500)
    mine = given(world, ana)
    paid = pay(ana, mine, 2_000)
    world.deliver()
    assert erased(world, ana) == 1
    assert rewards.store.coupon(mine) is None
    assert refund(world, paid).status == 201
    world.deliver()
    assert (folding.total(chart.unclaimed("CNY")), promotions()) == (1_500, 0)


def test_every_item_stays_within_a_kilobyte_at_its_fattest(world: World) -> None:
    ana, shops = world.customer(10**6), [world.another_shop("𠮷" * 64) for _ in range(10)]
    mine = given(world, ana, merchant_ids=[shop.id for shop in shops], **PERCENT)
    wish = {"merchant_id": shops[0].id, "reference": "单" * 21, "description": "汉" * 33}
    paid = pay(ana, mine, 30_000, **wish)
    assert paid.status == 201
    assert shops[0].act(paid.json["id"], "refunds", {"reason": "汉" * 33, "amount": 9_999}).status == 201
    fat = {found["pk"]["S"]: size(found) for found in store.everything(settings().ledger_table)}
    fat[mine] = size(next(one for one in store.everything(settings().merchants_table) if one["pk"]["S"] == mine))
    assert max(fat.values()) <= 1_024, fat
