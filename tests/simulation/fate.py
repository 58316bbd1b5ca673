"""What ends a worker at one of its moments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.simulation.engine import Engine

_READS = frozenset({"GetItem", "BatchGetItem", "TransactGetItems", "Query", "Scan"})


class Killed(BaseException):
    """The worker is gone."""


class Fate:
    """Counts the moments of a worker that differ and ends it at one of them."""

    def __init__(self, engine: Engine) -> None:
        self.moments, self._at, self._sent, self._engine = 0, 0, False, engine

    def call(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if self._sent:
            self._sent = False
            self._pass()
        answer = self._engine.call(operation, parameters)
        if operation not in _READS:
            self._pass()
        return answer

    def sent_elsewhere(self) -> None:
        self._sent = True

    def kill(self, moment: int) -> None:
        """The first one is that before the first call."""
        self.moments, self._at, self._sent = 0, moment, True

    def spare(self) -> None:
        self.kill(0)

    def _pass(self) -> None:
        self.moments += 1
        if self.moments == self._at:
            raise Killed


def told(fate: Fate, send: Callable[..., Any]) -> Callable[..., Any]:
    def sent(*given: Any, **named: Any) -> Any:
        fate.sent_elsewhere()
        return send(*given, **named)

    return sent
