"""A batch: up to 90 lines of one merchant account, settled in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from chalicelib.kernel import ids
from chalicelib.ledger.model import Line

MOST_LINES = 90


@dataclass(frozen=True)
class Batch:
    account: str
    currency: str
    lines: tuple[Line, ...]

    @cached_property
    def id(self) -> str:
        """Follows from the lines: the same lines make the same batch, whoever brings them."""
        return ids.derived("stl", self.account, *(line.movement for line in self.lines))

    @cached_property
    def gross(self) -> int:
        return sum(line.amount for line in self.lines)

    @cached_property
    def fees(self) -> int:
        return sum(line.fee for line in self.lines)

    @cached_property
    def net(self) -> int:
        return self.gross - self.fees

    @cached_property
    def earned(self) -> int:
        """Net of the captures alone: refunds have drawn on the allowance already."""
        return sum(line.amount - line.fee for line in self.lines if line.amount > 0)

    def without(self, settled: set[str]) -> Batch:
        return Batch(self.account, self.currency, tuple(line for line in self.lines if line.movement not in settled))


def batches(lines: Iterable[tuple[Line, str]]) -> list[Batch]:
    """Lines (with their currency) by merchant account, each once, at most 90 to a batch."""
    by_account: dict[tuple[str, str], dict[str, Line]] = defaultdict(dict)
    for line, currency in lines:
        by_account[line.account, currency][line.movement] = line
    return [
        Batch(account, currency, tuple(chunk))
        for (account, currency), found in sorted(by_account.items())
        for chunk in _chunks(sorted(found.values(), key=lambda line: line.movement))
    ]


def _chunks(lines: list[Line]) -> list[list[Line]]:
    return [lines[start : start + MOST_LINES] for start in range(0, len(lines), MOST_LINES)]
