"""Merchants' payouts: one at each cut-off of a bank day, or on demand; never beyond the reserve; back if they fail."""

from __future__ import annotations

import contextlib

import pytest

from chalicelib import cloud as clients
from chalicelib.kernel.errors import Unavailable
from chalicelib.ledger import allowance, chart, folding, history, items, store
from chalicelib.ledger import service as ledger
from chalicelib.ledger.wire import size
from chalicelib.processors import health, store_health
from chalicelib.processors.model_breaker import Breaker
from chalicelib.settings import settings
from chalicelib.settlement import payouts, sending, store_payouts
from tests.api.caller import assert_problem
from tests.api.payout_kit import ACCOUNT, ANOTHER, Payee, agree, payee, run
from tests.api.test_reconciliation import cases as cases_of
from tests.api.test_reconciliation import colleague
from tests.api.withdrawal_kit import Bank
from tests.api.world import World

pytestmark = pytest.mark.many_requests

MINUTE, HOUR, DAY = 60, 3_600, 86_400
SOLD, EARNED = 10_000, 9_940
"""What is sold in most tests, and what is left of it after 0.6 %."""


def go_on(shop: Payee, payout_id: str, seconds: int = 0) -> None:
    with contextlib.suppress(Unavailable):
        sending.go_on(payout_id, shop.world.clock.advance(seconds))


def test_at_the_cut_off_of_a_bank_day_all_leaves_once_and_arrives(world: World, bank: Bank) -> None:
    shop = payee(world)
    shop.sell(SOLD)
    assert (run(HOUR, world), shop.terms["next_cut_off"]) == (0, "2026-11-23T08:00:00.000000Z")
    assert [run(23 * HOUR, world), run(0, world), run(MINUTE, world)] == [1, 0, 0]
    (payout,) = shop.payouts
    assert (payout["status"], payout["amount"], payout["expected_on"], shop.held) == (
        "pending",
        EARNED,
        "2026-11-24",
        0,
    )
    world.sweep()
    assert bank.paid[payout["id"]]["destination"] == ACCOUNT
    bank.say(payout["id"], "succeeded")
    world.clock.advance(MINUTE)
    world.sweep()
    found = shop.shown(payout["id"])
    assert (found["status"], found["ended_at"], found["reason"]) == ("succeeded", "2026-11-23T08:02:01.000000Z", None)
    world.deliver()
    assert folding.total(chart.clearing("sandbox", "CNY")) == EARNED - SOLD
    assert shop.terms["next_cut_off"] == "2026-11-24T08:00:00.000000Z"


def test_the_parts_of_a_payout_add_up_and_name_each_fee(world: World, bank: Bank) -> None:
    shop = payee(world, reserve=1_000)
    paid = shop.sell(SOLD)
    assert run(DAY, world) == 1
    shop.sell(5_000)
    world.shop.act(paid, "refunds", {"amount": 700})
    world.deliver()
    world.shop.act(paid, "refunds", {"amount": 300})
    assert run(DAY, world) == 1
    second, first = (shop.shown(one["id"]) for one in shop.payouts)
    assert {name: first[name] for name in ("carried", "gross", "refunds", "kept", "amount")} == {
        "carried": 0, "gross": SOLD, "refunds": 0, "kept": 1_000, "amount": EARNED - 1_000,
    }  # fmt: skip
    assert first["fees"] == {"payments": 60} and first["settlements"] == 1
    assert {name: second[name] for name in ("carried", "gross", "refunds", "kept", "amount")} == {
        "carried": 1_000, "gross": 5_000, "refunds": 700, "kept": 1_300, "amount": 1_000 + 4_970 - 700 - 1_300,
    }  # fmt: skip
    assert (second["fees"], second["after"], second["settlements"]) == ({"payments": 30}, first["created_at"], 2)
    listed = shop.till.get(f"/v1/merchants/{world.shop.id}/settlements").json["data"]
    covered = [one["net"] for one in listed if second["after"] < one["at"] <= second["created_at"]]
    assert sum(covered) == second["gross"] - second["refunds"] - 30


def test_a_cut_off_that_is_set_later_on_its_day_pays_nothing_out_again(world: World, bank: Bank) -> None:
    shop = payee(world)
    shop.sell(SOLD)
    assert run(DAY, world) == 1
    agree(colleague(world), world, cut_off="18:00")
    shop.sell(SOLD)
    assert (run(2 * HOUR, world), len(shop.payouts), shop.held) == (0, 1, EARNED)
    assert run(DAY, world) == 1


def test_on_demand_pays_out_what_is_there_and_each_key_once(world: World, bank: Bank) -> None:
    shop = payee(world, schedule="on_demand")
    shop.sell(SOLD)
    first, again = shop.ask("k"), shop.ask("k")
    assert (first.status, first.json["amount"], first.headers["retry-after"]) == (201, EARNED, "60")
    assert (again.raw, again.headers["idempotent-replayed"], shop.held) == (first.raw, "true", 0)
    refused = shop.ask("other")
    assert_problem(refused, 409, "merchant-funds-insufficient")
    shop.sell(SOLD)
    assert shop.ask("other").raw == refused.raw
    assert (shop.ask().status, len(shop.payouts), run(7 * DAY, world)) == (201, 2, 0)


def test_a_daily_merchant_may_ask_before_and_the_cut_off_takes_the_rest(world: World, bank: Bank) -> None:
    shop = payee(world)
    shop.sell(SOLD)
    assert shop.ask().status == 201
    shop.sell(5_000)
    assert run(DAY, world) == 1
    assert [one["amount"] for one in shop.payouts] == [4_970, EARNED]


@pytest.mark.parametrize(("minimum", "reserve", "leaves"), [(EARNED, 0, EARNED), (EARNED + 1, 0, 0), (1, 9_939, 1)])
def test_less_than_the_minimum_and_the_reserve_stay(
    world: World, bank: Bank, minimum: int, reserve: int, leaves: int
) -> None:
    shop = payee(world, minimum=minimum, reserve=reserve)
    shop.sell(SOLD)
    assert (run(DAY, world), shop.held) == (int(leaves > 0), EARNED - leaves)
    assert shop.terms["skipped"] == (None if leaves else "merchant-funds-insufficient")


def test_below_zero_nothing_is_paid_out(world: World, bank: Bank) -> None:
    shop = payee(world)
    paid = shop.sell(SOLD)
    assert run(DAY, world) == 1
    assert world.shop.act(paid, "refunds", {"amount": 5_000}).status == 201
    assert run(DAY, world) == 0
    world.deliver()
    assert (run(DAY, world), shop.held) == (0, -5_000)
    assert_problem(shop.ask(), 409, "merchant-funds-insufficient")


def test_what_a_refund_has_drawn_is_not_paid_out_while_it_waits_to_be_settled(world: World, bank: Bank) -> None:
    shop = payee(world)
    paid = shop.sell(SOLD)
    assert world.shop.act(paid, "refunds", {"amount": 4_000}).status == 201
    assert run(DAY, world) == 1
    assert (shop.payouts[0]["amount"], shop.held) == (EARNED - 4_000, 4_000)
    world.deliver()
    assert shop.held == 0


@pytest.mark.parametrize("what", ["a refund", "a payout", "other terms", "a freeze"])
def test_what_happens_after_the_look_is_minded(
    world: World, bank: Bank, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the reads that guess and the transaction that decides."""
    shop = payee(world)
    paid = shop.sell(SOLD)
    acts = {
        "a refund": lambda: world.shop.act(paid, "refunds", {"amount": 4_000}),
        "a payout": shop.ask,
        "other terms": lambda: agree(colleague(world), world, reserve=3_000),
        "a freeze": lambda: ledger.impose(world.shop.account, "legal_order", world.clock.now()),
    }
    committed = payouts._committed
    world.clock.advance(DAY)

    def late(terms, key, at):  # type: ignore[no-untyped-def]
        guessed = payouts._Guess(terms, allowance.left(terms.account), ledger.head(terms.account), key)
        monkeypatch.setattr(payouts, "_committed", committed)
        acts[what]()
        return ledger.commit(lambda at, known: payouts._draft(guessed, at, known), at, key)

    monkeypatch.setattr(payouts, "_committed", late)
    assert run(0, world) == {"a refund": 1, "a payout": 0, "other terms": 1, "a freeze": 0}[what]
    left = {"a refund": [EARNED - 4_000], "a payout": [EARNED], "other terms": [EARNED - 3_000], "a freeze": []}[what]
    assert [one["amount"] for one in shop.payouts] == left


def test_nothing_is_paid_out_on_a_weekend_or_a_holiday(world: World, bank: Bank) -> None:
    """1 January 2027 is a Friday."""
    shop = payee(world)
    world.clock.advance(39 * DAY + HOUR)
    run(0, world)
    assert shop.terms["next_cut_off"] == "2027-01-04T08:00:00.000000Z"


def test_a_bank_account_that_was_changed_cools_off_and_the_same_one_does_not(world: World, bank: Bank) -> None:
    shop = payee(world)
    shop.sell(SOLD)
    assert agree(world.operator, world, bank_account="gb33 bukb 2020 1555 5555 55").json["usable_at"] <= "2026-11-22T09"
    changed = agree(world.operator, world, bank_account=ANOTHER)
    assert (changed.json["bank_account"], changed.json["usable_at"]) == ("•••• 3000", "2026-11-25T08:00:01.000000Z")
    assert_problem(shop.ask("k"), 403, "cooling-off", "bank_account")
    assert (run(DAY, world), shop.terms["skipped"]) == (0, "cooling-off")
    world.clock.advance(2 * DAY)
    assert (shop.ask("k").status, shop.held) == (201, 0)
    world.sweep()
    (sent,) = bank.paid.values()
    assert sent["destination"] == ANOTHER


def test_what_was_not_sent_before_the_bank_account_changed_comes_back(world: World, bank: Bank) -> None:
    shop = payee(world)
    shop.sell(SOLD)
    payout = shop.ask().json["id"]
    agree(world.operator, world, bank_account=ANOTHER)
    world.sweep()
    found = shop.shown(payout)
    assert (found["status"], found["reason"], shop.held, bank.paid) == ("failed", "bank_account_changed", EARNED, {})


def test_a_payout_that_fails_comes_back_once_with_its_reason_and_leaves_again(world: World, bank: Bank) -> None:
    shop = payee(world)
    shop.sell(SOLD)
    assert run(DAY, world) == 1
    failed = shop.payouts[0]["id"]
    world.sweep()
    bank.say(failed, "failed", reason="account_closed")
    for seconds in (MINUTE, MINUTE, HOUR):
        world.clock.advance(seconds)
        world.sweep()
    found = shop.shown(failed)
    assert (found["status"], found["reason"], shop.held) == ("failed", "account_closed", EARNED)
    kinds = [one["kind"] for one in history.entries(world.shop.account, None, 10)]
    assert kinds == ["payout-return", "payout", "settlement"]
    assert run(DAY, world) == 1
    second = shop.shown(shop.payouts[0]["id"])
    assert (second["amount"], second["returned"], second["carried"]) == (EARNED, EARNED, 0)


def test_an_operator_sees_the_way_of_a_payout_to_the_bank_or_back(world: World, bank: Bank) -> None:
    shop = payee(world)
    shop.sell(SOLD)
    payout, bank.refuses = shop.ask().json["id"], True
    world.clock.advance(MINUTE)
    world.sweep()
    world.clock.advance(MINUTE)
    bank.refuses = False
    again = shop.ask().json["id"]
    world.sweep()
    bank.say(again, "succeeded")
    world.clock.advance(MINUTE)
    world.sweep()
    ways = []
    for one in (payout, again):
        told = world.operator.get(f"/v1/movements/{one}").json
        assert told["movement"]["route"][0] == {"processor": "sandbox", "why": "0"}
        ways.append([(step["what"], step["by"], step["amount"]) for step in told["timeline"]])
    left, sent = ("payout", "", EARNED), ("sent", "sandbox", EARNED)
    assert ways[0] == [left, sent, ("payout-return", "sandbox", EARNED)]
    assert ways[1] == [left, sent, ("arrived", "sandbox", EARNED)]


def test_silence_is_asked_about_until_it_is_a_persons_and_nothing_is_sent_twice(world: World, bank: Bank) -> None:
    shop = payee(world)
    shop.sell(SOLD)
    payout = shop.ask().json["id"]
    bank.silent = True
    go_on(shop, payout)
    asked = []
    for seconds in (59, 1, 4 * MINUTE, 55 * MINUTE, 23 * HOUR, 4 * DAY, DAY):
        before = len(bank.asked)
        go_on(shop, payout, seconds)
        asked.append(len(bank.asked) - before)
    assert (asked, shop.shown(payout)["status"]) == ([0, 1, 1, 1, 1, 1, 0], "unknown")
    assert [one["subject"] for one in cases_of(colleague(world), "payout-unknown")] == [payout]
    assert (len(bank.paid), shop.held) == (1, 0)


def test_what_a_bank_has_named_is_not_given_back_because_it_is_not_found_there(world: World, bank: Bank) -> None:
    shop = payee(world)
    shop.sell(SOLD)
    payout = shop.ask().json["id"]
    go_on(shop, payout)
    bank.paid.clear()
    for seconds in (MINUTE, 4 * MINUTE, 55 * MINUTE, 23 * HOUR, 4 * DAY):
        go_on(shop, payout, seconds)
    assert (shop.shown(payout)["status"], shop.held, bank.paid) == ("pending", 0, {})
    assert [one["subject"] for one in cases_of(colleague(world), "payout-unknown")] == [payout]


def test_nothing_is_sent_again_so_late_that_it_could_be_given_back_on_its_way(world: World, bank: Bank) -> None:
    shop = payee(world)
    shop.sell(SOLD)
    payout = shop.ask().json["id"]
    bank.deaf = True
    go_on(shop, payout)
    bank.deaf = False
    go_on(shop, payout, 59 * MINUTE)
    assert (bank.paid, shop.held) == ({}, 0)
    go_on(shop, payout, MINUTE)
    assert (shop.shown(payout)["reason"], shop.held, bank.paid) == ("not_found", EARNED, {})


def test_an_answer_that_contradicts_a_payout_is_a_persons(world: World, bank: Bank) -> None:
    shop = payee(world)
    shop.sell(SOLD)
    payout = shop.ask().json["id"]
    go_on(shop, payout)
    bank.say(payout, "succeeded", amount=EARNED - 1)
    go_on(shop, payout, MINUTE)
    assert shop.shown(payout)["status"] == "pending"
    assert [one["subject"] for one in cases_of(colleague(world), "payout-contradicted")] == [payout]


def test_the_cheapest_bank_is_asked_and_another_while_it_is_known_to_fail(
    world: World, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARBOUR_URL", "https://harbour.test")
    settings.cache_clear()
    health.forget()
    shop = payee(world)
    shop.sell(SOLD)
    assert (shop.ask().json["processor"], shop.payouts[0]["route"]) == ("sandbox", "sandbox=0 harbour=100")
    opened = Breaker("open", world.clock.now(), 1, number=1)
    assert store_health.change(health.out("sandbox"), Breaker(), opened)
    shop.sell(SOLD)
    second = shop.ask()
    assert (second.json["processor"], second.json["route"]) == ("harbour", "sandbox=open harbour=100")
    world.deliver()
    assert folding.total(chart.clearing("harbour", "CNY")) == EARNED


def test_what_the_rules_refuse_moves_nothing(world: World, bank: Bank) -> None:
    shop = payee(world, schedule=None)
    shop.sell(SOLD)
    assert_problem(shop.ask("k"), 409, "invalid-state")
    agree(world.operator, world)
    ledger.impose(world.shop.account, "legal_order", world.clock.now())
    assert_problem(shop.ask(), 409, "invalid-state")
    ledger.lift(world.shop.account, world.clock.now())
    suspended = {":s": {"S": "suspended"}}
    _terms_of(world, "SET #s = :s", suspended)
    assert_problem(shop.ask(), 409, "invalid-state")
    assert (run(DAY, world), shop.terms["skipped"], shop.held) == (0, "invalid-state", EARNED)
    _terms_of(world, "SET #s = :s", {":s": {"S": "active"}})
    assert shop.ask("k").status == 201


def test_who_may_ask_and_see(world: World, bank: Bank) -> None:
    shop, other = payee(world), world.another_shop()
    shop.sell(SOLD)
    payout = shop.ask().json["id"]
    for path in (f"/v1/payouts/{payout}", f"/v1/merchants/{world.shop.id}/payouts"):
        assert_problem(other.till.get(path), 404, "not-found")
    assert_problem(shop.ask(by=world.shop.till), 403, "forbidden")
    assert_problem(other.till.get("/v1/payouts/pot_nothing"), 404, "not-found")
    assert world.operator.get(f"/v1/payouts/{payout}").status == 200
    told = shop.till.get(f"/v1/merchants/{world.shop.id}/payouts?currency=USD")
    assert_problem(told, 422, "currency-mismatch", "currency")


def test_every_item_of_a_payout_stays_within_a_kilobyte(world: World, bank: Bank) -> None:
    shop = payee(world)
    shop.sell(SOLD)
    payout = shop.ask().json["id"]
    world.sweep()
    bank.say(payout, "failed", reason="x" * 64)
    world.clock.advance(MINUTE)
    world.sweep()
    wired = store.movement(payout)
    assert wired and size(wired) <= 1_024
    beside = store.partition(world.shop.account, "P") + store.partition(world.shop.account, items.HEAD)
    assert beside and max(map(size, beside)) <= 1_024
    assert store_payouts.terms(world.shop.account)


def _terms_of(world: World, change: str, values: dict[str, object]) -> None:
    clients.client("dynamodb").update_item(
        TableName=settings().merchants_table,
        Key={"pk": {"S": world.shop.id}, "sk": {"S": "TERMS"}},
        UpdateExpression=change,
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues=values,
    )
