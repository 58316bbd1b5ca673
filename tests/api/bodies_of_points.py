"""A body that each route of points takes, each of coupons and of offers."""

from __future__ import annotations

from typing import Any

POINTS: dict[str, dict[str, Any]] = {
    "POST /v1/points-programmes": {
        "name": {"en": "Leaves", "zh": "茶叶积分"},
        "terms": {"en": "For whoever likes tea.", "zh": "爱茶之人专享。"},
        "currency": "CNY",
        "worth": {"points": 100, "amount": 100},
        "least_points": 100,
        "expire_after_months": 12,
    },
    "POST /v1/points-programmes/{id}/rules": {
        "kind": "payment",
        "points": 1,
        "per_amount": 100,
        "times": 2,
        "name": {"en": "Every purchase", "zh": "每笔消费"},
        "merchant_ids": ["mer_1"],
        "categories": ["groceries"],
        "starts_at": "2026-11-22T08:00:00Z",
        "ends_at": "2026-12-22T08:00:00Z",
    },
    "POST /v1/points-programmes/{id}/rewards": {"template_id": "ctp_1", "points": 100},
    "POST /v1/points/redemptions": {"programme_id": "ptp_1", "template_id": "ctp_1"},
    "POST /v1/coupon-templates": {
        "name": {"en": "Five off", "zh": "立减五元"},
        "terms": {"en": "On purchases of ten or more.", "zh": "满十元可用。"},
        "currency": "CNY",
        "budget_count": 100,
        "budget_sum": 50_000,
        "amount_off": 500,
        "percent_off": 10,
        "most_off": 500,
        "minimum_spend": 1_000,
        "merchant_ids": ["mer_1"],
        "categories": ["groceries"],
        "starts_at": "2026-11-22T08:00:00Z",
        "ends_at": "2026-12-22T08:00:00Z",
        "valid_days": 30,
        "public": True,
    },
    "POST /v1/coupon-templates/{id}/issues": {
        "campaign": "spring",
        "people": ["usr_1"],
        "reason": "to say thank you",
    },
    "PUT /v1/me/offers": {"personal": True},
}
