"""A sound body for every route of money between people, and of bonuses."""

from __future__ import annotations

from typing import Any

TO_PEOPLE: dict[str, dict[str, Any]] = {
    "POST /v1/payee-checks": {"identifier": "bo@example.com", "name": "Bo"},
    "POST /v1/transfers": {
        "payee_check": "a.b.c",
        "amount": 2_000,
        "currency": "CNY",
        "note": "for the tea",
        "delay_hours": 2,
    },
    "POST /v1/transfers/{id}/cancel": {},
    "POST /v1/payments/{id}/disputes": {"reason": "not_received", "text": "it has not come", "amount": 100},
    "POST /v1/disputes/{id}/withdraw": {},
    "POST /v1/disputes/{id}/answer": {"text": "it was sent on Monday"},
    "POST /v1/disputes/{id}/agree": {},
    "POST /v1/dispute-reviews/{id}/decide": {"side": "customer", "note": "nothing was sent"},
    "POST /v1/bill-splits": {
        "amount": 2_000,
        "currency": "CNY",
        "people": [{"payee_check": "a.b.c", "share": 1}],
        "method": "equal",
        "own_share": 1,
        "note": "for the tea",
    },
    "POST /v1/bill-splits/{id}/payments": {"amount": 2_000, "currency": "CNY"},
    "POST /v1/bill-splits/{id}/decline": {},
    "POST /v1/bill-splits/{id}/reminders": {},
    "POST /v1/bill-splits/{id}/close": {},
    "POST /v1/family-cards": {
        "wallet_id": "",
        "payee_check": "a.b.c",
        "monthly_cap": 30_000,
        "currency": "CNY",
        "name": "lunch",
        "categories": ["restaurants"],
        "approval_above": 5_000,
    },
    "PATCH /v1/family-cards/{id}": {
        "monthly_cap": 20_000,
        "approval_above": 1_000,
        "categories": ["restaurants"],
        "name": "lunch",
    },
    "POST /v1/family-cards/{id}/accept": {},
    "POST /v1/family-cards/{id}/decline": {},
    "POST /v1/family-cards/{id}/end": {},
    "POST /v1/red-packets": {
        "amount": 2_000,
        "currency": "CNY",
        "split": "lucky",
        "shares": 3,
        "payee_checks": ["a.b.c"],
        "greeting": "good luck",
    },
    "POST /v1/red-packets/{id}/claims": {"link": "a link"},
    "POST /v1/gift-cards": {
        "wallet_id": "wal_1",
        "amount": 2_000,
        "currency": "CNY",
        "message": "good luck",
        "design": "festival",
    },
    "POST /v1/gift-cards/claims": {"code": "00000-00000-00000-00000", "wallet_id": "wal_1"},
    "POST /v1/gift-cards/{id}/cancel": {},
    "POST /v1/gift-card-looks": {"code": "00000-00000-00000-00000"},
}

BONUSES: dict[str, dict[str, Any]] = {
    "POST /v1/topup-bonuses": {
        "name": {"en": "Twenty more", "zh": "多送二十"},
        "terms": {"en": "For top-ups of a hundred or more.", "zh": "单笔充值满一百可享。"},
        "currency": "CNY",
        "least_topup": 10_000,
        "budget_count": 100,
        "budget_sum": 200_000,
        "valid_days": 30,
        "most_share_percent": 50,
        "bonus_amount": 2_000,
        "bonus_percent": 10,
        "most_bonus": 3_000,
        "starts_at": "2026-11-23T00:00:00Z",
        "ends_at": "2026-12-31T00:00:00Z",
        "once_per_person": True,
    },
}
