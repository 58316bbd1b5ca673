"""Tricks on the money path: forged and repeated messages, races, other currencies, clocks, refunds of refunds."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

import app
from chalicelib import cloud
from chalicelib.kernel import clock, ids
from chalicelib.ledger import audit, chart, closing, history, service, store
from chalicelib.settings import settings
from tests import heads
from tests.api.world import Shop, World, cheap_passwords
from tests.conftest import FrozenClock, urls_of_queues

FEE = 6
"""Of the 1,000 that every payment here takes."""
Line = dict[str, Any]


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def settled_by_message(world: World, line: Line, copies: int = 1) -> bool:
    """Whether the consumer took a message that nobody but a forger would send."""
    whole = {"merchant": world.shop.id, "account": world.shop.account, "fee": FEE} | line
    told = {"account": whole["account"], "currency": "CNY", "since": clock.written(world.clock.now())}
    record = {
        "messageId": "m",
        "receiptHandle": "r",
        "body": json.dumps(told | {"lines": [whole] * copies}),
        "attributes": {"MessageGroupId": "g"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:settlement.fifo",
        "awsRegion": "eu-west-1",
    }
    return bool(app.settle({"Records": [record]}, None) == {"batchItemFailures": []})


NEVER = ids.derived("pay", "never")
FORGED: dict[str, Callable[[Shop, str, str], Line]] = {
    "another account": lambda other, paid, refund: {"movement": paid, "amount": 1_000, "account": other.account},
    "another merchant": lambda other, paid, refund: {"movement": paid, "amount": 1_000, "merchant": other.id},
    "more": lambda other, paid, refund: {"movement": paid, "amount": 1_001},
    "less": lambda other, paid, refund: {"movement": paid, "amount": 999},
    "nothing": lambda other, paid, refund: {"movement": paid, "amount": 0},
    "no fee": lambda other, paid, refund: {"movement": paid, "amount": 1_000, "fee": 0},
    "a fee that pays": lambda other, paid, refund: {"movement": paid, "amount": 1_000, "fee": -FEE},
    "a payment turned round": lambda other, paid, refund: {"movement": paid, "amount": -1_000},
    "a refund turned round": lambda other, paid, refund: {"movement": refund, "amount": 400, "fee": 0},
    "a payment that never was": lambda other, paid, refund: {"movement": NEVER, "amount": 1_000},
    "a wallet": lambda other, paid, refund: {"movement": chart.wallet_of("usr_x", "CNY"), "amount": 1_000},
    "no id": lambda other, paid, refund: {"movement": "pay_§", "amount": 1_000},
}


@pytest.mark.parametrize("forgery", FORGED)
def test_a_forged_line_settles_nothing_and_the_true_ones_still_settle(world: World, forgery: str) -> None:
    ana = world.customer(10_000)
    paid = ana.pay(1_000).json["id"]
    refund = world.shop.act(paid, "refunds", {"amount": 400}).json["id"]
    assert not settled_by_message(world, FORGED[forgery](world.another_shop(), paid, refund))
    assert service.head(world.shop.account).available == 0
    world.deliver()
    assert service.head(world.shop.account).available == 600 - FEE
    assert audit.trial_balance().balanced


def test_a_held_payment_settles_through_its_capture_alone(world: World) -> None:
    ana = world.customer(10_000)
    held = ana.pay(1_000, capture="manual").json["id"]
    for _ in range(2):
        assert not settled_by_message(world, {"movement": held, "amount": 1_000, "fee": 0})
        world.shop.act(held, "capture", key="once")
        world.deliver()
    assert service.head(world.shop.account).available == 1_000 - FEE


def test_a_line_repeated_in_one_message_or_in_many_settles_once(world: World) -> None:
    paid = world.customer(10_000).pay(1_000).json["id"]
    for copies in (2, 1, 3):
        assert settled_by_message(world, {"movement": paid, "amount": 1_000, "fee": FEE}, copies)
    world.deliver()
    assert service.head(world.shop.account).available == 1_000 - FEE


def test_a_line_settles_once_in_whatever_company_it_comes(world: World) -> None:
    ana = world.customer(10_000)
    first, _ = (ana.pay(1_000 + number).json["id"] for number in range(2))
    assert settled_by_message(world, {"movement": first, "amount": 1_000})
    world.deliver()
    assert service.head(world.shop.account).available == 2_001 - 2 * FEE


def test_a_sweep_overtaken_by_the_queue_settles_nothing_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, send, late = world.customer(10_000), store.transact, []
    for number in range(3):
        ana.pay(1_000 + number)
    world.clock.advance(600)

    def overtaken(writes: Any) -> Any:
        if not late:
            late.append("from here on")
            world.deliver()
        return send(writes)

    monkeypatch.setattr(store, "transact", overtaken)
    world.sweep()
    world.deliver()
    assert service.head(world.shop.account).available == 3_003 - 3 * FEE
    assert service.due("settle", world.clock.now()) == []
    assert audit.trial_balance().balanced


def test_nothing_is_sent_before_the_journal_has_it(world: World) -> None:
    """What is not committed must not be heard of: the stream alone tells; that something was refused, only counters."""
    ana = world.customer(1_000)
    assert (ana.pay(5_000).status, ana.pay(100).status) == (409, 201)
    for url in {*urls_of_queues()} - {settings().happened_queue_url}:
        assert "Messages" not in cloud.client("sqs").receive_message(QueueUrl=url)


def test_a_transaction_cancelled_without_a_reason_was_not_made(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, client = world.customer(10_000), cloud.client("dynamodb")
    send, silent = client.transact_write_items, []

    def cancelled(**request: Any) -> Any:
        if silent:
            return send(**request)
        silent.append("once")
        code = {"Error": {"Code": "TransactionCanceledException"}}
        raise ClientError(code, "TransactWriteItems")  # type: ignore[arg-type]

    monkeypatch.setattr(client, "transact_write_items", cancelled)
    assert ana.pay(1_000).status == 201
    assert ana.available == 9_000


def test_a_checkout_in_another_currency_than_the_wallets_stays_open(world: World) -> None:
    american, ana = world.customer(10_000, jurisdiction="US"), world.customer(10_000)
    checkout = world.shop.checkout(1_000)["id"]
    refused = american.pay_checkout(checkout)
    assert (refused.status, refused.json["code"]) == (422, "currency-mismatch")
    assert (american.available, world.shop.till.get(f"/v1/checkouts/{checkout}").json["status"]) == (10_000, "open")
    assert ana.pay_checkout(checkout).status == 201


def test_a_checkout_that_was_held_is_captured_once_and_never_paid_again(world: World) -> None:
    ana, bob = world.customer(10_000), world.customer(10_000)
    checkout = world.shop.checkout(1_000, capture="manual")["id"]
    held = ana.pay_checkout(checkout).json["id"]
    assert bob.pay_checkout(checkout).json["state"] == "paid"
    assert [world.shop.act(held, "capture").status for _ in range(2)] == [201, 409]
    assert ana.pay_checkout(checkout, confirm_duplicate=True).json["state"] == "paid"
    assert (ana.available, ana.held, bob.available) == (9_000, 0, 10_000)


def test_a_refund_or_a_capture_is_no_payment_to_refund_capture_or_void(world: World) -> None:
    held = world.customer(10_000).pay(1_000, capture="manual").json["id"]
    capture = world.shop.act(held, "capture").json["id"]
    refund = world.shop.act(held, "refunds", {"amount": 400}).json["id"]
    for movement in (refund, capture, refund.replace("ref_", "pay_"), capture.replace("cap_", "pay_")):
        assert {world.shop.act(movement, what).status for what in ("refunds", "capture", "void")} == {404}
    assert service.movement(held)["refundable"] == 600


def test_what_was_promised_is_carried_out_whatever_became_of_the_wallet(world: World) -> None:
    ana = world.customer(10_000)
    held = [ana.pay(amount, capture="manual").json["id"] for amount in (1_000, 1_001, 1_002)]
    service.impose(ana.wallet, "a check", world.clock.now())
    assert world.shop.act(held[0], "capture", {"amount": 500}).status == 201
    assert world.shop.act(held[1], "void").status == 201
    heads.close(ana.wallet)
    assert world.shop.act(held[2], "capture").status == 201
    assert world.shop.act(held[0], "refunds").status == 201
    head = service.head(ana.wallet)
    assert (head.held, head.available) == (0, 10_000 - 500 - 1_002)
    assert audit.trial_balance().totals["CNY"]["unclaimed"] == 500
    assert audit.trial_balance().balanced


def test_a_payment_made_while_its_month_is_closed_is_in_exactly_one_month(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, pages, look = world.customer(10_000), [], service.head
    world.clock.moment = datetime(2026, 11, 30, 23, 59, 58, tzinfo=UTC)
    ana.sign_in()
    monkeypatch.setattr(closing, "page", lambda name, **facts: pages.append(name))

    def paid_meanwhile(account: str) -> Any:
        head = look(account)
        monkeypatch.setattr(service, "head", look)
        assert ana.pay(1_000).status == 201
        return head

    monkeypatch.setattr(service, "head", paid_meanwhile)
    next_month = datetime(2026, 12, 1, 0, 0, 5, tzinfo=UTC)
    assert [closing.close(ana.wallet, next_month) for _ in range(2)] == [False, True]
    assert ana.pay(1_001).json["created_at"] == "2026-12-01T00:00:00.000000Z"
    november, december = (history.statement(ana.wallet, datetime(2026, month, 1, tzinfo=UTC)) for month in (11, 12))
    assert (november.closing.available, december.opening.available, december.closing.available) == (9_000, 9_000, 7_999)
    assert pages == []
    assert audit.trial_balance().balanced


@pytest.mark.parametrize("year", [1, 300, 999])
def test_before_coffer_there_was_nothing(world: World, year: int) -> None:
    ana = world.customer(10_000)
    shown = ana.phone.get(f"/v1/wallets/{ana.wallet}/balance?at={year:04d}-06-01T00:00:00Z").json
    assert (shown["available"], shown["at"]) == (0, f"{year:04d}-06-01T00:00:00.000000Z")
