"""The way of a top-up past processors, as it is kept with it: whom the rules named and why, who was asked and said no.

Written small, since a movement is bounded: `sandbox=0 harbour=13 stripe=method`, `sandbox=not_reached`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.processors.model import ProcessorEvent
from chalicelib.processors.routing import Candidate

MOST_ASKED = 3
"""Of one top-up. A person waits, and what is kept of them is bounded."""
OVERTAKEN = "overtaken"
"""Why a processor is asked no more: an earlier one, whose no it stood in for, has said yes after all."""
_LONGEST_WHY, _LONGEST_ROUTE = 24, 6
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")


@dataclass(frozen=True, slots=True)
class Step:
    """A processor and a word about it."""

    processor: str
    why: str


Steps = tuple[Step, ...]


def route(candidates: Iterable[Candidate]) -> Steps:
    """The first of them, in their order; `why` as the candidate says it."""
    return tuple(Step(one.processor, one.why) for one in candidates)[:_LONGEST_ROUTE]


def written(steps: Steps) -> str:
    return " ".join(f"{one.processor}={_UNSAFE.sub('_', one.why)[:_LONGEST_WHY]}" for one in steps)


def read(text: str) -> Steps:
    """Of a top-up from before there were routes: none."""
    return tuple(Step(*part.split("=", 1)) for part in text.split())


def gave_way(text: str) -> list[str]:
    """Who could not, of those that were asked before the present one."""
    return [step.processor for step in read(text) if step.why != OVERTAKEN]


def following(steps: Steps, tried: Iterable[str]) -> str | None:
    """Whom the route names after those who were tried; None at its end."""
    asked = set(tried)
    if len(asked) >= MOST_ASKED:
        return None
    return next((one.processor for one in steps if one.why.isdigit() and one.processor not in asked), None)


def said_no(event: ProcessorEvent, found: Mapping[str, Any]) -> bool:
    """Whether the event is of a processor that was asked for this top-up before the present one, and of its owner."""
    asked = {step.processor for step in read(found.get("tried", ""))}
    return event.processor in asked and (not event.owner or event.owner == found["owner"])


def overtaken(event: ProcessorEvent, found: Mapping[str, Any]) -> str:
    """What was tried, once the event's processor stands in the place of the present one again."""
    others = tuple(step for step in read(found["tried"]) if step.processor != event.processor)
    return written((*others, Step(found["processor"], OVERTAKEN)))
