"""`make metrics`: objectives, how fast their allowances burn, what waits, and which alarms ring in the local cloud."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from infra.local import places, watch
from infra.local.alarm_data import Data
from infra.local.alarm_rules import reckoned, window
from infra.objectives import OBJECTIVES

_NAMESPACE = f"Coffer/{places.STACK}"
_WINDOWS = (300, 1_800, 3_600, 21_600)
_AGES = ("OldestUnsettledSeconds", "OldestUnknownTopUpSeconds", "ProcessorsDown")
_FUNCTIONS = ("money", "access", "webhooks", "office", "analysis")
Row = tuple[str, ...]


def told(alarms: Mapping[str, Mapping[str, Any]], seen: watch.Watch, minute: int, *, all_alarms: bool = False) -> str:
    """The whole page."""
    parts = [
        _table(("objective", "of 100", *_heads()), _objectives(alarms, seen.data, minute)),
        _table(("function", "requests", "errors", "ms", "AWS calls"), _functions(seen.data, minute)),
        _table(("now", "value"), _ages(seen.data, minute)),
        _alarms(seen, all_alarms),
    ]
    return "\n\n".join(parts)


def _heads() -> Iterator[str]:
    for seconds in _WINDOWS:
        yield f"burn {_shown(seconds)}"
    yield f"bad of all in {_shown(_WINDOWS[-1])}"


def _objectives(alarms: Mapping[str, Mapping[str, Any]], data: Data, minute: int) -> Iterator[Row]:
    for objective in OBJECTIVES:
        expression = _expression(alarms, objective.name)
        found = [_events(data, objective.capability, seconds, minute) for seconds in _WINDOWS]
        burns = [reckoned(expression, one) for one in found]
        shown = ["–" if burn is None else f"{burn:.1f}" for burn in burns]
        good, bad = found[-1]["good"] or 0, found[-1]["bad"] or 0
        target = expression.rpartition("(1 - ")[2].partition(" /")[0]
        yield objective.capability, target, *shown, f"{bad:g} of {good + bad:g}"


def _expression(alarms: Mapping[str, Mapping[str, Any]], objective: str) -> str:
    """The template's own, of a short window."""
    metrics = alarms[f"{places.STACK}-{objective}BurnFastShort"]["Metrics"]
    found: str = next(one["Expression"] for one in metrics if "Expression" in one)
    return found


def _events(data: Data, capability: str, seconds: int, minute: int) -> dict[str, float | None]:
    which = frozenset({("Capability", capability)})
    first, last = window(seconds, minute, 0)
    found = {name: data.over((_NAMESPACE, name, which), first, last) for name in ("Good", "Bad")}
    return {name.lower(): one.total if one else None for name, one in found.items()}


def _functions(data: Data, minute: int) -> Iterator[Row]:
    first, last = window(3_600, minute, 0)
    for function in _FUNCTIONS:
        which = frozenset({("Function", function)})
        names = ("Errors", "Milliseconds", "AwsCalls")
        errors, took, calls = (data.over((_NAMESPACE, name, which), first, last) for name in names)
        if errors and took and calls:
            means = (took.statistic("Average"), calls.statistic("Average"))
            yield function, f"{errors.count:g}", f"{errors.total:g}", f"{means[0]:.0f}", f"{means[1]:.1f}"


def _ages(data: Data, minute: int) -> Iterator[Row]:
    for name in _AGES:
        found = data.over((_NAMESPACE, name, frozenset()), minute - 2, minute)
        yield name, f"{found.most:g}" if found else "–"


def _alarms(seen: watch.Watch, all_of_them: bool) -> str:
    counted = Counter(one.state for one in seen.standing.values())
    summary = "alarms: " + ", ".join(f"{number} {state}" for state, number in sorted(counted.items()))
    shown = [(name, one) for name, one in seen.standing.items() if all_of_them or one.state == "ALARM"]
    lines = [f"  {one.state:<6} {name}  since {one.since:%H:%M:%S}  {one.reason}" for name, one in shown]
    return "\n".join([summary, *lines])


def _shown(seconds: int) -> str:
    return f"{seconds // 3600} h" if seconds >= 3600 else f"{seconds // 60} min"


def _table(heads: Row, rows: Iterable[Row]) -> str:
    lines = [heads, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="every alarm, not only those that ring")
    alarms, written = places.read(watch.ALARMS), places.read(watch.KEPT)
    if alarms is None or written is None:
        sys.exit("Nothing is known yet. `make run` starts the local cloud; a minute later there is something to see.")
    seen = watch.restored(alarms, written)
    print(told(alarms, seen, int(time.time()) // 60, all_alarms=parser.parse_args().all))


if __name__ == "__main__":
    main()
