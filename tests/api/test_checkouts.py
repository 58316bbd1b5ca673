"""Checkouts as tills and phones meet them."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.kernel import ids
from tests.api import merchant_callers
from tests.api.caller import Caller
from tests.api.merchant_callers import new_merchant, till_of, told
from tests.conftest import FrozenClock

ORDER = {"amount": 1250, "currency": "CNY", "order_reference": "A-17"}
DAY_SECONDS = 24 * 3600


@pytest.fixture
def nobody(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Caller:
    return merchant_callers.nobody(monkeypatch)


@pytest.fixture
def till(nobody: Caller) -> Caller:
    return till_of(nobody, new_merchant(nobody)["id"])


def opened(till: Caller, **changes: Any) -> dict[str, Any]:
    reply = till.post("/v1/checkouts", ORDER | changes)
    assert reply.status == 201, reply.raw
    checkout: dict[str, Any] = reply.json
    return checkout


def test_a_checkout_opens_with_a_code_and_lasts_a_day(nobody: Caller) -> None:
    merchant = new_merchant(nobody)
    reply = till_of(nobody, merchant["id"]).post("/v1/checkouts", ORDER | {"return_url": "https://tea.example/ok"})
    assert reply.status == 201
    assert reply.json == {
        "id": reply.json["id"],
        "status": "open",
        "code_url": "https://coffer.test/pay/" + reply.json["id"],
        "amount": 1250,
        "currency": "CNY",
        "order_reference": "A-17",
        "merchant_id": merchant["id"],
        "merchant_name": "Tea House",
        "expires_at": "2026-11-23T08:00:00.000000Z",
        "created_at": "2026-11-22T08:00:00.000000Z",
        "return_url": "https://tea.example/ok",
    }
    assert reply.headers["retry-after"] == "2"


def test_its_merchant_and_any_customer_see_the_same_open_checkout(nobody: Caller, till: Caller) -> None:
    checkout = opened(till)
    for caller in (till, nobody.bearing("customer")):
        reply = caller.get(f"/v1/checkouts/{checkout['id']}")
        assert (reply.status, reply.json) == (200, checkout)
        assert reply.headers["retry-after"] == "2"


def test_a_foreign_checkout_and_a_missing_one_answer_alike(nobody: Caller, till: Caller) -> None:
    foreign = opened(till_of(nobody, new_merchant(nobody)["id"]))["id"]
    for method, path in (("GET", ""), ("POST", "/cancel")):
        replies = [
            till.request(method, f"/v1/checkouts/{checkout}{path}")
            for checkout in (foreign, ids.derived("chk", "nothing"), "chk_x", "x" * 3000)
        ]
        assert [reply.status for reply in replies] == [404] * 4
        assert all(told(reply) == told(replies[0]) for reply in replies)


def test_a_checkout_expires_by_itself_and_is_final_then(nobody: Caller, till: Caller, clock: FrozenClock) -> None:
    checkout = opened(till)
    clock.advance(DAY_SECONDS)
    reply = nobody.bearing("customer").get(f"/v1/checkouts/{checkout['id']}")
    assert reply.json == checkout | {"status": "expired"}
    assert "retry-after" not in reply.headers
    refused = till.post(f"/v1/checkouts/{checkout['id']}/cancel")
    assert (refused.status, refused.json["code"], refused.json["state"]) == (409, "invalid-state", "expired")


def test_a_checkout_is_cancelled_once_or_many_times(till: Caller) -> None:
    checkout = opened(till)
    replies = [till.post(f"/v1/checkouts/{checkout['id']}/cancel") for _ in range(2)]
    assert [reply.status for reply in replies] == [200, 200]
    assert replies[0].json == checkout | {"status": "cancelled"} == replies[1].json
    assert "retry-after" not in replies[0].headers


def test_two_checkouts_may_carry_one_reference(till: Caller) -> None:
    assert opened(till)["id"] != opened(till)["id"]


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"amount": 0}, "amount-out-of-range", "amount"),
        ({"amount": -1}, "amount-out-of-range", "amount"),
        ({"amount": 10_000_000_001}, "amount-out-of-range", "amount"),
        ({"amount": 10**4000}, "amount-out-of-range", "amount"),
        ({"amount": "1250"}, "invalid-request", "amount"),
        ({"amount": 1.0}, "invalid-request", "amount"),
        ({"amount": True}, "invalid-request", "amount"),
        ({"currency": "USD"}, "currency-mismatch", "currency"),
        ({"currency": "XXX"}, "currency-mismatch", "currency"),
        ({"order_reference": ""}, "invalid-request", "order_reference"),
        ({"order_reference": "x" * 65}, "invalid-request", "order_reference"),
        ({"order_reference": "a\r\nb"}, "invalid-request", "order_reference"),
        ({"expires_at": "2026-11-22T08:00:00Z"}, "invalid-request", "expires_at"),
        ({"expires_at": "2026-12-22T08:00:01Z"}, "invalid-request", "expires_at"),
        ({"expires_at": 1}, "invalid-request", "expires_at"),
        ({"return_url": "http://tea.example/"}, "invalid-request", "return_url"),
        ({"return_url": ""}, "invalid-request", "return_url"),
        ({"status": "paid"}, "invalid-request", "status"),
        ({"merchant_id": "mer_other"}, "invalid-request", "merchant_id"),
    ],
)
def test_an_order_that_breaks_a_rule_is_refused(till: Caller, changes: dict[str, Any], code: str, param: str) -> None:
    raw = ORDER | changes
    body = (
        raw if raw["amount"] != 10**5000 else b'{"amount":1' + b"0" * 5000 + b',"currency":"CNY","order_reference":"A"}'
    )
    reply = till.post("/v1/checkouts", body)
    assert (reply.status, reply.json["code"], reply.json["param"]) == (422, code, param)


@pytest.mark.parametrize("reference", ["#n", ":v", '{"S": "x"}', "${jndi:ldap://x}", "=1+1"])
def test_hostile_references_are_stored_literally(till: Caller, reference: str) -> None:
    checkout = opened(till, order_reference=reference)
    assert till.get(f"/v1/checkouts/{checkout['id']}").json["order_reference"] == reference


def test_checkouts_are_for_keys_with_their_scope(nobody: Caller, till: Caller) -> None:
    checkout = opened(till)
    assert nobody.bearing("customer").post("/v1/checkouts", ORDER).status == 403
    assert nobody.bearing("admin").post("/v1/checkouts", ORDER).status == 403
    assert nobody.post("/v1/checkouts", ORDER).status == 401
    other = till_of(nobody, new_merchant(nobody)["id"], ["reports"])
    assert other.post("/v1/checkouts", ORDER).status == 403
    assert other.get(f"/v1/checkouts/{checkout['id']}").status == 403
    assert other.post(f"/v1/checkouts/{checkout['id']}/cancel").status == 403
