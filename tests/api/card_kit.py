"""A shop that offers prepaid cards, and people who buy them, by the API alone."""

from __future__ import annotations

from typing import Any

from tests.api.caller import Reply
from tests.api.world import Person, Shop, World, fresh_key

SCOPES = ["payments", "refunds", "checkouts", "reports", "cards"]
PLAN = {"name": "Twenty teas", "currency": "CNY", "price": 10_000, "bonus": 2_000, "bonus_expires_days": 90}


def shop(world: World) -> Shop:
    """Its key keeps plans too."""
    made = world.another_shop("Tea Room")
    key = world.operator.post(f"/v1/merchants/{made.id}/keys", {"scopes": SCOPES}).json["key"]
    return Shop(made.id, made.account, world.nobody.bearing(key))


def offer(till: Shop, **more: Any) -> dict[str, Any]:
    reply = till.till.post(f"/v1/merchants/{till.id}/card-plans", PLAN | more)
    assert reply.status == 201, reply.raw
    plan: dict[str, Any] = reply.json
    return plan


def agreed(plan: dict[str, Any]) -> dict[str, Any]:
    """What the app showed."""
    terms = {"price": plan["price"], "bonus": plan["bonus"], "fee": plan["purchase_fee"]}
    return terms | {"bonus_expires_at": plan["bonus_expires_at"]}


def buy(person: Person, plan: dict[str, Any], key: str = "", **more: Any) -> Reply:
    body = {"wallet_id": person.wallet, "plan_id": plan["id"], "agreed": agreed(plan)} | more
    return person.phone.post("/v1/cards", body, idempotency_key=key or fresh_key())


def pay(person: Person, card: dict[str, Any], amount: int, key: str = "", **more: Any) -> Reply:
    order = person.order(amount, merchant_id=card["merchant_id"], card_id=card["id"]) | more
    return person.phone.post("/v1/payments", order, idempotency_key=key or fresh_key())


def cash_out(person: Person, card: dict[str, Any], key: str = "") -> Reply:
    return person.phone.post(f"/v1/cards/{card['id']}/refund", {}, idempotency_key=key or fresh_key())


def holds(person: Person, card: dict[str, Any]) -> tuple[int, int]:
    """Principal and bonus, as their owner sees them."""
    seen = person.phone.get(f"/v1/cards/{card['id']}").json
    assert seen["available"] == seen["principal"] + seen["bonus"]
    return seen["principal"], seen["bonus"]
