"""A pack for tests: two tiers, small figures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from chalicelib.policy.pack import Pack

LOW = {"per_movement": 10, "day": 20, "month": 30, "year": 35, "balance": 40, "top_up": 15}
HIGH = {name: figure * 10 for name, figure in LOW.items()}
_MADE_UP = {"example": "For a test."}


def written(name: str, effective_at: datetime, **other: Any) -> dict[str, Any]:
    """As a pack is written, every section an example; `other` sections take their place."""
    every: tuple[str, ...] = ("payment", "transfer", "top-up", "withdrawal")
    steps = [
        {"needs": [], "features": every, "limits": LOW},
        {"needs": ["identity-document"], "features": every, "limits": HIGH},
    ]
    credit = {
        "instalments_from_tier": 1,
        "cash_loans_from_tier": None,
        "most_principal": [0, 100],
        "highest_annual_rate_basis_points": 1_500,
        "most_late_fee_per_instalment": 5,
        "most_late_fee_in_all": 15,
        "grace_days": 3,
        "withdrawal_days": 14,
        "disclosures": ["cost"],
    }
    sections: dict[str, dict[str, Any]] = {
        "tiers": {"steps": steps},
        "step_up": {"above": [5, None], "above_at_risk": [3, None]},
        "codes": {"most_without_step_up": 5},
        "duplicates": {"window_seconds": 300},
        "authorisations": {"days": 7},
        "guardian": {"above": 4},
        "withdrawals": {"least": 2},
        "cooling_off": {"after_reset_days": 1, "first_payee_days": 1, "credit_withdrawal_days": 14},
        "retention": {"days": {"movement": 10, "identity-document": 10, "complaint": 10, "audit": 10}},
        "fees": {"most_basis_points": {"payment": 300, "withdrawal": 100}},
        "credit": credit,
        "complaints": {"first_answer_days": 15, "final_answer_days": 35, "counted_in": "business"},
        "texts": {"shown": {"cost": {"en": "It costs.", "zh": "需要付费。"}}},
    }
    about = {"id": name, "area": "CN", "jurisdictions": ["CN"], "effective_at": effective_at, "currency": "CNY"}
    return about | {section: _MADE_UP | rule for section, rule in sections.items()} | other


def pack(name: str, effective_at: datetime, **other: Any) -> Pack:
    return msgspec.convert(written(name, effective_at, **other), Pack)


def one_tier(limits: dict[str, int], **thresholds: int | None) -> dict[str, Any]:
    """Sections of a pack with one tier alone."""
    steps = [{"needs": [], "features": ["payment", "transfer", "top-up", "withdrawal"], "limits": limits}]
    full = written("x", datetime(2026, 1, 1))
    return {
        "tiers": _MADE_UP | {"steps": steps},
        "step_up": _MADE_UP | {"above": [thresholds.get("above")], "above_at_risk": [thresholds.get("above_at_risk")]},
        "credit": full["credit"] | {"most_principal": [0]},
    }
