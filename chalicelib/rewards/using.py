"""What a coupon writes in the transactions of others: used by the payment itself, given back by its refunds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from chalicelib.kernel import clock
from chalicelib.kernel.errors import CouponUsed, NotFound
from chalicelib.ledger.model import Changed, Leg, Verdict
from chalicelib.ledger.wire import Item
from chalicelib.ledger.write import Update
from chalicelib.rewards import store
from chalicelib.rewards.model import Coupon
from chalicelib.settings import settings


def using(coupon: Coupon, payment_id: str, at: datetime) -> Leg:
    """Unused, its owner's and good, or nothing is paid. Refuses with CouponUsed, NotFound."""
    now = clock.written(at)
    update = _row(coupon.id).assign("state", "used").assign("payment", payment_id).assign("used_at", now)
    update.require("owner", "=", coupon.owner).require("state", "=", "active")
    update.require("valid_from", "<=", now).require("valid_until", ">", now)

    def explain(wired: Item | None) -> Verdict:
        if not wired or wired["owner"]["S"] != coupon.owner:
            return NotFound(param="coupon_id")
        if wired["state"]["S"] == "used":
            return CouponUsed(param="coupon_id", payment_id=wired["payment"]["S"])
        return Changed()

    return Leg(update.written(), explain)


def giving_back(coupon_id: str, payment_id: str, part: int, gone: Callable[[], None], *, whole: bool) -> Leg:
    """A refund brought `part` of the discount back; `whole`: with it all of the payment, so it may be used again.

    `gone`: it is its owner's no more, since they were erased.
    """
    update = _row(coupon_id).require("state", "=", "used").require("payment", "=", payment_id)
    if whole:
        update.assign("state", "active").assign("returned", 0).remove("payment", "used_at")
    else:
        update.add("returned", part)

    def explain(wired: Item | None) -> Verdict:
        gone()
        return Changed()

    return Leg(update.written(), explain)


def _row(coupon_id: str) -> Update:
    return Update(settings().merchants_table, coupon_id, store.COUPON)
