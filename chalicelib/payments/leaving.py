"""Whoever is erased gives and holds no family card any more; what was paid with one stays in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.payments import family, store_family


def forget(user_id: str, logins: tuple[str, ...], at: datetime) -> None:
    """May be repeated."""
    family.end_all(user_id, at)


def told(user_id: str, logins: tuple[str, ...]) -> Mapping[str, Any]:
    """What their archive has of it: as both sides see it, without the month."""
    cards = store_family.every_one_of(user_id)
    return {"family-cards.json": [_shown(msgspec.to_builtins(one.view(user_id, one.began))) for one in cards]}


def _shown(plain: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in plain.items() if name not in ("spent_this_month", "left_this_month")}
