"""Paying, holding, capturing, voiding and refunding, through the whole app."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import get_args

import pytest

from chalicelib.api import problems
from chalicelib.ledger import audit, chart, folding, service, store
from chalicelib.ledger.wire import size
from chalicelib.risk.model import Reason
from chalicelib.settings import settings
from chalicelib.settlement import service as settlement
from tests.api.world import World, cheap_passwords, fresh_key
from tests.conftest import FrozenClock
from tests.people import at_rest

AwsCalls = list[tuple[str, str]]


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def test_a_payment_is_captured_settled_and_the_books_balance(world: World) -> None:
    ana = world.customer(10_000)
    reply = ana.pay(2_500)
    assert (reply.status, reply.json["status"], ana.available) == (201, "captured", 7_500)
    world.deliver()
    assert service.head(world.shop.account).available == 2_500 - 15
    assert folding.total(chart.fees("CNY")) == 15
    assert folding.total(chart.settling("CNY")) == 0
    assert audit.trial_balance().balanced


def test_a_warm_payment_makes_one_aws_call_a_duplicate_one_a_refusal_three(world: World, aws_calls: AwsCalls) -> None:
    ana = world.customer(10_000)
    ana.pay(1)
    for amount, key, calls in ((100, "a", 1), (100, "a", 1), (100, "b", 3), (99_999, "c", 3)):
        world.clock.advance(1)
        aws_calls.clear()
        ana.pay(amount, key)
        assert len(aws_calls) == calls


def test_five_deliveries_have_one_effect_and_equal_bytes(world: World) -> None:
    ana = world.customer(10_000)
    replies = [ana.pay(2_500, "once") for _ in range(5)]
    assert len({reply.raw for reply in replies}) == 1
    assert [reply.headers.get("idempotent-replayed") for reply in replies] == [None, *["true"] * 4]
    assert ana.available == 7_500


def test_a_refusal_is_replayed_byte_for_byte_in_the_language_of_the_first(world: World) -> None:
    ana = world.customer(100)
    first = ana.pay(200, "k")
    world.put_in(ana, 1_000)
    again = ana.phone.with_headers(accept_language="zh").post("/v1/payments", ana.order(200), idempotency_key="k")
    assert (again.raw, again.status, first.json["code"]) == (first.raw, 409, "insufficient-funds")
    assert again.headers["content-type"].startswith("application/problem+json")
    assert ana.available == 1_100


def test_the_same_key_with_another_body_is_422_and_on_another_path_independent(world: World) -> None:
    ana = world.customer(10_000)
    paid = ana.pay(100, "k")
    assert ana.pay(101, "k").json["code"] == "idempotency-key-reused"
    assert world.shop.act(paid.json["id"], "refunds", key="k").status == 201


def test_a_probable_duplicate_is_refused_until_confirmed_under_a_new_key(world: World) -> None:
    ana = world.customer(10_000)
    first = ana.pay(100)
    refused = ana.pay(100, reference="order-2")
    assert (refused.status, refused.json["code"]) == (409, "probable-duplicate")
    assert refused.json["payment_id"] == first.json["id"]
    assert ana.pay(100, confirm_duplicate=True).status == 201


def test_a_checkout_is_paid_once_whatever_the_key_and_whoever_pays(world: World) -> None:
    ana, bob = world.customer(10_000), world.customer(10_000)
    checkout = world.shop.checkout(700)
    paid = ana.pay_checkout(checkout["id"])
    assert paid.status == 201
    for person in (ana, bob):
        refused = person.pay_checkout(checkout["id"], confirm_duplicate=True)
        assert (refused.json["code"], refused.json["state"]) == ("invalid-state", "paid")
    seen = world.shop.till.get(f"/v1/checkouts/{checkout['id']}").json
    assert (seen["status"], seen["payment_id"]) == ("paid", paid.json["id"])
    assert (ana.available, bob.available) == (9_300, 10_000)


def test_whoever_paid_a_checkout_sees_by_which_payment_and_nobody_else_does(world: World) -> None:
    ana, bob = world.customer(10_000), world.customer()
    checkout = world.shop.checkout(700)
    assert "payment_id" not in ana.phone.get(f"/v1/checkouts/{checkout['id']}").json
    paid = ana.pay_checkout(checkout["id"]).json
    mine, other = (one.phone.get(f"/v1/checkouts/{checkout['id']}").json for one in (ana, bob))
    assert (mine["status"], mine["payment_id"], mine["paid_at"]) == ("paid", paid["id"], paid["created_at"])
    assert other == {name: value for name, value in mine.items() if name not in ("payment_id", "paid_at")}


def test_an_expired_checkout_is_not_paid(world: World) -> None:
    ana, checkout = world.customer(10_000), world.shop.checkout(700)
    world.clock.advance(8 * 60)
    open_still = world.shop.checkout(701, expires_at="2026-11-22T08:09:00Z")
    world.clock.advance(60)
    assert ana.pay_checkout(open_still["id"]).json["state"] == "expired"
    assert ana.pay_checkout(checkout["id"]).status == 201


def test_a_hold_is_captured_in_part_and_the_rest_released(world: World) -> None:
    ana = world.customer(10_000)
    held = ana.pay(4_000, capture="manual").json
    assert (held["status"], ana.available, ana.held) == ("authorized", 6_000, 4_000)
    assert world.shop.act(held["id"], "capture", {"amount": 1_500}).status == 201
    assert (ana.available, ana.held) == (8_500, 0)
    world.deliver()
    assert service.head(world.shop.account).available == 1_500 - 9
    second = world.shop.act(held["id"], "capture", {"amount": 1})
    assert (second.json["code"], second.json["state"]) == ("invalid-state", "captured")
    assert audit.trial_balance().balanced


def test_a_void_gives_all_back_once(world: World) -> None:
    ana = world.customer(10_000)
    held = ana.pay(4_000, capture="manual").json
    assert world.shop.act(held["id"], "void").status == 201
    assert (ana.available, ana.held) == (10_000, 0)
    for what in ("void", "capture", "refunds"):
        assert world.shop.act(held["id"], what).json["state"] == "voided"
    assert ana.phone.get(f"/v1/payments/{held['id']}").json["status"] == "voided"


def test_an_authorisation_runs_out_after_seven_days_by_the_sweep_and_cannot_be_captured_late(world: World) -> None:
    ana = world.customer(10_000)
    held = ana.pay(4_000, capture="manual").json
    world.clock.advance(timedelta(days=7, seconds=1).total_seconds())
    late = world.shop.act(held["id"], "capture")
    assert (late.json["code"], late.json.get("state")) == ("invalid-state", "expired")
    for _ in range(2):
        world.sweep()
    assert service.head(ana.wallet).available == 10_000
    assert service.movement(held["id"])["state"] == "expired"
    assert audit.trial_balance().balanced


def test_refunds_never_exceed_what_was_captured(world: World) -> None:
    ana = world.customer(10_000)
    paid = ana.pay(1_000).json["id"]
    statuses = []
    for amount in (400, 500, 200, 100):
        reply = world.shop.act(paid, "refunds", {"amount": amount})
        statuses.append(reply.json["status"] if reply.status == 201 else reply.json["code"])
    assert statuses == ["succeeded", "succeeded", "refund-exceeds-capture", "succeeded"]
    assert ana.phone.get(f"/v1/payments/{paid}").json["status"] == "refunded"
    assert world.shop.act(paid, "refunds").json["code"] == "refund-exceeds-capture"
    assert ana.available == 10_000
    world.deliver()
    assert service.head(world.shop.account).available == -6
    assert audit.trial_balance().balanced


def test_refunds_stop_at_the_floor_that_was_agreed(world: World) -> None:
    ana = world.customer(30_000)
    paid = ana.pay(20_000).json["id"]
    assert world.shop.act(paid, "refunds", {"amount": 10_001}).json["code"] == "merchant-funds-insufficient"
    assert world.shop.act(paid, "refunds", {"amount": 10_000}).status == 201
    world.deliver()
    assert world.shop.act(paid, "refunds").status == 201
    world.deliver()
    assert service.head(world.shop.account).available == -120
    assert audit.trial_balance().balanced


def test_settlement_and_sweep_settle_each_line_once_between_them(world: World) -> None:
    ana = world.customer(10_000)
    for number in range(3):
        ana.pay(100 + number)
    world.clock.advance(600)
    world.sweep()
    swept = service.head(world.shop.account).available
    world.deliver()
    world.sweep()
    assert swept == service.head(world.shop.account).available == 303 - 3
    assert service.due("settle", world.clock.now()) == []


@pytest.mark.parametrize(("seconds", "late"), [(299, 0), (301, 1)])
def test_a_merchant_who_waited_for_five_minutes_calls_somebody(
    world: World, monkeypatch: pytest.MonkeyPatch, seconds: int, late: int
) -> None:
    paged: list[str] = []
    monkeypatch.setattr(settlement, "page", lambda name, **facts: paged.append(name))
    ana = world.customer(10_000)
    ana.pay(100)
    world.clock.advance(seconds - 10)
    ana.pay(101)
    world.clock.advance(10)
    world.deliver()
    assert paged == ["SettlementLate"] * late
    ana.pay(102)
    world.clock.advance(600)
    world.sweep()
    assert len(paged) == late + 1


def test_what_a_merchant_asks_by_order_is_what_was_paid(world: World) -> None:
    ana = world.customer(10_000)
    paid = ana.pay(100, reference="order 9").json
    found = world.shop.till.get("/v1/payments?order_reference=order%209").json["data"]
    assert [one["id"] for one in found] == [paid["id"]]
    assert world.another_shop().till.get("/v1/payments?order_reference=order%209").json["data"] == []


def test_what_is_anothers_looks_exactly_like_what_does_not_exist(world: World) -> None:
    ana, bob = world.customer(1_000), world.customer(1_000)
    paid = ana.pay(100).json["id"]
    refund = world.shop.act(paid, "refunds", {"amount": 10}).json["id"]
    missing = "pay_" + "0" * 26
    other = world.another_shop()
    for path, absent in (
        (f"/v1/payments/{paid}", f"/v1/payments/{missing}"),
        (f"/v1/refunds/{refund}", "/v1/refunds/x"),
    ):
        for stranger in (bob.phone, other.till):
            mine, none = stranger.get(path), stranger.get(absent)
            assert (mine.status, _without_id(mine.raw)) == (404, _without_id(none.raw))
    assert other.act(paid, "refunds", {"amount": 1}).status == 404
    assert bob.phone.post("/v1/payments", ana.order(1), idempotency_key="x").status == 404
    for path in ("", "/entries", "/balance", "/statements/2026-11"):
        assert bob.phone.get(f"/v1/wallets/{ana.wallet}{path}").status == 404


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": 0}, "amount-out-of-range"),
        ({"amount": -5}, "amount-out-of-range"),
        ({"amount": 10**11}, "amount-out-of-range"),
        ({"amount": "100"}, "invalid-request"),
        ({"amount": 1.0}, "invalid-request"),
        ({"amount": True}, "invalid-request"),
        ({"amount": None}, "invalid-request"),
        ({"currency": "XXX"}, "currency-mismatch"),
        ({"currency": "USD"}, "currency-mismatch"),
        ({"balance": 5}, "invalid-request"),
        ({"status": "captured"}, "invalid-request"),
        ({"capture": "later"}, "invalid-request"),
        ({"description": "a\u202eb"}, "invalid-request"),
        ({"description": "x" * 101}, "invalid-request"),
        ({"order_reference": "x" * 65}, "invalid-request"),
        ({"order_reference": None}, "invalid-request"),
        ({"checkout_id": "chk_" + "0" * 26}, "invalid-request"),
    ],
)
def test_bad_input_is_422_and_moves_nothing(world: World, change: dict[str, object], code: str) -> None:
    ana = world.customer(1_000)
    reply = ana.phone.post("/v1/payments", ana.order(100) | change, idempotency_key=fresh_key())
    assert (reply.status, reply.json["code"]) == (422, code)
    assert ana.available == 1_000


def test_a_payment_without_a_key_or_to_nobody_is_refused(world: World) -> None:
    ana = world.customer(1_000)
    assert ana.phone.post("/v1/payments", ana.order(100)).status == 400
    assert ana.pay(100, merchant_id="mer_" + "0" * 26).status == 404
    assert ana.pay(100, merchant_id="#n").status == 404


def test_strings_that_look_like_expressions_are_stored_as_they_are(world: World) -> None:
    ana = world.customer(1_000)
    odd = '#n :v {"S":"x"} ${jndi:ldap://x}'
    paid = ana.pay(100, reference=odd, description=odd)
    assert (paid.json["order_reference"], paid.json["description"]) == (odd, odd)
    assert world.shop.till.get(f"/v1/payments/{paid.json['id']}").json["description"] == odd


def test_signing_out_stops_payments_at_once(world: World) -> None:
    ana = world.customer(1_000)
    assert ana.phone.delete("/v1/sessions/current").status == 204
    reply = ana.pay(100)
    assert (reply.status, reply.json["code"]) == (401, "invalid-token")


def test_an_entry_says_what_the_merchant_was_called(world: World) -> None:
    ana, name = world.customer(10_000), world.shop.till.get(f"/v1/merchants/{world.shop.id}").json["name"]
    ana.pay(100)
    held = ana.pay(200, reference="order-2", capture="manual").json["id"]
    world.shop.act(held, "capture")
    found = ana.phone.get(f"/v1/wallets/{ana.wallet}/entries").json["data"]
    named = {entry["kind"]: entry.get("merchant_name") for entry in found}
    assert named == {"capture": name, "authorisation": name, "payment": name, "top-up": None}


def test_every_item_of_the_money_path_stays_within_a_kilobyte_at_its_fattest(world: World) -> None:
    ana, shop = world.customer(1_000_000), world.another_shop("𠮷" * 64)
    text, reference = "汉" * 33, "单" * 21
    for day in range(36):
        checkout = shop.checkout(9_000 + day, reference, capture="manual")
        body = {"wallet_id": ana.wallet, "checkout_id": checkout["id"], "description": text, "capture": "manual"}
        assert ana.phone.post("/v1/payments", body, idempotency_key=str(day)).status == 201
        world.clock.advance(86_400)
        ana.sign_in()
    service.impose(ana.wallet, max(get_args(Reason), key=len), world.clock.now())
    service.freeze(ana.wallet)
    tables = (settings().ledger_table, settings().journal_table)
    sizes = {found["pk"]["S"]: size(found) for table in tables for found in store.everything(table)}
    assert len(service.head(ana.wallet).sums) == 36 + 3
    assert max(sizes.values()) <= 1_024, max(sizes, key=sizes.__getitem__)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_refused_movement_stays_within_a_kilobyte_at_its_fattest(
    world: World, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setattr(problems, "doc_url", lambda code: f"https://{'a' * 60}.example/docs#{code}")
    ana = world.customer(10_000_000)
    ana.phone = ana.phone.with_headers(accept_language=language)
    body = ana.order(100, "单" * 21, description="汉" * 33, capture="manual")
    said = {ana.phone.post("/v1/payments", body, idempotency_key=f"{n}").json.get("code") for n in range(2)}
    service.impose(ana.wallet, "汉" * 33, world.clock.now())
    said |= {ana.pay(100).json["code"], ana.pay(9_999_999_999).json["code"]}
    assert said == {None, "probable-duplicate", "wallet-frozen", "limit-reached"}
    refused = [found for found in store.everything(settings().ledger_table) if found.get("state") == {"S": "refused"}]
    assert len(refused) == 3
    assert max(size(found) for found in refused) <= 1_024


def _without_id(raw: bytes) -> dict[str, object]:
    return {name: value for name, value in json.loads(raw).items() if name != "request_id"}


def test_contacts_in_a_description_are_neither_kept_nor_answered_and_the_key_stands_for_what_was_sent(
    world: World,
) -> None:
    ana = world.customer(1_000)
    paid = ana.pay(100, "k", description="tea, ask ann@example.com or 138 0013 8000")
    assert (paid.status, paid.json["description"]) == (201, "tea, ask *** or ***")
    assert [typed for typed in ("0013 8000", "ann@example.com") if typed in at_rest()] == []
    again = ana.pay(100, "k", description="tea, ask ann@example.com or 138 0013 8000")
    assert (again.raw, again.headers["idempotent-replayed"]) == (paid.raw, "true")
    assert ana.pay(100, "k", description="tea, ask bob@example.com or 138 0013 8000").status == 422
    refund = world.shop.act(paid.json["id"], "refunds", {"amount": 1, "reason": "call +49 30 901820"})
    assert refund.json["reason"] == "call ***"
