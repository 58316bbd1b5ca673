"""A customer who shows codes, and a till that charges them."""

from __future__ import annotations

from typing import Any

from tests.api.caller import Reply
from tests.api.world import Person, Shop, fresh_key

NOBODYS = "710000000000000004"
"""A sound code that nobody shows."""


def shown(person: Person) -> dict[str, Any]:
    reply = person.phone.post("/v1/payment-codes", {"wallet_id": person.wallet})
    assert reply.status == 201, reply.raw
    found: dict[str, Any] = reply.json
    return found


def charge(shop: Shop, code: str, amount: int = 500, key: str = "", **more: Any) -> Reply:
    body = {"code": code, "amount": amount, "currency": "CNY", "order_reference": "order-1"} | more
    return shop.till.post("/v1/charges", body, idempotency_key=key or fresh_key())


def charged(shop: Shop, person: Person, amount: int = 500, **more: Any) -> str:
    """The id of a charge that was paid or waits."""
    reply = charge(shop, shown(person)["code"], amount, **more)
    assert reply.status in (201, 202), reply.raw
    return str(reply.json["id"])


def asked(shop: Shop, charge_id: str) -> Reply:
    return shop.till.get(f"/v1/charges/{charge_id}")


def reverse(shop: Shop, charge_id: str, key: str = "") -> Reply:
    return shop.till.post(f"/v1/charges/{charge_id}/reversals", {}, idempotency_key=key or fresh_key())


def reverse_by_key(shop: Shop, key: str) -> Reply:
    return shop.till.post("/v1/charge-reversals", {}, idempotency_key=key)


def confirm(person: Person, charge_id: str, key: str = "") -> Reply:
    return person.phone.post(f"/v1/charges/{charge_id}/confirm", {}, idempotency_key=key or fresh_key())


def decline(person: Person, charge_id: str) -> Reply:
    return person.phone.post(f"/v1/charges/{charge_id}/decline")
