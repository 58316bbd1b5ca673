"""When API keys and roles of staff were last used; a key's use is noted once a day (decision 39)."""

from __future__ import annotations

from datetime import datetime

from chalicelib.merchants import store_uses
from chalicelib.merchants.model_uses import KeyUse, RoleUse
from chalicelib.observability import logger


def note(key_id: str, today: str) -> None:
    """No request fails because of it: another one of the same day notes it."""
    try:
        store_uses.note(key_id, today)
    except Exception as error:
        logger().warning("KeyUseNotNoted", extra={"key": key_id, "error": type(error).__name__})


def merchants(position: str | None, limit: int) -> tuple[list[str], str | None]:
    """Ids, newest first; and the position of the next page."""
    return store_uses.merchants(position, limit)


def keys(merchant_id: str, position: str | None, limit: int, at: datetime) -> tuple[list[KeyUse], str | None]:
    """Those that are good; and the position of the next page."""
    return store_uses.keys(merchant_id, position, limit, at)


def roles(merchant_id: str, position: str | None, limit: int) -> tuple[list[RoleUse], str | None]:
    """Active roles of staff; and the position of the next page."""
    return store_uses.roles(merchant_id, position, limit)
