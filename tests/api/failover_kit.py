"""Two banks behind the adapters, of one kind: `sandbox`, the cheaper, and `harbour`. Either may be down or deaf."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from chalicelib import cloud
from chalicelib import settings as settings_module
from chalicelib.kernel import clock
from chalicelib.ledger import audit
from chalicelib.ledger import service as ledger
from chalicelib.processors import health, wire
from chalicelib.processors.wire import NoAnswer, NotReached, Reply
from infra.local import bank as banks
from infra.local.bank_book import Book, Message, Payment
from infra.local.bank_post import Keys, letter, signed
from tests.api.caller import Caller
from tests.api.caller import Reply as Answered
from tests.api.topup_kit import Pigeonhole, Till
from tests.environment import HARBOUR_WEBHOOK_SECRET, STRIPE_WEBHOOK_SECRET

BANKS = {"sandbox.test": "sandbox", "harbour.test": "harbour"}
LEFT_OUT = ("wechatpay", "alipay")
"""Configured nowhere: two banks are enough to choose between."""
Trouble = Callable[[Callable[[], Reply]], Reply]


def down(ask: Callable[[], Reply]) -> Reply:
    """No connection stands."""
    raise NotReached


def deaf(ask: Callable[[], Reply]) -> Reply:
    """It does what it is asked, and its answer is lost."""
    ask()
    raise NoAnswer


def says_no(reason: str) -> Trouble:
    """It opens the payment and declines it, so that its webhook tells the same."""

    def decline(ask: Callable[[], Reply]) -> Reply:
        view = json.loads(ask().body)
        return Reply(201, json.dumps(view | {"status": "failed", "reason": reason}).encode())

    return decline


def refuses(status: int, code: str) -> Trouble:
    """Without a payment."""
    return lambda ask: Reply(status, json.dumps({"code": code}).encode())


@dataclass
class Harbours(Till):
    """`troubles`: bank → what happens to questions put to it; `calls`: the banks that were asked, in order."""

    troubles: dict[str, Trouble] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.harbour = banks.Bank(Book(), Pigeonhole(), hold_seconds=0.0)

    def transport(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        name, inner = BANKS[urlsplit(url).netloc], super().transport
        self.calls.append(name)

        def ask() -> Reply:
            self.bank, kept = (self.harbour if name == "harbour" else self.bank), self.bank
            try:
                return inner(method, url, headers, body)
            finally:
                self.bank = kept

        return self.troubles.get(name, lambda ask: ask())(ask)

    def made(self, bank: str, topup_id: str) -> Payment:
        found = (self.harbour if bank == "harbour" else self.bank).book.find(topup_id)
        assert found, f"{bank} knows nothing of it"
        return found

    def tells(self, bank: str, topup_id: str, kind: str, reversed_total: int = 0, **facts: Any) -> Answered:
        """The bank's webhook, as if `kind` had happened."""
        payment = replace(self.made(bank, topup_id), reversed_total=reversed_total)
        payment.status, payment.reason = ("failed", "card_declined") if kind == "failed" else ("succeeded", None)
        for name, value in facts.items():
            setattr(payment, name, value)
        sent = letter(Message(payment, kind))
        secret = {"harbour": HARBOUR_WEBHOOK_SECRET}.get(bank)
        keys = Keys(secret, STRIPE_WEBHOOK_SECRET) if secret else self.post.keys
        return self.deliver(sent.body, signed(sent, keys, int(clock.now().timestamp())), bank)

    def stored(self, topup_id: str) -> dict[str, Any]:
        return ledger.movement(topup_id)


def harbours(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> Iterator[Harbours]:
    """The body of a fixture, as `topup_kit.till`."""
    monkeypatch.setenv("HARBOUR_URL", "https://harbour.test")
    settings_module.settings.cache_clear()
    whole = cloud.secret
    kept = lambda name: {one: of for one, of in whole(name).items() if one not in LEFT_OUT}  # noqa: E731
    monkeypatch.setattr(cloud, "secret", kept)
    health.forget()
    made = Harbours(caller)
    before = wire.use(made.transport)
    yield made
    wire.use(before)
    books = audit.trial_balance()
    assert books.balanced, books
