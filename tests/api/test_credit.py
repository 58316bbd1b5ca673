"""Credit through the whole app: asked for, quoted, agreed to, collected, left early, withdrawn from, given up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.ledger import audit, chart, folding
from chalicelib.ledger import service as ledger
from tests.api import credit_kit as kit
from tests.api.caller import Reply, assert_problem
from tests.api.world import Person, World, fresh_key
from tests.people import all_items

pytestmark = pytest.mark.many_requests


@pytest.fixture(autouse=True)
def balanced(world: World) -> Iterator[None]:
    yield
    world.deliver()
    books = audit.trial_balance()
    assert books.balanced, books


# --- the line ---


def test_nobody_has_a_line_who_did_not_ask_and_the_answer_says_what_it_follows_from(world: World) -> None:
    ana = kit.known(world)
    before = kit.line(ana)
    assert (before["status"], before["limit"], before["score"]) == ("none", 0, None)
    assert kit.quoted(ana).json["reason"] == "no-line"
    after = ana.phone.post("/v1/credit-line", {}).json
    assert (after["status"], after["limit"], after["used"], after["available"]) == ("open", 200_000, 0, 200_000)
    points = {one["code"]: one["points"] for one in after["score"]["factors"]}
    assert points == {"age": 0, "regular": 50, "payments": 0, "unreversed": 150, "repaid": 0, "late": 0}
    assert after["score"]["points"] == 200


@pytest.mark.parametrize(("tier", "needs"), [(0, 1), (1, None)])
def test_a_line_needs_the_tier_that_the_area_asks_for(world: World, tier: int, needs: int | None) -> None:
    ana = kit.known(world, tier=tier)
    reply = ana.phone.post("/v1/credit-line", {})
    if needs:
        assert (reply.status, reply.json["code"], reply.json["reason"]) == (409, "credit-unavailable", "tier")
        assert reply.json["needs_tier"] == needs
    else:
        assert reply.json["status"] == "open"
        refused = kit.quoted(ana, kind="cash")
        assert (refused.status, refused.json["needs_tier"]) == (409, 2)


def test_a_wallet_that_says_too_little_has_no_line(world: World) -> None:
    ana = kit.known(world, 0)
    asked = ana.phone.post("/v1/credit-line", {}).json
    assert (asked["status"], asked["limit"], asked["reason"]) == ("closed", 0, "score")


def test_a_line_that_is_closed_lends_nothing_and_its_plans_go_on(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.bought(ana)
    part = kit.quote(ana)
    closed = ana.phone.delete("/v1/credit-line").json
    assert (closed["status"], closed["available"], closed["used"]) == ("closed", 0, 60_000)
    assert (
        kit.agree(ana, part, merchant_id=world.shop.id, amount=60_000, currency="CNY", order_reference="o").status
        == 409
    )
    assert kit.plan(ana, begun["id"])["status"] == "active"


# --- a quote ---


def test_a_quote_says_everything_before_anybody_agrees(world: World) -> None:
    ana = kit.with_line(world)
    told = kit.quoted(ana, 120_000, "twelve").json
    quote = told["quote"]
    parts = quote["instalments"]
    assert (len(parts), quote["amount"], quote["at_once"]) == (12, 120_000, 0)
    assert sum(one["principal"] for one in parts) == 120_000
    assert sum(one["amount"] for one in parts) == quote["total"] == 120_000 + quote["interest"] + quote["fee"]
    assert (quote["annual_rate_basis_points"], quote["yearly_basis_points"]) == (1_268, 1_200)
    assert (parts[0]["due_on"], parts[-1]["due_on"]) == ("2026-12-22", "2027-11-22")
    assert told["texts"][0].startswith("Credit costs money")
    assert kit.quoted(ana, 120_000, "four").json["quote"]["at_once"] == 30_000


def test_no_quote_is_made_beyond_the_line_or_of_nothing(world: World) -> None:
    ana = kit.with_line(world)
    beyond = kit.quoted(ana, 200_001)
    assert (beyond.status, beyond.json["code"], beyond.json["available"]) == (409, "credit-limit-reached", 200_000)
    assert kit.quoted(ana, 266_666, "four").status == 201, "a quarter is paid at once"
    assert kit.quoted(ana, 1_199).json["minimum"] == 1_200
    assert kit.quoted(ana, kind="cash", plan="four").json["code"] == "invalid-request"


def test_only_what_was_seen_can_be_agreed_to_and_only_for_fifteen_minutes_and_once(world: World) -> None:
    ana, bo = kit.with_line(world), kit.with_line(world)
    part = kit.quote(ana)
    what = {"merchant_id": world.shop.id, "amount": 60_000, "currency": "CNY", "order_reference": "o"}
    assert kit.agree(ana, part | {"quote_hash": "0" * 64}, **what).status == 422
    assert kit.agree(ana, part, **(what | {"amount": 60_001})).status == 422
    assert kit.agree(ana, part).status == 422, "it is no loan"
    assert kit.agree(bo, part, **what).status == 404
    assert kit.agree(ana, part, **what).status == 201
    again = kit.agree(ana, part, **what, confirm_duplicate=True)
    assert (again.status, again.json["state"]) == (409, "used")
    late = kit.quote(ana)
    world.clock.advance(15 * 60)
    ana.sign_in()
    over = kit.agree(ana, late, **what, confirm_duplicate=True)
    assert (over.status, over.json["state"]) == (409, "expired")


# --- a purchase ---


def test_a_purchase_in_instalments_is_paid_by_the_line_and_settled_like_any_other(world: World) -> None:
    ana = kit.with_line(world, 3_000_000)
    begun = kit.bought(ana)
    assert (begun["status"], begun["owed"], begun["lent"], begun["next_due_on"]) == (
        "active",
        60_000,
        60_000,
        "2026-12-22",
    )
    assert (ana.available, kit.lent(ana)) == (3_000_000, 60_000)
    paid = ana.phone.get(f"/v1/payments/{begun['payment_id']}").json
    assert (paid["amount"], paid["credit"], paid["plan_id"]) == (60_000, 60_000, begun["id"])
    seen = world.shop.till.get(f"/v1/payments/{begun['payment_id']}").json
    assert "credit" not in seen and "plan_id" not in seen
    world.deliver()
    assert ledger.head(world.shop.account).available == 60_000 - 360
    assert kit.told(ana, "instalments_begun") and not kit.told(ana, "payment_to")


def test_in_four_a_quarter_is_taken_at_once_and_nothing_is_asked_for_it(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.bought(ana, 40_003, "four")
    assert (ana.available, kit.lent(ana)) == (3_000_000 - 10_003, 30_000)
    assert (begun["owed"], begun["lent"], begun["total"]) == (30_000, 30_000, 40_003)
    assert (begun["instalments"][0]["paid"], begun["next_due_on"]) == (10_003, "2026-12-06")


def test_one_key_begins_one_plan_and_is_answered_alike_for_ever(world: World) -> None:
    ana = kit.with_line(world)
    part, key = kit.quote(ana), fresh_key()
    what = {"merchant_id": world.shop.id, "amount": 60_000, "currency": "CNY", "order_reference": "o"}
    first = kit.agree(ana, part, key, **what)
    kit.repay(ana, first.json["id"], 10_000)
    assert kit.agree(ana, part, key, **what).raw == first.raw
    kit.later(world, ana, 1)
    assert kit.agree(ana, part, key, **what).raw == first.raw
    assert kit.lent(ana) == 60_000 - kit.plan(ana, first.json["id"])["instalments"][0]["principal"]


def test_the_line_is_the_limit_of_all_plans_together(world: World) -> None:
    ana = kit.with_line(world)
    first, second = kit.quote(ana, 150_000), kit.quote(ana, 150_000, "three")
    what = {"merchant_id": world.shop.id, "amount": 150_000, "currency": "CNY"}
    assert kit.agree(ana, first, **what, order_reference="a").status == 201
    refused = kit.agree(ana, second, **what, order_reference="b", confirm_duplicate=True)
    assert (refused.status, refused.json["code"], refused.json["available"]) == (409, "credit-limit-reached", 50_000)
    assert kit.lent(ana) == 150_000


def test_a_frozen_wallet_lends_nothing(world: World) -> None:
    ana = kit.with_line(world)
    part, cash = kit.quote(ana), kit.quote(ana, kind="cash")
    assert ana.phone.post("/v1/me/freeze", {}).status in (200, 204)
    what = {"merchant_id": world.shop.id, "amount": 60_000, "currency": "CNY", "order_reference": "o"}
    assert kit.agree(ana, part, **what).json["code"] == "wallet-frozen"
    assert kit.agree(ana, cash).json["code"] == "wallet-frozen"
    assert kit.lent(ana) == 0


# --- a loan ---


def test_a_loan_comes_to_the_wallet_and_its_whole_cost_was_told(world: World) -> None:
    ana = kit.with_line(world)
    told = kit.quoted(ana, 60_000, "six", "cash").json["quote"]
    assert (told["fee"], told["annual_rate_basis_points"] <= 1_500) == (600, True)
    begun = kit.borrowed(ana)
    assert (ana.available, kit.lent(ana), begun["total"]) == (3_060_000, 60_000, told["total"])
    world.deliver()
    assert kit.told(ana, "loan")


# --- collecting ---


def test_each_instalment_is_told_of_before_and_taken_on_its_day_until_nothing_is_owed(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.bought(ana, 60_000, "three")
    kit.later(world, ana, 28)
    assert (len(kit.told(ana, "instalment_soon")), kit.lent(ana)) == (1, 60_000)
    kit.later(world, ana, 3)
    first = begun["instalments"][0]
    assert kit.lent(ana) == 60_000 - first["principal"]
    kit.later(world, ana, 62)
    over = kit.plan(ana, begun["id"])
    assert (over["status"], over["owed"], kit.lent(ana)) == ("repaid", 0, 0)
    assert ana.available == 3_000_000 - begun["total"]
    world.deliver()
    assert (len(kit.told(ana, "instalment_soon")), len(kit.told(ana, "instalment_paid"))) == (3, 3)
    assert folding.total(chart.credit_income("CNY")) == begun["total"] - 60_000


def test_what_is_there_is_taken_and_the_rest_is_tried_every_day_with_one_late_fee(world: World) -> None:
    ana = kit.with_line(world, 3_000_000)
    begun = kit.bought(ana, 60_000, "three")
    first = begun["instalments"][0]
    kit.empty(world, ana, 5_000)
    kit.later(world, ana, 31)
    assert (ana.available, kit.plan(ana, begun["id"])["status"]) == (0, "overdue")
    assert kit.lent(ana) == 60_000 - (5_000 - first["interest"])
    kit.later(world, ana, 6)
    late = kit.plan(ana, begun["id"])
    fee = late["late_fees"]
    assert fee == min((first["amount"] - 5_000) * 500 // 10_000, 1_000)
    assert late["due"] == first["amount"] - 5_000 + fee
    assert (len(kit.told(ana, "instalment_missed")), len(kit.told(ana, "instalment_late_fee"))) == (1, 1)
    assert kit.quoted(ana).json["reason"] == "overdue"
    world.put_in(ana, 100_000)
    kit.later(world, ana, 1)
    assert (ana.available, kit.plan(ana, begun["id"])["due"]) == (100_000 - late["due"], 0)


def test_the_sweep_takes_nothing_from_a_frozen_wallet(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.bought(ana, 60_000, "three")
    frozen = world.operator.post(
        "/v1/freezes", {"wallet_id": ana.wallet, "reason": "unusual_activity", "note": "looks odd to me"}
    )
    assert frozen.status == 201, frozen.raw
    kit.later(world, ana, 32)
    assert (ana.available, kit.plan(ana, begun["id"])["status"]) == (3_000_000, "overdue")


# --- leaving early ---


def test_leaving_early_spares_what_has_not_come_up_and_one_key_pays_once(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.bought(ana, 120_000, "twelve")
    kit.later(world, ana, 15)
    now = kit.plan(ana, begun["id"])
    assert now["payoff"] == 120_000 + 1_200 * 15 // 30
    assert now["spared"] == begun["total"] - now["payoff"]
    key = fresh_key()
    paid = kit.repay(ana, begun["id"], key=key)
    assert (paid.status, paid.json["amount"], paid.json["status"], paid.json["owed"]) == (201, 120_600, "repaid", 0)
    assert kit.repay(ana, begun["id"], key=key).raw == paid.raw
    assert (ana.available, kit.lent(ana)) == (3_000_000 - 120_600, 0)
    again = kit.repay(ana, begun["id"])
    assert (again.status, again.json["state"]) == (409, "repaid")


def test_a_part_repaid_early_makes_every_instalment_smaller(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.bought(ana, 120_000, "twelve")
    small = kit.repay(ana, begun["id"], 200_000)
    assert (small.status, small.json["code"], small.json["maximum"]) == (422, "amount-out-of-range", 120_000)
    assert kit.repay(ana, begun["id"], 60_000).json["principal"] == 60_000
    now = kit.plan(ana, begun["id"])
    assert now["next_amount"] < begun["next_amount"] // 2 + 2
    assert (now["owed"], kit.lent(ana)) == (60_000, 60_000)


def test_whoever_withdraws_within_two_weeks_gives_back_what_was_lent_and_no_more(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.borrowed(ana)
    kit.later(world, ana, 13)
    path = f"/v1/instalment-plans/{begun['id']}/withdrawal"
    undone = ana.phone.post(path, {}, idempotency_key=fresh_key())
    assert (undone.status, undone.json["amount"], undone.json["status"]) == (201, 60_000, "undone")
    assert (ana.available, kit.lent(ana)) == (3_000_000, 0)
    another = kit.borrowed(ana)
    kit.later(world, ana, 15)
    refused = ana.phone.post(f"/v1/instalment-plans/{another['id']}/withdrawal", {}, idempotency_key=fresh_key())
    assert (refused.status, refused.json["state"]) == (409, "too-late")


def test_a_pause_is_for_the_asking_costs_nothing_and_is_not_asked_twice(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.bought(ana, 60_000, "three")
    path = f"/v1/instalment-plans/{begun['id']}/pause"
    paused = ana.phone.post(path, {"months": 2}).json
    assert (paused["paused_months"], paused["next_due_on"]) == (2, "2027-02-22")
    assert ana.phone.post(path, {"months": 2}).json == paused
    assert ana.phone.post(path, {"months": 1}).json["state"] == "paused"
    assert ana.phone.post(path, {"months": 3}).status == 422
    kit.later(world, ana, 40)
    assert (kit.lent(ana), sum(one["amount"] for one in kit.plan(ana, begun["id"])["instalments"])) == (
        60_000,
        begun["total"],
    )


# --- refunds ---


def test_a_refund_repays_the_plan_and_what_is_more_comes_to_the_wallet(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.bought(ana, 60_000, "three")
    world.deliver()
    half = world.shop.act(begun["payment_id"], "refunds", {"amount": 20_000})
    assert (half.status, _repaid(ana, half)) == (201, 20_000)
    assert "repaid" not in half.json | world.shop.till.get(f"/v1/refunds/{half.json['id']}").json
    assert (ana.available, kit.lent(ana)) == (3_000_000, 40_000)
    world.deliver()
    assert len(kit.told(ana, "refund_repaid")) == 1
    kit.later(world, ana, 31)
    owed = kit.plan(ana, begun["id"])
    world.put_in(ana, 1)
    before, payoff = ana.available, owed["payoff"]
    rest = world.shop.act(begun["payment_id"], "refunds", {"amount": 40_000})
    assert _repaid(ana, rest) == payoff
    assert (kit.plan(ana, begun["id"])["status"], kit.lent(ana), ana.available) == (
        "repaid",
        0,
        before + 40_000 - payoff,
    )


def _repaid(person: Person, refund: Reply) -> int:
    """As its owner sees it; the merchant does not learn what somebody owes."""
    found: int = person.phone.get(f"/v1/refunds/{refund.json['id']}").json["repaid"]
    return found


# --- giving up ---


def test_an_operator_does_not_give_up_a_plan_of_their_own(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.borrowed(ana)
    kit.empty(world, ana)
    kit.later(world, ana, 33)
    path = f"/v1/people/{ana.id}/instalment-plans/{begun['id']}/write-off"
    assert_problem(ana.at_work().post(path, {"reason": "I like me"}), 403, "second-person-required")
    assert (kit.lent(ana), kit.plan(ana, begun["id"])["status"]) == (60_000, "overdue")
    assert "credit.write-off" not in {one["what"]["S"] for one in all_items("audit")}


def test_what_will_not_come_back_is_given_up_by_a_person_with_a_reason(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.borrowed(ana)
    path = f"/v1/people/{ana.id}/instalment-plans/{begun['id']}/write-off"
    early = world.operator.post(path, {"reason": "gone"})
    assert (early.status, early.json["state"]) == (409, "active")
    kit.empty(world, ana)
    kit.later(world, ana, 92)
    operator = kit.office(world)
    seen = operator.get(f"/v1/people/{ana.id}/credit").json
    assert (seen["owed"], seen["plans"][0]["status"]) == (60_000, "overdue")
    (case,) = [one for one in operator.get("/v1/cases").json["data"] if one["kind"] == "credit-overdue"]
    assert case["subject"] == begun["id"]
    given = operator.post(path, {"reason": "moved away, nobody answers"})
    assert (given.status, given.json["status"], kit.lent(ana)) == (200, "written_off", 0)
    world.deliver()
    assert folding.total(chart.credit_losses("CNY")) == -60_000
    assert not [one for one in operator.get("/v1/cases").json["data"] if one["kind"] == "credit-overdue"]
    again = ana.phone.post("/v1/credit-line", {}).json
    assert (again["limit"], again["status"]) == (0, "closed")
