"""Coupons of books that were brought back: what a payment says of its coupon is so, whatever the coupon's row says."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.ledger import items
from chalicelib.operations.model_books import Plain
from chalicelib.operations.trial import Trial
from chalicelib.rewards import model as rewards

COUPON = "COUPON"


def align(trial: Trial, payment: Plain | None) -> None:
    """Used by the payment while anything of it stands, so that it pays nothing more; free once all was refunded."""
    coupon = trial.books.get("merchants", coupon_id, COUPON) if (coupon_id := _coupon_of(payment)) else None
    if payment is None or coupon is None:
        return
    mine = coupon.get("payment") == payment["pk"]
    if payment["refundable"] == 0:
        after = _free(coupon) if mine else coupon
    elif mine or coupon["state"] == "active":
        after = coupon | _used_by(payment)
    else:
        trial.found("coupon-contradicts", coupon["pk"], "refused", payment["pk"])
        return
    if after != coupon:
        made = trial.books.replace("merchants", coupon, after)
        trial.found("coupon-behind", coupon["pk"], "repaired" if made else "refused", payment["pk"])


def free(trial: Trial) -> None:
    """Those that were used just before by a payment that is not there."""
    used = (one for one in trial.books.everything("merchants") if one["sk"] == COUPON and "payment" in one)
    for coupon in used:
        young = coupon["used_at"] >= trial.young_from
        if young and trial.books.get("ledger", coupon["payment"], items.MOVEMENT) is None:
            made = trial.undoes and trial.books.replace("merchants", coupon, _free(coupon))
            trial.found("coupon-without-payment", coupon["pk"], "undone" if made else "refused")


def _coupon_of(payment: Plain | None) -> str:
    """Which helped to pay; empty if none."""
    helped = payment is not None and "discount" in payment
    return str(json.loads(payment["answer"]).get("coupon_id", "")) if payment and helped else ""


def _used_by(payment: Plain) -> dict[str, Any]:
    refunded = payment["captured"] - payment["refundable"]
    returned = rewards.given_back(payment["discount"], payment["amount"], 0, refunded)
    return {"state": "used", "payment": payment["pk"], "used_at": payment["created_at"], "returned": returned}


def _free(coupon: Plain) -> dict[str, Any]:
    kept = {name: value for name, value in coupon.items() if name not in ("payment", "used_at")}
    return kept | {"state": "active", "returned": 0}
