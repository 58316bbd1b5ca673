"""One bench for every adapter: its own sandbox behind it, and webhooks signed by the official library of each."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import standardwebhooks
import stripe as official_stripe

from chalicelib.kernel import ids
from chalicelib.processors.model import Adapter, Intent
from chalicelib.processors.sandbox import Sandbox
from chalicelib.processors.stripe import Stripe
from infra.local import bank
from infra.local.bank_post import Keys
from tests.conftest import SANDBOX_WEBHOOK_SECRET, STRIPE_WEBHOOK_SECRET

AT = datetime(2026, 11, 22, 8, 0, 0, tzinfo=UTC)
TOPUP, WALLET = ids.derived("top", "contract"), ids.derived("wal", "contract")
Headers = dict[str, str]


@dataclass(frozen=True)
class Bench:
    """What a test of the interface needs to know of one adapter."""

    adapter: Adapter
    other_account: Adapter
    sign: Callable[[bytes, datetime, str], Headers]
    """Headers for a body at a moment, by the official library, with a secret."""
    secret: str
    signature_header: str
    body: Callable[..., bytes]
    """An event of a kind (succeeded, failed, reversed, elsewhere) with facts changed."""


def sandbox_bench(url: str) -> Bench:
    def sign(body: bytes, at: datetime, secret: str) -> Headers:
        signature = standardwebhooks.Webhook(secret).sign("msg_1", at, body.decode())
        stamp = str(int(at.timestamp()))
        return {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": signature}

    adapter = Sandbox(url, lambda: {"webhook_secret": SANDBOX_WEBHOOK_SECRET})
    stranger = Sandbox(url, lambda: {"webhook_secret": SANDBOX_WEBHOOK_SECRET}, account="somebody")
    return Bench(adapter, stranger, sign, SANDBOX_WEBHOOK_SECRET, "webhook-signature", sandbox_body)


def stripe_bench(url: str) -> Bench:
    def sign(body: bytes, at: datetime, secret: str) -> Headers:
        header = official_stripe.WebhookSignature.generate_signature_header(
            body.decode(), secret, timestamp=int(at.timestamp())
        )
        return {"Stripe-Signature": header}

    keys = {"api_key": "sk_test_contract", "webhook_secret": STRIPE_WEBHOOK_SECRET}
    adapter, live = Stripe(url, lambda: keys), Stripe(url, lambda: keys | {"api_key": "sk_live_contract"})
    return Bench(adapter, live, sign, STRIPE_WEBHOOK_SECRET, "Stripe-Signature", stripe_body)


def sandbox_body(kind: str = "succeeded", **facts: Any) -> bytes:
    data = {
        "id": "sbx_1",
        "merchant": "coffer",
        "status": kind,
        "amount": 1250,
        "currency": "CNY",
        "metadata": facts.pop("metadata", {"topup_id": TOPUP, "wallet_id": WALLET}),
        "reversed_total": facts.pop("reversed_total", 0),
        "reason": "card_declined" if kind == "failed" else None,
    }
    return json.dumps({"type": f"topup.{kind}", "timestamp": AT.isoformat(), "data": data | facts}).encode()


def stripe_body(kind: str = "succeeded", **facts: Any) -> bytes:
    types = {
        "succeeded": "payment_intent.succeeded",
        "failed": "payment_intent.payment_failed",
        "reversed": "charge.refunded",
        "elsewhere": "customer.created",
    }
    amount = facts.pop("amount", 1250)
    about = {
        "id": "ch_1" if kind == "reversed" else "pi_1",
        "object": "charge" if kind == "reversed" else "payment_intent",
        "amount": amount,
        "currency": facts.pop("currency", "CNY").lower(),
        "livemode": False,
        "metadata": facts.pop("metadata", {"topup_id": TOPUP, "wallet_id": WALLET}),
        "status": "succeeded",
    }
    if kind == "reversed":
        refunded = facts.pop("reversed_total", 0)
        about |= {"payment_intent": "pi_1", "amount_captured": amount, "amount_refunded": refunded}
    else:
        about |= {"amount_received": 0 if kind == "failed" else amount}
    if kind == "failed":
        about["last_payment_error"] = {"code": "card_declined"}
    event = {"id": "evt_1", "object": "event", "created": int(AT.timestamp()), "livemode": False, "type": types[kind]}
    return json.dumps(event | {"data": {"object": about | facts}}).encode()


@pytest.fixture(scope="session")
def bank_url() -> Iterator[str]:
    """A bank that forgets patience quickly; its webhooks go nowhere."""
    server = bank.serve(0, "http://127.0.0.1:9", Keys(SANDBOX_WEBHOOK_SECRET, STRIPE_WEBHOOK_SECRET), hold_seconds=1.0)
    yield server.url
    server.shutdown()


@pytest.fixture(params=["sandbox", "stripe"])
def bench(request: pytest.FixtureRequest, bank_url: str) -> Bench:
    return {"sandbox": sandbox_bench, "stripe": stripe_bench}[request.param](bank_url)


@dataclass(frozen=True)
class Mailbox:
    """Where a bank's webhooks arrive: (path, raw body, headers)."""

    url: str
    letters: queue.Queue[tuple[str, bytes, Mapping[str, str]]]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    letters: queue.Queue[tuple[str, bytes, Mapping[str, str]]] = queue.Queue()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            letters.put((self.path, raw, dict(self.headers)))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Tests speak for themselves."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Mailbox(f"http://127.0.0.1:{server.server_port}", letters)
    server.shutdown()


@pytest.fixture
def open_bank(mailbox: Mailbox) -> Iterator[Callable[..., str]]:
    """Starts a bank that writes to the mailbox; returns its address."""
    servers = []

    def start(**seconds: float) -> str:
        keys = Keys(SANDBOX_WEBHOOK_SECRET, STRIPE_WEBHOOK_SECRET)
        servers.append(bank.serve(0, mailbox.url, keys, **{"settle_seconds": 0.05, "hold_seconds": 1.0, **seconds}))
        return servers[-1].url

    yield start
    for server in servers:
        server.shutdown()


def intent(amount: int = 1250, name: str = "contract", method: str | None = None) -> Intent:
    return Intent(ids.derived("top", name), WALLET, amount, "CNY", method=method)
