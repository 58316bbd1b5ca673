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
