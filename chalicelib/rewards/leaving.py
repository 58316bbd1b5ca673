"""Whoever is erased has no coupons any more; what a payment took stays in its receipt, which names nobody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.rewards import store


def forget(user_id: str, logins: tuple[str, ...], at: datetime) -> None:
    """May be repeated."""
    store.erase(user_id)


def told(user_id: str, logins: tuple[str, ...]) -> Mapping[str, Any]:
    """What their archive has of it."""
    return {"coupons.json": [_shown(msgspec.to_builtins(one)) for one in store.every_one_of(user_id)]}


def _shown(plain: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in plain.items() if name != "owner"}
