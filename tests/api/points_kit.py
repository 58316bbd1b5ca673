"""Programmes of points and who has some, by the API alone."""

from __future__ import annotations

from typing import Any

from tests.api import coupon_kit
from tests.api.caller import Reply
from tests.api.world import Person, World, fresh_key

PROGRAMME: dict[str, Any] = {
    "name": {"en": "Leaves", "zh": "茶叶积分"},
    "terms": {"en": "For whoever likes tea.", "zh": "爱茶之人专享。"},
    "currency": "CNY",
    "worth": {"points": 100, "amount": 100},
    "least_points": 100,
    "expire_after_months": 12,
}
RULE: dict[str, Any] = {
    "kind": "payment",
    "points": 1,
    "per_amount": 10,
    "name": {"en": "Every purchase", "zh": "每笔消费"},
}
EVERY = "/v1/points-programmes"


def programme(world: World, *rules: dict[str, Any], **more: Any) -> str:
    """Its id; with rules as given, or with one point for every ten minor units."""
    reply = world.operator.post(EVERY, PROGRAMME | more)
    assert reply.status == 201, reply.raw
    for one in rules or ({},):
        assert rule(world, reply.json["id"], **one).status == 201
    return str(reply.json["id"])


def rule(world: World, of: str, **more: Any) -> Reply:
    return world.operator.post(f"{EVERY}/{of}/rules", RULE | more)


def reward(world: World, of: str, points: int, **template: Any) -> str:
    """The id of the template of which coupons are to be had."""
    made = coupon_kit.template(world, **template)
    reply = world.operator.post(f"{EVERY}/{of}/rewards", {"template_id": made["id"], "points": points})
    assert reply.status == 201, reply.raw
    return str(made["id"])


def seen(person: Person, of: str) -> dict[str, Any]:
    found = person.phone.get("/v1/points").json["data"]
    return next(one for one in found if one["programme_id"] == of)


def balance(person: Person, of: str) -> int:
    return int(seen(person, of)["balance"])


def entries(person: Person, of: str) -> list[tuple[str, int]]:
    """(kind, points), the oldest first."""
    found = person.phone.get(f"/v1/points/entries?programme_id={of}&limit=100").json["data"]
    return [(one["kind"], one["points"]) for one in reversed(found)]


def redeem(person: Person, of: str, template_id: str, key: str = "") -> Reply:
    wish = {"programme_id": of, "template_id": template_id}
    return person.phone.post("/v1/points/redemptions", wish, idempotency_key=key or fresh_key())


def pay(person: Person, of: str, points: int, amount: int, key: str = "", **more: Any) -> Reply:
    return person.pay(amount, key or fresh_key(), points={"programme_id": of, "points": points}, **more)


def earned(world: World, person: Person, of: str, points: int) -> None:
    """By a purchase of ten times as much, which takes the money for it first."""
    world.put_in(person, points * 10)
    assert person.pay(points * 10, order_reference=fresh_key()).status == 201
    world.deliver()
    assert balance(person, of) >= points
