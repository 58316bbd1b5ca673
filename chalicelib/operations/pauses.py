"""What rests for maintenance, as every process knows it: at most 15 s old; where nobody answers, what was known before.

What was begun before finishes: a request whose key is kept already is let through, and is answered as it was.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from chalicelib.api import guard
from chalicelib.kernel import clock
from chalicelib.kernel.capabilities import Begins
from chalicelib.kernel.errors import CofferError, Maintenance, Unavailable
from chalicelib.kernel.idempotency import RequestKey
from chalicelib.ledger import service as ledger
from chalicelib.observability import logger
from chalicelib.operations import store
from chalicelib.operations.model import Announcement
from chalicelib.policy import published
from chalicelib.processors import choosing

_KEPT_SECONDS = 15
_LOOKED_AT = 50
"""The newest windows: whoever has planned fifty more since then has forgotten the one before."""
_LONGEST_PAUSE_SECONDS = 3_600
"""Nobody is sent away for longer: a window may end early."""
_kept: dict[str, Any] = {}
_AWAY = (BotoCoreError, ClientError, PynamoDBException, Unavailable)


def stand_guard() -> None:
    """From now on, in this process: what rests is refused, and each request knows which rules are published."""
    guard.pause_with(require_open)
    guard.begin_with(published.as_of)
    choosing.rest_with(refusal_of)


def require_open(begins: Begins, key: RequestKey | None, language: str, at: datetime) -> None:
    """Raises Maintenance while what it `begins` rests, unless the request was begun before it did."""
    window = resting(begins.capability, None, at)
    if window and not (key and begins.receipt and ledger.answered(key.movement_id(begins.receipt), key)):
        raise refusal(window, language, at)


def refusal_of(processor: str, language: str, at: datetime) -> CofferError | None:
    """The refusal of a top-up through `processor` while it rests, alone."""
    window = resting("top-ups", processor, at)
    return refusal(window, language, at) if window else None


def resting(capability: str, processor: str | None, at: datetime) -> Announcement | None:
    """The window for which `capability` waits, of `processor` alone or, with None, everywhere."""
    return next((one for one in _known(at) if one.rests(capability, processor, at)), None)


def refusal(window: Announcement, language: str, at: datetime) -> CofferError:
    said = window.banner(language)
    ends_at = window.ends_at or at
    seconds = min(max(1, math.ceil((ends_at - at).total_seconds())), _LONGEST_PAUSE_SECONDS)
    return Maintenance(
        retry_after_seconds=seconds, until=clock.written(ends_at), announcement=said.title, meaning=said.body
    )


def forget() -> None:
    """What this process keeps for a while."""
    _kept.clear()


def _known(at: datetime) -> tuple[Announcement, ...]:
    """Asked once in each 15 s, whether an answer comes or not: what cannot be known holds up nobody twice."""
    period = int(at.timestamp()) // _KEPT_SECONDS
    if _kept.get("period") != period:
        _kept["period"] = period
        _look()
    windows: tuple[Announcement, ...] = _kept.get("windows", ())
    return windows


def _look() -> None:
    try:
        _kept["windows"] = tuple(store.newest("maintenance", None, _LOOKED_AT)[0])
    except _AWAY as trouble:
        said = getattr(trouble, "cause_response_code", None) or type(trouble).__name__
        logger().info("maintenance is not known", extra={"trouble": said})
