"""Processors that the rules name and nobody has set up: the secret has no section for them, or one that lacks a part.

The sweep finds them and notes it, for *office* and the schedule of payouts may not read the secret. Said once an hour
at most, and only of those that the rules name for payouts, or that somebody's money waits for: the others are a choice.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from chalicelib import observability
from chalicelib.processors import choosing, health, store_health
from chalicelib.processors import service as processors

SAID_EVERY = timedelta(hours=1)
_HOUR_SECONDS = 3600


def look(at: datetime) -> int:
    """The sweep's part, once an hour in each process, which reads the secret once. Returns how many are missing."""
    return _looked(int(at.timestamp()) // _HOUR_SECONDS)


def watch(at: datetime) -> int:
    """Measures whether each processor that is set up can be asked, in and out; returns how many cannot."""
    ways = [way for name in processors.names() for way in (name, health.out(name))]
    closed = {way: health.is_closed(way, at) for way in ways}
    for way, good in closed.items():
        observability.gauge("ProcessorHealthy", int(good), "Count", Processor=way)
    down = len(closed) - sum(closed.values())
    observability.gauge("ProcessorsDown", down, "Count")
    return down


def say(processor: str, at: datetime) -> None:
    """That nobody can ask it, though the rules or somebody's money do."""

    def said() -> None:
        if store_health.may_say(processor, at, SAID_EVERY):
            observability.logger().warning("a processor is not set up", extra={"processor": processor})

    health.quietly(said)


@lru_cache(maxsize=1)
def _looked(hour: int) -> int:
    at = datetime.fromtimestamp(hour * _HOUR_SECONDS, UTC)
    set_up, terms_of = processors.names(), choosing.rules(at).among(processors.known()).processors
    missing = [name for name in terms_of if name not in set_up]
    for name in missing:
        store_health.note_missing(name, at)
        if terms_of[name].payouts:
            say(name, at)
    return len(missing)


def forget() -> None:
    _looked.cache_clear()
