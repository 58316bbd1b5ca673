"""For tests of points in a browser: a programme, and people who have earned in it, made through the API."""

from __future__ import annotations

import uuid
from typing import Any

from infra.local import people
from infra.local.client import Client
from infra.local.people import Person
from tests.browser import coupon_kit, purse, till_kit

NAME = {"en": "Leaves of the tests", "zh": "测试茶叶积分"}
PROGRAMME: dict[str, Any] = {
    "name": NAME,
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


def programme(local: dict[str, Any]) -> str:
    """The id of the one that all tests share: there may not be many. One point for each ¥0.10."""
    office = till_kit.operator(local)
    known = office.get(f"{EVERY}?limit=100").expect(200)["data"]
    found = next((one for one in known if one["name"] == NAME and one["status"] == "open"), None)
    if found is None:
        found = office.insist(EVERY, PROGRAMME).expect(201)
        office.insist(f"{EVERY}/{found['id']}/rules", RULE).expect(201)
    return str(found["id"])


def reward(local: dict[str, Any], points: int, en: str, zh: str) -> dict[str, Any]:
    """A template of which coupons are to be had; it takes the place of those of earlier tests."""
    office, path = till_kit.operator(local), f"{EVERY}/{programme(local)}/rewards"
    made = coupon_kit.template(local, **coupon_kit.named(en, zh))
    for one in office.get(f"{EVERY}/{programme(local)}").expect(200)["rewards"]:
        office.insist(f"{path}/{one['template_id']}/end", {}).expect(200)
    office.insist(path, {"template_id": made["id"], "points": points}).expect(201)
    return made


def mine(local: dict[str, Any], caller: Client) -> dict[str, Any]:
    found = caller.twin().get("/v1/points").expect(200)["data"]
    return dict(next(one for one in found if one["programme_id"] == programme(local)))


def earned(local: dict[str, Any], person: Person, points: int) -> Client:
    """They have so many, by a purchase from their wallet."""
    caller, shop = purse.owner(local, person), local["people"]["merchants"][0]["id"]
    assert programme(local)
    order = {"wallet_id": people.wallets(caller)[0]["id"], "merchant_id": shop, "currency": "CNY"}
    wish = order | {"amount": points * 10, "order_reference": f"P-{uuid.uuid4().hex[:8]}"}
    caller.insist("/v1/payments", wish).expect(201)
    people.wait_for(lambda: mine(local, caller)["balance"] >= points or None, "the points")
    return caller
