"""A family card between two demo customers, some hours old, and what was bought with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infra.local.history import Bank, Visitor

GIVEN, TAKEN = timedelta(hours=8), timedelta(hours=7.8)
BOUGHT = ((6.2, 0, 1_450), (3.1, 1, 2_380))
"""Hours ago, in which shop, minor units."""
CARD: dict[str, Any] = {"name": "Lunch", "monthly_cap": 30_000, "approval_above": 10_000}


def lend(bank: Bank, owner: Visitor, holder: Visitor, shops: list[Mapping[str, Any]]) -> None:
    """The owner has as much left afterwards as before."""
    from infra.local.history import PIN, pay, top_up

    me = owner.ago(GIVEN)
    top_up(me, bank, owner.wallet, sum(amount for _, _, amount in BOUGHT), "seed-lent")
    check = me.insist("/v1/payee-checks", {"identifier": holder.person.identifier}).expect(200)
    proved = me.insist("/v1/me/step-up", {"method": "pin", "pin": PIN}).expect(200)["access_token"]
    wish = {"wallet_id": owner.wallet["id"], "currency": owner.wallet["currency"], "payee_check": check["payee_check"]}
    card = me.bearing(proved).insist("/v1/family-cards", CARD | wish, key="seed-card").expect(201)
    holder.ago(TAKEN).insist(f"/v1/family-cards/{card['id']}/accept", {}).expect(200)
    for number, (hours, shop, amount) in enumerate(BOUGHT):
        then = holder.ago(timedelta(hours=hours))
        pay(then, holder.wallet, shops[shop], amount, f"seed-lent-{number}", family_card_id=card["id"])
