"""The sandbox bank and a small Stripe: an HTTP server of their own, on loopback, standing in for the real ones.

    python -m infra.local.bank --port 8002 --public-url http://127.0.0.1:8000 --state build/bank.sqlite

with the webhook secrets in SANDBOX_WEBHOOK_SECRET and STRIPE_WEBHOOK_SECRET. What amounts bring on which
behaviour, and every address it answers: `docs/reference/sandbox.md`. `--name harbour` makes it another bank of the same
kind, with HARBOUR_WEBHOOK_SECRET.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from infra.local.bank_book import (
    DECLINED,
    TIMEOUT_FAILS,
    TIMEOUT_SUCCEEDS,
    Book,
    Payment,
    sandbox_view,
    stripe_intent,
    told,
)
from infra.local.bank_outage import Leaving
from infra.local.bank_post import Keys, PostOffice, letter, signed

LONGEST_BODY_BYTES = 64 * 1024
Answer = tuple[int, dict[str, Any]]
NOT_FOUND: Answer = (404, {"code": "not-found"})


@dataclass
class Bank:
    """What the bank does with a request; the HTTP part below only carries it in and out."""

    book: Book
    post: PostOffice
    hold_seconds: float = 8.0
    """How long a time-out keeps the caller waiting: longer than Coffer has patience for."""
    late_seconds: float = 8.0
    settle_seconds: float = 0.3
    """From asking to the webhook, so that the answer usually comes first."""
    leave: Callable[[float], None] = lambda seconds: None
    """Whoever answers for the bank stops doing so, for so many seconds."""

    def ask(self, payment: Payment, confirm: bool) -> Payment:
        """Open `payment`, or find it; a decline is known at once, a time-out answers too late."""
        payment, new = self.book.open(payment)
        if not new:
            return payment
        if payment.magic == DECLINED:
            self.settle(payment.id)
        elif payment.magic in (TIMEOUT_SUCCEEDS, TIMEOUT_FAILS):
            self._settle_after(payment.id, self.hold_seconds)
            time.sleep(self.hold_seconds)
        elif confirm:
            self._settle_after(payment.id, self.settle_seconds)
        return self.book.find(payment.id) or payment

    def settle(self, payment_id: str) -> None:
        self.post.post(self.book.settle(payment_id, self.late_seconds))

    def go_down(self, seconds: float) -> None:
        self.post.hold_back(seconds)
        self.leave(seconds)

    def refund(self, payment_id: str, refund_id: str, amount: int) -> Payment | None:
        made = self.book.refund(payment_id, refund_id, amount)
        if made is None:
            return None
        payment, messages = made
        self.post.post(messages)
        return payment

    def tell_again(self, payment: Payment, forged: bool) -> Answer:
        """Send a settled payment's webhook now, with the right key or a stranger's, and tell how it was answered."""
        message = told(payment)[0]
        keys = Keys("whsec_c3RyYW5nZXI=", "whsec_stranger") if forged else None
        status, body = self.post.deliver(letter(message), keys)
        return 200, {"status": status, "body": body}

    def _settle_after(self, payment_id: str, seconds: float) -> None:
        timer = threading.Timer(seconds, self.settle, (payment_id,))
        timer.daemon = True
        timer.start()


def _ask_sandbox(bank: Bank, found: re.Match[str], body: dict[str, Any]) -> Answer:
    wish = Payment(
        id="sbx_" + secrets.token_hex(12),
        dialect="sandbox",
        asked_as=str(body["id"]),
        amount=int(body["amount"]),
        currency=str(body["currency"]),
        metadata=dict(body.get("metadata", {})),
        merchant=str(body.get("merchant", "")),
    )
    payment = bank.ask(wish, confirm=body.get("method") != "manual")
    return 201, sandbox_view(payment)


def _show_sandbox(bank: Bank, found: re.Match[str], body: dict[str, Any]) -> Answer:
    payment = bank.book.find(found["id"])
    return (200, sandbox_view(payment)) if payment else NOT_FOUND


def _confirm(bank: Bank, found: re.Match[str], body: dict[str, Any]) -> Answer:
    bank.settle(found["id"])
    payment = bank.book.find(found["id"])
    if payment is None:
        return NOT_FOUND
    return 200, stripe_intent(payment) if payment.dialect == "stripe" else sandbox_view(payment)


def _refund_sandbox(bank: Bank, found: re.Match[str], body: dict[str, Any]) -> Answer:
    payment = bank.refund(found["id"], str(body["id"]), int(body["amount"]))
    return (201, {"id": body["id"], "status": "pending"}) if payment else (422, {"code": "nothing-to-refund"})


def _tell_again(bank: Bank, found: re.Match[str], body: dict[str, Any]) -> Answer:
    payment = bank.book.find(found["id"])
    return bank.tell_again(payment, forged=body.get("as") == "forged") if payment else NOT_FOUND


def _show_webhook(bank: Bank, found: re.Match[str], body: dict[str, Any]) -> Answer:
    payment = bank.book.find(found["id"])
    if payment is None or payment.status == "pending":
        return NOT_FOUND
    sent = letter(told(payment)[0])
    headers = {"Content-Type": "application/json", **signed(sent, bank.post.keys, int(time.time()))}
    return 200, {"headers": headers, "body": sent.body.decode()}


def _ask_stripe(bank: Bank, found: re.Match[str], body: dict[str, Any]) -> Answer:
    wish = Payment(
        id="pi_" + secrets.token_hex(12),
        dialect="stripe",
        asked_as=body.get("idempotency_key") or secrets.token_hex(12),
        amount=int(body["amount"]),
        currency=str(body["currency"]).upper(),
        metadata={name[9:-1]: text for name, text in body.items() if name.startswith("metadata[")},
    )
    payment = bank.ask(wish, confirm=body.get("confirm") == "true")
    if payment.status == "failed":
        error = {"type": "card_error", "code": payment.reason, "payment_intent": stripe_intent(payment)}
        return 402, {"error": error}
    return 200, stripe_intent(payment)


def _show_stripe(bank: Bank, found: re.Match[str], body: dict[str, Any]) -> Answer:
    payment = bank.book.find(found["id"])
    return (200, stripe_intent(payment, expanded=True)) if payment else (404, {"error": {"code": "resource_missing"}})


def _search_stripe(bank: Bank, found: re.Match[str], body: dict[str, Any]) -> Answer:
    wanted = re.fullmatch(r"metadata\['topup_id'\]:'(\w+)'", str(body.get("query", "")))
    payment = bank.book.find(wanted[1]) if wanted else None
    return 200, {"object": "search_result", "data": [stripe_intent(payment, expanded=True)] if payment else []}


def _refund_stripe(bank: Bank, found: re.Match[str], body: dict[str, Any]) -> Answer:
    refund_id = body.get("idempotency_key") or secrets.token_hex(12)
    payment = bank.refund(str(body["payment_intent"]), refund_id, int(body["amount"]))
    if payment is None:
        return 400, {"error": {"type": "invalid_request_error", "code": "charge_already_refunded"}}
    return 200, {"id": "re_" + refund_id[-24:], "object": "refund", "status": "succeeded"}


def _health(bank: Bank, found: re.Match[str], body: dict[str, Any]) -> Answer:
    return 200, {"status": "ok"}


def _down(bank: Bank, found: re.Match[str], body: dict[str, Any]) -> Answer:
    seconds = float(body["seconds"])
    bank.go_down(seconds)
    return 200, {"down_seconds": seconds}


Route = Callable[[Bank, re.Match[str], dict[str, Any]], Answer]
ROUTES: list[tuple[str, str, Route]] = [
    ("GET", r"/health", _health),
    ("POST", r"/_down", _down),
    ("POST", r"/intents", _ask_sandbox),
    ("GET", r"/intents/(?P<id>\w+)", _show_sandbox),
    ("POST", r"/intents/(?P<id>\w+)/confirm", _confirm),
    ("POST", r"/intents/(?P<id>\w+)/refunds", _refund_sandbox),
    ("POST", r"/intents/(?P<id>\w+)/webhooks", _tell_again),
    ("GET", r"/intents/(?P<id>\w+)/webhooks", _show_webhook),
    ("POST", r"/v1/payment_intents", _ask_stripe),
    ("GET", r"/v1/payment_intents/search", _search_stripe),
    ("GET", r"/v1/payment_intents/(?P<id>\w+)", _show_stripe),
    ("POST", r"/v1/payment_intents/(?P<id>\w+)/confirm", _confirm),
    ("POST", r"/v1/refunds", _refund_stripe),
]


def answer(bank: Bank, method: str, target: str, body: dict[str, Any]) -> Answer:
    path = urlsplit(target).path
    for wanted, pattern, route in ROUTES:
        if wanted == method and (found := re.fullmatch(pattern, unquote(path))):
            try:
                return route(bank, found, body)
            except (KeyError, ValueError, TypeError) as trouble:
                return 400, {"code": "invalid-request", "detail": str(trouble)}
    return NOT_FOUND


class _Door(BaseHTTPRequestHandler):
    """Each connection has a thread; none is kept alive, so that a held answer holds nobody else's."""

    server: _Server

    def do_GET(self) -> None:
        query = {name: values[-1] for name, values in parse_qs(urlsplit(self.path).query).items()}
        self._send(answer(self.server.bank, "GET", self.path, query))

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= LONGEST_BODY_BYTES:
            return self._send((413, {"code": "payload-too-large"}))
        try:
            body = self._parsed(self.rfile.read(length))
        except ValueError:
            return self._send((400, {"code": "malformed-body"}))
        return self._send(answer(self.server.bank, "POST", self.path, body))

    def _parsed(self, raw: bytes) -> dict[str, Any]:
        if self.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
            form = {name: values[-1] for name, values in parse_qs(raw.decode()).items()}
            return form | {"idempotency_key": self.headers.get("Idempotency-Key", "")}
        parsed = json.loads(raw or b"{}")
        if not isinstance(parsed, dict):
            raise ValueError("an object is expected")
        return parsed

    def _send(self, reply: Answer) -> None:
        if self.server.away:
            return
        raw = json.dumps(reply[1]).encode()
        try:
            self.send_response(reply[0])
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)
        except (BrokenPipeError, ConnectionResetError):
            """Whoever asked has stopped waiting: that is what a time-out is for."""

    def log_message(self, format: str, *args: object) -> None:
        print(f"bank: {format % args}", file=sys.stderr)


class _Server(ThreadingHTTPServer, Leaving):
    daemon_threads = True

    def __init__(self, port: int, bank: Bank) -> None:
        super().__init__(("127.0.0.1", port), _Door)
        self.bank, bank.leave = bank, self.leave

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


def serve(
    port: int, public_url: str, keys: Keys, state: str = ":memory:", name: str = "sandbox", **seconds: float
) -> _Server:
    """A bank that is answering already, on 127.0.0.1 (`port` 0 takes a free one); `shutdown()` ends it."""
    post = PostOffice(public_url.rstrip("/"), keys, name)
    server = _Server(port, Bank(Book(state), post, **seconds))
    post.start()
    threading.Thread(target=server.serve_forever, name="bank", daemon=True).start()
    return server


def main() -> None:
    parser = argparse.ArgumentParser(description="The sandbox bank and a small Stripe, on loopback.")
    parser.add_argument("--port", type=int, default=8002)
    parser.add_argument("--public-url", default="http://127.0.0.1:8000")
    parser.add_argument("--state", default=":memory:", help="an SQLite file that survives a restart")
    parser.add_argument("--name", default="sandbox", help="whose webhooks these are")
    chosen = parser.parse_args()
    keys = Keys(os.environ[f"{chosen.name.upper()}_WEBHOOK_SECRET"], os.environ["STRIPE_WEBHOOK_SECRET"])
    server = serve(chosen.port, chosen.public_url, keys, chosen.state, chosen.name)
    print(f"{chosen.name}: listening at {server.url}", file=sys.stderr, flush=True)
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    done.wait()
    server.shutdown()


if __name__ == "__main__":
    main()
