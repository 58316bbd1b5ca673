"""Deposits that are open: followed from the journal, so that a merchant finds what it holds and has not taken."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.merchants import store_deposits

_BEGINS, _ENDS = "authorisation", frozenset({"capture", "void", "expiry"})
FOLLOWED = frozenset({_BEGINS, *_ENDS})
"""The kinds of entries that open and end them."""


def follow(kind: str, payment: Mapping[str, Any], at: datetime) -> None:
    """Late, twice or in any order. Parts of a shared checkout are nobody's to take: they are no deposits."""
    place = payment["payee"], payment["created_at"], payment["pk"]
    if "share" in payment:
        return
    if kind == _BEGINS:
        store_deposits.put(*place, at)
    else:
        store_deposits.remove(*place)


def of(merchant_id: str, position: str | None, limit: int) -> tuple[list[str], str | None]:
    """Ids of payments that were held, the oldest first, which may have ended since; and the next position."""
    return store_deposits.of(merchant_id, position, limit)
