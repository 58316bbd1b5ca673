"""Of whoever is erased, what was remembered for scoring goes; scores stay with the books, under a pseudonym and ids."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib import happenings
from chalicelib.risk import store_profiles


def forget(user_id: str, logins: tuple[str, ...], at: datetime) -> None:
    """May be repeated."""
    store_profiles.forget(f"P#{happenings.pseudonym(user_id)}", at)


def told(user_id: str, logins: tuple[str, ...]) -> Mapping[str, Any]:
    """What their archive has of it: what is usual of them, and how much is remembered."""
    key = f"P#{happenings.pseudonym(user_id)}"
    profile, _ = store_profiles.load([key])[key]
    usual = {currency: sketch.usual for currency, sketch in profile.amounts.items()}
    return {"risk.json": {"usual_amounts": usual, "events_remembered": len(profile.recent)}}
