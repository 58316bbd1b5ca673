"""The sandbox bank as somebody else's system: takes intents, decides when it likes, tells by signed webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.processors.wire import Reply
from tests.environment import SANDBOX_WEBHOOK_SECRET
from tests.simulation.workers import Call, Clock, current

_KEY = base64.b64decode(SANDBOX_WEBHOOK_SECRET.removeprefix("whsec_"))
_STRANGERS_KEY = b"stranger"
LONGEST_PAUSE_SECONDS = 3_600.0


@dataclass
class Paid:
    """A payment in the bank's own book."""

    id: str
    amount: int
    currency: str
    merchant: str
    metadata: Mapping[str, str]
    status: str = "pending"
    reversed_total: int = 0
    reason: str | None = None

    def view(self, **changes: Any) -> dict[str, Any]:
        facts = {
            "id": self.id,
            "merchant": self.merchant,
            "status": self.status,
            "amount": self.amount,
            "currency": self.currency,
            "metadata": dict(self.metadata),
            "reversed_total": self.reversed_total,
            "reason": self.reason,
        }
        return facts | changes


@dataclass
class Letter:
    id: str
    body: bytes
    due: float
    kind: str = "true"
    """`true`, `forged` (a stranger's key) or `lying` (signed, but of another amount)."""
    tries: int = 0

    def signed(self, at_seconds: int) -> dict[str, str]:
        key = _STRANGERS_KEY if self.kind == "forged" else _KEY
        mac = hmac.digest(key, f"{self.id}.{at_seconds}.".encode() + self.body, hashlib.sha256)
        return {
            "Content-Type": "application/json",
            "webhook-id": self.id,
            "webhook-timestamp": str(at_seconds),
            "webhook-signature": "v1," + base64.b64encode(mac).decode(),
        }


@dataclass
class Bank:
    clock: Clock
    paid: dict[str, Paid] = field(default_factory=dict)
    """By the id that its caller gave."""
    letters: list[Letter] = field(default_factory=list)

    def transport(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """The one that `processors.wire` sends through."""
        path = url.partition("sandbox.test")[2]
        perform: Callable[[], Reply] = lambda: self._answer(method, path, body)  # noqa: E731
        worker = current()
        answer: Reply = worker.ask(Call("bank", method, {"path": path}, perform)) if worker else perform()
        return answer

    def _answer(self, method: str, path: str, body: bytes) -> Reply:
        if method == "POST":
            wish = json.loads(body)
            fresh = Paid("sbx_" + wish["id"][4:], wish["amount"], wish["currency"], wish["merchant"], wish["metadata"])
            found = self.paid.setdefault(wish["id"], fresh)
            return Reply(201, json.dumps(found.view()).encode())
        known_as = path.rsplit("/", 1)[1]
        asked = self.paid.get("top_" + known_as[4:])
        return Reply(200, json.dumps(asked.view()).encode()) if asked else Reply(404, b'{"code":"not-found"}')

    def decide(self, name: str, chance: random.Random) -> None:
        """A pending payment gets its outcome, and the webhook that tells it."""
        paid = self.paid[name]
        paid.status, paid.reason = ("failed", "card_declined") if chance.random() < 0.12 else ("succeeded", None)
        self._tell(paid, paid.status, paid.view(), chance)

    def take_back(self, name: str, chance: random.Random) -> None:
        """All or a part of what is left of a payment."""
        paid = self.paid[name]
        left = paid.amount - paid.reversed_total
        paid.reversed_total += left if chance.random() < 0.5 else chance.randint(1, left)
        paid.status = "reversed"
        self._tell(paid, "reversed", paid.view(), chance)

    def _tell(self, paid: Paid, kind: str, view: dict[str, Any], chance: random.Random) -> None:
        about = view | {"status": kind}
        body = {"type": f"topup.{kind}", "timestamp": self.clock.true.isoformat(), "data": about}
        message = f"msg_{paid.id}_{kind}_{paid.reversed_total}"
        self.letters.append(Letter(message, json.dumps(body).encode(), self.clock.seconds + chance.random() * 5))

    def forge(self, name: str, kind: str) -> Letter:
        """A letter about a real payment that must not be believed."""
        paid = self.paid[name]
        view = paid.view(status="succeeded", amount=paid.amount + (1 if kind == "lying" else 0), reversed_total=0)
        body = {"type": "topup.succeeded", "timestamp": self.clock.true.isoformat(), "data": view}
        letter = Letter(f"msg_{paid.id}_{kind}", json.dumps(body).encode(), self.clock.seconds, kind)
        self.letters.append(letter)
        return letter

    def answered(self, letter: Letter, status: int) -> None:
        """A letter that did not arrive is sent again, later and later; nobody repeats a forgery."""
        letter.tries += 1
        if 200 <= status < 300 or letter.kind == "forged":
            self.letters = [one for one in self.letters if one is not letter]
        else:
            letter.due = self.clock.seconds + min(LONGEST_PAUSE_SECONDS, 2.0**letter.tries)
