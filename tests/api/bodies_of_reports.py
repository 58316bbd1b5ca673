"""A body that each route of reports takes."""

from __future__ import annotations

from typing import Any

REPORTS: dict[str, dict[str, Any]] = {
    "POST /v1/reports/query": {
        "from": "2026-11-01T00:00:00Z",
        "to": "2026-12-01T00:00:00Z",
        "measures": [
            {"measure": "sum", "of": "amount", "name": "moved"},
            {"measure": "quantile", "of": "fee", "at": 0.5},
            {"measure": "conversion", "to": "payment", "nth": 2, "within_days": 30},
            {"measure": "retention", "after": 1},
        ],
        "dimensions": ["time", "currency"],
        "grain": "day",
        "filters": [{"dimension": "kind", "words": ["payment"], "is_not": False}],
        "compare": True,
        "sort": {"by": "moved", "descending": True},
        "top": 10,
        "funnel": {
            "steps": [{"kind": "top-up", "outcome": "succeeded", "nth": 1}, {"kind": "payment"}],
            "within_days": 30,
        },
    },
}

_QUERY: dict[str, Any] = {
    "period": "last-7-days",
    "measures": [{"measure": "sum", "of": "amount", "name": "moved"}],
    "dimensions": ["time", "currency"],
    "grain": "day",
    "filters": [{"dimension": "kind", "words": ["payment"], "is_not": False}],
    "compare": True,
    "sort": {"by": "moved", "descending": True},
    "top": 10,
}
_SCHEDULE = {"every": "week", "hour": 6, "recipients": ["usr_1"]}
_SAVED = {"name": "Takings by day", "query": _QUERY, "schedule": _SCHEDULE}
REPORTS |= {
    "POST /v1/reports/saved": _SAVED | {"chart": "bars"},
    "PATCH /v1/reports/saved/{id}": _SAVED | {"chart": "lines"},
    "POST /v1/reports/ready/{name}/answer": {"period": "today", "merchant_id": "mer_1"},
    "POST /v1/reports/imports": {
        "name": "shops",
        "key": "merchant",
        "key_column": "Shop",
        "columns": [{"column": "Region manager", "name": "region_manager"}],
        "sha256": "0" * 64,
        "bytes": 2,
    },
}
