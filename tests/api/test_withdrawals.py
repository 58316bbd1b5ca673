"""Withdrawals: the money leaves in one transaction, the sweep sends it on, and what is not sent comes back, once."""

from __future__ import annotations

import contextlib
import itertools
from typing import Any

import pytest

from chalicelib.kernel import clock as clocks
from chalicelib.kernel.errors import Unavailable
from chalicelib.ledger import chart, folding, history, store
from chalicelib.ledger import service as ledger
from chalicelib.ledger.wire import size
from chalicelib.operations import pauses
from chalicelib.policy import published
from chalicelib.settlement import sending
from tests.api import account_kit
from tests.api.caller import assert_problem
from tests.api.test_reconciliation import book, colleague, imported, line, reconciled, tomorrow
from tests.api.test_reconciliation import cases as cases_of
from tests.api.withdrawal_kit import ACCOUNT, METHODS, Bank, add, cooled_off, stepped_up, with_pin, withdraw
from tests.api.world import PASSWORD, Person, World

pytestmark = pytest.mark.many_requests

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def shown(person: Person, withdrawal_id: str) -> dict[str, Any]:
    person.sign_in()
    found: dict[str, Any] = person.phone.get(f"/v1/withdrawals/{withdrawal_id}").json
    return found


def kinds(person: Person) -> list[str]:
    return [str(one["kind"]) for one in reversed(history.entries(person.wallet, None, 10))]


def ask(world: World, withdrawal_id: str, seconds: int) -> None:
    with contextlib.suppress(Unavailable):
        sending.go_on(withdrawal_id, world.clock.advance(seconds))


def sweep(world: World, seconds: int = 0) -> None:
    world.clock.advance(seconds)
    world.sweep()


def test_the_money_leaves_at_once_and_the_bank_is_asked_by_the_sweep(world: World, bank: Bank) -> None:
    ana, method = cooled_off(world, 5_000)
    reply = withdraw(ana, method)
    assert (reply.status, reply.headers["retry-after"]) == (201, "30")
    assert (reply.json["status"], ana.available, bank.asked) == ("pending", 3_000, [])
    sweep(world)
    assert bank.paid[reply.json["id"]]["destination"] == ACCOUNT
    bank.say(reply.json["id"], "succeeded")
    sweep(world, MINUTE)
    found = shown(ana, reply.json["id"])
    assert (found["status"], found["reason"], ana.available) == ("succeeded", None, 3_000)
    assert kinds(ana) == ["top-up", "withdrawal"]
    world.deliver()
    assert folding.total(chart.clearing("sandbox", "CNY")) == -3_000
    sweep(world, DAY)
    assert bank.asked == ["POST /payouts", "GET /payouts"]


def test_every_configured_way_out_is_offered_with_the_least_and_the_most_that_are_held_to(
    world: World, bank: Bank
) -> None:
    ana, method = cooled_off(world, 1_100_000)
    offered = {one["processor"]: one for one in ana.phone.get("/v1/withdrawal-offers").json["data"]}
    assert {name: one["kind"] for name, one in offered.items()} == {
        "sandbox": "bank-account",
        "wechatpay": "wechat",
        "alipay": "alipay",
    }
    assert {(one["currency"], one["least"], one["most"]) for one in offered.values()} == {("CNY", 1_000, 1_000_000)}
    assert_problem(withdraw(ana, method, 999), 422, "amount-out-of-range", "amount")
    assert_problem(withdraw(ana, method, 1_000_001), 409, "limit-reached")
    assert [withdraw(stepped_up(ana), method, amount).status for amount in (1_000, 1_000_000)] == [201, 201]


def test_a_withdrawal_is_one_request_to_the_tables_but_for_its_method(
    world: World, bank: Bank, aws_calls: list[tuple[str, str]]
) -> None:
    """What rests for maintenance is asked once in fifteen seconds (decision 32), what rules are published once a
    minute."""
    ana, method = cooled_off(world, 5_000)
    pauses.resting("withdrawals", None, world.clock.now())
    published.as_of(world.clock.now())
    published.shelf()
    aws_calls.clear()
    assert withdraw(ana, method).status == 201
    assert [name for service, name in aws_calls if service == "dynamodb"] == ["GetItem", "TransactWriteItems"]


def test_every_delivery_of_a_key_gets_the_first_bytes_whatever_became_of_it(world: World, bank: Bank) -> None:
    ana, method = cooled_off(world, 5_000)
    first = withdraw(ana, method, key="k")
    again = withdraw(ana, method, key="k")
    assert (again.raw, again.headers["idempotent-replayed"]) == (first.raw, "true")
    assert_problem(withdraw(ana, method, 2_001, key="k"), 422, "idempotency-key-reused")
    bank.refuses = True
    sweep(world)
    assert ana.phone.delete(f"{METHODS}/{method}").status == 204
    assert withdraw(ana, method, key="k").raw == first.raw
    assert (ana.available, kinds(ana)) == (5_000, ["top-up", "withdrawal", "withdrawal-return"])


def test_a_refusal_brings_the_money_back_once_and_says_why(world: World, bank: Bank) -> None:
    ana, method = cooled_off(world, 5_000)
    bank.refuses = True
    withdrawal = withdraw(ana, method).json["id"]
    for _ in range(3):
        sweep(world, MINUTE)
    found = shown(ana, withdrawal)
    assert (found["status"], found["reason"], ana.available) == ("failed", "account_unknown", 5_000)
    world.deliver()
    told = [one["kind"] for one in ana.phone.get("/v1/me/notices").json["data"]]
    assert (told.count("withdrawal"), told.count("withdrawal_returned")) == (1, 1)
    assert folding.total(chart.clearing("sandbox", "CNY")) == -5_000


def test_an_operator_sees_where_it_was_sent_when_and_why_it_came_back(world: World, bank: Bank) -> None:
    ana, method = cooled_off(world, 5_000)
    withdrawal = withdraw(ana, method).json["id"]
    sweep(world, MINUTE)
    bank.say(withdrawal, "failed", reason="account_closed")
    sweep(world, MINUTE)
    seen = colleague(world).get(f"/v1/movements/{withdrawal}").json
    movement, steps = seen["movement"], [(one["what"], one["amount"]) for one in seen["timeline"]]
    assert steps == [("withdrawal", 2_000), ("sent", 2_000), ("withdrawal-return", 2_000)]
    assert (movement["status"], movement["reason"], movement["processor"]) == ("failed", "account_closed", "sandbox")
    assert (movement["funding_method_id"], movement["owner"]) == (method, ana.id)
    assert movement["asked_at"] > movement["created_at"]


def test_one_that_comes_back_later_brings_the_money_back(world: World, bank: Bank) -> None:
    ana, method = cooled_off(world, 5_000)
    withdrawal = withdraw(ana, method).json["id"]
    sweep(world)
    bank.say(withdrawal, "failed", reason="account_closed")
    sweep(world, MINUTE)
    sweep(world, DAY)
    assert (shown(ana, withdrawal)["reason"], ana.available) == ("account_closed", 5_000)


def test_silence_is_unknown_and_asked_about_until_it_is_a_persons(world: World, bank: Bank) -> None:
    ana, method = cooled_off(world, 5_000)
    withdrawal = withdraw(ana, method).json["id"]
    bank.silent = True
    sweep(world)
    assert shown(ana, withdrawal)["status"] == "unknown"
    asked = []
    for seconds in (59, 1, 4 * MINUTE, 55 * MINUTE, 23 * HOUR, 4 * DAY, DAY):
        before = len(bank.asked)
        sweep(world, seconds)
        asked.append(len(bank.asked) > before)
    assert asked == [False, True, True, True, True, True, False]
    assert (shown(ana, withdrawal)["status"], ana.available, len(bank.paid)) == ("unknown", 3_000, 1)
    assert [one for one in cases_of(colleague(world), "withdrawal-unknown") if one["subject"] == withdrawal]


def test_what_the_bank_never_heard_of_is_sent_again_under_its_id(world: World, bank: Bank) -> None:
    ana, method = cooled_off(world, 5_000)
    withdrawal = withdraw(ana, method).json["id"]
    bank.deaf = True
    sweep(world)
    bank.deaf = False
    sweep(world, MINUTE)
    assert list(bank.paid) == [withdrawal]
    bank.say(withdrawal, "succeeded")
    sweep(world, 4 * MINUTE)
    assert (shown(ana, withdrawal)["status"], ana.available) == ("succeeded", 3_000)


def test_a_refusal_after_silence_is_not_believed_until_it_has_been_gone_for_an_hour(world: World, bank: Bank) -> None:
    ana, method = cooled_off(world, 5_000)
    withdrawal = withdraw(ana, method).json["id"]
    bank.deaf = True
    sweep(world)
    bank.deaf, bank.refuses = False, True
    sweep(world, MINUTE)
    sweep(world, 4 * MINUTE)
    assert (shown(ana, withdrawal)["status"], ana.available) == ("unknown", 3_000)
    sweep(world, 55 * MINUTE)
    assert (shown(ana, withdrawal)["reason"], ana.available) == ("not_found", 5_000)


@pytest.mark.parametrize("ending", ["succeeded", "failed"])
def test_in_whatever_order_the_bank_is_silent_slow_or_done_it_ends_the_same(
    world: World, bank: Bank, ending: str
) -> None:
    for order in itertools.permutations(["silent", "deaf", "pending", "end"]):
        ana, method = cooled_off(world, 5_000)
        withdrawal = withdraw(ana, method).json["id"]
        for place, seconds in enumerate((0, MINUTE, 4 * MINUTE, 55 * MINUTE, DAY)):
            word = order[place] if place < len(order) else "end"
            bank.silent, bank.deaf = word == "silent", word == "deaf"
            if "end" in (*order[: place + 1], word) and withdrawal in bank.paid:
                bank.say(withdrawal, ending)
            ask(world, withdrawal, seconds)
            ask(world, withdrawal, 0)
        left = {"succeeded": 3_000, "failed": 5_000}[ending]
        assert (ledger.movement(withdrawal)["state"], ledger.head(ana.wallet).available) == (ending, left), order
        assert kinds(ana) == ["top-up", "withdrawal"] + ["withdrawal-return"] * (ending == "failed"), order
    assert len(bank.paid) == 24


@pytest.mark.parametrize("lie", [{"amount": 1_999}, {"currency": "USD"}, {"merchant": "another"}, {"id": "po_x"}])
def test_an_answer_that_contradicts_ours_is_a_persons_and_moves_nothing(
    world: World, bank: Bank, lie: dict[str, Any]
) -> None:
    ana, method = cooled_off(world, 5_000)
    withdrawal = withdraw(ana, method).json["id"]
    sweep(world)
    bank.say(withdrawal, "failed", **lie)
    sweep(world, MINUTE)
    assert (shown(ana, withdrawal)["status"], ana.available) == ("pending", 3_000)
    assert [one["subject"] for one in cases_of(colleague(world), "withdrawal-contradicted")] == [withdrawal]


def test_a_method_that_is_removed_before_it_was_sent_brings_the_money_back(world: World, bank: Bank) -> None:
    ana, method = cooled_off(world, 5_000)
    withdrawal = withdraw(ana, method).json["id"]
    assert ana.phone.delete(f"{METHODS}/{method}").status == 204
    sweep(world)
    assert (shown(ana, withdrawal)["reason"], ana.available, bank.asked) == ("funding_method_removed", 5_000, [])


def test_what_was_sent_goes_on_without_its_method(world: World, bank: Bank) -> None:
    ana, method = cooled_off(world, 5_000)
    withdrawal = withdraw(ana, method).json["id"]
    sweep(world)
    assert ana.phone.delete(f"{METHODS}/{method}").status == 204
    bank.say(withdrawal, "succeeded")
    sweep(world, MINUTE)
    assert (shown(ana, withdrawal)["status"], ana.available) == ("succeeded", 3_000)


def test_two_sweeps_at_once_send_it_once(world: World, bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, method = cooled_off(world, 5_000)
    withdrawal = withdraw(ana, method).json["id"]
    stale = ledger.movement(withdrawal)
    sweep(world)
    monkeypatch.setattr(ledger, "movement", lambda movement_id: stale)
    bank.refuses = True
    assert sending.go_on(withdrawal, world.clock.now()) is False
    assert bank.asked == ["POST /payouts"]


def test_money_for_a_new_method_waits_for_a_day_and_says_until_when_in_both_languages(world: World, bank: Bank) -> None:
    ana = with_pin(world, 5_000)
    method = add(ana).json
    world.clock.advance(9 * MINUTE)
    refused = withdraw(ana, method["id"], key="k")
    problem = assert_problem(refused, 403, "cooling-off", "funding_method_id")
    assert problem["until"] == method["usable_at"] and problem["title"] == "This funding method is too new."
    chinese = ana.phone.with_headers(accept_language="zh")
    body = {"wallet_id": ana.wallet, "amount": 2_000, "currency": "CNY", "funding_method_id": method["id"]}
    assert chinese.post("/v1/withdrawals", body, idempotency_key="k").json["title"] == "该提现方式添加不久。"
    world.clock.advance(DAY - 9 * MINUTE - 1)
    ana.sign_in()
    assert_problem(withdraw(ana, method["id"], key="k"), 403, "cooling-off", "funding_method_id")
    world.clock.advance(1)
    assert withdraw(ana, method["id"], key="k").status == 201


def test_after_a_reset_nothing_leaves_for_a_day(world: World, bank: Bank) -> None:
    ana, method = cooled_off(world, 5_000)
    world.clock.advance(1)
    world.nobody.post("/v1/password-resets", {"identifier": ana.identifier})
    proof = {"identifier": ana.identifier, "code": world.code_of(ana.identifier), "new_password": "new " + PASSWORD}
    assert world.nobody.post("/v1/password-resets/confirm", proof).status == 204
    claim = {"identifier": ana.identifier, "password": "new " + PASSWORD, "device_token": ana.tokens["device_token"]}
    ana.phone = world.nobody.bearing(world.nobody.post("/v1/sessions", claim).json["access_token"])
    problem = assert_problem(withdraw(ana, method), 403, "cooling-off", "wallet_id")
    assert problem["title"] == "Withdrawals have to wait for now."
    assert ana.available == 5_000


def test_what_the_rules_of_money_refuse_is_refused_by_its_name_and_moves_nothing(world: World, bank: Bank) -> None:
    ana, method = cooled_off(world, 5_000)
    ben, bens = cooled_off(world, 5_000)
    ana.sign_in()
    assert_problem(withdraw(ana, method, 5_001), 409, "insufficient-funds")
    assert_problem(withdraw(ana, method, 1_000_001), 409, "limit-reached")
    problem = assert_problem(withdraw(ana, method, 999), 422, "amount-out-of-range", "amount")
    assert (problem["minimum"], "1000" in problem["detail"]) == (1_000, True)
    assert_problem(withdraw(ana, method, 0), 422, "amount-out-of-range", "amount")
    assert_problem(withdraw(ana, method, currency="USD"), 422, "currency-mismatch", "currency")
    assert_problem(withdraw(ana, bens), 404, "not-found")
    assert_problem(withdraw(ana, "fnd_nonsense"), 404, "not-found")
    assert_problem(withdraw(ana, method, wallet_id=ben.wallet), 404, "not-found")
    assert ana.phone.post("/v1/me/freeze").status == 204
    assert_problem(withdraw(ana, method), 409, "wallet-frozen")
    assert (ana.available, ben.available, bank.asked) == (5_000, 5_000, [])


def test_somebody_elses_withdrawal_is_not_found(world: World, bank: Bank) -> None:
    ana, method = cooled_off(world, 5_000)
    withdrawal = withdraw(ana, method).json["id"]
    ben = world.customer()
    other = ben.phone.get(f"/v1/withdrawals/{withdrawal}")
    assert_problem(other, 404, "not-found")
    assert_problem(ben.phone.get("/v1/withdrawals/top_1"), 404, "not-found")


def test_a_large_one_takes_a_step_up_and_the_same_key_withdraws_after_it(world: World, bank: Bank) -> None:
    ana, method = cooled_off(world, 900_000)
    assert_problem(withdraw(ana, method, 500_001, key="k"), 403, "step-up-required")
    assert withdraw(stepped_up(ana), method, 500_001, key="k").status == 201
    assert ana.available == 399_999


def test_a_guarded_persons_large_one_waits_for_the_guardian(world: World, bank: Bank) -> None:
    (ward, method), gil = cooled_off(world, 900_000), world.customer()
    assert ward.phone.patch("/v1/me/preferences", {"ui_mode": "easy"}).status == 200
    account_kit.bound(ward, gil)
    problem = assert_problem(withdraw(ward, method, 100_001, key="k"), 403, "guardian-approval-required")
    world.sweep()
    assert gil.phone.post(f"/v1/me/approvals/{problem['approval_id']}/approve").status in (200, 204)
    assert withdraw(ward, method, 100_001, key="k").status == 201
    assert ward.available == 799_999


def test_money_back_to_a_wallet_that_was_closed_waits_in_unclaimed(world: World, bank: Bank) -> None:
    ana, method = cooled_off(world, 5_000)
    withdraw(ana, method, 5_000)
    sweep(world)
    assert ana.phone.request("DELETE", "/v1/me", {"password": PASSWORD}).status == 204
    bank.say(next(iter(bank.paid)), "failed", reason="account_closed")
    sweep(world, MINUTE)
    world.deliver()
    assert (ledger.head(ana.wallet).available, folding.total(chart.unclaimed("CNY"))) == (0, 5_000)


def test_the_movement_stays_within_its_kilobyte(world: World, bank: Bank) -> None:
    ana, method = cooled_off(world, 1_000_000)
    withdrawal = withdraw(ana, method, 100_000).json["id"]
    bank.silent = True
    sweep(world)
    stored = store.movement(withdrawal)
    assert stored and size(stored) <= 900, "a reason and a reference are still to come"


@pytest.mark.parametrize(
    ("shown", "outcomes"),
    [
        ((), {"matched": {"count": 3, "amount": -2_000}}),
        ((-1_500, 1_500), {"matched": {"count": 3, "amount": -2_000}}),
        ((-1_500,), {"matched": {"count": 2, "amount": -3_500}, "missing_there": {"count": 1, "amount": -1_500}}),
        ((-1_500, 1_400), {"matched": {"count": 2, "amount": -3_500}, "under": {"count": 1, "amount": -100}}),
        (
            (-1_500, -1_500, 1_500),
            {"matched": {"count": 3, "amount": -2_000}, "missing_here": {"count": 1, "amount": -1_500}},
        ),
    ],
)
def test_a_withdrawal_matches_the_statement_and_one_that_came_back_is_missed_only_where_it_is_shown_leaving(
    world: World, bank: Bank, shown: tuple[int, ...], outcomes: dict[str, Any]
) -> None:
    ana, method = cooled_off(world, 5_000)
    sent, returned = withdraw(ana, method).json["id"], withdraw(ana, method, 1_500).json["id"]
    sweep(world, 1)
    bank.say(returned, "failed", reason="account_closed")
    bank.say(sent, "succeeded")
    sweep(world, MINUTE)
    world.deliver()
    day = clocks.written(world.clock.now())[:10]
    clerk = tomorrow(world)
    text = "our_id,reference,kind,amount,fee,currency,booked_at\n" + line(sent, -2_000, day, kind="payout", fee=0)
    for number, amount in enumerate(shown):
        text += line(returned, amount, day, kind="payout", fee=0, reference=f"po_{number}")
    assert imported(clerk, text, day).status in (200, 201)
    report = reconciled(world, clerk, day)
    assert book(report)["outcomes"] == outcomes
    assert book(report)["unexplained"] == 0
    assert len(cases_of(clerk)) == report["differences"] == len(outcomes) - 1
