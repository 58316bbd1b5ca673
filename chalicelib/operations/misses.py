"""Requests for money that we ended badly are kept, off the money path, so that it is known later whom an outage hit.

the request's end ──▶ the notices queue, which stands when the tables do not ──▶ tell: one row each, for ninety days

A request that never arrived, or whose process died under it, leaves none.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import queues
from chalicelib.api import misses
from chalicelib.api.misses import Miss
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Unavailable
from chalicelib.kernel.quotas import Buckets, Limit
from chalicelib.observability import logger
from chalicelib.settings import settings

_A_MINUTE = Limit("misses", 600)
"""Of one process: as many requests as it can end while nothing answers."""
_QUIET = timedelta(minutes=1)
"""Where the queue does not answer either, nobody waits for it twice in a minute."""
_buckets = Buckets()
_quiet_until: dict[str, datetime] = {}


def listen() -> None:
    """From now on, in this process."""
    misses.tell_to(hear)


def hear(miss: Miss) -> None:
    """Never raises: the request has its answer already."""
    at = clock.now()
    if at < _quiet_until.get("", at) or not _buckets.take(_A_MINUTE, "", at)[0]:
        return
    try:
        queues.send(settings().notices_queue_url, [{"MessageBody": msgspec.json.encode({"miss": miss}).decode()}])
    except (BotoCoreError, ClientError, Unavailable) as trouble:
        _quiet_until[""] = at + _QUIET
        logger().info("a miss is not kept", extra={"trouble": type(trouble).__name__})


def keep(told: Mapping[str, Any]) -> None:
    """Once, however often it is told."""
    from chalicelib.operations import store_misses

    store_misses.put(msgspec.convert(told, Miss))


def forget() -> None:
    """What this process keeps for a while."""
    _buckets.clear()
    _quiet_until.clear()
