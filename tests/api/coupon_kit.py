"""Templates of coupons and who has one, by the API alone."""

from __future__ import annotations

from typing import Any

from tests.api.caller import Reply
from tests.api.world import Person, World, fresh_key

TEMPLATE: dict[str, Any] = {
    "name": {"en": "Five off", "zh": "立减五元"},
    "terms": {"en": "On purchases of ten or more.", "zh": "满十元可用。"},
    "currency": "CNY",
    "amount_off": 500,
    "minimum_spend": 1_000,
    "budget_count": 100,
    "budget_sum": 50_000,
    "valid_days": 30,
}
PERCENT: dict[str, Any] = {"amount_off": None, "percent_off": 30, "most_off": 2_000}


def template(world: World, **more: Any) -> dict[str, Any]:
    reply = world.operator.post("/v1/coupon-templates", TEMPLATE | more)
    assert reply.status == 201, reply.raw
    made: dict[str, Any] = reply.json
    return made


def issue(world: World, of: dict[str, Any], *people: Person, campaign: str = "spring") -> list[dict[str, Any]]:
    wish = {"campaign": campaign, "people": [person.id for person in people], "reason": "To say thank you"}
    reply = world.operator.post(f"/v1/coupon-templates/{of['id']}/issues", wish)
    assert reply.status == 200, reply.raw
    told: list[dict[str, Any]] = reply.json["data"]
    return told


def given(world: World, person: Person, campaign: str = "spring", **more: Any) -> str:
    """The id of a coupon that they have."""
    (told,) = issue(world, template(world, **more), person, campaign=campaign)
    return str(told["coupon_id"])


def seen(person: Person, coupon_id: str) -> dict[str, Any]:
    found = person.phone.get("/v1/coupons?limit=100").json["data"]
    return next(one for one in found if one["id"] == coupon_id)


def pay(person: Person, coupon_id: str, amount: int, key: str = "", **more: Any) -> Reply:
    return person.pay(amount, key or fresh_key(), coupon_id=coupon_id, **more)


def left(world: World, of: dict[str, Any]) -> tuple[int, int]:
    budget = world.operator.get(f"/v1/coupon-templates/{of['id']}").json["left"]
    return budget["count"], budget["sum"]
