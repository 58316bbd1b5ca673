"""Ends of plans and what is told of them: nobody is held to what nobody owes, and nothing is looked at for ever."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.credit import lines, store
from chalicelib.ledger import service as ledger
from chalicelib.ledger import store as ledger_store
from chalicelib.ledger.write import Update
from chalicelib.notices import service as notices
from chalicelib.settings import settings
from tests.api import credit_kit as kit
from tests.api.test_access_deletion import delete
from tests.api.world import Person, World

pytestmark = pytest.mark.many_requests


def put_off(person: Person, plan_id: str, months: int) -> dict[str, object]:
    reply = person.phone.post(f"/v1/instalment-plans/{plan_id}/pause", {"months": months})
    assert reply.status == 200, reply.raw
    found: dict[str, object] = reply.json
    return found


def told_kinds(person: Person) -> list[tuple[str, object]]:
    return [(one.kind, one.params.get("amount")) for one in notices.inbox(person.id, None, 100)[0]]


# --- withdrawn, put off ---


def test_the_rest_of_a_withdrawal_bears_nothing_however_late(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.borrowed(ana)
    kit.empty(world, ana)
    assert kit.withdraw(ana, begun["id"]).status == 201
    kit.later(world, ana, 42)
    plan = kit.plan(ana, begun["id"])
    assert (plan["late_fees"], plan["due"], plan["status"]) == (0, 60_000, "overdue")


def test_what_was_withdrawn_from_is_put_off_by_whole_months(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.borrowed(ana)
    kit.later(world, ana, 7)
    kit.empty(world, ana)
    assert kit.withdraw(ana, begun["id"]).status == 201
    before, after = kit.plan(ana, begun["id"])["next_due_on"], str(put_off(ana, begun["id"], 1)["next_due_on"])
    assert 28 <= (date.fromisoformat(after) - date.fromisoformat(before)).days <= 31


def test_what_is_put_off_is_not_overdue_for_the_late_fee_that_it_bore(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.bought(ana, 60_000, "three")
    kit.empty(world, ana)
    kit.later(world, ana, 38)
    paused = put_off(ana, begun["id"], 2)
    assert (paused["status"], paused["late_fees"], paused["due"]) == ("active", 1_000, 1_000)
    assert kit.give_up(world, ana, begun["id"]).json["state"] == "active"


# --- frozen ---


def test_an_owner_who_froze_their_wallet_is_not_late_while_the_money_is_in_it(world: World) -> None:
    ana, ben = kit.with_line(world), kit.with_line(world)
    begun, poor = kit.bought(ana, 60_000, "three"), kit.bought(ben, 61_000, "three")
    kit.empty(world, ben)
    assert ledger.freeze(ana.wallet) and ledger.freeze(ben.wallet)
    kit.later(world, ana, 40)
    ben.sign_in()
    assert (kit.plan(ana, begun["id"])["late_fees"], kit.plan(ben, poor["id"])["late_fees"]) == (0, 1_000)


# --- cases ---


def test_a_late_sweep_opens_no_case_of_what_it_takes(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.bought(ana, 60_000, "three")
    world.clock.advance(95 * kit.DAY)
    world.sweep()
    ana.sign_in()
    assert (kit.cases(world), kit.plan(ana, begun["id"])["status"]) == ([], "repaid")


def test_a_case_ends_when_its_plan_is_put_off(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.bought(ana, 60_000, "three")
    kit.empty(world, ana)
    kit.later(world, ana, 92)
    (case,) = kit.cases(world)
    put_off(ana, begun["id"], 2)
    world.clock.advance(60)
    world.sweep()
    found = kit.office(world).get(f"/v1/cases/{case['id']}").json
    assert (found["state"], found["closed_as"], kit.cases(world)) == ("resolved", "no-longer-overdue", [])


def test_an_account_that_is_gone_is_not_looked_at_for_a_late_fee(world: World) -> None:
    ana = kit.with_line(world)
    plan_id = kit.late_fee_alone(world, ana)["id"]
    account = kit.account(ana)
    assert delete(ana).status == 204
    for _ in range(2):
        world.clock.advance(kit.DAY)
        world.sweep()
    found = store.plan(account, plan_id)
    assert found and (found.plan.state, found.plan.late_owed) == ("repaid", 0)
    world.clock.advance(70 * kit.DAY)
    world.sweep()
    after = store.plan(account, plan_id)
    assert after and (after.version, kit.cases(world)) == (found.version, [])


# --- what is told ---


def test_what_a_withdrawal_returns_is_told_as_come_back(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.borrowed(ana)
    kit.later(world, ana, 12)
    kit.repay(ana, begun["id"])
    world.deliver()
    world.clock.advance(5)
    returned = kit.withdraw(ana, begun["id"]).json["returned"]
    world.deliver()
    told = told_kinds(ana)
    assert ("instalment_returned", returned) in told and ("instalment_paid", returned) not in told


def test_a_refund_that_makes_good_a_loss_is_told(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.bought(ana, 60_000, "three")
    world.deliver()
    kit.empty(world, ana)
    kit.later(world, ana, 33)
    assert kit.give_up(world, ana, begun["id"]).status == 200
    assert world.shop.act(begun["payment_id"], "refunds", {"amount": 50_000}).status == 201
    world.deliver()
    assert ("refund_repaid", 50_000) in told_kinds(ana)


# --- what it is held against them ---


def test_what_cost_the_house_nothing_bars_nobody(world: World) -> None:
    ana = kit.with_line(world)
    fee_alone = kit.late_fee_alone(world, ana)["id"]
    assert kit.give_up(world, ana, fee_alone).status == 200
    world.put_in(ana, 100_000)
    lost = kit.bought(ana, 30_000, "three", reference="order-2")
    world.deliver()
    kit.empty(world, ana)
    kit.later(world, ana, 33)
    assert kit.give_up(world, ana, lost["id"]).status == 200

    def plans_lost() -> int:
        return lines.past_of(ana.wallet, store.plans(kit.account(ana)), world.clock.now()).plans_lost

    assert plans_lost() == 1
    assert world.shop.act(lost["payment_id"], "refunds", {"amount": 30_000}).status == 201
    assert plans_lost() == 0


def test_a_loan_that_is_taken_out_does_not_lower_the_line(world: World) -> None:
    ana = kit.with_line(world, 500_000)
    before = kit.line(ana)["limit"]
    kit.borrowed(ana, 30_000)
    kit.empty(world, ana, leave=500_000)
    world.clock.advance(kit.DAY + 1)
    ana.sign_in()
    assert ana.phone.post("/v1/credit-line", {}).json["limit"] >= before


def test_a_plan_of_before_there_were_marks_is_read(world: World) -> None:
    ana = kit.with_line(world)
    begun = kit.bought(ana, 60_000, "three")
    update = Update(settings().ledger_table, kit.account(ana), store.PLAN + begun["id"]).remove("asked")
    ledger_store.update(update.written())
    assert kit.plan(ana, begun["id"])["status"] == "active"
