"""Credit that stays fair: to whoever could not help it, to whoever regrets, and to the house that lent."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.credit import collecting, office
from chalicelib.credit.model import LATE_BASIS_POINTS
from chalicelib.kernel import ids
from chalicelib.ledger import audit, chart, folding
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Change, Draft, Entry, Known, Movement
from tests.api import credit_kit as kit
from tests.api import transfer_kit
from tests.api.test_access_deletion import delete
from tests.api.world import Person, World

pytestmark = pytest.mark.many_requests


def freeze(world: World, person: Person) -> None:
    order = {"wallet_id": person.wallet, "reason": "unusual_activity", "note": "many at night"}
    assert world.operator.post("/v1/freezes", order).status == 201


# --- late fees ---


def test_a_sweep_that_comes_late_makes_nobody_late_whose_money_is_there(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.bought(ana, 60_000, "three")
    world.clock.advance(36 * kit.DAY)
    world.sweep()
    ana.sign_in()
    plan = kit.plan(ana, begun["id"])
    assert (plan["late_fees"], plan["due"], plan["status"]) == (0, 0, "active")


def test_money_that_comes_on_the_last_day_of_grace_is_in_time(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.bought(ana, 60_000, "three")
    kit.empty(world, ana)
    kit.later(world, ana, 32.9)
    world.put_in(ana, 100_000)
    kit.later(world, ana, 3)
    plan = kit.plan(ana, begun["id"])
    assert (plan["late_fees"], plan["due"]) == (0, 0)


def test_only_what_is_still_missing_is_late(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.bought(ana, 60_000, "three")
    kit.empty(world, ana, leave=10_000)
    kit.later(world, ana, 38)
    plan = kit.plan(ana, begun["id"])
    missing = plan["instalments"][0]["amount"] - 10_000
    assert plan["late_fees"] == missing * LATE_BASIS_POINTS // 10_000 > 0


def test_whose_wallet_the_house_froze_bears_no_late_fee_and_may_repay(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.bought(ana, 60_000, "three")
    freeze(world, ana)
    kit.later(world, ana, 38)
    plan = kit.plan(ana, begun["id"])
    assert (plan["late_fees"], plan["status"]) == (0, "overdue")
    assert ana.pay(1_000).json["code"] == "wallet-frozen"
    paid = kit.repay(ana, begun["id"], plan["due"])
    assert (paid.status, kit.plan(ana, begun["id"])["due"]) == (201, 0)


def test_a_plan_of_which_only_a_late_fee_is_missing_can_be_given_up_and_left(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.late_fee_alone(world, ana)
    given = kit.give_up(world, ana, begun["id"])
    assert (given.status, given.json["status"], given.json["due"]) == (200, "written_off", 0)
    assert audit.trial_balance().balanced and folding.total(chart.credit_losses("CNY")) == 0
    assert delete(ana).status == 204


# --- withdrawing ---


def test_the_last_day_to_withdraw_is_a_whole_day(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.borrowed(ana)
    assert begun["withdrawal_until"].endswith("T00:00:00.000000Z")
    kit.later(world, ana, 14.1)
    assert kit.withdraw(ana, begun["id"]).status == 201


def test_whoever_repaid_all_of_it_in_time_gets_interest_and_fees_back(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.borrowed(ana)
    kit.later(world, ana, 12)
    repaid = kit.repay(ana, begun["id"]).json
    cost = repaid["interest"] + repaid["fees"]
    undone = kit.withdraw(ana, begun["id"])
    assert undone.status == 201, undone.raw
    assert (undone.json["amount"], undone.json["returned"], undone.json["status"]) == (0, cost, "undone")
    assert ana.available == 3_000_000 and cost > 0
    again = kit.withdraw(ana, begun["id"])
    assert (again.status, again.json["state"]) == (409, "undone")
    world.deliver()
    assert audit.trial_balance().balanced


def test_what_a_withdrawal_returns_repays_a_debt_first(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.borrowed(ana)
    kit.later(world, ana, 12)
    repaid = kit.repay(ana, begun["id"]).json
    cost = repaid["interest"] + repaid["fees"]
    indebted(world, ana, cost + 100)
    assert kit.withdraw(ana, begun["id"]).json["returned"] == cost
    assert (ana.available, ledger.head(ana.wallet).debt) == (0, 100)
    assert audit.trial_balance().balanced


def indebted(world: World, person: Person, amount: int) -> None:
    """All they have is taken back, and so much more."""
    kit.empty(world, person)
    taken, clearing = ids.new("rev", world.clock.now()), chart.clearing("sandbox", person.currency)

    def build(at: Any, known: Known) -> Draft:
        postings = {chart.debt(person.wallet): -amount, clearing: amount}
        change = Change(person.wallet, person.currency, debt=amount, settles=True)
        movement = Movement(taken, "top-up-reversal", person.wallet, amount, person.currency, "succeeded", at)
        return Draft(movement, (change,), Entry(taken, "top-up-reversal", person.currency, at, postings))

    ledger.commit(build, world.clock.now())


def test_whoever_withdraws_without_the_money_pays_what_is_there_and_the_rest_within_a_month(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.borrowed(ana)
    kit.empty(world, ana, leave=10_000)
    undone = kit.withdraw(ana, begun["id"])
    assert undone.status == 201, undone.raw
    assert (undone.json["amount"], undone.json["owed"], undone.json["status"]) == (10_000, 50_000, "active")
    plan = kit.plan(ana, begun["id"])
    assert (plan["withdrawn"], plan["payoff"], plan["due"], kit.lent(ana)) == (True, 50_000, 0, 50_000)
    again = kit.withdraw(ana, begun["id"])
    assert (again.status, again.json["state"]) == (409, "undone")
    world.put_in(ana, 70_000)
    kit.later(world, ana, 31)
    plan = kit.plan(ana, begun["id"])
    assert (plan["status"], plan["late_fees"], ana.available, kit.lent(ana)) == ("undone", 0, 20_000, 0)
    world.deliver()
    assert audit.trial_balance().balanced


def test_a_frozen_wallet_may_withdraw(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.borrowed(ana)
    freeze(world, ana)
    assert (kit.withdraw(ana, begun["id"]).status, kit.plan(ana, begun["id"])["status"]) == (201, "undone")


# --- what was given up ---


def test_a_refund_of_what_was_given_up_makes_good_the_loss_first(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.bought(ana, 60_000, "three")
    world.deliver()
    kit.empty(world, ana, leave=5_000)
    kit.later(world, ana, 33)
    assert kit.give_up(world, ana, begun["id"]).status == 200
    world.deliver()
    lost = -folding.total(chart.credit_losses("CNY"))
    before = ana.available
    first = world.shop.act(begun["payment_id"], "refunds", {"amount": 50_000})
    assert (first.status, ana.available) == (201, before)
    second = world.shop.act(begun["payment_id"], "refunds", {"amount": 10_000})
    assert second.status == 201
    world.deliver()
    assert (ana.available - before, folding.total(chart.credit_losses("CNY"))) == (60_000 - lost, 0)
    seen = [ana.phone.get(f"/v1/refunds/{one.json['id']}").json.get("repaid") for one in (first, second)]
    assert seen == [50_000, lost - 50_000]
    assert audit.trial_balance().balanced and kit.lent(ana) == 0


def test_what_was_paid_meanwhile_is_not_given_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = kit.with_line(world)
    begun = kit.bought(ana, 60_000, "three")
    kit.empty(world, ana)
    kit.later(world, ana, 33)
    due = kit.plan(ana, begun["id"])["due"]
    world.put_in(ana, due)
    written = office.cases.audit

    def meanwhile(*facts: Any, **more: Any) -> None:
        monkeypatch.setattr(office.cases, "audit", written)
        assert kit.repay(ana, begun["id"], due).status == 201
        written(*facts, **more)

    monkeypatch.setattr(office.cases, "audit", meanwhile)
    late = kit.give_up(world, ana, begun["id"])
    assert (late.status, late.json["state"], kit.plan(ana, begun["id"])["status"]) == (409, "active", "active")


def test_the_case_of_an_overdue_plan_ends_with_it(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.bought(ana, 60_000, "three")
    kit.empty(world, ana)
    kit.later(world, ana, 93)
    (case,) = kit.cases(world)
    assert case["subject"] == begun["id"]
    world.put_in(ana, 100_000)
    assert kit.repay(ana, begun["id"]).status == 201
    world.clock.advance(60)
    world.sweep()
    assert kit.cases(world) == []
    found = kit.office(world).get(f"/v1/cases/{case['id']}").json
    assert (found["state"], found["closed_as"]) == ("resolved", "repaid")
    world.clock.advance(60)
    assert collecting.collect_due(world.clock.now()) == 0


# --- the score ---


def test_money_that_goes_in_a_circle_makes_no_line(world: World) -> None:
    ana, ben = kit.known(world, 200_000), kit.known(world, 0)
    before = ana.phone.post("/v1/credit-line", {}).json["limit"]
    transfer_kit.introduced(world, ana, ben)
    transfer_kit.acquainted(world, ana, ben)
    transfer_kit.acquainted(world, ben, ana)
    for _ in range(3):
        for sender, receiver in ((ana, ben), (ben, ana)):
            world.clock.advance(600)
            sender.sign_in()
            assert transfer_kit.send(sender, receiver.identifier, 190_000).status == 201
    world.clock.advance(kit.DAY + 1)
    ana.sign_in()
    a_day_older = 200
    assert ana.phone.post("/v1/credit-line", {}).json["limit"] <= before + a_day_older
