"""Processes, not threads: each holds the whole product and clients of its own, and all begin at the same moment.

They are forked before anybody makes a client; what they are asked to do are the functions of `acts`.
"""

from __future__ import annotations

import multiprocessing
import os
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any

_FORK = multiprocessing.get_context("fork")
_SECONDS_AT_THE_GATE = 120


@dataclass(frozen=True, slots=True)
class Act:
    """`work` of the module `acts`, and what it is given."""

    work: Callable[..., Any]
    given: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class _Broken:
    """An act raised: a mistake of the tests, for whatever the product raises is an answer."""

    told: str


class Crowd:
    def __init__(self, processes: int, wake: Callable[[], None]) -> None:
        """`wake` is called once in each process."""
        self._gate = _FORK.Barrier(processes)
        self._members = [_Member(self._gate, wake) for _ in range(processes)]

    @property
    def size(self) -> int:
        return len(self._members)

    def at_once(self, acts: Sequence[Act]) -> list[Any]:
        """What each act gave, in their order. Every process does its share of them, one after the other."""
        for place, member in enumerate(self._members):
            member.begin(acts[place :: self.size])
        gave: list[Any] = [None] * len(acts)
        for place, member in enumerate(self._members):
            gave[place :: self.size] = member.end()
        broken = next((one for one in gave if isinstance(one, _Broken)), None)
        if broken:
            raise RuntimeError(broken.told)
        return gave

    def alone(self, work: Callable[..., Any], *given: Any) -> Any:
        """One act, in one of the processes."""
        return self.at_once([Act(work, given)])[0]

    def close(self) -> None:
        for member in self._members:
            member.stop()


class _Member:
    def __init__(self, gate: Barrier, wake: Callable[[], None]) -> None:
        self._ours, theirs = _FORK.Pipe()
        self._process = _FORK.Process(target=_serve, args=(theirs, self._ours, gate, wake), daemon=True)
        self._process.start()
        theirs.close()

    def begin(self, share: Sequence[Act]) -> None:
        self._ours.send(share)

    def end(self) -> list[Any]:
        """Raises EOFError if the process died."""
        gave: list[Any] = self._ours.recv()
        return gave

    def stop(self) -> None:
        with suppress(OSError):
            self._ours.send(None)
        self._process.join(timeout=5)
        if self._process.is_alive():
            self._process.kill()


def _serve(connection: Connection, other_end: Connection, gate: Barrier, wake: Callable[[], None]) -> None:
    other_end.close()
    _mute()
    wake()
    while (share := connection.recv()) is not None:
        gate.wait(_SECONDS_AT_THE_GATE)
        connection.send([_done(act) for act in share])


def _done(act: Act) -> Any:
    try:
        return act.work(*act.given)
    except Exception:
        return _Broken(traceback.format_exc())


def _mute() -> None:
    """What the product logs is for logs that nobody keeps here."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
