"""How processors do, in the table `topups`: a partition for each, `HEALTH#<processor>`, of minutes, breaker and days.

What goes out through it has one of its own, `HEALTH#<processor>#OUT` (`health.out`).

Additions whose answer was lost may count twice: these are numbers to choose by, not books. One item takes about a
thousand additions a second; what DynamoDB turns away beyond that is not counted, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.cloud_tables import Table, absent, made
from chalicelib.kernel import clock
from chalicelib.processors.model_breaker import Breaker, Phase
from chalicelib.processors.model_health import BOUNDS, WINDOW, Arrivals, Minute, Tally, bound_of

PARTITION = "HEALTH#"
"""How all of its keys begin: roles that need nothing else of the table are held to it."""
_BREAKER, _MISSING, _SPEED = "BREAKER", "MISSING", "SPEED#"
_PHASES: dict[str, Phase] = {"closed": "closed", "open": "open", "half-open": "half-open"}
_MINUTES_KEPT, _DAYS_KEPT = timedelta(days=1), timedelta(days=30)


class _MinuteItem(Table):
    setting = "topups_table"
    asked = NumberAttribute(null=True)
    failed = NumberAttribute(null=True)
    milliseconds = NumberAttribute(null=True)
    phase = UnicodeAttribute(null=True)
    since = UnicodeAttribute(null=True)
    openings = NumberAttribute(null=True)
    probes = NumberAttribute(null=True)
    good = NumberAttribute(null=True)
    number = NumberAttribute(null=True)
    expires_at_seconds = NumberAttribute(null=True)


class _SpeedItem(Table):
    setting = "topups_table"
    arrived = NumberAttribute(null=True)
    at_most_2 = NumberAttribute(null=True)
    at_most_5 = NumberAttribute(null=True)
    at_most_10 = NumberAttribute(null=True)
    at_most_20 = NumberAttribute(null=True)
    at_most_30 = NumberAttribute(null=True)
    at_most_60 = NumberAttribute(null=True)
    at_most_120 = NumberAttribute(null=True)
    at_most_300 = NumberAttribute(null=True)
    at_most_900 = NumberAttribute(null=True)
    at_most_3600 = NumberAttribute(null=True)
    at_most_86400 = NumberAttribute(null=True)
    at_most_172800 = NumberAttribute(null=True)
    at_most_259200 = NumberAttribute(null=True)
    at_most_432000 = NumberAttribute(null=True)
    at_most_604800 = NumberAttribute(null=True)
    expires_at_seconds = NumberAttribute(null=True)


class _MissingItem(Table):
    setting = "topups_table"
    noted_at = UnicodeAttribute(null=True)
    said_at = UnicodeAttribute(null=True)
    expires_at_seconds = NumberAttribute(null=True)


@dataclass(frozen=True, slots=True)
class Kept:
    """Of one processor: the minutes of the window and its breaker."""

    minutes: tuple[Minute, ...]
    breaker: Breaker


def add(processor: str, method: str, tally: Tally, at: datetime) -> None:
    item = _MinuteItem(PARTITION + processor, f"{clock.written(at)[:16]}#{method}")
    named = {"asked": tally.asked, "failed": tally.failed, "milliseconds": tally.milliseconds}
    actions: list[Action] = [getattr(_MinuteItem, name).add(count) for name, count in named.items() if count]
    item.update([*actions, _MinuteItem.expires_at_seconds.set(int((at + _MINUTES_KEPT).timestamp()))])


def kept(processor: str, at: datetime, since: timedelta = WINDOW) -> Kept:
    """Minutes and breaker in one query; a moment old at worst, since it decides nothing about money."""
    first = clock.written(at - since)[:16]
    found = list(_MinuteItem.query(PARTITION + processor, _MinuteItem.sk.between(first, _BREAKER)))
    breakers = [_breaker(item) for item in found if item.sk == _BREAKER]
    minutes = tuple(_minute(item) for item in found if item.sk != _BREAKER)
    return Kept(minutes, breakers[0] if breakers else Breaker())


def breaker(processor: str) -> Breaker:
    """As it is: a consistent read."""
    found = _MinuteItem.find(PARTITION + processor, _BREAKER)
    return _breaker(found) if found else Breaker()


def change(processor: str, before: Breaker, after: Breaker) -> bool:
    """False, and no effect, if somebody changed it first."""
    item = _MinuteItem(
        PARTITION + processor,
        _BREAKER,
        phase=after.phase,
        since=clock.written(after.since) if after.since else None,
        openings=after.openings,
        probes=after.probes,
        good=after.good,
        number=after.number,
    )
    return made(lambda: item.save(_MinuteItem.number == before.number if before.number else absent()))


def arrived(processor: str, method: str, seconds: float, at: datetime) -> None:
    item = _SpeedItem(PARTITION + processor, f"{_SPEED}{clock.written(at)[:10]}#{method}")
    actions: list[Action] = [_SpeedItem.arrived.add(1)]
    if bound := bound_of(seconds):
        actions.append(getattr(_SpeedItem, f"at_most_{bound}").add(1))
    item.update([*actions, _SpeedItem.expires_at_seconds.set(int((at + _DAYS_KEPT).timestamp()))])


def arrivals(processor: str, first: datetime, last: datetime) -> Iterator[tuple[str, Arrivals]]:
    """Method and what arrived, of each day from the first to the last."""
    days = [f"{_SPEED}{clock.written(one)[:10]}" for one in (first, last)]
    for item in _SpeedItem.query(PARTITION + processor, _SpeedItem.sk.between(days[0], days[1] + "$")):
        within = {bound: int(getattr(item, f"at_most_{bound}") or 0) for bound in BOUNDS}
        yield item.sk.rpartition("#")[2], Arrivals(int(item.arrived or 0), within)


def note_missing(processor: str, at: datetime) -> None:
    """Nobody has set it up, as far as the secret says that was read last."""
    expires = int((at + _MINUTES_KEPT).timestamp())
    named: list[Action] = [_MissingItem.noted_at.set(clock.written(at)), _MissingItem.expires_at_seconds.set(expires)]
    _MissingItem(PARTITION + processor, _MISSING).update(named)


def missing_at(processor: str) -> datetime | None:
    """When that was noted last."""
    found = next(iter(_MissingItem.query(PARTITION + processor, _MissingItem.sk == _MISSING)), None)
    return clock.read(found.noted_at) if found and found.noted_at else None


def may_say(processor: str, at: datetime, pause: timedelta) -> bool:
    """Whether that was not said for so long, and is now by whoever asks; of two at once, by one."""
    item, said_at = _MissingItem(PARTITION + processor, _MISSING), _MissingItem.said_at
    quiet = said_at.does_not_exist() | (said_at <= clock.written(at - pause))
    actions: list[Action] = [said_at.set(clock.written(at))]
    actions.append(_MissingItem.expires_at_seconds.set(int((at + _MINUTES_KEPT).timestamp())))
    return made(lambda: item.update(actions, condition=quiet))


def _minute(item: _MinuteItem) -> Minute:
    minute, _, method = item.sk.partition("#")
    return Minute(minute, method, Tally(int(item.asked or 0), int(item.failed or 0), int(item.milliseconds or 0)))


def _breaker(item: _MinuteItem) -> Breaker:
    return Breaker(
        phase=_PHASES[item.phase or "closed"],
        since=clock.read(item.since) if item.since else None,
        openings=int(item.openings or 0),
        probes=int(item.probes or 0),
        good=int(item.good or 0),
        number=int(item.number or 0),
    )
