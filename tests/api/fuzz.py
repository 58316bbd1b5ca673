"""Schemathesis against the document that Coffer serves, in this process: `python -m tests.api.fuzz --cases 5000`.

Each turn plays one side in a fresh world (moto slows down as its tables grow): first every case that the document's
own bounds suggest, then seeded random ones, alone and in sequences. Prints cases, failures and seconds.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events

from chalicelib.kernel import clock
from chalicelib.ledger import audit
from chalicelib.processors import wire
from tests import tables
from tests.api.fuzz_kit import SIDES, TOKEN, Side, aimed, in_process
from tests.api.world import cheap_passwords
from tests.conftest import FrozenClock, empty_cloud

START = datetime(2026, 11, 22, 8, 0, 0, tzinfo=UTC)
EVERY_PHASE = ("examples", "coverage", "fuzzing", "stateful")
_BY_MEANING = {"invalid-cursor", "invalid-or-expired", "currency-mismatch", "idempotency-key-reused"}
"""Refusals that no schema can foretell."""
_BEYOND_SCHEMA = {
    "identifier": "a mailbox or telephone that exists",
    "password": "not among the commonest; one proof of two",
    "pin": "not among those guessed first; with the method that takes it",
    "current_pin": "one proof of two",
    "code": "with the method that takes it",
    "credential": "with the method that takes it",
    "display_name": "something to see in it",
    "device_name": "something to see in it",
    "name": "something to see in it",
    "order_reference": "bytes, not letters, are counted; nothing hidden",
    "description": "bytes, not letters, are counted",
    "reason": "bytes, not letters, are counted",
    "checkout_id": "a checkout or all of an order",
    "merchant_id": "a checkout or all of an order; of a role, it or the role",
    "staff_id": "a role or a merchant",
    "store_id": "a store of this merchant",
    "store_ids": "stores of this merchant",
    "address": "nothing hidden",
    "legal_name": "something to see in it",
    "representative_name": "something to see in it",
    "registration_number": "letters and digits",
    "number": "letters and digits",
    "full_name": "something to see in it",
    "born_on": "a day, and not to come",
    "expires_on": "a day to come; an ID document has one",
    "plan": "one that is offered for what it is for",
    "website": "https",
    "amount": "a checkout or all of an order; at most what is left",
    "currency": "a checkout or all of an order",
    "expires_at": "soon, but not past",
    "return_url": "https",
    "at": "a second that clocks have",
    "processor": "one that this stage has",
    "jurisdiction": "one that is served",
    "new_password": "not among the commonest",
    "consents": "documents and versions that were published",
    "destination": "as the way has its numbers",
    "push_token": "as the platform has its tokens",
    "seconds": "an integer that is written as one: JSON Schema takes 1.0 for it",
    "score": "an integer that is written as one",
    "approval_above": "an integer that is written as one",
    "capture": "at once where something helps to pay",
    "coupon_id": "one of what helps to pay",
    "points": "one of what helps to pay",
    "bonus": "one of what helps to pay",
    "family_card_id": "one of what helps to pay",
    "overlap_hours": "an integer that is written as one",
    "url": "where the public network leads",
    "after": "an event of this merchant",
}
"""What else must hold of a field, in words."""


@schemathesis.check
def refused_for_a_reason(ctx: Any, response: Any, case: Any) -> None:
    """What fits the document is refused only by its meaning, never by a form that the document does not tell."""
    fits = case.meta is not None and case.meta.generation.mode.is_positive
    if fits and response.status_code in (400, 413, 415, 422):
        problem = response.json()
        known = problem["code"] in _BY_MEANING or problem.get("param", "").rpartition(".")[2] in _BEYOND_SCHEMA
        assert known or _hostile(case) or _to_come(case), f"the document lets this through: {problem}"


@schemathesis.check
def nothing_of_others(ctx: Any, response: Any, case: Any) -> None:
    """Neither ids, names, addresses nor balances of somebody else."""
    told = [mark for mark in case.operation.app.marks if mark in response.text]
    assert not told, f"somebody else's: {told}"


def _hostile(case: Any) -> bool:
    """Whether it carries what is refused in any text: NUL, bidirectional overrides."""
    sent = repr([case.body, dict(case.query or {}), dict(case.path_parameters or {})])
    return any(mark in sent for mark in ("\\x00", "\\u202", "\\u206", "\\ud"))


def _to_come(case: Any) -> bool:
    """Whether it asks for a month that has not begun."""
    return str(dict(case.path_parameters or {}).get("month", "")) > f"{START:%Y-%m}"


@dataclass
class Tally:
    """What was sent and judged; a case is one request with its answer.

    `answers`: how often which operation answered its own method with which status; preflights and wrong methods are
    cases, but say nothing of the operation. `judged`: how many answers each check has seen. `failures`: a text each.
    """

    cases: int = 0
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    judged: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    @property
    def reached(self) -> set[str]:
        """The operations that succeeded at least once."""
        return {operation for operation, status in self.answers if 200 <= status < 300}

    @property
    def missed(self) -> set[str]:
        """The operations that were called and never succeeded."""
        return {operation for operation, _ in self.answers} - self.reached

    def add(self, other: Tally) -> None:
        self.cases += other.cases
        self.answers += other.answers
        self.judged += other.judged
        self.failures += other.failures

    def count(self, recorder: Any) -> None:
        for case_id, sent in recorder.interactions.items():
            if sent.response is not None:
                self.cases += 1
                operation = recorder.cases[case_id].value.operation
                if sent.request.method.upper() == operation.method.upper():
                    self.answers[operation.label, sent.response.status_code] += 1
        for nodes in recorder.checks.values():
            for node in nodes:
                self.judged[node.name] += 1
                if node.failure_info is not None:
                    failed = node.failure_info
                    self.failures.append(
                        f"{recorder.label}: {node.name}: {failed.failure.message}\n{failed.code_sample}"
                    )


def play(side: Side, phases: tuple[str, ...], examples: int, seed: int, paths: str = "") -> Tally:
    """`examples`: random cases for each operation. `paths`: a pattern of the paths to call, by default all."""
    document = aimed(side.world.nobody.get("/openapi.json").json, side)
    schema = schemathesis.openapi.from_dict(document, config=_config(side.kind, phases, examples, seed))
    schema.app = side
    tally = Tally()
    for event in engine.from_schema(schema.include(path_regex=paths or ".")).execute():
        if isinstance(event, events.ScenarioFinished):
            tally.count(event.recorder)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            tally.failures.append(repr(getattr(event, "value", None) or getattr(event, "exception", None)))
    if not side.untouched():
        tally.failures.append(f"{side.kind}: the stranger's money moved")
    if not audit.trial_balance().balanced:
        tally.failures.append(f"{side.kind}: the books do not balance")
    return tally


def _config(kind: str, phases: tuple[str, ...], examples: int, seed: int) -> SchemathesisConfig:
    """Every check is on. A 400 or 422 for what fits the document is judged by `refused_for_a_reason`; 429 is fair."""
    accepted = ["2xx", "401", "403", "404", "409", "400", "422", "429"]
    told: dict[str, Any] = {
        "seed": seed,
        "generation": {"max-examples": examples, "database": "none", "no-shrink": True},
        "phases": {"enabled": False, **{phase: {"enabled": True} for phase in phases}},
        "checks": {"enabled": True, "positive_data_acceptance": {"enabled": True, "expected-statuses": accepted}},
    }
    if kind != "anonymous":
        told["auth"] = {"openapi": {kind: {"bearer": TOKEN}}}
    return SchemathesisConfig.from_dict(told)


@contextmanager
def fresh(kind: str) -> Iterator[Side]:
    """A side in a world of its own."""
    frozen = FrozenClock(START)
    clock_before, wire_before = clock.use(frozen), wire.use(wire.over_the_network)
    try:
        with empty_cloud(tables.in_memory), pytest.MonkeyPatch.context() as patch:
            cheap_passwords(patch)
            in_process(patch)
            yield Side(kind, frozen)
    finally:
        clock.use(clock_before)
        wire.use(wire_before)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    total, started = Tally(), time.monotonic()
    for turn, kind in enumerate(itertools.cycle(SIDES)):
        if total.cases >= wanted.cases and turn >= len(SIDES):
            break
        phases, examples = (EVERY_PHASE, 5) if turn < len(SIDES) else (("fuzzing", "stateful"), 15)
        with fresh(kind) as side:
            tally = play(side, phases, examples, wanted.seed + turn // len(SIDES))
        total.add(tally)
        reached = len(tally.reached)
        print(
            f"{kind}: {tally.cases} cases, {len(tally.failures)} failures, {reached} operations succeeded", flush=True
        )
    for failure in total.failures[:20]:
        print(failure)
    print("answers judged:", ", ".join(f"{name} {count}" for name, count in sorted(total.judged.items())))
    print(f"operations that succeeded: {len(total.reached)}; never: {', '.join(sorted(total.missed))}")
    seconds = time.monotonic() - started
    print(f"seed {wanted.seed}: {total.cases} cases, {len(total.failures)} failures, {seconds:.0f} seconds")
    return 1 if total.failures else 0


if __name__ == "__main__":
    sys.exit(main())
