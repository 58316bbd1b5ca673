"""For tests of bonuses in a browser: offers, and people whose top-up brought one, made through the API."""

from __future__ import annotations

from typing import Any

from infra.local import people
from infra.local.client import Client
from infra.local.people import Person
from tests.browser import coupon_kit, purse, till_kit

OFFER: dict[str, Any] = {
    "terms": {"en": "For top-ups of a hundred or more.", "zh": "单笔充值满一百可享。"},
    "currency": "CNY",
    "least_topup": 10_000,
    "bonus_amount": 2_000,
    "budget_count": 100,
    "budget_sum": 200_000,
    "valid_days": 30,
    "most_share_percent": 50,
}
"""¥20.00 for ¥100.00 or more; it pays half of a purchase at most."""
EVERY = "/v1/topup-bonuses"


def offer(local: dict[str, Any], **more: Any) -> dict[str, Any]:
    wish = OFFER | coupon_kit.named("Twenty more", "多送二十") | more
    made: dict[str, Any] = till_kit.operator(local).insist(EVERY, wish).expect(201)
    return made


def stop(local: dict[str, Any], of: dict[str, Any]) -> None:
    till_kit.operator(local).insist(f"{EVERY}/{of['id']}/stop", {}).expect(200)


def topped_up(local: dict[str, Any], person: Person, amount: int = 10_000) -> Client:
    """They have the money and ¥20.00 of bonus credit; the offer is stopped."""
    caller, made = purse.owner(local, person), offer(local)
    wish = {"wallet_id": people.wallets(caller)[0]["id"], "amount": amount, "currency": "CNY", "processor": "sandbox"}
    begun = caller.insist("/v1/topups", wish | {"bonus_id": made["id"]}).expect(201)
    people.arrived(caller, begun["id"])
    stop(local, made)
    return caller


def has(caller: Client) -> int:
    return sum(int(one["available"]) for one in caller.twin().get("/v1/bonuses").expect(200)["data"])
