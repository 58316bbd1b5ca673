"""Banks' statements: SWIFT MT940 and ISO 20022 camt.053, a field or an element at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import BinaryIO
from xml.parsers import expat  # nosec B407

from msgspec import structs

from chalicelib.settlement.model_reconciliation import Closing, Read, StatementLine, Unreadable, cut, known, minor

LONGEST = 16_384
"""Bytes of a line: a longer one is none of a statement's."""
_CHUNK = 65_536
_LONGEST_NAME = 64
_ENDS_AN_ENTRY = ("60F", "61", "62F", "62M")
_OUR_ID = re.compile(r"\b(?:top|pay|pot|wdr|ref)_[0-7][0-9a-hjkmnp-tv-z]{25}\b", re.IGNORECASE)
_FIELD = re.compile(r":(\d\d[A-Z]?):(.*)")
_BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})(\d{1,13},\d{0,3})")
_ENTRY = re.compile(r"(\d{6})(\d{4})?(R?[CD])[A-Z]?(\d{1,13},\d{0,3})[NFS][A-Z0-9]{3}(.{0,16}?)(?://(.{0,34}))?")
_END_TO_END = re.compile(r"(?:EREF\+|/EREF/|\?20EREF\+)\s*([^?+/]{1,35}?)\s*(?=\?|/|[A-Z]{4}\+|$)")


def lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Each line with its number; None for one that is longer than any statement's."""
    number = 0
    while raw := file.readline(LONGEST):
        number += 1
        whole = raw.endswith(b"\n") or len(raw) < LONGEST
        yield number, raw if whole else None
        while not whole:
            more = file.readline(LONGEST)
            whole = not more or more.endswith(b"\n")


def found_id(text: str) -> str:
    """The first id of ours in what a bank passed on; banks write it in capitals."""
    found = _OUR_ID.search(text)
    return found[0].lower() if found else ""


@dataclass(slots=True)
class _Account:
    """What has been read of one account's statement so far."""

    currency: str = ""
    running: int = 0
    """The opening balance and every line so far: what the closing balance must be."""
    name: str = ""
    whole: bool = True
    entry: StatementLine | None = None
    text: list[str] = field(default_factory=list)

    def flushed(self) -> Iterator[Read]:
        """The entry that waits for what :86: says of it."""
        entry, told = self.entry, "".join(self.text)
        self.entry, self.text = None, []
        if entry is None:
            return
        found = _END_TO_END.search(told)
        reference = found[1] if found else entry.reference
        if reference.isprintable():
            yield structs.replace(entry, our_id=found_id(told), reference=reference, account=self.name)
        else:
            yield Unreadable(entry.number, "reference")


def mt940(file: BinaryIO) -> Iterator[Read]:
    """Any number of accounts. One whose lines do not lead from its first balance to its last says so."""
    account: _Account | None = None
    tag, named, number = "", "", 0
    for number, raw in lines(file):
        text = "" if raw is None else raw.decode("latin-1").strip("\r\n")
        found = _FIELD.match(text.partition("{4:")[2] or text)
        if found is None:
            if account and tag == "86" and not text.startswith("-"):
                account.text.append(text)
            continue
        tag, value = found[1], found[2]
        if account and tag in _ENDS_AN_ENTRY:
            yield from account.flushed()
        try:
            named = value.strip()[:_LONGEST_NAME] if tag == "25" else named
            account, made = _field(account, tag, value, number, named)
            yield from made
        except ValueError as wrong:
            yield Unreadable(number, str(wrong))
            if account:
                account.whole = False
    if account:
        yield from account.flushed()
        yield Unreadable(number, "cut-off")


def _field(
    account: _Account | None, tag: str, value: str, number: int, named: str
) -> tuple[_Account | None, list[Read]]:
    """`named`: the account that :25: named last. Raises ValueError."""
    made: list[Read] = []
    if tag == "86" and account:
        account.text.append(value)
        return account, made
    if tag == "60F":
        if account:
            made.append(Unreadable(number, "cut-off"))
        currency, running = _balance(value)
        return _Account(currency, running, named), made
    if tag == "61":
        if account is None:
            raise ValueError("form")
        account.entry = _entry(value, account.currency, number)
        account.running += account.entry.amount
    if tag == "62F":
        currency, amount = _balance(value)
        if account is None or (account.whole and amount != account.running):
            made.append(Unreadable(number, "balance"))
        return None, [*made, Closing(currency, amount, number, account.name if account else "")]
    return account, made


def _balance(value: str) -> tuple[str, int]:
    found = _BALANCE.fullmatch(value.strip())
    if found is None:
        raise ValueError("balance")
    amount = minor(found[4].replace(",", "."), found[3])
    return known(found[3]), -amount if found[1] == "D" else amount


def _entry(value: str, currency: str, number: int) -> StatementLine:
    """Subfields of :61:. RD takes a debit back, RC a credit; the year of the entry date is the value date's or next."""
    found = _ENTRY.fullmatch(value.rstrip())
    if found is None:
        raise ValueError("form")
    amount = minor(found[4].replace(",", "."), currency)
    reference = (found[5] or "").strip()
    if reference in ("", "NONREF"):
        reference = (found[6] or "").strip()
    sign = -1 if found[3] in ("D", "RC") else 1
    return StatementLine("", cut(reference), "other", sign * amount, 0, currency, _booked(found[1], found[2]), number)


def _booked(value_date: str, entry_date: str | None) -> datetime:
    day = _day(value_date)
    if entry_date is None:
        return day
    booked = _day(f"{day.year % 100:02d}{entry_date}")
    apart = (booked - day).days
    return booked.replace(year=day.year + (apart < -180) - (apart > 180))


def _day(written: str) -> datetime:
    try:
        return datetime.strptime(written, "%y%m%d").replace(tzinfo=UTC)
    except ValueError:
        raise ValueError("time") from None


def camt053(file: BinaryIO) -> Iterator[Read]:
    """A file that is no XML any more is not readable from there on; what came before counts.

    A document type, and with it every entity, is refused: nothing can expand.
    """
    from chalicelib.settlement.statements_camt import Elements

    elements = Elements()
    parser = expat.ParserCreate(namespace_separator=" ")
    elements.listen_to(parser)
    try:
        while chunk := file.read(_CHUNK):
            parser.Parse(chunk, False)
            yield from elements.taken()
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError):
        yield from elements.taken()
        yield Unreadable(parser.CurrentLineNumber, "form")
        return
    except ValueError as refused:
        yield from elements.taken()
        yield Unreadable(parser.CurrentLineNumber, str(refused))
        return
    yield from elements.taken()
