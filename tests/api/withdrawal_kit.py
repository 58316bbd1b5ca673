"""For tests of money that goes out: a bank that says what it is told to, and a customer with a funding method."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from chalicelib.processors.wire import NoAnswer, Reply
from tests.api.caller import Reply as Answered
from tests.api.world import Person, World, fresh_key

PIN = "428571"
ACCOUNT = "DE89370400440532013000"
DAY_SECONDS = 86_400
METHODS = "/v1/me/funding-methods"


@dataclass
class Bank:
    """`paid`: what it was asked to pay, by our id, once each; `asked`: every call, as method and path."""

    paid: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    silent: bool = False
    """Does what it is asked, and its answer is lost."""
    deaf: bool = False
    """What it is asked never arrives."""
    refuses: bool = False

    def transport(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        path = urlsplit(url).path
        self.asked.append(f"{method} {path.rpartition('/')[0] or path}")
        if self.deaf:
            raise NoAnswer
        status, answer = self._pay(json.loads(body)) if method == "POST" else self._show(path.rpartition("/")[2])
        if self.silent:
            raise NoAnswer
        return Reply(status, json.dumps(answer).encode())

    def say(self, withdrawal_id: str, status: str, **facts: Any) -> None:
        self.paid[withdrawal_id] |= {"status": status, **facts}

    def _pay(self, wish: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self.refuses:
            return 400, {"code": "account_unknown"}
        made = wish | {"id": "po_" + wish["id"][4:], "status": "pending", "reason": None}
        return 201, self.paid.setdefault(wish["id"], made)

    def _show(self, withdrawal_id: str) -> tuple[int, dict[str, Any]]:
        found = self.paid.get(withdrawal_id)
        return (200, found) if found else (404, {"code": "not_found"})


def stepped_up(person: Person) -> Person:
    reply = person.phone.post("/v1/me/step-up", {"method": "pin", "pin": PIN})
    assert reply.status == 200, reply.raw
    person.phone = person.world.nobody.bearing(reply.json["access_token"])
    return person


def with_pin(world: World, amount: int = 0) -> Person:
    """They have just stepped up."""
    person = world.customer(amount)
    set_up = person.phone.request("PUT", "/v1/me/payment-pin", {"pin": PIN, "password": "correct horse battery staple"})
    assert set_up.status == 204, set_up.raw
    return stepped_up(person)


def add(person: Person, destination: str = ACCOUNT, processor: str = "sandbox") -> Answered:
    return person.phone.post(METHODS, {"processor": processor, "destination": destination})


def cooled_off(world: World, amount: int = 0) -> tuple[Person, str]:
    """A customer, and their funding method of yesterday."""
    person = with_pin(world, amount)
    added = add(person)
    assert added.status == 201, added.raw
    world.clock.advance(DAY_SECONDS)
    person.sign_in()
    return person, str(added.json["id"])


def withdraw(person: Person, method: str, amount: int = 2_000, key: str = "", **more: Any) -> Answered:
    body = {"wallet_id": person.wallet, "amount": amount, "currency": "CNY", "funding_method_id": method} | more
    return person.phone.post("/v1/withdrawals", body, idempotency_key=key or fresh_key())
