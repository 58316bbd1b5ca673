"""A body that each route of freezes, scores and rules takes."""

from __future__ import annotations

from typing import Any

RISK: dict[str, dict[str, Any]] = {
    "POST /v1/freezes": {
        "wallet_id": "wal_1",
        "reason": "stolen_phone",
        "note": "called from another phone",
        "review_hours": 24,
    },
    "POST /v1/freezes/{wallet_id}/keep": {"note": "the police still ask", "review_hours": 24},
    "POST /v1/freezes/{wallet_id}/lift": {"note": "has the phone again"},
    "POST /v1/risk/scores/{id}/decision": {"label": "legitimate", "note": "looked at every transfer of it"},
    "POST /v1/risk/trials": {
        "from": "2026-11-01T00:00:00Z",
        "to": "2026-11-20T00:00:00Z",
        "rules": [{"name": "new-account-ring", "parameters": {"members": 5}, "mode": "on"}],
    },
    "PATCH /v1/risk/rules/{name}": {"mode": "on", "note": "tried on last month", "parameters": {"members": 5}},
}
