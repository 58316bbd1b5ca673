"""Gift cards by the API alone."""

from __future__ import annotations

from typing import Any

from tests.api.caller import Reply
from tests.api.world import Person, fresh_key

YEAR_SECONDS, DAY_SECONDS = 365 * 86_400, 86_400
PATH = "/v1/gift-cards"


def wish(person: Person, amount: int = 1_000) -> dict[str, Any]:
    return {"wallet_id": person.wallet, "amount": amount, "currency": person.currency}


def buy(person: Person, amount: int = 1_000, key: str = "", **more: Any) -> Reply:
    return person.phone.post(PATH, wish(person, amount) | more, idempotency_key=key or fresh_key())


def bought(person: Person, amount: int = 1_000, **more: Any) -> dict[str, Any]:
    reply = buy(person, amount, **more)
    assert reply.status == 201, reply.raw
    made: dict[str, Any] = reply.json
    return made


def look(person: Person, code: str) -> Reply:
    return person.phone.post("/v1/gift-card-looks", {"code": code})


def claim(person: Person, code: str, key: str = "") -> Reply:
    body = {"code": code, "wallet_id": person.wallet}
    return person.phone.post(f"{PATH}/claims", body, idempotency_key=key or fresh_key())


def cancel(person: Person, gift: dict[str, Any], key: str = "") -> Reply:
    return person.phone.post(f"{PATH}/{gift['id']}/cancel", {}, idempotency_key=key or fresh_key())


def seen(person: Person, gift: dict[str, Any]) -> dict[str, Any]:
    reply = person.phone.get(f"{PATH}/{gift['id']}")
    assert reply.status == 200, reply.raw
    found: dict[str, Any] = reply.json
    return found
