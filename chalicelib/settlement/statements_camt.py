"""What of camt.053 matters: accounts, entries (`Ntry`) that are booked, closing balances (`Bal` of type CLBD)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from msgspec import structs

from chalicelib.settlement import statements_bank
from chalicelib.settlement.model_reconciliation import (
    Closing,
    Read,
    StatementLine,
    Unreadable,
    cut,
    known,
    minor,
    moment,
)

_DEEPEST, _LONGEST = 32, 400
_MOST_DETAILS = 10_000
_WANTED = frozenset(
    {"Amt", "CdtDbtInd", "Cd", "Sts", "Dt", "DtTm", "EndToEndId", "AcctSvcrRef", "NtryRef", "Ustrd", "RvslInd"}
)
_ACCOUNT = (["Stmt", "Acct", "Id", "IBAN"], ["Stmt", "Acct", "Id", "Othr", "Id"])


@dataclass(slots=True)
class _Part:
    """Texts by their path below an entry, one of its details, or a balance."""

    number: int
    texts: dict[str, str] = field(default_factory=dict)

    def text(self, *paths: str) -> str:
        return next((found for path in paths if (found := self.texts.get(path))), "")


@dataclass(slots=True)
class Elements:
    """Listens to a parser and keeps what is read until it is taken; of the document, the path to where it is."""

    path: list[str] = field(default_factory=list)
    entry: _Part | None = None
    details: list[_Part] = field(default_factory=list)
    balance: _Part | None = None
    account: str = ""
    made: list[Read] = field(default_factory=list)
    parser: Any = None
    _text: list[str] = field(default_factory=list)

    def listen_to(self, parser: Any) -> None:
        self.parser = parser
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._characters

    def taken(self) -> list[Read]:
        made, self.made = self.made, []
        return made

    def _doctype(self, *given: Any) -> None:
        raise ValueError("doctype")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        self.path.append(local)
        if len(self.path) > _DEEPEST or len(self.details) > _MOST_DETAILS:
            raise ValueError("form")
        self._text.clear()
        if local == "Stmt":
            self.account = ""
        elif local == "Ntry":
            self.entry, self.details = _Part(self.parser.CurrentLineNumber), []
        elif local == "TxDtls" and self.entry:
            self.details.append(_Part(self.parser.CurrentLineNumber))
        elif local == "Bal":
            self.balance = _Part(self.parser.CurrentLineNumber)
        if local == "Amt" and (part := self._part()) is not None:
            part.texts.setdefault(self._place() + "@Ccy", attributes.get("Ccy", ""))

    def _characters(self, text: str) -> None:
        if (self.path[-1] in _WANTED or self._names_account()) and len(self._text) < _LONGEST:
            self._text.append(text[:_LONGEST])

    def _end(self, name: str) -> None:
        local = self.path[-1]
        if local in _WANTED and (part := self._part()) is not None:
            part.texts.setdefault(self._place(), "".join(self._text)[:_LONGEST].strip())
        elif self._names_account():
            self.account = "".join(self._text)[:_LONGEST].strip()
        self.path.pop()
        if local == "Ntry":
            self._entry_ended()
        elif local == "Bal":
            self._balance_ended()

    def _names_account(self) -> bool:
        return any(self.path[-len(place) :] == place for place in _ACCOUNT)

    def _part(self) -> _Part | None:
        if self.entry is None:
            return self.balance
        return self.details[-1] if "TxDtls" in self.path and self.details else self.entry

    def _place(self) -> str:
        """The path below the part, for instance `Refs/EndToEndId`."""
        for root in ("TxDtls", "Ntry", "Bal"):
            if root in self.path:
                return "/".join(self.path[self.path.index(root) + 1 :])
        return ""

    def _balance_ended(self) -> None:
        found, self.balance = self.balance, None
        if found is None or found.text("Tp/CdOrPrtry/Cd") != "CLBD":
            return
        try:
            currency = known(found.text("Amt@Ccy"))
            self.made.append(Closing(currency, _signed(found, found, currency), found.number, self.account))
        except ValueError as wrong:
            self.made.append(Unreadable(found.number, str(wrong)))

    def _entry_ended(self) -> None:
        entry, self.entry = self.entry, None
        details, self.details = self.details, []
        if entry is None or entry.text("Sts/Cd", "Sts") not in ("BOOK", ""):
            return
        try:
            self.made += (structs.replace(line, account=self.account) for line in _lines(entry, details))
        except ValueError as wrong:
            self.made.append(Unreadable(entry.number, str(wrong)))


def _lines(entry: _Part, details: list[_Part]) -> list[StatementLine]:
    """One for each detail that says how much it is, if together they are the entry; otherwise the entry is one."""
    whole = _line(entry, details[0] if len(details) == 1 else entry)
    if len(details) < 2 or not all(_amount_of(one) for one in details):
        return [whole]
    parts = [_line(entry, one, own=True) for one in details]
    return parts if sum(part.amount for part in parts) == whole.amount else [whole]


def _line(entry: _Part, detail: _Part, *, own: bool = False) -> StatementLine:
    currency = known(_currency_of(detail) if own else entry.text("Amt@Ccy"))
    amount = _signed(detail if own else entry, entry, currency)
    reference = detail.text("Refs/EndToEndId").replace("NOTPROVIDED", "") or entry.text("AcctSvcrRef", "NtryRef")
    told = " ".join([reference, detail.text("RmtInf/Ustrd")])
    return StatementLine(
        statements_bank.found_id(told), cut(reference), "other", amount, 0, currency, _booked(entry), detail.number
    )


def _signed(amount_in: _Part, sign_in: _Part, currency: str) -> int:
    amount = minor(_amount_of(amount_in), currency)
    side = amount_in.text("CdtDbtInd") or sign_in.text("CdtDbtInd")
    if side not in ("CRDT", "DBIT"):
        raise ValueError("form")
    return amount if side == "CRDT" else -amount


def _amount_of(part: _Part) -> str:
    return part.text("Amt", "AmtDtls/TxAmt/Amt")


def _currency_of(part: _Part) -> str:
    return part.text("Amt@Ccy", "AmtDtls/TxAmt/Amt@Ccy")


def _booked(entry: _Part) -> datetime:
    return moment(entry.text("BookgDt/DtTm", "BookgDt/Dt", "ValDt/DtTm", "ValDt/Dt"))
