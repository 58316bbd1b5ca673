"""What the sandbox bank pays out, in whoever's dialect; what becomes of each by its amount's last two digits."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, replace

from infra.local.bank_book import DECLINED, LATE, TIMEOUT_FAILS, TIMEOUT_SUCCEEDS, Book

RETURNED = 5
"""Accepted at first; then the account turns out to be closed."""
SHOW_WHAT_CAME_BACK = ("wechatpay", "alipay")
"""Whose statement has both ways of it; the others' has neither."""
MAGIC = (DECLINED, TIMEOUT_SUCCEEDS, TIMEOUT_FAILS, LATE, RETURNED)


@dataclass
class Payout:
    id: str
    dialect: str
    asked_as: str
    destination: str
    amount: int
    currency: str
    merchant: str = ""
    status: str = "pending"
    reason: str | None = None
    created: int = 0

    @property
    def magic(self) -> int:
        return self.amount % 100 if self.amount % 100 in MAGIC else 0


class Payouts:
    """Beside the payments, in the same file."""

    def __init__(self, book: Book) -> None:
        self._book = book
        book.database.execute(
            "create table if not exists payouts (id text primary key, asked_as text unique, body text)"
        )

    def open(self, payout: Payout) -> tuple[Payout, bool]:
        """The payout under its caller's id, and whether it is new."""
        with self._book.lock:
            if known := self.find(payout.asked_as):
                return known, False
            payout = replace(payout, created=int(time.time()))
            self._save(payout)
            return payout, True

    def find(self, either_id: str) -> Payout | None:
        query = "select body from payouts where id = ? or asked_as = ?"
        with self._book.lock:
            row = self._book.database.execute(query, (either_id, either_id)).fetchone()
        return Payout(**json.loads(row[0])) if row else None

    def newest(self, limit: int = 100) -> list[Payout]:
        with self._book.lock:
            rows = self._book.database.execute("select body from payouts order by rowid desc limit ?", (limit,))
            return [Payout(**json.loads(row[0])) for row in rows.fetchall()]

    def settle(self, payout_id: str) -> None:
        """Give a pending payout its outcome."""
        with self._book.lock:
            payout = self.find(payout_id)
            if payout is None or payout.status != "pending":
                return
            fails = payout.magic in (DECLINED, TIMEOUT_FAILS, RETURNED)
            payout.status, payout.reason = ("failed", "account_closed") if fails else ("succeeded", None)
            self._save(payout)
            if not fails or (payout.magic == RETURNED and payout.dialect in SHOW_WHAT_CAME_BACK):
                self._book.book(payout, "payout", payout.id, -payout.amount)
            if payout.magic == RETURNED and payout.dialect in SHOW_WHAT_CAME_BACK:
                self._book.book(payout, "payout", payout.id, payout.amount)

    def _save(self, payout: Payout) -> None:
        row = (payout.id, payout.asked_as, json.dumps(asdict(payout)))
        self._book.database.execute(
            "insert into payouts values (?, ?, ?) on conflict (id) do update set body = excluded.body", row
        )


def sandbox_payout(payout: Payout) -> dict[str, object]:
    shown = ("id", "merchant", "status", "amount", "currency", "reason", "destination")
    return {name: getattr(payout, name) for name in shown}


def stripe_payout(payout: Payout) -> dict[str, object]:
    """The attributes of a Payout that Coffer reads, named as Stripe names them."""
    return {
        "id": payout.id,
        "object": "payout",
        "amount": payout.amount,
        "currency": payout.currency.lower(),
        "created": payout.created,
        "livemode": False,
        "destination": payout.destination,
        "metadata": {"payout_id": payout.asked_as},
        "status": {"succeeded": "paid"}.get(payout.status, payout.status),
        "failure_code": payout.reason,
    }
