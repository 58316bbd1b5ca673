"""A check of the whole: a cent comes in, a cent is paid, a cent goes back; and what is kept of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from chalicelib.kernel import clock

Name = Literal["sign-in", "mend", "top-up", "arrival", "payment", "reading", "refund", "balance", "sign-out"]
Outcome = Literal["good", "bad", "rested", "skipped"]
"""`rested`: maintenance said so; `skipped`: what it needs was not there, or this stage has no bank to ask."""
Verdict = Literal["good", "bad", "busy", "off"]
"""Of a whole check. `busy`: another one was under way; `off`: this stage has no probe accounts."""
CENT = 1
FULL = 100
"""A wallet that holds so much pays all of it, and is given a cent back: the rest stays with the probe's merchant."""
LEASE = timedelta(seconds=70)
"""How long a check has the accounts to itself: longer than its function may run."""
SILENT_AFTER = timedelta(minutes=15)
REMEMBERED = 24
MENDED_AT_ONCE = 3


class ProbeStep(msgspec.Struct, frozen=True):
    """`reason`: a status and a code of the API, never what anybody typed."""

    step: Name
    outcome: Outcome
    milliseconds: int
    reason: str = ""


class ProbeReport(msgspec.Struct, frozen=True):
    """What whoever invokes the function is told."""

    steps: tuple[ProbeStep, ...]
    outcome: Verdict


class ProbeCheck(msgspec.Struct, frozen=True):
    id: str
    begun_at: str
    outcome: Verdict
    milliseconds: int
    steps: tuple[ProbeStep, ...]


class ProbePast(msgspec.Struct, frozen=True):
    """`failed`: the steps that were bad."""

    begun_at: str
    outcome: Verdict
    milliseconds: int
    failed: tuple[Name, ...] = ()


class ProbesView(msgspec.Struct, frozen=True):
    """`past`: the last checks, the newest first and among them; `good_at` is empty before the first good one."""

    good_at: str
    newest: ProbeCheck | None
    past: tuple[ProbePast, ...]


class Unfinished(msgspec.Struct, frozen=True):
    """A check whose money may still move: a cent that is on its way in, a payment that nobody has given back."""

    check_id: str
    topup_id: str = ""
    refused: int = 0
    """How often giving it back was; what was refused once is refused under that key for ever."""

    @property
    def refund_key(self) -> str:
        return f"{self.check_id}-refund" + (f"-{self.refused}" if self.refused else "")


class Probes(msgspec.Struct, frozen=True):
    """All that is known of checks. `number`: how often it has changed; `busy_until`: empty while nobody checks."""

    number: int = 0
    busy_until: str = ""
    newest: ProbeCheck | None = None
    past: tuple[ProbePast, ...] = ()
    good_at: str = ""
    unfinished: tuple[Unfinished, ...] = ()

    def is_busy(self, at: datetime) -> bool:
        return bool(self.busy_until) and clock.written(at) < self.busy_until

    @property
    def view(self) -> ProbesView:
        return ProbesView(self.good_at, self.newest, self.past)


def begun(probes: Probes, check_id: str, at: datetime) -> Probes:
    """Written down before anything is asked for: whoever comes after a check that died finds what it may have left."""
    unfinished = (*probes.unfinished, Unfinished(check_id))
    return msgspec.structs.replace(probes, busy_until=clock.written(at + LEASE), unfinished=unfinished)


def ended(probes: Probes, check: ProbeCheck, unfinished: tuple[Unfinished, ...]) -> Probes:
    past = ProbePast(check.begun_at, check.outcome, check.milliseconds, failed(check.steps))
    return msgspec.structs.replace(
        probes,
        busy_until="",
        newest=check,
        past=(past, *probes.past)[:REMEMBERED],
        good_at=check.begun_at if check.outcome == "good" else probes.good_at,
        unfinished=unfinished[-REMEMBERED:],
    )


def failed(steps: Sequence[ProbeStep]) -> tuple[Name, ...]:
    return tuple(one.step for one in steps if one.outcome == "bad")


def verdict(steps: Sequence[ProbeStep]) -> Verdict:
    return "bad" if failed(steps) else "good"


def to_pay(balance: int) -> int:
    """A cent; all there is once that has become a hundred, so that no wallet grows for ever."""
    return balance if balance >= FULL else CENT


def adds_up(before: int, moved: int, after: int, late: int) -> bool:
    """Whether a wallet holds what it must; up to `late` cents of earlier checks may have arrived meanwhile."""
    return before + moved <= after <= before + moved + late * CENT
