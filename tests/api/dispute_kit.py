"""Disputes by the API alone."""

from __future__ import annotations

from typing import Any

from chalicelib.ledger import allowance
from tests.api.caller import Caller, Reply
from tests.api.world import Person, World, fresh_key

PATH, DAY_SECONDS = "/v1/disputes", 86_400
NOTE = "looked at both sides"


def paid(world: World, person: Person, amount: int, **more: Any) -> str:
    """And settled."""
    reply = person.pay(amount, **more)
    assert reply.status == 201, reply.raw
    world.deliver()
    return str(reply.json["id"])


def dispute(person: Person, payment_id: str, amount: int | None = None, key: str = "", **more: Any) -> Reply:
    wish = {"reason": "not_received", "text": "It never came"} | ({"amount": amount} if amount else {}) | more
    return person.phone.post(f"/v1/payments/{payment_id}/disputes", wish, idempotency_key=key or fresh_key())


def begun(person: Person, payment_id: str, amount: int | None = None, **more: Any) -> str:
    reply = dispute(person, payment_id, amount, **more)
    assert reply.status == 201, reply.raw
    return str(reply.json["id"])


def seen(caller: Caller, dispute_id: str) -> dict[str, Any]:
    reply = caller.get(f"{PATH}/{dispute_id}")
    assert reply.status == 200, reply.raw
    found: dict[str, Any] = reply.json
    return found


def answer(till: Caller, dispute_id: str, text: str = "Delivered on Monday") -> Reply:
    return till.post(f"{PATH}/{dispute_id}/answer", {"text": text})


def agree(till: Caller, dispute_id: str, key: str = "") -> Reply:
    return till.post(f"{PATH}/{dispute_id}/agree", {}, idempotency_key=key or fresh_key())


def withdraw(person: Person, dispute_id: str) -> Reply:
    return person.phone.post(f"{PATH}/{dispute_id}/withdraw", {})


def decide(world: World, dispute_id: str, side: str, key: str = "") -> Reply:
    path = f"/v1/dispute-reviews/{dispute_id}/decide"
    return world.operator.post(path, {"side": side, "note": NOTE}, idempotency_key=key or fresh_key())


def spare(world: World) -> int:
    """What the shop's refunds and payouts may draw above what was agreed."""
    return allowance.left(world.shop.account) - 10_000


def titles(person: Person) -> list[str]:
    found = person.phone.get("/v1/me/notices").json["data"]
    return [one["title"] for one in found if one["kind"].startswith("dispute_")]
