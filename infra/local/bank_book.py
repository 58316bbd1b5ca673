"""What the sandbox bank knows: payments, what becomes of each by its amount's last two digits, what it tells about it.

Nothing here is shared with the adapters: the bank is somebody else's system. `docs/reference/sandbox.md` has the table.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
import threading
import time
from dataclasses import asdict, dataclass, field, replace
from typing import Any

DECLINED, TIMEOUT_SUCCEEDS, TIMEOUT_FAILS, LATE, DUPLICATE, OUT_OF_ORDER, MISMATCH, REVERSED_FIRST = range(1, 9)
MAGIC = range(1, 9)
MAGIC_REFUND = "ref_magic_"


@dataclass
class Payment:
    id: str
    dialect: str
    """`sandbox`, `stripe`, `wechatpay` or `alipay`: whose API asked, hence whose webhooks tell."""
    asked_as: str
    """The caller's own id: asking again with it finds the same payment."""
    amount: int
    currency: str
    metadata: dict[str, str]
    merchant: str = ""
    status: str = "pending"
    reversed_total: int = 0
    reason: str | None = None
    refunds: dict[str, int] = field(default_factory=dict)
    created: int = 0
    secret: str = ""
    plain: bool = False
    """Whatever the amount ends in, nothing unusual happens."""

    @property
    def magic(self) -> int:
        if self.plain:
            return 0
        return self.amount % 100 if self.amount % 100 in MAGIC else 0


@dataclass(frozen=True)
class Message:
    """One webhook: what to say of `payment`, and when."""

    payment: Payment
    kind: str
    delay_seconds: float = 0.0
    refund_id: str = ""
    """Of a reversal: the refund that brought the total to where it is."""

    @property
    def id(self) -> str:
        """The same whenever the same thing is told again."""
        told_of = f"{self.payment.id} {self.kind} {self.payment.reversed_total}"
        return "msg_" + hashlib.sha256(told_of.encode()).hexdigest()[:24]


class Book:
    """Payments in SQLite, so that a restarted bank still knows them. One lock: it is a small bank."""

    def __init__(self, path: str = ":memory:") -> None:
        self.lock = threading.RLock()
        self.database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.database.execute(
            "create table if not exists payments (id text primary key, asked_as text unique, body text)"
        )
        self.database.execute(
            "create table if not exists bookings (number integer primary key, dialect text, at integer, body text)"
        )

    def open(self, payment: Payment) -> tuple[Payment, bool]:
        """The payment under its caller's id, and whether it is new."""
        with self.lock:
            if known := self.find(payment.asked_as):
                return known, False
            payment = replace(payment, created=int(time.time()), secret=secrets.token_hex(12))
            self._save(payment)
            return payment, True

    def find(self, either_id: str) -> Payment | None:
        """By the bank's id or the caller's."""
        query = "select body from payments where id = ? or asked_as = ?"
        with self.lock:
            row = self.database.execute(query, (either_id, either_id)).fetchone()
        return Payment(**json.loads(row[0])) if row else None

    def settle(self, payment_id: str, late_seconds: float) -> list[Message]:
        """Give a pending payment its outcome; a settled one stays as it is."""
        with self.lock:
            payment = self.find(payment_id)
            if payment is None or payment.status != "pending":
                return []
            declined = payment.magic in (DECLINED, TIMEOUT_FAILS)
            payment.status, payment.reason = ("failed", "card_declined") if declined else ("succeeded", None)
            if payment.magic == REVERSED_FIRST:
                payment.reversed_total, payment.refunds = payment.amount, {MAGIC_REFUND + payment.id: payment.amount}
            self._save(payment)
            if not declined:
                self.book(payment, "top-up", payment.id, payment.amount)
            for refund_id, amount in payment.refunds.items():
                self.book(payment, "reversal", refund_id, -amount)
        return told(payment, late_seconds)

    def refund(self, payment_id: str, refund_id: str, amount: int) -> tuple[Payment, list[Message]] | None:
        """None if there is no such payment or not that much left of it."""
        with self.lock:
            payment = self.find(payment_id)
            if payment is None or payment.status != "succeeded":
                return None
            if refund_id in payment.refunds:
                return payment, []
            if not 0 < amount <= payment.amount - payment.reversed_total:
                return None
            payment.refunds[refund_id] = amount
            payment.reversed_total += amount
            self._save(payment)
            self.book(payment, "reversal", refund_id, -amount)
        return payment, [Message(payment, "reversed", refund_id=refund_id)]

    def refunded(self, refund_id: str) -> Payment | None:
        """The payment of which `refund_id` took back a part."""
        with self.lock:
            rows = self.database.execute("select body from payments where body like ?", (f'%"{refund_id}": %',))
            found = [Payment(**json.loads(row[0])) for row in rows.fetchall()]
        return next((payment for payment in found if refund_id in payment.refunds), None)

    def book(self, about: Any, kind: str, reference: str, amount: int) -> None:
        """A line of the statement, `about` a payment or a payout; what came in costs 0.6 %, rounded."""
        at, fee = int(time.time()), (amount * 6 + 500) // 1000 if kind == "top-up" else 0
        line = {"our_id": about.asked_as, "reference": reference, "kind": kind, "amount": amount, "fee": fee}
        dialect, line = about.dialect, line | {"currency": about.currency, "payment": about.id}
        with self.lock:
            self.database.execute(
                "insert into bookings (dialect, at, body) values (?, ?, ?)", (dialect, at, json.dumps(line))
            )

    def booked(self, dialect: str, first: int, end: int) -> list[dict[str, Any]]:
        """The lines from `first` until before `end` (Unix seconds); of a reversal, the caller's id is its reference."""
        query = "select at, body from bookings where dialect = ? and at >= ? and at < ? order by number"
        with self.lock:
            rows = self.database.execute(query, (dialect, first, end)).fetchall()
        return [{**json.loads(body), "at": at} for at, body in rows]

    def _save(self, payment: Payment) -> None:
        row = (payment.id, payment.asked_as, json.dumps(asdict(payment)))
        self.database.execute("insert or replace into payments values (?, ?, ?)", row)


def told(payment: Payment, late_seconds: float = 0.0) -> list[Message]:
    """The webhooks of a settled payment: one, unless its amount is magic."""
    whole = replace(payment, reversed_total=0)
    plain = Message(whole, payment.status)
    match payment.magic:
        case magic if magic == LATE:
            return [replace(plain, delay_seconds=late_seconds)]
        case magic if magic == DUPLICATE:
            return [plain, plain, replace(plain, delay_seconds=1.0)]
        case magic if magic == OUT_OF_ORDER:
            earlier = replace(whole, status="failed", reason="insufficient_funds")
            return [plain, Message(earlier, "failed", delay_seconds=1.0)]
        case magic if magic == MISMATCH:
            return [Message(replace(whole, amount=payment.amount + 1), payment.status)]
        case magic if magic == REVERSED_FIRST:
            first = Message(payment, "reversed", refund_id=MAGIC_REFUND + payment.id)
            return [first, replace(plain, delay_seconds=1.0)]
    return [plain]


def sandbox_view(payment: Payment) -> dict[str, Any]:
    status = "reversed" if payment.reversed_total else payment.status
    view = {
        "id": payment.id,
        "merchant": payment.merchant,
        "status": status,
        "amount": payment.amount,
        "currency": payment.currency,
        "metadata": payment.metadata,
        "reversed_total": payment.reversed_total,
        "reason": payment.reason,
    }
    if status == "pending":
        view["next_action"] = {"type": "wait"}
    return view


def stripe_intent(payment: Payment, expanded: bool = False) -> dict[str, Any]:
    """The attributes of a PaymentIntent that Coffer reads, named as Stripe names them."""
    status = {"failed": "requires_payment_method", "pending": "requires_confirmation"}.get(
        payment.status, payment.status
    )
    succeeded = payment.status == "succeeded"
    charge = stripe_charge(payment) if expanded else "ch_" + payment.id[3:]
    return {
        "id": payment.id,
        "object": "payment_intent",
        "amount": payment.amount,
        "amount_received": payment.amount if succeeded else 0,
        "currency": payment.currency.lower(),
        "created": payment.created,
        "livemode": False,
        "metadata": payment.metadata,
        "status": status,
        "client_secret": f"{payment.id}_secret_{payment.secret}",
        "latest_charge": charge if succeeded else None,
        "last_payment_error": {"code": payment.reason} if payment.reason else None,
    }


def stripe_charge(payment: Payment) -> dict[str, Any]:
    return {
        "id": "ch_" + payment.id[3:],
        "object": "charge",
        "amount": payment.amount,
        "amount_captured": payment.amount,
        "amount_refunded": payment.reversed_total,
        "currency": payment.currency.lower(),
        "livemode": False,
        "metadata": payment.metadata,
        "payment_intent": payment.id,
        "status": "succeeded",
    }
