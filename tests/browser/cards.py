"""For tests of prepaid cards in a browser: a shop that offers one, and somebody who bought it."""

from __future__ import annotations

from typing import Any

from infra.local import people
from infra.local.client import Client
from tests.browser import purse

PLAN = {"name": "Twenty teas", "currency": "CNY", "price": 10_000, "bonus": 2_000, "bonus_expires_days": 90}


def offered(local: dict[str, Any], **more: Any) -> dict[str, Any]:
    shop = local["people"]["merchants"][0]["id"]
    plan: dict[str, Any] = purse.till(local).insist(f"/v1/merchants/{shop}/card-plans", PLAN | more).expect(201)
    return plan


def bought(local: dict[str, Any], caller: Client, plan: dict[str, Any] | None = None) -> dict[str, Any]:
    plan = plan or offered(local)
    agreed = {
        "price": plan["price"],
        "bonus": plan["bonus"],
        "fee": plan["purchase_fee"],
        "bonus_expires_at": plan["bonus_expires_at"],
    }
    wish = {"wallet_id": people.wallets(caller)[0]["id"], "plan_id": plan["id"], "agreed": agreed}
    card: dict[str, Any] = caller.insist("/v1/cards", wish).expect(201)
    return card
