"""Workers: each runs a handler of the product until its next call to the world outside, one at a time, as told.

Before a call to AWS or a processor, and when the product waits, a worker gives the baton back. Its clock may be wrong
and may run backwards; its chance is its own.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from greenlet import getcurrent, greenlet

BEGINNING = datetime(2026, 11, 22, 8, 0, 0, tzinfo=UTC)


class Killed(BaseException):
    """The worker dies where it stands: nothing of the product may catch it."""


@dataclass(frozen=True)
class Call:
    """What a worker is about to do outside: an AWS call, a request to a processor, or waiting."""

    service: str
    operation: str
    parameters: Mapping[str, Any]
    perform: Callable[[], Any]

    @property
    def shown(self) -> str:
        return f"{self.service}.{self.operation}"


@dataclass
class Worker:
    name: str
    work: Callable[[], Any]
    done: Callable[[Any], None]
    """Gets what `work` returned, or the exception that ended it."""
    seed: str
    born_at: float
    limit_seconds: float
    skew: float = 0.0
    bearer: str = ""
    """The token of the request that it answers."""
    waiting: Call | None = None
    wake_at: float = 0.0
    faults: list[str] = field(default_factory=list)
    calls: int = 0
    finished: bool = False

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self._baton = _Baton(self._run)
        self._baton.worker = self

    def _run(self, _: Any) -> None:
        result: Any
        try:
            result = self.work()
        except Killed as killed:
            result = killed
        except Exception as error:
            result = error
        self.finished = True
        self.waiting = None
        self._result = result

    def go_on(self, act: Callable[[Call], Any] | None = None) -> None:
        """Performs the call that the worker waits for, by `act`, and runs it up to its next one."""
        self._baton.switch(act)
        if self.finished:
            self.done(self._result)

    def ask(self, call: Call) -> Any:
        """Inside the worker: gives the baton back, and makes the call as the scheduler wants it made."""
        self.waiting = call
        self.calls += 1
        act = self._baton.parent.switch()
        self.waiting = None
        return act(call)


class _Baton(greenlet):
    worker: Worker


def current() -> Worker | None:
    """Who runs now; None outside of every worker."""
    return getattr(getcurrent(), "worker", None)


class Clock:
    """Virtual: seconds since the beginning, and each worker's error on top."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @property
    def true(self) -> datetime:
        return BEGINNING + timedelta(seconds=self.seconds)

    def now(self) -> datetime:
        worker = current()
        return self.true + timedelta(seconds=worker.skew) if worker else self.true

    def pause(self, seconds: float) -> None:
        worker = current()
        if worker is None:
            self.seconds += seconds
            return
        worker.wake_at = self.seconds + seconds
        worker.ask(Call("clock", "pause", {}, lambda: None))


class Entropy:
    """Bytes from the running worker's own chance, so that one worker's draws do not depend on another's."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    def __call__(self, length: int) -> bytes:
        worker = current()
        return (worker.random if worker else self._random).randbytes(length)
