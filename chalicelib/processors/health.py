"""How processors do, counted and asked: beside the path of money, and never in its way.

Whatever goes wrong in here is as if nothing were known: every processor counts as well, and none is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from chalicelib import observability
from chalicelib.kernel.errors import Unavailable
from chalicelib.processors import model_breaker, store_health
from chalicelib.processors.model_breaker import Breaker
from chalicelib.processors.model_health import Arrivals, Tally, total, window

_KEPT_SECONDS = 5
_SPEED_KEPT_SECONDS = 60
_MISSING_FOR = timedelta(hours=3)
"""A processor that was noted as missing within them still is: the sweep notes it anew every hour."""
_OUT = "#OUT"
_SPEED_WINDOW, _SPEED_WINDOW_OUT = timedelta(days=1), timedelta(days=7)
"""Less goes out than comes in, and banks rest: a week of it says what is usual."""
_TRIES = 3
_Told = TypeVar("_Told")
_AWAY = (BotoCoreError, ClientError, PynamoDBException, Unavailable)


@dataclass(frozen=True, slots=True)
class Passed:
    """Processors that are not to be asked, and the one that this request probes, if any."""

    over: frozenset[str] = frozenset()
    probed: str = ""


def out(processor: str) -> str:
    """The name under which what goes out through `processor` is counted: apart from what comes in, breaker and all."""
    return processor + _OUT


def passed(processors: Iterable[str], at: datetime) -> Passed:
    """By their breakers, at most 5 s old. The first that is half-open and has a probe left is probed.

    Behind one that is asked nobody is probed: the probe would not be sent.
    """
    over: set[str] = set()
    probed, asked = "", False
    for name in processors:
        if standing_or_closed(name, at).phase != "closed":
            if asked or not _kept(partial(_takes_a_probe, name, at), False):
                over.add(name)
            else:
                probed = name
        asked = asked or name not in over
    return Passed(frozenset(over), probed)


def count(processor: str, method: str, *, failed: bool, seconds: float, at: datetime, probe: bool = False) -> None:
    """One question to `processor` and how it went; `failed` only by its own fault."""
    tally = Tally(1, int(failed), max(0, round(seconds * 1_000)))
    _kept(partial(store_health.add, processor, method, tally, at), None)
    if probe:
        heard(processor, not failed, at)


def heard(processor: str, good: bool, at: datetime) -> None:
    """It answered, or not, while its breaker was half-open; at any other time that changes nothing."""
    _kept(partial(_heard, processor, good, at), None)


def standing(processor: str, at: datetime) -> Breaker:
    """Its breaker, at most 5 s old."""
    return _standing(processor, int(at.timestamp()) // _KEPT_SECONDS)


def standing_or_closed(processor: str, at: datetime) -> Breaker:
    """The same; closed where that is not known."""
    return _kept(partial(standing, processor, at), Breaker())


def is_closed(processor: str, at: datetime) -> bool:
    """Whether its breaker lets it be asked; read only, and yes where that is not known."""
    return _kept(lambda: seen(processor, at)[0].phase == "closed", True)


def seen(processor: str, at: datetime) -> tuple[Breaker, dict[str, Tally]]:
    """Its breaker as it should be by now, and by method what was asked in the window. Raises Unavailable."""
    known = store_health.kept(processor, at)
    since = known.breaker.since if known.breaker.phase == "closed" else None
    counted = total(window(known.minutes, since, at).values())
    return model_breaker.looked_at(known.breaker, counted, at), window(known.minutes, None, at)


def is_missing(processor: str, at: datetime) -> bool:
    """Whether nobody has set it up, as the sweep found (`missing`), at most a minute old; no where that is unknown."""
    return _kept(partial(_is_missing, processor, int(at.timestamp()) // _SPEED_KEPT_SECONDS), False)


def quietly(act: Callable[[], None]) -> None:
    """Something beside the path of money: it fails nobody."""
    _kept(act, None)


def arrived(processor: str, method: str, seconds: float, at: datetime) -> None:
    """Money became spendable, or was paid out, `seconds` after its clock began (`topups/speed`, `settlement/speed`)."""
    _kept(partial(store_health.arrived, processor, method, max(0.0, seconds), at), None)


def usual_seconds(processor: str, method: str, at: datetime) -> int | None:
    """How long it usually takes, of yesterday and today, at most a minute old; None while unknown.

    Of what goes out, of the last seven days and today.
    """
    return usual(processor, at).get(method)


def usual(processor: str, at: datetime) -> dict[str, int | None]:
    """The same, by method, of all that was measured."""
    return _kept(partial(_speeds, processor, int(at.timestamp()) // _SPEED_KEPT_SECONDS), {})


def forget() -> None:
    """What this process keeps for a while."""
    _standing.cache_clear()
    _speeds.cache_clear()
    _is_missing.cache_clear()


@lru_cache(maxsize=64)
def _standing(processor: str, slot: int) -> Breaker:
    return _evolved(processor, datetime.fromtimestamp(slot * _KEPT_SECONDS, UTC))


@lru_cache(maxsize=64)
def _speeds(processor: str, slot: int) -> dict[str, int | None]:
    at, sums = datetime.fromtimestamp(slot * _SPEED_KEPT_SECONDS, UTC), dict[str, Arrivals]()
    days = _SPEED_WINDOW_OUT if processor.endswith(_OUT) else _SPEED_WINDOW
    for method, found in store_health.arrivals(processor, at - days, at):
        sums[method] = sums.get(method, Arrivals()) + found
    return {method: found.usual_seconds for method, found in sums.items()}


@lru_cache(maxsize=64)
def _is_missing(processor: str, slot: int) -> bool:
    noted_at = store_health.missing_at(processor)
    return noted_at is not None and datetime.fromtimestamp(slot * _SPEED_KEPT_SECONDS, UTC) - noted_at < _MISSING_FOR


def _evolved(processor: str, at: datetime) -> Breaker:
    """As it should be by now; written down if that is new. Whoever is second finds what the first has written."""
    kept = store_health.kept(processor, at)
    seen = total(window(kept.minutes, kept.breaker.since, at).values())
    after = model_breaker.looked_at(kept.breaker, seen, at)
    if after is kept.breaker or _changed(processor, kept.breaker, after):
        return after
    return store_health.breaker(processor)


def _takes_a_probe(processor: str, at: datetime) -> bool:
    """Whether this request may ask a processor that is half-open."""
    for _ in range(_TRIES):
        before = store_health.breaker(processor)
        after = model_breaker.looked_at(before, Tally(), at)
        taken = model_breaker.probed(after)
        if taken is None:
            return False
        if store_health.change(processor, before, taken):
            return True
    return False


def _heard(processor: str, good: bool, at: datetime) -> None:
    for _ in range(_TRIES):
        before = store_health.breaker(processor)
        after = model_breaker.heard(before, good, at)
        if after is before or _changed(processor, before, after):
            break
    _standing.cache_clear()


def _changed(processor: str, before: Breaker, after: Breaker) -> bool:
    """False if somebody else was quicker."""
    made = store_health.change(processor, before, after)
    if made and after.phase == "open":
        observability.count("BreakerOpened", Processor=processor)
    return made


def _kept(act: Callable[[], _Told], otherwise: _Told) -> _Told:
    """`otherwise` where our own notes cannot be had."""
    try:
        return act()
    except _AWAY as trouble:
        observability.logger().info("health of processors is not known", extra={"trouble": type(trouble).__name__})
        return otherwise
