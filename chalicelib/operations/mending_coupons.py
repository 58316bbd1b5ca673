"""Coupons of books that were brought back: what a payment says of its coupon is so, whatever the coupon's row says."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from chalicelib.kernel import clock
from chalicelib.ledger import items
from chalicelib.operations.model_books import Plain
from chalicelib.operations.trial import Trial
from chalicelib.payments import model as payments
from chalicelib.rewards import model as rewards

COUPON, _LISTED = "COUPON", "COUPON#"


def align(trial: Trial, payment: Plain | None) -> None:
    """Used by the payment while anything of it stands, so that it pays nothing more; free once all was refunded."""
    coupon = trial.books.get("merchants", coupon_id, COUPON) if (coupon_id := _coupon_of(payment)) else None
    if payment is None or coupon is None:
        return
    mine = coupon.get("payment") == payment["pk"]
    if payments.refunded(payment) == payment["captured"]:
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


def match(trial: Trial, movements: Iterable[Plain]) -> None:
    """What was issued just before: a list follows its coupons. One that points brought comes with its redemption, and
    nothing of it is there alone: a person's."""
    redeemed = (
        one for one in movements if one["kind"] == "points-redemption" and one["created_at"] >= trial.young_from
    )
    promised = {str(json.loads(one["answer"])["coupon_id"]) for one in redeemed}
    issued, listed = _young(trial)
    there = {coupon_id for coupon_id, one in issued.items() if one["why"] == "redemption"}
    for coupon_id in promised ^ there:
        what = "coupon-without-redemption" if coupon_id in there else "redemption-without-coupon"
        trial.found(what, coupon_id, "refused")
    for coupon_id in issued.keys() - listed.keys():
        row = {"pk": issued[coupon_id]["owner"], "sk": f"{_LISTED}{issued[coupon_id]['issued_at']}#{coupon_id}"}
        made = trial.books.put_if_absent("merchants", row)
        trial.found("coupon-not-listed", coupon_id, "repaired" if made else "refused")
    for coupon_id in listed.keys() - issued.keys():
        if trial.undoes:
            trial.books.remove("merchants", listed[coupon_id])
        trial.found("coupon-listed-alone", coupon_id, "undone" if trial.undoes else "refused")


def _young(trial: Trial) -> tuple[dict[str, Plain], dict[str, Plain]]:
    """By their ids, coupons that were issued just before, and that somebody has one."""
    issued, listed = dict[str, Plain](), dict[str, Plain]()
    for one in trial.books.everything("merchants"):
        if one["sk"] == COUPON and _is_young(trial, one["issued_at"]):
            issued[one["pk"]] = one
        elif one["sk"].startswith(_LISTED):
            at, _, coupon_id = one["sk"].removeprefix(_LISTED).partition("#")
            if _is_young(trial, at):
                listed[coupon_id] = one
    return issued, listed


def _is_young(trial: Trial, at: str) -> bool:
    """Where others write, what came after the instant is whole, and may be coming while one looks."""
    return trial.young_from <= at and (trial.undoes or at <= clock.written(trial.as_of))


def _coupon_of(payment: Plain | None) -> str:
    """Which helped to pay; empty if none."""
    helped = payment is not None and "discount" in payment
    return str(json.loads(payment["answer"]).get("coupon_id", "")) if payment and helped else ""


def _used_by(payment: Plain) -> dict[str, Any]:
    refunded = payments.refunded(payment)
    returned = rewards.given_back(payment["discount"], payment["amount"], 0, refunded)
    return {"state": "used", "payment": payment["pk"], "used_at": payment["created_at"], "returned": returned}


def _free(coupon: Plain) -> dict[str, Any]:
    kept = {name: value for name, value in coupon.items() if name not in ("payment", "used_at")}
    return kept | {"state": "active", "returned": 0}
