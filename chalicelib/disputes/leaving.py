"""Of whoever is erased, nobody's words of their disputes stay; the disputes themselves are part of the books."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.disputes import model, store


def forget(user_id: str, logins: tuple[str, ...], at: datetime) -> None:
    """May be repeated."""
    for dispute_id in store.all_of(user_id):
        store.forget(dispute_id)


def told(user_id: str, logins: tuple[str, ...]) -> Mapping[str, Any]:
    """What their archive has of it: as they see it."""
    shown = [model.view(store.found(one), store.said(one)) for one in store.all_of(user_id)]
    return {"disputes.json": msgspec.to_builtins(shown)}
