"""What a test of the interface needs to know of one adapter, and how its processor's own library signs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import standardwebhooks
import stripe as official_stripe

from chalicelib.kernel import ids
from chalicelib.processors.model import Adapter, Intent, ProcessorEvent
from chalicelib.processors.sandbox import Sandbox
from chalicelib.processors.stripe import Stripe
from chalicelib.processors.wire import Reply
from tests.contracts import bench_alipay, bench_wechatpay
from tests.environment import SANDBOX_WEBHOOK_SECRET, STRIPE_WEBHOOK_SECRET

AT = datetime(2026, 11, 22, 8, 0, 0, tzinfo=UTC)
TOPUP, WALLET = ids.derived("top", "contract"), ids.derived("wal", "contract")
PAYOUT, SENT = ids.derived("wdr", "contract"), 20_000
"""What went out, and how much."""
Headers = dict[str, str]
NO_BODIES = (b"", b"[]", b"null", b"{", b'{"id":1}', b'"text"', b"{" * 5000, b'{"created":1e400}')
NO_AMOUNTS = ("12.50", 12.5, True, None, [1250])
NO_SIGNATURES = ("", "v1,", "v1=", "t=,v1=", "v1,é", "t=1e9,v1=é", "v0,aaaa", "=", ",,,", "t=1 v1")


def plainly(status: int) -> Reply:
    return Reply(status, b"{}")


@dataclass(frozen=True)
class Bench:
    adapter: Adapter
    other_account: Adapter
    sign: Callable[[bytes, datetime, str], Headers]
    """What signs a body at a moment, by the official library, with a secret: headers, or parameters of the body."""
    secret: str
    signature_header: str
    body: Callable[..., bytes]
    """An event of a kind (succeeded, failed, reversed, elsewhere; of a payout paid, returned) with facts changed;
    `part`: of one refund."""
    stranger: str = "whsec_c3RyYW5nZXI="
    """A secret that is well made and not theirs."""
    together: Callable[[bytes, Headers], tuple[bytes, Headers]] = lambda body, headers: (body, headers)
    """Body and headers on the wire, of what `body` and `sign` gave."""
    tells: tuple[str, ...] = ("succeeded", "failed", "reversed")
    by_part: bool = False
    """Whether it tells refunds one by one."""
    says_wallet: Callable[[str], bool] = lambda told: True
    has_reference: bool = True
    """Whether it gives its own id as soon as it is asked."""
    paid_by: str | None = None
    """The method with which its stand-in pays at once."""
    declines: tuple[str, str] = ("card_declined", "card_declined")
    """The reasons that it gives at once and when asked."""
    plain_no: Callable[[int], Reply] = plainly
    no_bodies: Sequence[bytes] = NO_BODIES
    no_amounts: Sequence[object] = NO_AMOUNTS
    no_signatures: Sequence[str] = NO_SIGNATURES
    acknowledgement: tuple[int, str, str] = (200, "application/json", '{"received":true}')
    own: Any = field(default=None)

    def receive(self, body: bytes, headers: Headers, at: datetime = AT) -> ProcessorEvent:
        return self.adapter.verify_and_parse(*self.together(body, headers), at)

    def told(self, body: bytes, at: datetime = AT) -> ProcessorEvent:
        """What the adapter makes of `body` rightly signed."""
        return self.receive(body, self.sign(body, at, self.secret), at)


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
    return Bench(adapter, live, sign, STRIPE_WEBHOOK_SECRET, "Stripe-Signature", stripe_body, paid_by="pm_card_visa")


def wechatpay_bench(url: str) -> Bench:
    made = bench_wechatpay.Made(url, AT, TOPUP, WALLET, PAYOUT)
    return Bench(
        made.adapter,
        made.other_account,
        made.sign,
        made.secret,
        "Wechatpay-Signature",
        made.body,
        stranger=made.stranger,
        tells=("succeeded", "reversed"),
        by_part=True,
        says_wallet=lambda told: told == "succeeded",
        has_reference=False,
        declines=("RULE_LIMIT", "payerror"),
        plain_no=made.plain_no,
        no_signatures=("", "v1,", "é", "=", ",,,", "WECHATPAY/SIGNTEST/abcd", "AAAA"),
        acknowledgement=(204, "", ""),
        own=made,
    )


def alipay_bench(url: str) -> Bench:
    made = bench_alipay.Made(url, AT, TOPUP, PAYOUT)
    return Bench(
        made.adapter,
        made.other_account,
        made.sign,
        made.secret,
        "sign",
        made.body,
        stranger=made.stranger,
        together=made.together,
        says_wallet=lambda told: False,
        has_reference=False,
        declines=("ACQ.BUYER_ENABLE_STATUS_FORBID", "trade_closed"),
        plain_no=made.plain_no,
        no_bodies=(b"notify_id=1", b"notify_type=trade_status_sync", b"total_amount=12.50"),
        no_amounts=("12.505", "1e3", "12,50", "", "-", "１２.50", "12.50 ", "NaN"),
        no_signatures=("", "v1,", "é", "=", ",,,", "AAAA"),
        acknowledgement=(200, "text/plain; charset=utf-8", "success"),
        own=made,
    )


BENCHES: dict[str, Callable[[str], Bench]] = {
    "sandbox": sandbox_bench,
    "stripe": stripe_bench,
    "wechatpay": wechatpay_bench,
    "alipay": alipay_bench,
}


def sandbox_body(kind: str = "succeeded", **facts: Any) -> bytes:
    if kind in ("paid", "returned"):
        status, reason = ("succeeded", None) if kind == "paid" else ("failed", "account_closed")
        sent = {"id": "po_1", "merchant": "coffer", "status": status, "amount": SENT, "currency": "CNY"}
        about = sent | {"reason": reason, "payout_id": PAYOUT} | facts
        return json.dumps({"type": f"payout.{status}", "timestamp": AT.isoformat(), "data": about}).encode()
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


def stripe_payout(kind: str, facts: dict[str, Any]) -> bytes:
    status, reason = ("paid", None) if kind == "paid" else ("failed", "account_closed")
    sent = {"id": "po_1", "object": "payout", "amount": SENT, "currency": "cny", "livemode": False, "status": status}
    about = sent | {"failure_code": reason, "metadata": {"payout_id": PAYOUT}} | facts
    event = {"id": "evt_1", "object": "event", "created": int(AT.timestamp()), "livemode": False}
    return json.dumps(event | {"type": f"payout.{status}", "data": {"object": about}}).encode()


def stripe_body(kind: str = "succeeded", **facts: Any) -> bytes:
    if kind in ("paid", "returned"):
        return stripe_payout(kind, facts)
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


def intent(amount: int = 1250, name: str = "contract", method: str | None = None) -> Intent:
    return Intent(ids.derived("top", name), WALLET, amount, "CNY", method=method)
