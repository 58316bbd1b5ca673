"""Disputes: the disputed amount alone is put aside, and it goes to one side, once, whoever decides and when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.cases import service as cases
from chalicelib.ledger import audit, store
from chalicelib.ledger.wire import plain_item, size
from chalicelib.operations import judging, reading
from chalicelib.operations.store_books import Books
from chalicelib.settings import settings
from tests.api import payout_kit, staff_kit
from tests.api.caller import Reply, assert_problem
from tests.api.dispute_kit import (
    DAY_SECONDS,
    NOTE,
    PATH,
    agree,
    answer,
    begun,
    decide,
    dispute,
    paid,
    seen,
    spare,
    titles,
    withdraw,
)
from tests.api.world import Person, World, fresh_key
from tests.people import all_items, in_office

pytestmark = pytest.mark.many_requests


@pytest.fixture
def ana(world: World) -> Iterator[Person]:
    """After every test the books balance, and a judge finds nothing."""
    yield world.customer(50_000)
    world.deliver()
    assert audit.trial_balance().balanced
    named = {table: reading.full_name(table) for table in reading.tables()}
    assert judging.judge(Books(named), world.clock.now(), undoes=False).findings == ()


def problem(reply: Reply, status: int, code: str, **told: Any) -> None:
    assert_problem(reply, status, code, reply.json.get("param"))
    assert told.items() <= reply.json.items(), reply.raw


def show(person: Person, payment_id: str) -> dict[str, Any]:
    found: dict[str, Any] = person.phone.get(f"/v1/payments/{payment_id}").json
    return found


def test_only_the_disputed_amount_is_put_aside(world: World, ana: Person) -> None:
    payment = paid(world, ana, 10_000)
    before = spare(world)
    dispute_id = begun(ana, payment, 4_000)
    assert (spare(world), ana.available, ana.held) == (before - 4_000, 40_000, 0)
    shown = show(ana, payment)
    assert (shown["status"], shown["refunded"], shown["disputed"], shown["dispute_id"]) == (
        "captured",
        0,
        4_000,
        dispute_id,
    )
    assert world.shop.act(payment, "refunds", {"amount": 6_000}).status == 201, "the rest is the merchant's to refund"
    problem(world.shop.act(payment, "refunds", {"amount": 1}), 409, "refund-exceeds-capture", refundable=0)


def test_both_sides_see_it_with_its_clock_and_only_the_merchant_what_is_held(world: World, ana: Person) -> None:
    dispute_id = begun(ana, paid(world, ana, 10_000), 4_000)
    mine, theirs = seen(ana.phone, dispute_id), seen(world.shop.till, dispute_id)
    assert (mine["status"], mine["text"], mine["merchant_name"], mine["reason"]) == (
        "open",
        "It never came",
        "Tea House",
        "not_received",
    )
    assert mine["answer_by"] < mine["decide_by"]
    assert ("held" in mine, theirs["held"]) == (False, 4_000)
    for caller in (ana.phone, world.shop.till):
        assert [one["id"] for one in caller.get(PATH).json["data"]] == [dispute_id]
    listed = world.operator.get("/v1/dispute-reviews").json["data"]
    assert [(one["id"], one["held"]) for one in listed] == [(dispute_id, 4_000)]
    stranger, other = world.customer(), world.another_shop()
    for caller in (stranger.phone, other.till):
        problem(caller.get(f"{PATH}/{dispute_id}"), 404, "not-found")
        assert caller.get(PATH).json["data"] == []


def test_a_merchant_that_agrees_refunds_at_once_and_once(world: World, ana: Person) -> None:
    payment, key = paid(world, ana, 10_000), fresh_key()
    before, dispute_id = spare(world), begun(ana, payment, 4_000)
    first, again = agree(world.shop.till, dispute_id, key), agree(world.shop.till, dispute_id, key)
    assert (first.status, again.raw) == (201, first.raw)
    assert (first.json["status"], first.json["decided_by"], ana.available) == ("refunded", "merchant", 44_000)
    refund = ana.phone.get(f"/v1/refunds/{first.json['refund_id']}").json
    assert (refund["amount"], refund["payment_id"]) == (4_000, payment)
    problem(agree(world.shop.till, dispute_id), 409, "invalid-state", state="dispute-refunded")
    problem(decide(world, dispute_id, "merchant"), 409, "invalid-state", state="dispute-refunded")
    world.deliver()
    assert (spare(world), show(ana, payment)["status"]) == (before - 4_000, "partially_refunded")
    assert world.shop.act(payment, "refunds", {}).json["amount"] == 6_000
    assert show(ana, payment)["status"] == "refunded"


def test_what_a_merchant_does_not_answer_is_decided_for_the_customer(world: World, ana: Person) -> None:
    dispute_id = begun(ana, paid(world, ana, 10_000), 4_000)
    world.sweep()
    assert titles(ana) == ["Your dispute with Tea House has begun"]
    world.clock.advance(7 * DAY_SECONDS - 60)
    world.sweep()
    assert ledger_state(dispute_id) == "open"
    world.clock.advance(61)
    ana.sign_in()
    problem(answer(world.shop.till, dispute_id), 409, "invalid-state", state="expired")
    world.sweep()
    world.sweep()
    told = seen(ana.phone, dispute_id)
    assert (told["status"], told["decided_by"], ana.available) == ("refunded", "silence", 44_000)
    assert titles(ana)[0].startswith("Your dispute with Tea House: ")
    world.sweep()
    assert ana.available == 44_000


@pytest.mark.parametrize(
    "side, status, available", [("customer", "refunded", 44_000), ("merchant", "released", 40_000)]
)
def test_what_a_merchant_answers_a_person_decides(
    world: World, ana: Person, side: str, status: str, available: int
) -> None:
    payment = paid(world, ana, 10_000)
    before, dispute_id = spare(world), begun(ana, payment, 4_000)
    assert answer(world.shop.till, dispute_id).json["status"] == "answered"
    assert answer(world.shop.till, dispute_id).status == 200, "the same answer again is that answer"
    problem(answer(world.shop.till, dispute_id, "another"), 409, "invalid-state", state="dispute-answered")
    world.sweep()
    (case,) = [one for one in cases.open_cases(None, 50)[0] if one.kind == "dispute"]
    assert (case.subject, case.due_at.isoformat()[:10]) == (dispute_id, seen(ana.phone, dispute_id)["decide_by"][:10])
    problem(world.operator.post(f"/v1/cases/{case.id}/resolve", {"note": "done"}), 409, "invalid-state")
    world.clock.advance(1)
    decided = decide(world, dispute_id, side)
    assert (decided.status, decided.json["status"], decided.json["decided_by"]) == (201, status, "house")
    world.deliver()
    world.clock.advance(1)
    assert (ana.available, spare(world)) == (available, before - 4_000 if side == "customer" else before)
    world.sweep()
    assert cases.case(case.id).state == "resolved"
    assert len(titles(ana)) == 2
    problem(dispute(ana, payment), 409, "invalid-state", state="disputed")


def test_neither_side_decides_a_dispute_as_an_operator(world: World, ana: Person) -> None:
    ben = world.customer()
    dispute_id = begun(ana, paid(world, ana, 10_000), 4_000)
    staff_kit.hired(world, ben)
    path, wish = f"/v1/dispute-reviews/{dispute_id}/decide", {"side": "merchant", "note": NOTE}
    for me in (ana.at_work(), ben.at_work()):
        problem(me.post(path, wish, idempotency_key=fresh_key()), 403, "second-person-required")
    assert "dispute.decide" not in {one["what"]["S"] for one in all_items("audit")}
    assert decide(world, dispute_id, "merchant").json["status"] == "released"


def test_no_decision_in_time_rises_by_itself_again_and_again(world: World, ana: Person) -> None:
    dispute_id = begun(ana, paid(world, ana, 10_000), 4_000)
    answer(world.shop.till, dispute_id)
    world.sweep()
    world.clock.advance(60 * DAY_SECONDS)
    for _ in range(2):
        world.sweep()
    ana.sign_in()
    assert (seen(ana.phone, dispute_id)["risen"], titles(ana)[0]) == (1, "We are late with your dispute with Tea House")
    risen = [one for one in cases.open_cases(None, 50)[0] if one.kind == "dispute-risen"]
    assert [one.subject for one in risen] == [dispute_id]
    for _ in range(3):
        world.sweep()
    assert decide_again(world, dispute_id) == "released"
    world.sweep()
    assert [one for one in cases.open_cases(None, 50)[0] if one.kind.startswith("dispute")] == []


def decide_again(world: World, dispute_id: str) -> str:
    world.operator = world.nobody.bearing(in_office(world.operator_id, world.clock.now()))
    return str(decide(world, dispute_id, "merchant").json["status"])


def test_a_dispute_taken_back_leaves_everything_as_before_and_may_begin_anew(world: World, ana: Person) -> None:
    payment = paid(world, ana, 10_000)
    before, dispute_id = spare(world), begun(ana, payment, 4_000)
    assert [withdraw(ana, dispute_id).json["status"] for _ in range(2)] == ["withdrawn"] * 2
    assert (spare(world), "disputed" in show(ana, payment)) == (before, False)
    assert begun(ana, payment) != dispute_id
    assert spare(world) == before - 10_000


def test_what_the_merchant_has_not_is_not_put_aside_and_nothing_goes_below_its_floor(world: World, ana: Person) -> None:
    payment = paid(world, ana, 15_000)
    other = paid(world, ana, 9_000)
    assert world.shop.act(other, "refunds", {}).status == 201
    dispute_id = begun(ana, payment)
    assert seen(world.shop.till, dispute_id)["held"] == 15_000
    assert spare(world) >= -10_000


def test_a_merchant_without_funds_owes_the_refund_until_it_sells_again(world: World, ana: Person) -> None:
    first, second = paid(world, ana, 10_000), paid(world, ana, 9_000, reference="order-2")
    world.clock.advance(1)
    assert payout_kit.payee(world).ask().status == 201
    assert world.shop.act(first, "refunds", {"amount": 9_000}).status == 201
    dispute_id = begun(ana, second)
    assert seen(world.shop.till, dispute_id)["held"] == 1_000
    problem(agree(world.shop.till, dispute_id), 409, "merchant-funds-insufficient")
    world.sweep()
    world.clock.advance(8 * DAY_SECONDS)
    world.sweep()
    assert ledger_state(dispute_id) == "open"
    assert [one.facts["why"] for one in cases.open_cases(None, 50)[0] if one.kind == "dispute"] == ["no-funds"]
    ana.sign_in()
    paid(world, ana, 8_500, reference="order-3")
    world.clock.advance(DAY_SECONDS)
    world.sweep()
    assert ledger_state(dispute_id) == "refunded"


def test_a_request_that_comes_again_is_one_dispute(world: World, ana: Person) -> None:
    payment, key = paid(world, ana, 10_000), fresh_key()
    before = spare(world)
    first, again = (dispute(ana, payment, 4_000, key) for _ in range(2))
    assert (first.status, again.raw, spare(world)) == (201, first.raw, before - 4_000)
    assert "text" not in first.json, "what is kept for ever holds nobody's words"


@pytest.mark.parametrize("amount, code", [(10_001, "refund-exceeds-capture"), (0, "")])
def test_never_more_than_was_paid(world: World, ana: Person, amount: int, code: str) -> None:
    payment = paid(world, ana, 10_000)
    if amount:
        problem(dispute(ana, payment, amount), 409, code)
    world.shop.act(payment, "refunds", {})
    problem(dispute(ana, payment), 409, "refund-exceeds-capture", refundable=0)


def test_nobody_disputes_what_is_not_theirs_or_long_ago_or_only_held(world: World, ana: Person) -> None:
    payment, held = paid(world, ana, 1_000), paid(world, ana, 900, reference="held", capture="manual")
    ben = world.customer()
    problem(dispute(ben, payment), 404, "not-found")
    problem(dispute(ana, held), 409, "invalid-state", state="authorized")
    world.clock.advance(121 * DAY_SECONDS)
    ana.sign_in()
    problem(dispute(ana, payment), 409, "invalid-state", state="expired")


def test_words_name_nobody_and_a_movement_stays_small(world: World, ana: Person) -> None:
    dispute_id = begun(ana, paid(world, ana, 1_000, reference="r" * 64), text="call 13800138000")
    assert seen(ana.phone, dispute_id)["text"] == "call ***"
    items = [one for one in store.everything(settings().ledger_table) if one["pk"]["S"] == dispute_id]
    assert {one["sk"]["S"] for one in items} == {"MOVEMENT", "DISPUTE"}
    assert max(map(size, items)) <= 1_400


def ledger_state(dispute_id: str) -> str:
    found = store.movement(dispute_id)
    assert found is not None
    return str(plain_item(found)["state"])


def test_a_wallet_says_of_each_hold_why_until_when_and_what_to_do(world: World, ana: Person) -> None:
    held = [str(ana.pay(amount, reference=f"h-{amount}", capture="manual").json["id"]) for amount in (700, 800)]
    assert world.shop.act(held[0], "void").status == 201
    (hold,) = ana.phone.get(f"/v1/wallets/{ana.wallet}/holds").json["data"]
    assert (hold["movement_id"], hold["kind"], hold["amount"], ana.held) == (held[1], "payment", 800, 800)
    assert hold["until"] > hold["since"] and "merchant" in hold["reason"] and hold["needed"]
    said = ana.phone.get(f"/v1/wallets/{ana.wallet}/holds", accept_language="zh").json["data"][0]["reason"]
    assert not said.isascii()
