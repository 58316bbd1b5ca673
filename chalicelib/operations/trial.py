"""What a judge has before them: the books, what adds up in them so far, and what was found."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from chalicelib.kernel import clock
from chalicelib.ledger import chart
from chalicelib.operations import model_books as model
from chalicelib.operations.model_books import Controls, Plain
from chalicelib.operations.model_drills import Finding, Remedy
from chalicelib.operations.store_books import Books

YOUNG = timedelta(minutes=5)
"""Transactions last for milliseconds, and clocks may be some minutes apart: what is older was whole at the instant."""


@dataclass(slots=True)
class Trial:
    """`undoes`: of fresh tables; where others write, nothing is ever taken away."""

    books: Books
    as_of: datetime
    undoes: bool
    controls: Controls = field(default_factory=Controls)
    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    touched: set[str] = field(default_factory=set)
    """Accounts of which something young may explain that they are off."""
    refunds: Counter[str] = field(default_factory=Counter)
    """Account of a merchant → what was drawn by refunds that its head has not seen, and by disputes."""
    totals: Counter[str] = field(default_factory=Counter)
    """System account → what its parts hold, less its postings."""
    undone: dict[str, list[Plain]] = field(default_factory=lambda: defaultdict(list))
    """Account → movements that were taken back, or their entries where there was no movement."""
    completed: dict[str, list[Plain]] = field(default_factory=lambda: defaultdict(list))
    """Account → young entries that stand."""

    @property
    def young_from(self) -> str:
        return clock.written(self.as_of - YOUNG)

    def found(self, what: str, about: str, remedy: Remedy, detail: str = "") -> None:
        self.findings.append(Finding(what, about, remedy, detail))

    def count_entry(self, entry: Plain, sign: int = 1) -> None:
        self.counts["entries"] += sign
        self.controls.add(model.of_entry(entry), sign)
        for address, amount in system_postings(entry).items():
            self.totals[address] -= sign * amount

    def count_movement(self, movement: Plain, sign: int = 1) -> None:
        self.counts["movements"] += sign
        self.controls.add(model.of_movement(movement), sign)
        account, drawn = model.drawn(movement)
        self.refunds[account] += sign * drawn

    def replace_movement(self, before: Plain, after: dict[str, Any]) -> bool:
        if not self.books.replace("ledger", before, after):
            return False
        self.count_movement(before, -1)
        self.count_movement(after)
        return True


def system_postings(entry: Plain) -> dict[str, int]:
    """Those to accounts without a head, told by the first of the entry's copies."""
    about = model.kin(entry["postings"])
    if about and entry["pk"] != about[0]:
        return {}
    return {address: amount for address, amount in entry["postings"].items() if chart.is_system(address)}
