"""The sandbox bank, a small Stripe, WeChat Pay and Alipay: one HTTP server on loopback, standing in for the real ones.

    python -m infra.local.bank --port 8002 --public-url http://127.0.0.1:8000 --state build/bank.sqlite

with the webhook secrets in SANDBOX_WEBHOOK_SECRET and STRIPE_WEBHOOK_SECRET, and the stand-ins' side of the accounts at
WeChat Pay and Alipay (`mainland_keys`), if there are any, as JSON in MAINLAND_KEYS. What amounts bring on which
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
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from infra.local import bank_alipay, bank_stripe, bank_wechatpay
from infra.local.bank_book import (
    DECLINED,
    LATE,
    TIMEOUT_FAILS,
    TIMEOUT_SUCCEEDS,
    Book,
    Payment,
    sandbox_view,
    stripe_intent,
    told,
)
from infra.local.bank_outage import Leaving
from infra.local.bank_payouts import Payout, Payouts, sandbox_payout
from infra.local.bank_post import Keys, PostOffice, letter, on_the_wire, payout_letter
from infra.local.bank_sent import Answer, Sent, as_json, as_lines

LONGEST_BODY_BYTES = 64 * 1024
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
    url: str = ""
    """Where it is found itself: bills are downloaded from there."""
    leave: Callable[[float], None] = lambda seconds: None
    """Whoever answers for the bank stops doing so, for so many seconds."""

    def __post_init__(self) -> None:
        self.payouts = Payouts(self.book)

    def ask(self, payment: Payment, confirm: bool) -> Payment:
        """Open `payment`, or find it; a decline is known at once, a time-out answers too late."""
        payment, new = self.book.open(payment)
        if not new:
            return payment
        if payment.magic == DECLINED:
            self.settle(payment.id)
        elif payment.magic in (TIMEOUT_SUCCEEDS, TIMEOUT_FAILS):
            self._after(self.hold_seconds, self.settle, payment.id)
            time.sleep(self.hold_seconds)
        elif confirm:
            self._after(self.settle_seconds, self.settle, payment.id)
        return self.book.find(payment.id) or payment

    def pay_out(self, payout: Payout) -> Payout:
        """Begin `payout`, or find it."""
        payout, new = self.payouts.open(payout)
        if not new:
            return payout
        if payout.magic == DECLINED:
            self._end_payout(payout.id)
        elif payout.magic in (TIMEOUT_SUCCEEDS, TIMEOUT_FAILS):
            self._after(self.hold_seconds, self._end_payout, payout.id)
            time.sleep(self.hold_seconds)
        else:
            seconds = self.late_seconds if payout.magic == LATE else self.settle_seconds
            self._after(seconds, self._end_payout, payout.id)
        return self.payouts.find(payout.id) or payout

    def _end_payout(self, payout_id: str) -> None:
        """The processors that Coffer asks for the outcome tell nothing by themselves."""
        self.payouts.settle(payout_id)
        ended = self.payouts.find(payout_id)
        if ended and ended.dialect == "sandbox" and ended.status != "pending":
            self.post.send(payout_letter(ended))

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
        keys = Keys("whsec_c3RyYW5nZXI=", "whsec_stranger", **_swapped(self.post.keys)) if forged else None
        sent = letter(message)
        if not sent.body:
            return NOT_FOUND
        status, body = self.post.deliver(sent, keys)
        return 200, {"status": status, "body": body}

    def _after(self, seconds: float, do: Callable[[str], None], name: str) -> None:
        timer = threading.Timer(seconds, do, (name,))
        timer.daemon = True
        timer.start()


def _swapped(keys: Keys) -> dict[str, Any]:
    """WeChat Pay signs with Alipay's key and the other way round: well made, and nobody's."""
    if keys.wechatpay is None or keys.alipay is None:
        return {}
    return {
        "wechatpay": {**keys.wechatpay, "private_key": keys.alipay["private_key"]},
        "alipay": {**keys.alipay, "private_key": keys.wechatpay["private_key"]},
    }


def _ask_sandbox(bank: Bank, found: re.Match[str], body: dict[str, Any]) -> Answer:
    wish = Payment(
        id="sbx_" + secrets.token_hex(12),
        dialect="sandbox",
        asked_as=str(body["id"]),
        amount=int(body["amount"]),
        currency=str(body["currency"]),
        metadata=dict(body.get("metadata", {})),
        merchant=str(body.get("merchant", "")),
        plain=body.get("method") == "plain",
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
    if not sent.body:
        return NOT_FOUND
    raw, headers = on_the_wire(sent, bank.post.keys, int(time.time()))
    return 200, {"headers": headers, "body": raw.decode()}


def _show_refund(bank: Bank, found: re.Match[str], body: dict[str, Any]) -> Answer:
    payment = bank.book.find(found["id"])
    return (200, sandbox_view(payment)) if payment and found["refund"] in payment.refunds else NOT_FOUND


def _pay_out_sandbox(bank: Bank, found: re.Match[str], body: dict[str, Any]) -> Answer:
    wish = Payout(
        id="sbo_" + secrets.token_hex(12),
        dialect="sandbox",
        asked_as=str(body["id"]),
        destination=str(body["destination"]),
        amount=int(body["amount"]),
        currency=str(body["currency"]),
        merchant=str(body.get("merchant", "")),
    )
    return 201, sandbox_payout(bank.pay_out(wish))


def _show_payout(bank: Bank, found: re.Match[str], body: dict[str, Any]) -> Answer:
    payout = bank.payouts.find(found["id"])
    return (200, sandbox_payout(payout)) if payout else NOT_FOUND


def statement(bank: Bank, day: str) -> Sent:
    """What the sandbox booked on a day, as UTC has it."""
    start = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
    lines = bank.book.booked("sandbox", start, start + 86_400)
    shown = ("our_id", "reference", "kind", "amount", "fee", "currency")
    return as_lines(
        [
            {name: line[name] for name in shown} | {"booked_at": datetime.fromtimestamp(line["at"], UTC).isoformat()}
            for line in lines
        ]
    )


def _health(bank: Bank, found: re.Match[str], body: dict[str, Any]) -> Answer:
    return 200, {"status": "ok"}


def _down(bank: Bank, found: re.Match[str], body: dict[str, Any]) -> Answer:
    seconds = float(body["seconds"])
    bank.go_down(seconds)
    return 200, {"down_seconds": seconds}


ROUTES: list[tuple[str, str, bank_stripe.Route]] = [
    ("GET", r"/health", _health),
    ("POST", r"/_down", _down),
    ("POST", r"/intents", _ask_sandbox),
    ("GET", r"/intents/(?P<id>\w+)", _show_sandbox),
    ("POST", r"/intents/(?P<id>\w+)/confirm", _confirm),
    ("POST", r"/intents/(?P<id>\w+)/refunds", _refund_sandbox),
    ("GET", r"/intents/(?P<id>\w+)/refunds/(?P<refund>\w+)", _show_refund),
    ("POST", r"/payouts", _pay_out_sandbox),
    ("GET", r"/payouts/(?P<id>\w+)", _show_payout),
    ("POST", r"/intents/(?P<id>\w+)/webhooks", _tell_again),
    ("GET", r"/intents/(?P<id>\w+)/webhooks", _show_webhook),
    ("POST", r"/v1/payment_intents/(?P<id>\w+)/confirm", _confirm),
    *bank_stripe.ROUTES,
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


def respond(bank: Bank, method: str, target: str, headers: Mapping[str, str], raw: bytes) -> Sent:
    """Whatever dialect is spoken, down to the bytes."""
    for door in (bank_wechatpay.answer, bank_alipay.answer):
        try:
            if sent := door(bank, method, target, headers, raw):
                return sent
        except (KeyError, ValueError, TypeError) as trouble:
            return as_json(400, {"code": "PARAM_ERROR", "message": str(trouble)})
    if method == "GET" and (found := re.fullmatch(r"/statements/(\d{4}-\d\d-\d\d)", target)):
        return statement(bank, found[1])
    try:
        return as_json(*answer(bank, method, target, _parsed(method, target, headers, raw)))
    except ValueError:
        return as_json(400, {"code": "malformed-body"})


def _parsed(method: str, target: str, headers: Mapping[str, str], raw: bytes) -> dict[str, Any]:
    if method == "GET":
        return {name: values[-1] for name, values in parse_qs(urlsplit(target).query).items()}
    if headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        form = {name: values[-1] for name, values in parse_qs(raw.decode()).items()}
        return form | {"idempotency_key": headers.get("Idempotency-Key", "")}
    parsed = json.loads(raw or b"{}")
    if not isinstance(parsed, dict):
        raise ValueError("an object is expected")
    return parsed


class _Door(BaseHTTPRequestHandler):
    """Each connection has a thread; none is kept alive, so that a held answer holds nobody else's."""

    server: _Server

    def do_GET(self) -> None:
        self._send(respond(self.server.bank, "GET", self.path, dict(self.headers.items()), b""))

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= LONGEST_BODY_BYTES:
            return self._send(as_json(413, {"code": "payload-too-large"}))
        headers, raw = dict(self.headers.items()), self.rfile.read(length)
        return self._send(respond(self.server.bank, "POST", self.path, headers, raw))

    def _send(self, sent: Sent) -> None:
        if self.server.away:
            return
        try:
            self.send_response(sent.status)
            for name, value in sent.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(sent.body)))
            self.end_headers()
            self.wfile.write(sent.body)
        except (BrokenPipeError, ConnectionResetError):
            """Whoever asked has stopped waiting: that is what a time-out is for."""

    def log_message(self, format: str, *args: object) -> None:
        print(f"bank: {format % args}", file=sys.stderr)


class _Server(ThreadingHTTPServer, Leaving):
    daemon_threads = True

    def __init__(self, port: int, bank: Bank) -> None:
        super().__init__(("127.0.0.1", port), _Door)
        self.bank = bank
        bank.url, bank.leave = self.url, self.leave

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
    parser = argparse.ArgumentParser(description="The sandbox bank and small stand-ins of the others, on loopback.")
    parser.add_argument("--port", type=int, default=8002)
    parser.add_argument("--public-url", default="http://127.0.0.1:8000")
    parser.add_argument("--state", default=":memory:", help="an SQLite file that survives a restart")
    parser.add_argument("--name", default="sandbox", help="whose webhooks these are")
    chosen = parser.parse_args()
    mainland = json.loads(os.environ.get("MAINLAND_KEYS", "{}"))
    own = os.environ[f"{chosen.name.upper()}_WEBHOOK_SECRET"]
    keys = Keys(own, os.environ["STRIPE_WEBHOOK_SECRET"], **mainland)
    server = serve(chosen.port, chosen.public_url, keys, chosen.state, chosen.name)
    print(f"{chosen.name}: listening at {server.url}", file=sys.stderr, flush=True)
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    done.wait()
    server.shutdown()


if __name__ == "__main__":
    main()
