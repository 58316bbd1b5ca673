"""For tests of coupons in a browser: templates, and people who have one, made through the API."""

from __future__ import annotations

import uuid
from typing import Any

from infra.local.client import Client
from infra.local.people import Person
from tests.browser import purse, till_kit

TEMPLATE: dict[str, Any] = {
    "name": {"en": "Five off", "zh": "立减五元"},
    "terms": {"en": "On purchases of ten or more.", "zh": "满十元可用。"},
    "currency": "CNY",
    "amount_off": 500,
    "minimum_spend": 1_000,
    "budget_count": 100,
    "budget_sum": 1_000_000,
    "valid_days": 30,
}
"""¥5.00 off ¥10.00 or more."""
PERCENT: dict[str, Any] = {
    "name": {"en": "A third off", "zh": "七折券"},
    "terms": {"en": "At most ¥20.00.", "zh": "最多减 20 元。"},
    "amount_off": None,
    "percent_off": 30,
    "most_off": 2_000,
}


def named(en: str, zh: str) -> dict[str, Any]:
    """A name that no other test has given."""
    mark = uuid.uuid4().hex[:6]
    return {"name": {"en": f"{en} {mark}", "zh": f"{zh} {mark}"}}


def template(local: dict[str, Any], **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = till_kit.operator(local).insist("/v1/coupon-templates", TEMPLATE | more).expect(201)
    return made


def given(local: dict[str, Any], person: Person, **more: Any) -> str:
    """The id of a coupon that they have."""
    me = purse.owner(local, person).get("/v1/me").expect(200)["id"]
    wish = {"campaign": "thanks", "people": [me], "reason": "To say thank you"}
    issues = f"/v1/coupon-templates/{template(local, **more)['id']}/issues"
    (told,) = till_kit.operator(local).insist(issues, wish).expect(200)["data"]
    assert told["refused"] == ""
    return str(told["coupon_id"])


def mine(caller: Client) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in caller.get("/v1/coupons?limit=100").expect(200)["data"]}
