"""The sandbox bank's post office: signs as each processor does, and sends until a webhook arrives."""

from __future__ import annotations

import base64
import hashlib
import heapq
import hmac
import itertools
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from infra.local import bank_alipay, bank_wechatpay
from infra.local.bank_book import Message, sandbox_view, stripe_charge, stripe_intent
from infra.local.bank_payouts import Payout, sandbox_payout

RETRY_SECONDS = (1, 5, 15, 60)
STRIPE_VERSION = "2026-10-28.endive"
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_STRIPE_TYPES = {
    "succeeded": "payment_intent.succeeded",
    "failed": "payment_intent.payment_failed",
    "reversed": "charge.refunded",
}


@dataclass(frozen=True)
class Keys:
    """The webhook secrets, `whsec_…`, and the other side of the accounts in mainland China (`mainland_keys`)."""

    sandbox: str
    stripe: str
    wechatpay: Mapping[str, Any] | None = None
    alipay: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Letter:
    """A webhook ready to send, sealed anew at each try; its id and what it says stay."""

    dialect: str
    id: str
    body: bytes


def letter(message: Message) -> Letter:
    """Of what its processor tells: WeChat Pay keeps failures to itself, and says so with an empty body."""
    return Letter(message.payment.dialect, message.id, _body(message))


def payout_letter(payout: Payout) -> Letter:
    """What the sandbox bank tells of a payout that has ended."""
    about = sandbox_payout(payout) | {"payout_id": payout.asked_as}
    body = {"type": f"payout.{payout.status}", "timestamp": datetime.now(UTC).isoformat(), "data": about}
    digest = hashlib.sha256(f"{payout.id} {payout.status}".encode()).hexdigest()[:24]
    return Letter("sandbox", f"msg_{digest}", json.dumps(body, separators=(",", ":")).encode())


def _body(message: Message) -> bytes:
    match message.payment.dialect:
        case "wechatpay":
            return bank_wechatpay.notice(message, int(time.time()))
        case "alipay":
            return bank_alipay.notice(message, int(time.time()))
        case "stripe":
            about = _stripe_body(message)
        case _:
            about = _sandbox_body(message)
    return json.dumps(about, separators=(",", ":")).encode()


def on_the_wire(sent: Letter, keys: Keys, at: int) -> tuple[bytes, dict[str, str]]:
    """Body and headers of `sent` at Unix time `at`."""
    if sent.dialect == "wechatpay" and keys.wechatpay:
        return bank_wechatpay.sealed(keys.wechatpay, sent.body, at)
    if sent.dialect == "alipay" and keys.alipay:
        return bank_alipay.sealed(keys.alipay, sent.body, at)
    return sent.body, {"Content-Type": "application/json", **signed(sent, keys, at)}


def signed(sent: Letter, keys: Keys, at: int) -> dict[str, str]:
    """The headers that sign what the sandbox or Stripe sends at Unix time `at`."""
    if sent.dialect == "stripe":
        digest = _mac(keys.stripe.encode(), str(at).encode() + b"." + sent.body).hex()
        return {"Stripe-Signature": f"t={at},v1={digest}"}
    key = base64.b64decode(keys.sandbox.removeprefix("whsec_"))
    digest = base64.b64encode(_mac(key, f"{sent.id}.{at}.".encode() + sent.body)).decode()
    return {"webhook-id": sent.id, "webhook-timestamp": str(at), "webhook-signature": f"v1,{digest}"}


@dataclass
class PostOffice:
    """One thread; letters leave when due. An answer other than 2xx is tried again a few times."""

    public_url: str
    keys: Keys
    name: str = "sandbox"
    """Whose webhooks the bank's own are."""
    _waiting: list[tuple[float, int, int, Letter]] = field(default_factory=list)
    _bell: threading.Condition = field(default_factory=threading.Condition)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)
    _open: bool = True
    _closed_until: float = 0.0

    def start(self) -> None:
        threading.Thread(target=self._run, name="post office", daemon=True).start()

    def stop(self) -> None:
        with self._bell:
            self._open = False
            self._bell.notify()

    def hold_back(self, seconds: float) -> None:
        """Nothing leaves for so long."""
        self._closed_until = time.monotonic() + seconds

    def post(self, messages: list[Message]) -> None:
        for message in messages:
            if (sent := letter(message)).body:
                self._wait(sent, message.delay_seconds, tries=0)

    def send(self, sent: Letter) -> None:
        self._wait(sent, 0.0, tries=0)

    def deliver(self, sent: Letter, keys: Keys | None = None) -> tuple[int, str]:
        """Now, once: the status and body of the answer, or 0 and the trouble. Other `keys` make a forgery."""
        body, headers = on_the_wire(sent, keys or self.keys, int(time.time()))
        whose = self.name if sent.dialect == "sandbox" else sent.dialect
        url = f"{self.public_url}/v1/webhooks/{whose}"
        request = urllib.request.Request(url, data=body, headers=headers, method="POST")
        try:
            with _DIRECT.open(request, timeout=30) as answer:
                return answer.status, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode(errors="replace")
        except OSError as trouble:
            return 0, str(trouble)

    def _wait(self, sent: Letter, seconds: float, tries: int) -> None:
        with self._bell:
            heapq.heappush(self._waiting, (time.monotonic() + seconds, next(self._numbers), tries, sent))
            self._bell.notify()

    def _run(self) -> None:
        while (due := self._next()) is not None:
            tries, sent = due
            status, _ = self.deliver(sent)
            if not 200 <= status < 300 and tries < len(RETRY_SECONDS):
                self._wait(sent, RETRY_SECONDS[tries], tries + 1)

    def _next(self) -> tuple[int, Letter] | None:
        with self._bell:
            while self._open:
                left = max(self._waiting[0][0], self._closed_until) - time.monotonic() if self._waiting else None
                if left is not None and left <= 0:
                    _, _, tries, sent = heapq.heappop(self._waiting)
                    return tries, sent
                self._bell.wait(left)
        return None


def _mac(key: bytes, text: bytes) -> bytes:
    return hmac.new(key, text, hashlib.sha256).digest()


def _sandbox_body(message: Message) -> dict[str, Any]:
    view = sandbox_view(message.payment) | {"status": message.kind}
    return {"type": f"topup.{message.kind}", "timestamp": datetime.now(UTC).isoformat(), "data": view}


def _stripe_body(message: Message) -> dict[str, Any]:
    reversed_ = message.kind == "reversed"
    return {
        "id": "evt_" + message.id[4:],
        "object": "event",
        "api_version": STRIPE_VERSION,
        "created": int(time.time()),
        "livemode": False,
        "type": _STRIPE_TYPES[message.kind],
        "data": {"object": stripe_charge(message.payment) if reversed_ else stripe_intent(message.payment)},
    }
