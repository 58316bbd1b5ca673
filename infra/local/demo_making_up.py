"""The end of `make demo ACT=incident`: a coupon for each person whom it hit, by two people's word, and what it pays."""

from __future__ import annotations

from typing import Any

from chalicelib.kernel import money
from infra.local import people
from infra.local.client import new_key
from infra.local.demo_night import Night

WORTH, LEAST, LUNCH = 500, 1_000, 2_600
_BUDGET = 20_000
"""Coupons; as many as an incident of a cloud that runs for long can need."""
_WITHIN_SECONDS = 60.0


def propose(night: Night) -> None:
    """Money is given away by two: whoever proposes it does not decide it."""
    with night.narrator.step("incident.coupon") as facts:
        template = night.admin.post("/v1/coupon-templates", _template(night)).expect(201)
        path, of = f"/v1/incidents/{night.incident_id}/compensation", {"template_id": template["id"]}
        seen = night.admin.get(f"{path}/preview?template_id={template['id']}").expect(200)
        night.must("cost", seen["cost"], seen["people"] * WORTH)
        wish = of | {"reason": night.narrator.words("incident.coupon.reason")}
        night.admin.insist(path, wish, key=new_key()).expect(201)
        alone = night.admin.post(f"{path}/decision", {"approve": True, "note": "alone"})
        alone.expect(403, "second-person-required")
        facts.update(people=seen["people"], each=_shown(night, WORTH), cost=_shown(night, seen["cost"]))


def approve(night: Night) -> None:
    """Somebody else does; the sweep issues one for each and tells them, with an apology."""
    path = f"/v1/incidents/{night.incident_id}/compensation"

    def look() -> dict[str, Any] | None:
        night.sweep()
        found: dict[str, Any] = night.admin.get(path).expect(200)
        return found if found["status"] == "done" else None

    with night.narrator.step("incident.sorry_coupon") as facts:
        decision = {"approve": True, "note": night.narrator.words("incident.coupon.reason")}
        night.second_admin.post(f"{path}/decision", decision).expect(200)
        done = people.wait_for(look, night.narrator.words("incident.sorry_coupon.now"), _WITHIN_SECONDS, 1.0)
        night.must("coupons", done["issued"], done["people"])
        notice = people.wait_for(lambda: _apology(night), night.narrator.words("incident.sorry_coupon.now"))
        night.must("inbox", night.incident["cause"][night.narrator.language] in notice["body"], True)
        facts.update(issued=done["issued"], cost=_shown(night, done["issued_cost"]), title=notice["title"])


def spend(night: Night) -> None:
    """The merchant gets all of it: the house pays the part that the coupon takes off."""
    with night.narrator.step("incident.lunch") as facts:
        mine = night.phone.get("/v1/coupons?limit=100").expect(200)["data"]
        coupon = next(one for one in mine if one["status"] == "active")
        shop = night.local["people"]["merchants"][0]
        order = {"wallet_id": night.wallet["id"], "merchant_id": shop["id"], "amount": LUNCH, "currency": "CNY"}
        order |= {"order_reference": f"lunch-{night.run}", "coupon_id": coupon["id"]}
        before = _available(night)
        paid = night.phone.insist("/v1/payments", order, key=new_key()).expect(201)
        night.must("discount", paid["discount"], WORTH)
        night.must("balance", _available(night), before - LUNCH + WORTH)
        facts.update(shop=shop["name"], amount=_shown(night, LUNCH), paid=_shown(night, LUNCH - WORTH))


def _template(night: Night) -> dict[str, Any]:
    words = night.narrator.words_in
    about = {
        "name": {tongue: words("incident.coupon.name", tongue) for tongue in ("en", "zh")},
        "terms": {tongue: words("incident.coupon.terms", tongue) for tongue in ("en", "zh")},
    }
    worth = {"currency": "CNY", "amount_off": WORTH, "minimum_spend": LEAST, "valid_days": 30}
    return about | worth | {"budget_count": _BUDGET, "budget_sum": _BUDGET * WORTH}


def _apology(night: Night) -> dict[str, Any] | None:
    night.sweep()
    found = night.phone.get("/v1/me/notices?limit=100").expect(200)["data"]
    return next((one for one in found if one["kind"] == "incident_compensated"), None)


def _available(night: Night) -> int:
    found: int = night.phone.get(f"/v1/wallets/{night.wallet['id']}").expect(200)["available"]
    return found


def _shown(night: Night, amount: int) -> str:
    return money.shown(amount, night.wallet["currency"])
