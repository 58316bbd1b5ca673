"""A sound body for every route of credit that takes one."""

from __future__ import annotations

from typing import Any

QUOTE_HASH = "0" * 64
CREDIT: dict[str, dict[str, Any]] = {
    "POST /v1/credit-line": {},
    "POST /v1/instalment-quotes": {"kind": "purchase", "plan": "six", "amount": 60_000, "currency": "CNY"},
    "POST /v1/instalment-plans": {
        "wallet_id": "wal_1",
        "quote_id": "quo_1",
        "quote_hash": QUOTE_HASH,
        "checkout_id": "chk_1",
        "merchant_id": "mer_1",
        "amount": 60_000,
        "currency": "CNY",
        "order_reference": "order-1",
        "store_id": "sto_1",
        "description": "a bicycle",
        "confirm_duplicate": False,
    },
    "POST /v1/instalment-plans/{id}/repayments": {"amount": 1_000},
    "POST /v1/instalment-plans/{id}/withdrawal": {},
    "POST /v1/instalment-plans/{id}/pause": {"months": 1},
    "POST /v1/people/{id}/instalment-plans/{plan_id}/write-off": {"reason": "moved away, nobody answers"},
}
