"""Prepaid cards as they should be: what is offered, what each holds lot by lot, and in which order it is spent.

Written down apart from the product: the bonus that runs out soonest is spent first and money last, a refund undoes
that backwards, and only a bonus runs out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from chalicelib.kernel import ids
from tests.simulation.truth import Slots, hold

FOR_EVER, MOST_LOTS = "9999-12-31", 8
Lots = dict[str, int]
"""The first day on which a bonus is good no more → how much of it there is."""
Terms = tuple[int, int, int, str | None]
"""Price, bonus, fee, and when the bonus runs out: what is shown, and agreed to."""


@dataclass
class Plan:
    id: str
    shop: str
    price: int
    bonus: int
    days: int | None
    fee: int
    status: str = "offered"
    offered_at: float = 0.0
    withdrawn_at: float = float("inf")
    """In seconds of the true clock."""

    @property
    def offer(self) -> tuple[Any, ...]:
        return self.shop, self.price, self.bonus, self.days, self.fee

    def until(self, day: str) -> str:
        if self.days is None or not self.bonus:
            return FOR_EVER
        return (date.fromisoformat(day) + timedelta(days=self.days + 1)).isoformat()

    def terms(self, day: str) -> Terms:
        until = self.until(day)
        ends = None if until == FOR_EVER else f"{until}T00:00:00.000000Z"
        return self.price, self.bonus, self.fee, ends


@dataclass
class Card:
    id: str
    owner: str
    wallet: str
    shop: str
    principal: int = 0
    lots: Lots = field(default_factory=dict)
    status: str = "active"
    slots: Slots = field(default_factory=dict)
    moments: list[tuple[str, int, int]] = field(default_factory=list)
    """(entry's time, principal, bonus) after each movement."""
    seen: list[tuple[float, int, Lots]] = field(default_factory=list)
    """(seconds, principal, lots) after each movement."""
    sums: Counter[str] = field(default_factory=Counter)
    """What came to it and went from it, money and bonus together, by how."""

    @property
    def bonus(self) -> str:
        return ids.derived("bon", self.id)

    @property
    def promised(self) -> str:
        return f"sys:promised:{self.shop}:CNY"

    @property
    def held_by_lots(self) -> int:
        return sum(self.lots.values())

    def take(self, amount: int, day: str) -> Lots:
        """Of the bonus that is good then, the soonest first; the rest of `amount` is money."""
        taken: Lots = {}
        for until in sorted(one for one in self.lots if one > day):
            part = min(self.lots[until], amount - sum(taken.values()))
            taken |= {until: part} if part else {}
        self._lessen(taken)
        money = amount - sum(taken.values())
        hold(self.principal >= money, "no card is overdrawn", card=self, amount=amount)
        self.principal -= money
        return taken

    def over(self, day: str) -> Lots:
        return {until: left for until, left in self.lots.items() if until <= day}

    def _lessen(self, gone: Lots) -> None:
        for until, part in gone.items():
            self.lots[until] -= part
        self.lots = {until: left for until, left in self.lots.items() if left}

    def run_out(self, day: str) -> int:
        gone = self.over(day)
        self._lessen(gone)
        return sum(gone.values())

    def restore(self, back: Lots, day: str) -> None:
        """What finds no room of its own joins what runs out next, or last, which then runs out as late."""
        for until, part in sorted(back.items()):
            good = sorted(one for one in self.lots if one > day)
            if until in good or len(good) < MOST_LOTS:
                self.lots[until] = self.lots.get(until, 0) + part
            else:
                joined = next((one for one in good if one > until), good[-1])
                self.lots[max(joined, until)] = self.lots.pop(joined) + part

    def since(self, seconds: float) -> list[tuple[int, Lots]]:
        """All that it was at some time from `seconds` until now, newest first."""
        found: list[tuple[int, Lots]] = []
        for when, principal, lots in reversed(self.seen):
            found.append((principal, lots))
            if when < seconds:
                return found
        return found


def undone(taken: Lots, amount: int, refunded: int, more: int) -> tuple[int, Lots]:
    """Of a payment of `amount` that took `taken` beside money, `more` after what was `refunded`: from its end."""
    pieces, back = [*sorted(taken.items()), ("", amount - sum(taken.values()))], Lots()
    for name, piece in reversed(pieces):
        before = min(refunded, piece)
        part = min(more, piece - before)
        refunded, more = refunded - before, more - part
        back |= {name: part} if part else {}
    return back.pop("", 0), back


def day_at(second: float) -> str:
    return datetime.fromtimestamp(second, UTC).date().isoformat()
