"""What another pack would have said to the same movements: who would be treated differently, by which rule. Pure.

Sums are of what really happened: a movement that one pack would have refused counts for both in what follows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import msgspec

from chalicelib.policy import model
from chalicelib.policy.pack import Action, Limits, Pack

How = Literal["newly-refused", "newly-allowed", "newly-step-up", "step-up-no-more"]
_SUMS = ("day", "month", "year")
_ALLOWED, _STEP_UP = "", "step_up"


class Happened(msgspec.Struct, frozen=True):
    """A movement as it was asked for. `made`: whether it was made, so that it counts; a refusal does not."""

    id: str
    person: str
    account: str
    action: Action
    amount: int
    tier: int
    at: datetime
    made: bool = True


class Row(msgspec.Struct, frozen=True):
    """`rule`: the one that refuses, or asks for a step-up. `examples`: ids of movements, the first ones."""

    rule: str
    how: How
    people: int
    movements: int
    volume: int
    examples: tuple[str, ...]


class Comparison(msgspec.Struct, frozen=True):
    """`movements`: how many were looked at."""

    old: str
    new: str
    movements: int
    people: int
    volume: int
    rows: tuple[Row, ...]


@dataclass(slots=True)
class _Found:
    people: set[str] = field(default_factory=set)
    movements: int = 0
    volume: int = 0
    examples: list[str] = field(default_factory=list)


def compared(
    happened: Iterable[Happened], old: Pack, new: Pack, *, since: datetime | None = None, examples: int = 5
) -> Comparison:
    """`happened`: of each account in order of time, in the packs' currency. What is before `since` only counts in
    sums."""
    sums: dict[tuple[str, str], int] = {}
    found: dict[tuple[str, How], _Found] = {}
    people: set[str] = set()
    seen = volume = 0
    for one in happened:
        before = _totals(sums, one)
        if since is None or one.at >= since:
            seen, volume = seen + 1, volume + one.amount
            people.add(one.person)
            if difference := _difference(one, before, old, new):
                _count(found.setdefault(difference, _Found()), one, examples)
        if one.made and one.action != "top-up":
            sums.update({key: total + one.amount for key, total in before.items()})
    rows = [_row(rule, how, each) for (rule, how), each in sorted(found.items())]
    return Comparison(old.id, new.id, seen, len(people), volume, tuple(rows))


def _totals(sums: Mapping[tuple[str, str], int], one: Happened) -> dict[tuple[str, str], int]:
    """What was spent before, of the day, the month and the year that `one` falls into."""
    periods = (f"{one.at:%Y-%m-%d}", f"{one.at:%Y-%m}", f"{one.at:%Y}")
    return {(one.account, period): sums.get((one.account, period), 0) for period in periods}


def _difference(one: Happened, before: Mapping[tuple[str, str], int], old: Pack, new: Pack) -> tuple[str, How] | None:
    was, would = (_said(pack, one, tuple(before.values())) for pack in (old, new))
    if was == would or (_refuses(was) and _refuses(would)):
        return None
    if _refuses(would):
        return would, "newly-refused"
    if _refuses(was):
        return was, "newly-allowed"
    return _STEP_UP, "newly-step-up" if would == _STEP_UP else "step-up-no-more"


def _refuses(said: str) -> bool:
    return said not in (_ALLOWED, _STEP_UP)


def _said(pack: Pack, one: Happened, before: tuple[int, ...]) -> str:
    """The rule that refuses, `step_up`, or nothing."""
    decision = model.decide(pack, one.tier, one.action, one.amount)
    if not decision.allowed:
        return decision.reasons[0]
    if one.action != "top-up" and (limit := _exceeded(decision.limits, one.amount, before)):
        return limit
    return _STEP_UP if decision.step_up else _ALLOWED


def _exceeded(limits: Limits, amount: int, before: tuple[int, ...]) -> str:
    return next((name for name, spent in zip(_SUMS, before, strict=True) if spent + amount > getattr(limits, name)), "")


def _count(found: _Found, one: Happened, examples: int) -> None:
    found.people.add(one.person)
    found.movements += 1
    found.volume += one.amount
    if len(found.examples) < examples:
        found.examples.append(one.id)


def _row(rule: str, how: How, found: _Found) -> Row:
    return Row(rule, how, len(found.people), found.movements, found.volume, tuple(found.examples))
