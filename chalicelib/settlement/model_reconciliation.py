"""What three books say of the same money: a line of each, what a pair of them ends as, and what cannot be read."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from chalicelib.kernel import ids, money

Side = Literal["processor", "bank"]
Form = Literal["csv", "mt940", "camt053", "sandbox", "stripe", "wechat", "alipay"]
Outcome = Literal[
    "matched", "over", "under", "missing_here", "missing_there", "wrong_currency", "duplicate", "late", "waiting"
]
OUTCOMES: tuple[Outcome, ...] = (
    "matched", "over", "under", "missing_here", "missing_there", "wrong_currency", "duplicate", "late",
)  # fmt: skip
"""What a line ends as. `waiting` is no end: its partner may stand in the next day's statement."""
WINDOWS: dict[Side, timedelta] = {"processor": timedelta(hours=6), "bank": timedelta(days=3)}
"""How far apart two books may book the same money; a transfer to a bank takes days."""
_DECIMAL = re.compile(r"([+-]?)(\d{1,13})(?:\.(\d{0,8}))?")


class StatementLine(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One line of a book. `amount` is what it adds to what the other side holds for us, in minor units."""

    our_id: str
    """The movement, where the line names it; else empty."""
    reference: str
    """What the other side calls it; of our own lines the journal's entry."""
    kind: str
    amount: int
    fee: int
    """What they kept of it; not part of `amount`."""
    currency: str
    booked_at: datetime
    number: int = 0
    """Of the line in its file, from 1."""
    name: str = ""
    """Whose book: a processor's or a bank's name."""
    account: str = ""
    """At a bank, where its statement names it."""

    @property
    def key(self) -> str:
        """Lines of both sides that may be the same money have the same key; empty where nothing tells."""
        known = self.our_id or self.reference
        return f"{known} {'-' if self.amount < 0 else '+'}" if known else ""

    @property
    def identity(self) -> str:
        """Follows from all that it says, wherever in the file it stands."""
        parts = (self.name, self.our_id, self.reference, self.kind, str(self.amount), str(self.fee), self.currency)
        return ids.derived("lin", *parts, self.booked_at.isoformat())

    @property
    def saying(self) -> tuple[str, str, str, int, str]:
        """Two tellings of one day that have this in common say the same, whatever their form: fees, kinds and seconds
        are not written alike everywhere."""
        return self.account, self.our_id, self.reference, self.amount, self.currency


class Closing(msgspec.Struct, frozen=True):
    """What a statement says is left at its end."""

    currency: str
    amount: int
    number: int
    account: str = ""


class Unreadable(msgspec.Struct, frozen=True):
    """A line, or a whole file from that line on, that says nothing we can be sure of. Never what stood in it."""

    number: int
    reason: str


Read = StatementLine | Closing | Unreadable


class Finding(msgspec.Struct, frozen=True, gc=False):
    """What a pair of lines ends as, or a line without another."""

    outcome: Outcome
    ours: StatementLine | None
    theirs: StatementLine | None
    copy: int = 0
    """Tells lines apart that say the very same."""

    @property
    def line(self) -> StatementLine:
        """Ours, unless there is only theirs."""
        found = self.ours or self.theirs
        if found is None:
            raise ValueError("a finding has a line")
        return found

    @property
    def our_id(self) -> str:
        return self.line.our_id

    @property
    def currency(self) -> str:
        return self.line.currency

    @property
    def difference(self) -> int:
        """What they state beyond what we expect; 0 where the currencies differ, as those cannot be subtracted."""
        if self.outcome == "wrong_currency":
            return 0
        return (self.theirs.amount if self.theirs else 0) - (self.ours.amount if self.ours else 0)

    @property
    def id(self) -> str:
        """The same in every run that finds it."""
        sides = [line.identity if line else "" for line in (self.ours, self.theirs)]
        return ids.derived("dif", self.outcome, *sides, str(self.copy))


def minor(written: str, currency: str) -> int:
    """`12.5` of CNY is 1250. ValueError where it is no amount, or finer than the currency is."""
    found = _DECIMAL.fullmatch(written)
    if found is None:
        raise ValueError("amount")
    sign, whole, part = found[1], found[2], found[3] or ""
    exponent = money.EXPONENTS[known(currency)]
    if part[exponent:].strip("0"):
        raise ValueError("amount")
    amount = int(whole + part[:exponent].ljust(exponent, "0"))
    return -amount if sign == "-" else amount


def known(currency: str) -> str:
    """In capitals. ValueError for one that we do not keep."""
    found = currency.upper()
    if found not in money.EXPONENTS:
        raise ValueError("currency")
    return found


def moment(written: str, offset: timedelta = timedelta(0)) -> datetime:
    """In UTC; what names no offset of its own is `offset` ahead of it. ValueError."""
    try:
        found = datetime.fromisoformat(written)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC) - offset
    except (ValueError, OverflowError):
        raise ValueError("time") from None


def cut(text: str, most: int = 64) -> str:
    """A reference as it is kept. ValueError for one that is longer than any processor's."""
    if len(text) > most or not text.isprintable():
        raise ValueError("reference")
    return text
