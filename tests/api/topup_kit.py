"""A till for tests of top-ups: a customer with a wallet, the bank in the same process, webhooks as they arrive."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import stripe as official_stripe

from chalicelib import cloud
from chalicelib.identity import tokens
from chalicelib.kernel import clock, ids
from chalicelib.ledger import audit, chart
from chalicelib.ledger import service as ledger
from chalicelib.ledger.wire import plain_item
from chalicelib.processors import wire
from chalicelib.processors.wire import NoAnswer, Reply
from infra.local import bank as banks
from infra.local.bank_book import Book, Message, Payment
from infra.local.bank_post import Keys, PostOffice, letter, on_the_wire
from tests.api.caller import Caller
from tests.api.caller import Reply as Answered
from tests.conftest import ENVIRONMENT, SANDBOX_WEBHOOK_SECRET, STRIPE_WEBHOOK_SECRET
from tests.environment import mainland

KEYS = Keys(SANDBOX_WEBHOOK_SECRET, STRIPE_WEBHOOK_SECRET, **mainland()["bank"])
_NEVER = 1e6
"""Seconds: what happens at the bank happens when a test says so."""
ANA, BEN = ids.derived("usr", "ana"), ids.derived("usr", "ben")
WALLET = chart.wallet_of(ANA, "CNY")
Letters = list[tuple[str, bytes, dict[str, str]]]


class Pigeonhole(PostOffice):
    """Keeps what the bank would send."""

    def __init__(self) -> None:
        super().__init__("", KEYS)
        self.messages: list[Message] = []

    def post(self, messages: list[Message]) -> None:
        self.messages.extend(messages)


@dataclass
class Till:
    """`top_up` and `show` are the customer's, `send` the bank's."""

    caller: Caller
    post: Pigeonhole = field(default_factory=Pigeonhole)
    silent: bool = False
    """The bank does what it is asked and its answer is lost."""
    asked: int = 0
    sent: bytes = b""
    """The body of the last webhook."""

    def __post_init__(self) -> None:
        self.bank = banks.Bank(Book(), self.post, hold_seconds=0.0, settle_seconds=_NEVER)
        self.customer = self.caller.bearing(token(ANA, clock.now()))
        ledger.open_wallet(WALLET, ANA, "CNY", 0, clock.now())

    def top_up(self, amount: int = 1250, key: str = "k1", **more: Any) -> Answered:
        """Waits for the customer's confirmation at the bank, unless another `method` is given."""
        body = {"wallet_id": WALLET, "amount": amount, "currency": "CNY", "method": "manual"} | more
        return self.customer.post("/v1/topups", body, idempotency_key=key)

    def show(self, topup_id: str) -> dict[str, Any]:
        shown: dict[str, Any] = self.customer.get(f"/v1/topups/{topup_id}").json
        return shown

    def payment(self, topup_id: str) -> Payment:
        found = self.bank.book.find(topup_id)
        assert found
        return found

    def message(self, topup_id: str, kind: str, reversed_total: int = 0, **facts: Any) -> Message:
        """What the bank would say if `kind` had happened; `facts` are lies."""
        payment = self.payment(topup_id)
        payment.status, payment.reversed_total = ("failed" if kind == "failed" else "succeeded"), reversed_total
        payment.reason = "card_declined" if kind == "failed" else None
        for name, value in facts.items():
            setattr(payment, name, value)
        return Message(payment, kind)

    def send(self, message: Message) -> Answered:
        sent = letter(message)
        return self.deliver(*on_the_wire(sent, KEYS, int(clock.now().timestamp())), sent.dialect)

    def deliver(self, body: bytes, headers: Mapping[str, str], processor: str = "sandbox") -> Answered:
        self.sent = body
        return self.caller.request("POST", f"/v1/webhooks/{processor}", body, headers)

    def transport(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Straight into the bank's own routing."""
        self.asked += 1
        parts = urlsplit(url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        sent = banks.respond(self.bank, method, target, headers, body)
        if self.silent:
            raise NoAnswer
        return Reply(sent.status, sent.body, sent.headers)

    @property
    def money(self) -> tuple[int, int]:
        """(available, debt) of the wallet."""
        head = ledger.head(WALLET)
        return head.available, head.debt


def token(user_id: str, at: datetime, wallets: tuple[str, ...] | None = None) -> str:
    own = (chart.wallet_of(user_id, "CNY"),) if wallets is None else wallets
    return tokens.issue(
        user_id=user_id, session_id="ses_1", wallets=own, tier=0, epoch=0, jur="CN", role="customer", at=at
    )


def till(caller: Caller) -> Iterator[Till]:
    """The body of a fixture: the bank stands behind the adapters while the test runs, the books balance after it."""
    made = Till(caller)
    before = wire.use(made.transport)
    yield made
    wire.use(before)
    books = audit.trial_balance()
    assert books.balanced, books


def items(table: str) -> list[dict[str, Any]]:
    """Without the notes of how processors do."""
    found = cloud.client("dynamodb").scan(TableName=ENVIRONMENT[f"{table.upper()}_TABLE"])["Items"]
    return [plain_item(item) for item in found if not item["pk"]["S"].startswith("HEALTH#")]


def everything() -> list[dict[str, Any]]:
    """Except how many codes of gift cards somebody brought: tries count, whatever becomes of them."""
    found = [item for table in ("ledger", "journal", "topups", "cases") for item in items(table)]
    return [item for item in found if not str(item["pk"]).startswith("GIFTLOOKS#")]


def stripe_event(kind: str, about: Mapping[str, Any], event_id: str = "evt_1") -> bytes:
    event = {"id": event_id, "object": "event", "created": int(clock.now().timestamp()), "livemode": False}
    return json.dumps(event | {"type": kind, "data": {"object": dict(about)}}).encode()


def stripe_signed(body: bytes, seconds: int = 0, secret: str = STRIPE_WEBHOOK_SECRET) -> dict[str, str]:
    """By Stripe's own library, `seconds` from now."""
    at = int(clock.now().timestamp()) + seconds
    signature = official_stripe.WebhookSignature.generate_signature_header(body.decode(), secret, timestamp=at)
    return {"Stripe-Signature": signature, "Content-Type": "application/json; charset=utf-8"}
