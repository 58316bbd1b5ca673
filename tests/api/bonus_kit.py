"""Offers of bonuses, top-ups that are promised one, and payments that they help to pay, by the API alone."""

from __future__ import annotations

from typing import Any

from tests.api.caller import Reply
from tests.api.topup_kit import Till
from tests.api.world import Person, World, fresh_key

OFFER: dict[str, Any] = {
    "name": {"en": "Twenty more", "zh": "多送二十"},
    "terms": {"en": "For top-ups of a hundred or more.", "zh": "单笔充值满一百可享。"},
    "currency": "CNY",
    "least_topup": 10_000,
    "bonus_amount": 2_000,
    "budget_count": 100,
    "budget_sum": 200_000,
    "valid_days": 30,
    "most_share_percent": 50,
}
PERCENT: dict[str, Any] = {"bonus_amount": None, "bonus_percent": 10, "most_bonus": 3_000}


def offer(world: World, **more: Any) -> dict[str, Any]:
    reply = world.operator.post("/v1/topup-bonuses", OFFER | more)
    assert reply.status == 201, reply.raw
    made: dict[str, Any] = reply.json
    return made


def left(world: World, of: dict[str, Any]) -> tuple[int, int]:
    budget = world.operator.get(f"/v1/topup-bonuses/{of['id']}").json["left"]
    return budget["count"], budget["sum"]


def top_up(person: Person, of: dict[str, Any], amount: int = 10_000, key: str = "", **more: Any) -> Reply:
    """Waits for the customer's confirmation at the bank."""
    body = {"wallet_id": person.wallet, "amount": amount, "currency": person.currency, "method": "manual"}
    wish = body | {"processor": "sandbox", "bonus_id": of["id"]} | more
    return person.phone.post("/v1/topups", wish, idempotency_key=key or fresh_key())


def topped_up(person: Person, till: Till, of: dict[str, Any], amount: int = 10_000) -> str:
    """The id of a top-up that has succeeded."""
    reply = top_up(person, of, amount)
    assert reply.status == 201, reply.raw
    succeed(till, reply.json["id"])
    return str(reply.json["id"])


def succeed(till: Till, topup_id: str) -> None:
    assert till.send(till.message(topup_id, "succeeded")).status == 200


def fail(till: Till, topup_id: str) -> None:
    assert till.send(till.message(topup_id, "failed")).status == 200


def reverse(till: Till, topup_id: str, total: int) -> None:
    assert till.send(till.message(topup_id, "reversed", total)).status == 200


def has(person: Person) -> int:
    """What bonuses they have."""
    return sum(one["available"] for one in person.phone.get("/v1/bonuses").json["data"])


def offered(person: Person, of: dict[str, Any]) -> dict[str, Any]:
    found = person.phone.get("/v1/bonus-offers?limit=100").json["data"]
    return next(one for one in found if one["id"] == of["id"])


def pay(person: Person, bonus: int, amount: int, key: str = "", **more: Any) -> Reply:
    return person.pay(amount, key or fresh_key(), bonus=bonus, **more)
