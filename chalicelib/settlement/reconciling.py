"""Reconciling a day: our journal, the processors' statements, the banks'.

    journal ──────▶ processor's statement ──payouts──▶ bank's statement
      └────────────── what leaves or comes by the bank itself ───▲

A run may be repeated: what it finds has the same ids, opens the same cases and closes the same lines.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import BinaryIO, cast

from msgspec import structs

from chalicelib.cases import service as cases
from chalicelib.kernel import clock, ids, money
from chalicelib.ledger import expected
from chalicelib.ledger import service as ledger
from chalicelib.ledger.expected import Expected
from chalicelib.observability import page
from chalicelib.processors import service as processors
from chalicelib.processors.model import PAYOUTS
from chalicelib.settlement import matching, model_reports, safeguarding, statements, telling
from chalicelib.settlement import store_reconciliation as store
from chalicelib.settlement.model_reconciliation import WINDOWS, Closing, Finding, Side, StatementLine, Unreadable
from chalicelib.settlement.model_reports import Book, BookView, OpenLine, ReportView, Statement, UnreadableView

BANKS = "banks"
"""The one book of all banks: nobody tells beforehand at which a payout arrives."""
_MOST_UNREADABLE = 100
"""Named in a report; all are counted as differences."""
_CORRECTION = "adjustment"
"""Of a line of another day, and in no statement: it stands in the clearing account's sums alone."""
_KINDS = {"top-up": "top-up", "top-up-reversal": "reversal"} | dict.fromkeys(
    ("withdrawal", "payout", "withdrawal-return", "payout-return"), "payout"
)
_RETURNED = ("withdrawal-return", "payout-return")
"""What never left, or came back: some statements show both, others neither."""


def run(day: str, at: datetime) -> bool:
    """Reads every statement of the day; the report replaces the one before."""
    made, asked_at = _Day(date.fromisoformat(day), at), store.asked_at(day)
    held = store.statements(day)
    names = sorted({*processors.known(), *(one.name for one in held if one.side == "processor")})
    for name in names:
        made.processor(name, [one for one in held if (one.side, one.name) == ("processor", name)])
    made.banks([one for one in held if one.side == "bank"])
    store.keep_report(made.report(names), at, asked_at)
    return True


@dataclass(slots=True)
class _Leg:
    """One book against another: what it is called, and the lines that are open of it."""

    side: Side
    name: str
    held: list[Statement]
    """The oldest first."""
    absent: list[Statement]
    """Of which nobody has uploaded the file yet."""
    owner: str | None
    open: dict[str, OpenLine]
    books: dict[tuple[str, str], Book] = field(default_factory=lambda: defaultdict(Book))
    differences: int = 0
    returned: list[Expected] = field(default_factory=list)
    left: set[str] = field(default_factory=set)
    """Of what was returned: what a statement of this day shows leaving."""

    @property
    def stated(self) -> bool:
        return bool(self.held)

    def carried(self, ours: bool, day: str) -> list[StatementLine]:
        return [one.line for one in self._before(ours, day)]

    def restated(self, day: str) -> set[str]:
        """Their lines that are carried. One that a file of this day has too (after one of a wrong day) is the same."""
        return {one.line.identity for one in self._before(False, day)}

    def awaits(self, movement: str) -> bool:
        """Whether no statement of a day before has shown it leaving."""
        return any(one.ours and one.line.our_id == movement and one.line.amount < 0 for one in self.open.values())

    def _before(self, ours: bool, day: str) -> list[OpenLine]:
        return [one for one in self.open.values() if one.ours is ours and one.day < day]


@dataclass(slots=True)
class _Day:
    day: date
    at: datetime
    views: list[BookView] = field(default_factory=list)
    payouts: list[StatementLine] = field(default_factory=list)
    closings: list[Closing] = field(default_factory=list)
    unreadable: list[UnreadableView] = field(default_factory=list)
    retold: list[model_reports.RetoldView] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    differences: int = 0
    in_transit: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def processor(self, name: str, held: list[Statement]) -> None:
        leg = self._leg("processor", name, held)
        self._match(leg, map(_line, self._expected(leg, [name])))

    def banks(self, held: list[Statement]) -> None:
        """What processors say they sent is expected here, until it has come."""
        leg = self._leg("bank", BANKS, held)
        names = sorted({one.name for one in held})
        self._match(leg, _chain(map(_line, self._expected(leg, names)), map(_arriving, self.payouts)))
        for one in leg.open.values():
            if one.ours and not one.closed_on:
                self.in_transit[one.line.currency] += one.line.amount

    def report(self, names: list[str]) -> ReportView:
        clearing = safeguarding.clearing(names, self.day, self.at)
        covered = safeguarding.covered(clearing, self.day, self.closings, self.in_transit, self.at)
        if BANKS not in self.missing and any(one.owed and one.covered is None for one in covered):
            self._ask_for(BANKS, None)
        exact = not any(one.difference for one in clearing) and not any(one.unexplained for one in self.views)
        covers = not any(one.shortfall for one in covered)
        return ReportView(
            day=self.day.isoformat(),
            status="done",
            asked_at="",
            ran_at="",
            agrees=exact and covers and not (self.differences or self.missing),
            differences=self.differences,
            missing=tuple(self.missing),
            books=tuple(self.views),
            clearing=tuple(clearing),
            safeguarding=tuple(covered),
            unreadable=tuple(self.unreadable[:_MOST_UNREADABLE]),
            retold=tuple(self.retold),
        )

    def _leg(self, side: Side, name: str, held: list[Statement]) -> _Leg:
        ordered = sorted(held, key=lambda one: (one.imported_at, one.sha256))
        there = [one for one in ordered if store.is_there(one)]
        absent = [one for one in ordered if one not in there]
        owner = ordered[-1].imported_by or None if ordered else None
        return _Leg(side, name, there, absent, owner, {one.id: one for one in store.open_lines(name, self.day)})

    def _expected(self, leg: _Leg, names: Iterable[str]) -> Iterator[Expected]:
        """What is returned is looked at once more when the statement has been read."""
        for one in (one for name in names for currency in money.EXPONENTS for one in self._booked(name, currency)):
            if one.kind in _RETURNED:
                leg.returned.append(one)
            if one.kind not in _RETURNED or leg.side == "processor":
                yield one

    def _booked(self, name: str, currency: str) -> Iterator[Expected]:
        return (one for one in expected.of_day(name, currency, self.day) if one.kind != _CORRECTION)

    def _match(self, leg: _Leg, ours: Iterable[StatementLine]) -> None:
        """Without a statement nothing is missing: what was expected stays expected, and one case asks for the file."""
        day = self.day.isoformat()
        counted = self._counted(leg, ours)
        if not leg.stated:
            self._without_statement(leg, counted)
        else:
            for kind in ("statement-missing", "statement-too-large"):
                cases.close(kind, leg.name, "imported", key=day)
            theirs = _chain(self._read(leg), self._never_left(leg), leg.carried(False, day))
            books = (_chain(counted, leg.carried(True, day)), theirs)
            until = model_reports.end_of(self.day, leg.name)
            for finding in matching.reconciled(*books, WINDOWS[leg.side], until):
                self._end(leg, finding)
            for one in leg.open.values():
                if one.day < day:
                    _add_carried(leg, one)
        self.differences += leg.differences
        self.views += [
            book.view(leg.side, name, currency, leg.stated) for (name, currency), book in sorted(leg.books.items())
        ]

    def _counted(self, leg: _Leg, ours: Iterable[StatementLine]) -> Iterator[StatementLine]:
        for line in ours:
            leg.books[leg.name, line.currency].expected.add(line.amount)
            yield line

    def _read(self, leg: _Leg) -> Iterator[StatementLine]:
        carried, returned = leg.restated(self.day.isoformat()), {one.movement for one in leg.returned}
        for one in self._told(leg):
            if one.amount < 0 and one.our_id in returned:
                leg.left.add(one.our_id)
            if leg.side == "processor" and one.kind == "payout" and not _is_sent(one.our_id):
                self.payouts.append(one)
            elif one.identity in carried:
                carried.remove(one.identity)
            else:
                book = leg.books[leg.name, one.currency]
                book.stated.add(one.amount)
                book.fees += one.fee
                yield one

    def _told(self, leg: _Leg) -> Iterator[StatementLine]:
        """What each name's statements say, once, however many say it."""
        for absent in leg.absent if leg.stated else ():
            self._unreadable(leg, absent, Unreadable(0, "not-uploaded"))
        for name in sorted({one.name for one in leg.held}):
            tellings = [telling.Telling(one) for one in leg.held if one.name == name]
            said = [(one, self._said(leg, one.statement)) for one in tellings]
            yield from telling.once(said) if len(said) > 1 else telling.first(said[0][1], tellings[0])
            self.closings += telling.closings(tellings)
            for one in tellings[1:]:
                self._retold(leg, one)

    def _said(self, leg: _Leg, statement: Statement) -> Iterator[StatementLine | Closing]:
        for one in _lines(statement):
            if isinstance(one, Unreadable):
                self._unreadable(leg, statement, one)
            else:
                yield one

    def _retold(self, leg: _Leg, one: telling.Telling) -> None:
        """What it lacks or says otherwise is a person's: nothing of what was told before is taken back by it."""
        self.retold.append(one.view)
        if one.contradicts:
            leg.differences += 1
            facts: dict[str, str | int] = {"name": one.statement.name, "day": one.statement.day}
            facts |= {"lacking": one.lacking, "otherwise": one.otherwise, "added": one.added}
            key = f"{one.statement.day} {one.statement.name}"
            self._case("statement-retold", leg.owner, one.statement.sha256, key, facts)

    def _never_left(self, leg: _Leg) -> Iterator[StatementLine]:
        """Both ends of what was returned, unless a statement has shown it leaving: then it must show it coming back."""
        for one in leg.returned if leg.side == "processor" else ():
            began_at = clock.read(ledger.movement(one.movement)["created_at"])
            if one.movement in leg.left or (began_at.date() < self.day and not leg.awaits(one.movement)):
                continue
            for amount, at in ((-one.amount, began_at), (one.amount, one.at)):
                leg.books[leg.name, one.currency].stated.add(amount)
                yield structs.replace(_line(one), amount=amount, booked_at=at)

    def _without_statement(self, leg: _Leg, ours: Iterator[StatementLine]) -> None:
        day, there = self.day.isoformat(), False
        for line in ours:
            there = True
            if leg.side == "bank":
                self._keep_open(leg, OpenLine(line, True, day))
        if there:
            self._ask_for(leg.name, leg.owner)

    def _ask_for(self, name: str, owner: str | None) -> None:
        day = self.day.isoformat()
        self.missing.append(name)
        self._case("statement-missing", owner, name, day, {"name": name, "day": day})

    def _unreadable(self, leg: _Leg, statement: Statement, one: Unreadable) -> None:
        leg.differences += 1
        if len(self.unreadable) < _MOST_UNREADABLE:
            self.unreadable.append(UnreadableView(statement.sha256, one.number, one.reason))
            facts: dict[str, str | int] = {"name": leg.name, "day": statement.day}
            facts |= {"line": one.number, "reason": one.reason}
            key = f"{statement.day} {leg.name} {one.number} {one.reason}"
            self._case("statement-unreadable", leg.owner, statement.sha256, key, facts)

    def _end(self, leg: _Leg, finding: Finding) -> None:
        _add(leg, finding)
        known = [one for one in self._known(leg, finding) if one]
        if finding.outcome == "waiting":
            self._keep_open(leg, OpenLine(finding.line, finding.ours is not None, self._since(known)))
            return
        if finding.outcome in ("missing_here", "missing_there"):
            self._missing(leg, finding, known)
            return
        cased = [one for one in known if one.case_id]
        for one in known:
            self._close(leg, one, finding)
        if finding.outcome not in ("matched", "late") or (finding.outcome == "late" and not cased):
            self._differ(leg, finding)

    def _known(self, leg: _Leg, finding: Finding) -> list[OpenLine | None]:
        sides = (("ours#", finding.ours), ("theirs#", finding.theirs))
        if finding.outcome == "matched" and not leg.open:
            return []
        return [leg.open.get(side + line.identity) for side, line in sides if line and not finding.copy]

    def _since(self, known: list[OpenLine]) -> str:
        return known[0].day if known else self.day.isoformat()

    def _missing(self, leg: _Leg, finding: Finding, known: list[OpenLine]) -> None:
        """What another day's run has told already is told by that day's report. Ours stays open even without a case."""
        today = self.day.isoformat()
        if known and known[0].found_on not in ("", today):
            return
        ours, case_id = finding.ours is not None, self._differ(leg, finding)
        if ours or case_id:
            self._keep_open(leg, OpenLine(finding.line, ours, self._since(known), case_id, found_on=today))

    def _keep_open(self, leg: _Leg, one: OpenLine) -> None:
        leg.open[one.id] = one
        store.keep_open(leg.name, one, self.at)

    def _close(self, leg: _Leg, one: OpenLine, finding: Finding) -> None:
        day = self.day.isoformat()
        store.close_open(leg.name, one, day)
        leg.open[one.id] = replace(one, closed_on=day)
        if one.case_id:
            missing = Finding("missing_there", one.line, None) if one.ours else Finding("missing_here", None, one.line)
            cases.close("reconciliation-difference", missing.id, finding.outcome)
            store.close_difference(one.found_on, missing.id, finding.outcome)

    def _differ(self, leg: _Leg, finding: Finding) -> str:
        """Opens its case, once in all runs, and returns it; none beyond what a sound file could differ by."""
        leg.differences += 1
        day = self.day.isoformat()
        if leg.differences > model_reports.MOST_DIFFERENCES:
            if leg.differences == model_reports.MOST_DIFFERENCES + 1:
                self._case("reconciliation-overflow", leg.owner, leg.name, day, {"name": leg.name, "day": day})
                page("ReconciliationOverflow", book=leg.name, day=day)
            return ""
        stated = finding.theirs or finding.line
        facts: dict[str, str | int] = {
            "outcome": finding.outcome,
            "name": leg.name,
            "day": day,
            "currency": stated.currency,
            "our_id": finding.our_id or stated.our_id,
            "reference": stated.reference,
            "line": stated.number,
        }
        facts |= {"expected": finding.ours.amount} if finding.ours else {}
        facts |= {"stated": finding.theirs.amount} if finding.theirs else {}
        case_id = self._case("reconciliation-difference", leg.owner, finding.id, "", facts)
        store.keep_difference(day, finding, leg.side, case_id)
        return case_id

    def _case(self, kind: str, owner: str | None, subject: str, key: str, facts: dict[str, str | int]) -> str:
        """Whoever imported the statement has it, until somebody else takes it on; nobody has what was fetched."""
        due_at = self.at + model_reports.CASE_DUE
        return cases.open_case(kind, subject, facts, due_at=due_at, at=self.at, key=key, owner=owner)


def _lines(statement: Statement) -> Iterator[StatementLine | Closing | Unreadable]:
    """Its content is proved by its address: what was read must be what was imported."""
    content = store.content(statement)
    if content is None:
        yield Unreadable(0, "not-uploaded")
        return
    file = io.BufferedReader(content, 1 << 16)
    for one in statements.read(statement.form, cast(BinaryIO, file)):
        yield structs.replace(one, name=statement.name) if isinstance(one, StatementLine) else one
    while file.read(1 << 16):
        pass
    if content.sha256 != statement.sha256:
        yield Unreadable(0, "not-what-was-imported")


def _is_sent(our_id: str) -> bool:
    return any(ids.is_id(our_id, prefix) for prefix in PAYOUTS)


def _line(one: Expected) -> StatementLine:
    kind = _KINDS.get(one.kind, one.kind)
    return StatementLine(one.movement, one.entry, kind, one.amount, 0, one.currency, one.at, 0, one.processor)


def _arriving(payout: StatementLine) -> StatementLine:
    """A processor's payout as the bank should see it."""
    return structs.replace(payout, our_id="", amount=-payout.amount, fee=0, number=0)


def _chain(*books: Iterable[StatementLine]) -> Iterator[StatementLine]:
    for book in books:
        yield from book


def _add(leg: _Leg, finding: Finding) -> None:
    ours, theirs, outcome = finding.ours, finding.theirs, finding.outcome
    if outcome == "wrong_currency" and ours and theirs:
        leg.books[leg.name, ours.currency].end(outcome, -ours.amount)
        leg.books[leg.name, theirs.currency].end(outcome, theirs.amount, 0)
        return
    amount = finding.line.amount if outcome == "matched" else finding.difference
    leg.books[leg.name, finding.currency].end(outcome, amount)


def _add_carried(leg: _Leg, one: OpenLine) -> None:
    """Lines of days before stand in the sums of the day that they are looked at."""
    book = leg.books[leg.name, one.line.currency]
    (book.expected if one.ours else book.stated).add(one.line.amount)
