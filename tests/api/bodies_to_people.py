"""A sound body for every route of money between people."""

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
