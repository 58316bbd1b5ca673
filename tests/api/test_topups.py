"""Asking for money: once per key, an honest answer, and never a no where nobody knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from chalicelib.kernel import ids
from chalicelib.ledger import chart
from chalicelib.ledger import service as ledger
from chalicelib.ledger.wire import item, size
from chalicelib.processors import patience, wire
from chalicelib.processors.wire import Reply
from chalicelib.topups import tasks
from tests.api import topup_kit
from tests.api.caller import Caller
from tests.api.topup_kit import ANA, BEN, WALLET, Till, token
from tests.conftest import FrozenClock


@pytest.fixture
def till(caller: Caller) -> Iterator[Till]:
    yield from topup_kit.till(caller)


def test_a_new_top_up_is_pending_and_says_what_to_do(till: Till) -> None:
    answer = till.top_up()
    assert answer.status == 201
    assert answer.headers["retry-after"] == "2"
    assert answer.json == {
        "id": answer.json["id"],
        "status": "pending",
        "processor": "sandbox",
        "next_action": {"type": "wait"},
        "wallet_id": WALLET,
        "amount": 1250,
        "currency": "CNY",
        "created_at": "2026-11-22T08:00:00.000000Z",
        "reversed": 0,
        "reason": None,
        "usual_seconds": None,
    }
    assert ids.is_id(answer.json["id"], "top")
    assert till.money == (0, 0)


def test_it_can_be_looked_at_until_it_is_final(till: Till) -> None:
    made = till.top_up().json
    shown = till.customer.get(f"/v1/topups/{made['id']}")
    assert shown.json == made
    assert shown.headers["retry-after"] == "2"
    till.send(till.message(made["id"], "succeeded"))
    shown = till.customer.get(f"/v1/topups/{made['id']}")
    assert (shown.json["status"], shown.json["next_action"]) == ("succeeded", None)
    assert "retry-after" not in shown.headers


def test_the_same_key_asks_the_bank_once_and_answers_the_same_bytes(till: Till) -> None:
    first, again = till.top_up(), till.top_up()
    assert till.asked == 1
    assert (again.status, again.raw) == (first.status, first.raw)
    assert again.headers["idempotent-replayed"] == "true" and "idempotent-replayed" not in first.headers


def test_the_answer_stays_the_same_after_the_money_has_come(till: Till) -> None:
    first = till.top_up()
    till.send(till.message(first.json["id"], "succeeded"))
    assert till.top_up().raw == first.raw


def test_another_body_under_the_same_key_is_refused(till: Till) -> None:
    till.top_up(1250)
    assert (till.top_up(1251).status, till.asked) == (422, 1)


def test_a_decline_is_failed_with_its_reason(till: Till) -> None:
    answer = till.top_up(1201)
    assert (answer.status, answer.json["status"], answer.json["reason"]) == (201, "failed", "card_declined")
    assert "retry-after" not in answer.headers
    assert till.show(answer.json["id"])["reason"] == "card_declined"


def test_a_lost_answer_is_unknown_and_never_failed(till: Till) -> None:
    till.silent = True
    answer = till.top_up()
    assert (answer.status, answer.json["status"]) == (201, "unknown")
    assert till.show(answer.json["id"])["status"] == "unknown"


def test_money_that_was_unknown_arrives_with_its_webhook(till: Till) -> None:
    till.silent = True
    topup_id = till.top_up().json["id"]
    till.send(till.message(topup_id, "succeeded"))
    assert till.show(topup_id)["status"] == "succeeded"
    assert till.money == (1250, 0)


def test_a_webhook_that_overtakes_the_answer_wins(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    topup_id = ""

    def overtaken(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        nonlocal topup_id
        reply = till.transport(method, url, headers, body)
        topup_id = till.bank.book.find(reply.json()["id"]).asked_as  # type: ignore[union-attr]
        assert till.send(till.message(topup_id, "succeeded")).status == 200
        return reply

    wire.use(overtaken)
    answer = till.top_up()
    assert (answer.json["id"], answer.json["status"]) == (topup_id, "pending")
    assert till.show(topup_id)["status"] == "succeeded"
    assert till.top_up().raw == answer.raw
    assert till.money == (1250, 0)


class Killed(BaseException):
    """The function was ended in the middle."""


def test_while_one_request_talks_to_the_bank_the_same_key_is_in_flight(till: Till) -> None:
    seen = []

    def meanwhile(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        wire.use(till.transport)
        seen.append(till.top_up())
        return till.transport(method, url, headers, body)

    wire.use(meanwhile)
    assert till.top_up().status == 201
    (answer,) = seen
    assert (answer.status, answer.json["code"], answer.headers["retry-after"]) == (409, "in-flight", "2")
    assert till.asked == 1


def test_after_a_crash_the_same_key_goes_on_when_the_lease_is_over(till: Till, clock: FrozenClock) -> None:
    def killed(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        till.transport(method, url, headers, body)
        raise Killed

    wire.use(killed)
    with pytest.raises(Killed):
        till.top_up()
    wire.use(till.transport)
    clock.advance(29)
    assert till.top_up().status == 409
    clock.advance(2)
    answer = till.top_up()
    assert (answer.status, answer.json["status"]) == (201, "pending")
    assert till.asked == 2
    assert till.top_up().raw == answer.raw
    till.send(till.message(answer.json["id"], "succeeded"))
    assert till.money == (1250, 0)


def test_above_the_limit_is_refused_for_good(till: Till) -> None:
    refused, again = till.top_up(1_000_001), till.top_up(1_000_001)
    assert (refused.status, refused.json["code"], refused.json["maximum"]) == (409, "limit-reached", 1_000_000)
    assert again.raw == refused.raw and again.headers["idempotent-replayed"] == "true"
    assert refused.headers["content-type"] == again.headers["content-type"] == "application/problem+json"
    assert till.asked == 0


@pytest.mark.parametrize(
    ("change", "status", "code", "param"),
    [
        ({"amount": 0}, 422, "amount-out-of-range", "amount"),
        ({"amount": -5}, 422, "amount-out-of-range", "amount"),
        ({"amount": 10**11}, 422, "amount-out-of-range", "amount"),
        ({"amount": "1250"}, 422, "invalid-request", "amount"),
        ({"amount": 12.5}, 422, "invalid-request", "amount"),
        ({"amount": True}, 422, "invalid-request", "amount"),
        ({"currency": "XXX"}, 422, "currency-mismatch", "currency"),
        ({"currency": "USD"}, 422, "currency-mismatch", "currency"),
        ({"processor": "paypal"}, 422, "invalid-request", "processor"),
        ({"method": "a b"}, 422, "invalid-request", "method"),
        ({"status": "succeeded"}, 422, "invalid-request", "status"),
        ({"wallet_id": chart.wallet_of(BEN, "CNY")}, 404, "not-found", None),
        ({"wallet_id": "{'S': 1}"}, 404, "not-found", None),
    ],
)
def test_what_is_wrong_is_named_and_reaches_no_bank(
    till: Till, change: dict[str, Any], status: int, code: str, param: str | None
) -> None:
    answer = till.top_up(**change)
    assert (answer.status, answer.json["code"], answer.json.get("param")) == (status, code, param)
    assert till.asked == 0


def test_without_a_key_or_a_token_nothing_happens(till: Till) -> None:
    body = {"wallet_id": WALLET, "amount": 1250, "currency": "CNY"}
    assert till.customer.post("/v1/topups", body).status == 400
    assert till.caller.post("/v1/topups", body, idempotency_key="k").status == 401
    assert till.asked == 0


def test_somebody_elses_top_up_looks_like_none(till: Till, clock: FrozenClock) -> None:
    topup_id = till.top_up().json["id"]
    ben = till.caller.bearing(token(BEN, clock.now()))
    foreign, none = ben.get(f"/v1/topups/{topup_id}"), ben.get(f"/v1/topups/{ids.derived('top', 'none')}")
    odd = till.customer.get("/v1/topups/%00")
    for answer in (foreign, none, odd):
        assert (answer.status, answer.json["code"]) == (404, "not-found")
    assert foreign.json | {"request_id": ""} == none.json | {"request_id": ""}


def test_other_movements_are_no_top_ups(till: Till, clock: FrozenClock) -> None:
    assert till.customer.get(f"/v1/topups/{WALLET}").status == 404


def test_keys_of_two_customers_are_independent(till: Till, clock: FrozenClock) -> None:
    mine = till.top_up(key="same").json["id"]
    ben = till.caller.bearing(token(BEN, clock.now()))
    ledger.open_wallet(chart.wallet_of(BEN, "CNY"), BEN, "CNY", 0, clock.now())
    body = {"wallet_id": chart.wallet_of(BEN, "CNY"), "amount": 1250, "currency": "CNY", "method": "manual"}
    assert ben.post("/v1/topups", body, idempotency_key="same").json["id"] != mine


def test_a_stripe_top_up_hands_over_the_client_secret(till: Till) -> None:
    answer = till.top_up(processor="stripe", method=None)
    assert (answer.status, answer.json["processor"]) == (201, "stripe")
    assert answer.json["next_action"]["type"] == "confirm_with_stripe"
    assert till.payment(answer.json["id"]).metadata == {
        "topup_id": answer.json["id"],
        "wallet_id": WALLET,
        "owner": ANA,
    }


def test_the_fattest_top_up_fits_in_one_kilobyte(till: Till) -> None:
    topup_id = till.top_up(999_999, processor="stripe", method="p" * 64).json["id"]
    till.send(till.message(topup_id, "failed", reason="r" * 200))
    assert size(item(ledger.movement(topup_id))) <= 1024


def test_silence_is_asked_about_until_it_is_known(till: Till, clock: FrozenClock) -> None:
    till.silent = True
    topup_id = till.top_up().json["id"]
    assert (tasks.ask_again(clock.advance(59)), till.asked) == (0, 1)
    assert (tasks.ask_again(clock.advance(2)), till.asked) == (0, 2)
    assert till.show(topup_id)["status"] == "unknown"
    till.silent = False
    till.bank.settle(topup_id)
    assert (tasks.ask_again(clock.advance(60)), till.asked) == (0, 2)
    assert (tasks.ask_again(clock.advance(240)), till.asked) == (1, 3)
    assert till.money == (1250, 0)
    assert till.show(topup_id)["status"] == "succeeded"
    assert tasks.ask_again(clock.advance(86_400)) == 0


def test_the_webhook_after_the_question_changes_nothing(till: Till, clock: FrozenClock) -> None:
    till.silent = True
    topup_id = till.top_up().json["id"]
    till.silent = False
    till.bank.settle(topup_id)
    tasks.ask_again(clock.advance(61))
    assert [till.send(message).status for message in till.post.messages] == [200]
    assert till.money == (1250, 0)


def test_a_processor_that_is_away_does_not_hold_up_the_sweep(till: Till, clock: FrozenClock) -> None:
    till.silent = True
    for number in range(8):
        till.top_up(key=f"k{number}")
    before = till.asked
    tasks.ask_again(clock.advance(61))
    assert till.asked == before + patience.MOST_SILENCES
    tasks.ask_again(clock.advance(1))
    assert till.asked == before + 8


def test_silence_is_asked_about_five_times_and_then_it_is_a_persons(till: Till, clock: FrozenClock) -> None:
    """After 1 min, 5 min, 1 h, 1 d and 5 d."""
    till.silent = True
    topup_id, began = till.top_up().json["id"], clock.moment
    for seconds in (60, 300, 3_600, 86_400, 5 * 86_400):
        asked = till.asked
        tasks.ask_again(clock.advance(seconds - (clock.moment - began).total_seconds() - 1))
        assert (till.asked, topup_kit.items("cases")) == (asked, [])
        tasks.ask_again(clock.advance(1))
        assert till.asked == asked + 1
    (case,) = topup_kit.items("cases")
    assert (case["kind"], case["subject"]) == ("top-up-unknown", topup_id)
    asked = till.asked
    tasks.ask_again(clock.advance(30 * 86_400))
    assert (till.asked, ledger.movement(topup_id)["state"]) == (asked, "unknown")


def test_a_sweep_that_was_away_for_a_week_asks_once_more(till: Till, clock: FrozenClock) -> None:
    till.silent = True
    topup_id = till.top_up().json["id"]
    till.silent = False
    till.bank.settle(topup_id)
    tasks.ask_again(clock.advance(7 * 86_400))
    assert (ledger.movement(topup_id)["state"], topup_kit.items("cases")) == ("succeeded", [])


def test_a_webhook_after_the_case_still_brings_the_money(till: Till, clock: FrozenClock) -> None:
    till.silent = True
    topup_id = till.top_up().json["id"]
    tasks.ask_again(clock.advance(6 * 86_400))
    assert [case["kind"] for case in topup_kit.items("cases")] == ["top-up-unknown"]
    till.send(till.message(topup_id, "succeeded"))
    assert till.money == (1250, 0)
