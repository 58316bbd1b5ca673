"""Two sandbox banks as somebody else's systems: they take intents or refuse them, are down for a while, decide when
they like, say yes after a no, and tell by signed webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.processors.wire import NotReached, Reply
from tests.environment import HARBOUR_WEBHOOK_SECRET, SANDBOX_WEBHOOK_SECRET
from tests.simulation import outgoing
from tests.simulation.outgoing import PaidOut
from tests.simulation.truth import hold
from tests.simulation.workers import Call, Clock, current

BANKS = ("sandbox", "harbour")
_SECRETS = {"sandbox": SANDBOX_WEBHOOK_SECRET, "harbour": HARBOUR_WEBHOOK_SECRET}
_KEYS = {name: base64.b64decode(secret.removeprefix("whsec_")) for name, secret in _SECRETS.items()}
_PREFIXES = {"sandbox": "sbx_", "harbour": "hbr_"}
_REFUSALS = ("issuer_unavailable", "try_again_later", "processor_unavailable", "card_declined")
REFUSED = 0.12
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
    bank: str = "sandbox"
    status: str = "pending"
    reversed_total: int = 0
    reason: str | None = None
    refused: bool = False
    """Whether it has said no to it, at any time."""
    refunds: dict[str, int] = field(default_factory=dict)

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
    bank: str = "sandbox"
    kind: str = "true"
    """`true`, `forged` (a stranger's key) or `lying` (signed, but of another amount)."""
    tries: int = 0

    def signed(self, at_seconds: int) -> dict[str, str]:
        key = _STRANGERS_KEY if self.kind == "forged" else _KEYS[self.bank]
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
    """By the id that its caller gave; of harbour's with its name before it (`booked`)."""
    letters: list[Letter] = field(default_factory=list)
    outgoing: dict[str, PaidOut] = field(default_factory=dict)
    """Payouts and withdrawals, by the id that their caller gave."""
    down_until: dict[str, float] = field(default_factory=lambda: dict.fromkeys(BANKS, 0.0))

    def transport(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """The one that `processors.wire` sends through."""
        host, _, path = url.removeprefix("https://").partition(".test")
        perform: Callable[[], Reply] = lambda: self._answer(host, method, path, body)  # noqa: E731
        worker = current()
        answer: Reply = worker.ask(Call("bank", method, {"path": path}, perform)) if worker else perform()
        return answer

    def is_down(self, bank: str) -> bool:
        return self.clock.seconds < self.down_until[bank]

    def _answer(self, bank: str, method: str, path: str, body: bytes) -> Reply:
        if self.is_down(bank):
            raise NotReached
        if path.startswith("/payouts"):
            status, told = outgoing.answer(self, bank, path.rpartition("/")[2], json.loads(body or b"{}"))
            return Reply(status, json.dumps(told).encode())
        if "/refunds" in path:
            return self._returned(bank, method, path, body)
        if method == "POST":
            return Reply(201, json.dumps(self._asked(bank, json.loads(body)).view()).encode())
        known_as = path.rsplit("/", 1)[1]
        asked = self.paid.get(booked(bank, "top_" + known_as[4:]))
        return Reply(200, json.dumps(asked.view()).encode()) if asked else Reply(404, b'{"code":"not-found"}')

    def _returned(self, bank: str, method: str, path: str, body: bytes) -> Reply:
        """Once for each id that its caller gave, and never more than is left."""
        parts = path.split("/")
        paid = self.paid[booked(bank, "top_" + parts[2][4:])]
        if method == "GET":
            known = parts[4] in paid.refunds
            return Reply(200, json.dumps(paid.view()).encode()) if known else Reply(404, b'{"code":"not-found"}')
        wish = json.loads(body)
        if wish["id"] not in paid.refunds:
            if paid.status == "failed" or wish["amount"] > paid.amount - paid.reversed_total:
                return Reply(422, b'{"code":"nothing-to-refund"}')
            paid.refunds[wish["id"]] = wish["amount"]
            paid.reversed_total, paid.status = paid.reversed_total + wish["amount"], "reversed"
            self._tell(paid, "reversed", paid.view(), random.Random(wish["id"]))
        return Reply(201, json.dumps({"id": wish["id"], "status": "pending"}).encode())

    def _asked(self, bank: str, wish: Mapping[str, Any]) -> Paid:
        """The payment under the caller's id; a new one may be refused at once."""
        name = booked(bank, wish["id"])
        if name not in self.paid:
            others = [self.paid.get(booked(one, wish["id"])) for one in BANKS if one != bank]
            for other in filter(None, others):
                hold(other.refused, "no other bank is asked unless this one has said no", this=other, asked=bank)
            reference = _PREFIXES[bank] + wish["id"][4:]
            paid = Paid(reference, wish["amount"], wish["currency"], wish["merchant"], wish["metadata"], bank)
            self.paid[name] = paid
            chance = random.Random(name)
            if chance.random() < REFUSED:
                paid.status, paid.refused, paid.reason = "failed", True, chance.choice(_REFUSALS)
                self._tell(paid, "failed", paid.view(), chance)
        return self.paid[name]

    def say_yes_after_all(self, name: str, chance: random.Random) -> None:
        """Of one that was refused."""
        paid = self.paid[name]
        paid.status, paid.reason = "succeeded", None
        self._tell(paid, "succeeded", paid.view(), chance)

    def decide(self, name: str, chance: random.Random) -> None:
        """A pending payment gets its outcome, and the webhook that tells it."""
        paid = self.paid[name]
        paid.status, paid.reason = ("failed", "card_declined") if chance.random() < 0.12 else ("succeeded", None)
        paid.refused = paid.status == "failed"
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
        due = self.clock.seconds + chance.random() * 5
        self.letters.append(Letter(message, json.dumps(body).encode(), due, paid.bank))

    def forge(self, name: str, kind: str) -> Letter:
        """A letter about a real payment that must not be believed."""
        paid = self.paid[name]
        view = paid.view(status="succeeded", amount=paid.amount + (1 if kind == "lying" else 0), reversed_total=0)
        body = {"type": "topup.succeeded", "timestamp": self.clock.true.isoformat(), "data": view}
        letter = Letter(f"msg_{paid.id}_{kind}", json.dumps(body).encode(), self.clock.seconds, paid.bank, kind)
        self.letters.append(letter)
        return letter

    def post(self, letter: tuple[str, str, dict[str, Any]], later: float) -> Letter:
        """Of a payout: its id, the bank, and what it says."""
        message, bank, body = letter
        made = Letter(message, json.dumps(body).encode(), self.clock.seconds + later, bank)
        self.letters.append(made)
        return made

    def answered(self, letter: Letter, status: int) -> None:
        """A letter that did not arrive is sent again, later and later; nobody repeats a forgery."""
        letter.tries += 1
        if 200 <= status < 300 or letter.kind == "forged":
            self.letters = [one for one in self.letters if one is not letter]
        else:
            letter.due = self.clock.seconds + min(LONGEST_PAUSE_SECONDS, 2.0**letter.tries)


def booked(bank: str, top_up: str) -> str:
    """How a bank's payment of a top-up is called here."""
    return top_up if bank == "sandbox" else f"{bank}/{top_up}"
