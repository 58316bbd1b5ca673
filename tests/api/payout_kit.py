"""For tests of merchants' payouts: a shop that has sold something, its terms, and the schedule that pays it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import app
from chalicelib.ledger import service as ledger
from tests.api.caller import Caller, Reply
from tests.api.world import World, fresh_key

ACCOUNT, ANOTHER = "GB33BUKB20201555555555", "DE89370400440532013000"
WHY = "as the contract of this year has it"
TERMS = {
    "schedule": "daily", "cut_off": "16:00", "minimum": 0, "reserve": 0, "bank_account": ACCOUNT, "reason": WHY,
}  # fmt: skip
_EVENT = {"version": "0", "account": "1", "region": "eu-west-1", "detail": {}, "detail-type": "", "source": ""}


@dataclass
class Payee:
    """The world's shop, and a key of it that may ask for payouts and see them."""

    world: World
    till: Caller

    @property
    def held(self) -> int:
        return ledger.head(self.world.shop.account).available

    def sell(self, amount: int) -> str:
        """Paid by somebody, and settled: 0.6 % of it is the fee. The payment."""
        paid = self.world.customer(amount).pay(amount)
        assert paid.status == 201, paid.raw
        self.world.deliver()
        self.world.clock.advance(1)
        return str(paid.json["id"])

    def ask(self, key: str = "", by: Caller | None = None) -> Reply:
        path = f"/v1/merchants/{self.world.shop.id}/payouts"
        return (by or self.till).post(path, {"currency": "CNY"}, idempotency_key=key or fresh_key())

    def shown(self, payout_id: str) -> dict[str, Any]:
        found = self.till.get(f"/v1/payouts/{payout_id}")
        assert found.status == 200, found.raw
        return dict(found.json)

    @property
    def payouts(self) -> list[dict[str, Any]]:
        """Newest first."""
        found: list[dict[str, Any]] = self.till.get(f"/v1/merchants/{self.world.shop.id}/payouts").json["data"]
        return found

    @property
    def terms(self) -> dict[str, Any]:
        return dict(self.till.get(_terms(self.world)).json)


def payee(world: World, **terms: Any) -> Payee:
    """On these terms; with `schedule=None`, on none."""
    made = world.operator.post(f"/v1/merchants/{world.shop.id}/keys", {"scopes": ["payouts", "reports"]})
    if terms.get("schedule", "") is not None:
        reply = agree(world.operator, world, **terms)
        assert reply.status == 200, reply.raw
    return Payee(world, world.nobody.bearing(made.json["key"]))


def agree(by: Caller, world: World, **terms: Any) -> Reply:
    return by.request("PUT", _terms(world), TERMS | terms)


def run(seconds: int, world: World) -> int:
    """The schedule's turn, so much later; how many were paid out."""
    world.clock.advance(seconds)
    return int(app.pay_out(_EVENT | {"time": "", "id": "1", "resources": []}, None))


def _terms(world: World) -> str:
    return f"/v1/merchants/{world.shop.id}/payout-terms/CNY"
