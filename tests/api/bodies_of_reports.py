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
        ],
        "dimensions": ["time", "currency"],
        "grain": "day",
        "filters": [{"dimension": "kind", "words": ["payment"], "is_not": False}],
        "compare": True,
        "sort": {"by": "moved", "descending": True},
        "top": 10,
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
REPORTS |= {
    "POST /v1/reports/saved": {"name": "Payments", "query": _QUERY, "chart": "bars"},
    "PATCH /v1/reports/saved/{id}": {"name": "Payments", "query": _QUERY, "chart": "lines"},
    "POST /v1/reports/ready/{name}/answer": {"period": "today"},
}
