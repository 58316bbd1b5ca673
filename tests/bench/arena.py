"""Processes that stand for Lambda's environments: each has the handler loaded, serves one request at a time, may die.

A process, not a thread: Chalice keeps the current request on `app`, and being killed is one of the faults.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from multiprocessing.connection import Connection
from typing import Any, Protocol

from tests.bench.faults import Fault, Wire

_FORK = multiprocessing.get_context("fork")


class Side(Protocol):
    """A handler and its world, as seen from inside a worker process."""

    writes: int
    """Writing AWS calls of a payment when nothing goes wrong."""

    def deliver(self, order: dict[str, Any], key: str) -> tuple[int, bytes]:
        """The status and body the handler answers with. Whatever it raises, API Gateway makes a 502 of it."""


class NoAnswer(Exception):
    """The environment died, or the answer was lost on its way to the phone."""


class Arena:
    """Forks its workers from a process that has everything imported and no connection open."""

    def __init__(self, side: Side, environments: int):
        self._side = side
        self._idle: asyncio.Queue[_Environment] = asyncio.Queue()
        self._all = [_Environment(side) for _ in range(environments)]
        for environment in self._all:
            self._idle.put_nowait(environment)
        self.requests = 0

    async def deliver(self, order: dict[str, Any], key: str, fault: Fault | None = None) -> tuple[int, bytes]:
        """Raises NoAnswer."""
        self.requests += 1
        return await self.ask("deliver", order, key, fault=fault)

    async def ask(self, method: str, *arguments: Any, fault: Fault | None = None) -> Any:
        """Call `method` of the side in one of the processes."""
        environment = await self._idle.get()
        try:
            return await environment.ask(method, arguments, fault)
        except EOFError:
            environment.start()
            raise NoAnswer from None
        finally:
            self._idle.put_nowait(environment)

    def close(self) -> None:
        for environment in self._all:
            environment.stop()


class _Environment:
    def __init__(self, side: Side):
        self._side = side
        self.start()

    def start(self) -> None:
        self._ours, theirs = _FORK.Pipe()
        self._process = _FORK.Process(target=_serve, args=(self._side, theirs, self._ours), daemon=True)
        self._process.start()
        theirs.close()

    async def ask(self, method: str, arguments: tuple[Any, ...], fault: Fault | None) -> Any:
        """Raises EOFError if the process dies, and what the method raised otherwise."""
        self._ours.send((method, arguments, fault))
        await _readable(self._ours)
        answer, error = self._ours.recv()
        if error is not None:
            raise error
        return answer

    def stop(self) -> None:
        """Said aloud: other processes forked from here hold this end of the pipe as well."""
        self._ours.send(None)
        self._process.join(timeout=5)
        if self._process.is_alive():
            self._process.kill()


async def _readable(connection: Connection) -> None:
    loop, arrived = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(connection.fileno(), arrived.set)
    try:
        await arrived.wait()
    finally:
        loop.remove_reader(connection.fileno())


def _serve(side: Side, connection: Connection, other_end: Connection) -> None:
    """What handlers print is for logs that nobody keeps here."""
    other_end.close()
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    wire = Wire()
    wire.install()
    while (job := connection.recv()) is not None:
        method, arguments, fault = job
        wire.arm(fault, side.writes)
        try:
            connection.send((getattr(side, method)(*arguments), None))
        except Exception as error:
            connection.send((None, RuntimeError(repr(error))))
