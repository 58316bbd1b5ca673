"""One day that is told more than once: by what was fetched and what was uploaded, by a corrected file, or in parts.

What two tellings say alike counts once, and what any of them says counts: each line as often as the telling has it that
has it most often. So nothing is a duplicate because it was told again, and nothing that was told is ever left out. What
stands twice in one telling is two lines still.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from chalicelib.settlement.matching import Runs
from chalicelib.settlement.model_reconciliation import Closing, StatementLine
from chalicelib.settlement.model_reports import RetoldView, Statement

_encode = msgspec.json.encode
_decode = msgspec.json.Decoder(StatementLine).decode
_Said = StatementLine | Closing


@dataclass(slots=True)
class Telling:
    """What one file adds to those before it, or says otherwise."""

    statement: Statement
    accounts: set[str] = field(default_factory=lambda: {""})
    """Of which it speaks: about any other it says nothing, and lacks nothing."""
    closings: dict[tuple[str, str], Closing] = field(default_factory=dict)
    lines: int = 0
    repeated: int = 0
    added: int = 0
    lacking: int = 0
    otherwise: int = 0

    @property
    def contradicts(self) -> bool:
        """One that repeats nothing and adds something is another part of the day, and lacks none of the others."""
        part = self.repeated == 0 and self.added > 0
        return self.otherwise > 0 or (self.lacking > 0 and not part)

    @property
    def view(self) -> RetoldView:
        one = self.statement
        counts = (self.lines, self.repeated, self.added, self.lacking, self.otherwise)
        return RetoldView(one.sha256, one.side, one.name, *counts)

    def heard(self, said: Closing) -> None:
        """Accounts that are not named are one."""
        place = (said.account, said.currency)
        before = self.closings.get(place)
        self.accounts.add(said.account)
        self.closings[place] = msgspec.structs.replace(said, amount=said.amount + before.amount) if before else said


def first(told: Iterable[_Said], telling: Telling) -> Iterator[StatementLine]:
    """Of a day that is told once: as it comes."""
    for said in told:
        if isinstance(said, Closing):
            telling.heard(said)
        else:
            telling.lines += 1
            yield said


def once(told: Iterable[tuple[Telling, Iterable[_Said]]]) -> Iterator[StatementLine]:
    """Of several tellings, the oldest first, in constant memory: what the oldest that has a line says of it counts."""
    with TemporaryDirectory(prefix="coffer-tellings-") as folder:
        runs, tellings = Runs(Path(folder)), list[Telling]()
        for telling, said in told:
            for line in first(said, telling):
                telling.accounts.add(line.account)
                runs.add(_encode(line.saying) + b"\t%06d\t" % len(tellings) + _encode(line))
            tellings.append(telling)
        _compare_closings(tellings)
        for _, rows in groupby(runs.merged(), key=lambda row: row[: row.index(b"\t")]):
            yield from _saying(rows, tellings)


def closings(tellings: Iterable[Telling]) -> list[Closing]:
    """The last that was told of each account; the oldest telling first."""
    last: dict[tuple[str, str], Closing] = {}
    for telling in tellings:
        last |= telling.closings
    return list(last.values())


def _saying(rows: Iterable[bytes], tellings: list[Telling]) -> Iterator[StatementLine]:
    """The rows of one saying, by telling: each line beyond what those before have of it."""
    counts, facts = [0] * len(tellings), dict[int, tuple[int, int]]()
    most, current, account = 0, 0, ""
    for row in rows:
        _, number, told = row.split(b"\t", 2)
        line, teller = _decode(told), int(number)
        if teller != current:
            most, current = max(most, counts[current]), teller
        counts[teller] += 1
        fees, minutes = facts.get(teller, (0, 0))
        facts[teller] = fees + line.fee, minutes + int(line.booked_at.timestamp() // 60)
        account = line.account
        if counts[teller] > most:
            yield line
    _compare(tellings, counts, facts, account)


def _compare(tellings: list[Telling], counts: list[int], facts: dict[int, tuple[int, int]], account: str) -> None:
    """Each telling with those before it."""
    before, last = 0, -1
    for number, telling in enumerate(tellings):
        count = counts[number]
        telling.repeated += min(count, before)
        telling.added += max(0, count - before)
        telling.lacking += max(0, before - count) if account in telling.accounts else 0
        if count:
            telling.otherwise += last >= 0 and counts[last] == count and facts[last] != facts[number]
            last = number
        before = max(before, count)


def _compare_closings(tellings: list[Telling]) -> None:
    known: dict[tuple[str, str], int] = {}
    for telling in tellings:
        amounts = {place: one.amount for place, one in telling.closings.items()}
        telling.otherwise += sum(known.get(place, amount) != amount for place, amount in amounts.items())
        known |= amounts
