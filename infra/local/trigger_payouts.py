"""A payout of a merchant, as the sandbox bank pays or refuses it.

The last two digits of what leaves say what becomes of it (`docs/reference/sandbox.md`), so a customer first buys what
brings the merchant's account to them. A merchant who is not paid out yet is, from then on, on demand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.kernel import clock, money
from infra.local import people
from infra.local.bank_book import DECLINED
from infra.local.client import Unexpected, new_key

if TYPE_CHECKING:
    from infra.local.triggers import Ids, Stage

PAID, REFUSED = 50, DECLINED
"""The last two digits of what the bank pays, and of what it refuses."""
LEAST, MOST = 1_250, 1_449
"""What the customer buys for; two hundred amounts meet every two digits, whatever the fee."""
TRIES = 3
WITHIN_SECONDS = 120.0
ACCOUNT, WHY = "6222021234567890128", "so that payouts can be triggered on this machine"


def paid_out(stage: Stage, ending: int) -> Ids:
    """Raises Unexpected, where others sell so much meanwhile that it never fits, or less is there than may leave."""
    terms = _terms(stage)
    for _ in range(TRIES):
        payment, leaving = _sold(stage, terms["reserve"], ending)
        if leaving % 100 == ending:
            return {"payment": payment, "payout": _asked(stage)}
    raise Unexpected(f"others sell meanwhile: after {TRIES} tries what would leave does not end with {ending:02d}")


def _sold(stage: Stage, reserve: int, ending: int) -> tuple[str, int]:
    """A payment that is settled, and what would leave then."""
    before = _held(stage)
    shop = stage.till.get(f"/v1/merchants/{stage.merchant_id}").expect(200)
    fits = (one for one in range(LEAST, MOST + 1) if (before + _net(one, shop) - reserve) % 100 == ending)
    payment = stage.pay(amount=next(fits, LEAST))

    def settled() -> int | None:
        now = _held(stage)
        return now if now != before else None

    after = int(people.wait_for(settled, f"payment {payment} to be settled", WITHIN_SECONDS))
    return payment, after - reserve


def _net(amount: int, shop: dict[str, Any]) -> int:
    """What is left of a payment for the shop."""
    return amount - min(amount, money.part(amount, shop["fee_basis_points"]) + shop["fee_fixed"])


def _held(stage: Stage) -> int:
    """What is in the merchant's account."""
    path = f"/v1/merchants/{stage.merchant_id}/statements/{clock.written(clock.now())[:7]}"
    return int(stage.till.get(f"{path}?currency={stage.wallet['currency']}").expect(200)["closing"])


def _terms(stage: Stage) -> dict[str, Any]:
    """As they were agreed; if they never were, by the operator."""
    path = f"/v1/merchants/{stage.merchant_id}/payout-terms/{stage.wallet['currency']}"
    found = stage.till.get(path)
    if found.status == 404:
        found = stage.office.send("PUT", path, {"schedule": "on_demand", "bank_account": ACCOUNT, "reason": WHY})
    terms: dict[str, Any] = found.expect(200)
    return terms


def _asked(stage: Stage) -> str:
    wish = {"currency": stage.wallet["currency"]}
    asked = stage.till.insist(f"/v1/merchants/{stage.merchant_id}/payouts", wish, key=new_key())
    return str(asked.expect(201)["id"])
