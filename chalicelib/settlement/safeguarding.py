"""Two questions of every day: do clearing accounts hold what their lines say, and do the banks hold what is owed?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from chalicelib.cases import service as cases
from chalicelib.kernel import clock, money
from chalicelib.ledger import chart, expected, folding, history, owing
from chalicelib.observability import page
from chalicelib.settlement import model_reports
from chalicelib.settlement import store_reconciliation as store
from chalicelib.settlement.model_reconciliation import Closing
from chalicelib.settlement.model_reports import ClearingView, ReportView, SafeguardingView

_TRIES = 3
"""At reading lines and total while nothing is folded."""


def clearing(names: Iterable[str], day: date, at: datetime) -> list[ClearingView]:
    """Totals of the ledger against lines: the day before's total and every line since. What differs opens a case.

    Both are written in one transaction, so they differ only if one was changed or lost. The first report of a name
    with money has nothing to begin from and begins there.
    """
    before = store.report_before(day.isoformat())
    found = [_clearing(name, currency, day, at, before) for name in names for currency in _currencies(name)]
    for one in found:
        if one.difference:
            facts: dict[str, str | int] = {"name": one.name, "currency": one.currency, "difference": one.difference}
            _alarm("ClearingDisagrees", "clearing-disagrees", one.name, one.currency, day, at, facts)
    return found


def covered(
    held: Iterable[ClearingView], day: date, closings: Iterable[Closing], in_transit: Mapping[str, int], at: datetime
) -> list[SafeguardingView]:
    """What the banks hold against what is owed. A shortfall pages at once and opens a case."""
    at_banks: dict[str, int] = {}
    for one in closings:
        at_banks[one.currency] = at_banks.get(one.currency, 0) + one.amount
    views = []
    for currency, owed in _owed(held, day).items():
        known = currency in at_banks
        short = max(0, owed - at_banks.get(currency, 0) - in_transit.get(currency, 0))
        views.append(
            SafeguardingView(
                currency,
                owed,
                at_banks.get(currency, 0),
                in_transit.get(currency, 0),
                short,
                short == 0 if known else None,
            )
        )
        if short and known:
            facts: dict[str, str | int] = {"owed": owed, "at_banks": at_banks[currency], "shortfall": short}
            _alarm("SafeguardingShortfall", "safeguarding-shortfall", "banks", currency, day, at, facts)
    return views


@dataclass(frozen=True, slots=True)
class _Lines:
    """What lines since the report before add up to."""

    until: int
    """Of days up to the one that is reconciled."""
    since: int
    came: int
    """All that came in, and all that went: sums that only grow."""
    went: int


def _clearing(name: str, currency: str, day: date, at: datetime, before: ReportView | None) -> ClearingView:
    """Lines, total, lines: what was folded meanwhile may be in the total or not, and is no difference."""
    after = date.fromisoformat(before.day) if before else day
    for _ in range(_TRIES):
        first = _lines(name, currency, after, day, at)
        total = -folding.total(chart.clearing(name, currency))
        last = _lines(name, currency, after, day, at)
        if first == last:
            break
    if before is None:
        held = total - last.since
        return ClearingView(name, currency, held, held, 0)
    begun = next((one.ledger for one in before.clearing if (one.name, one.currency) == (name, currency)), 0)
    unexplained = total - begun - first.until - first.since
    difference = unexplained - min(max(unexplained, first.went - last.went), last.came - first.came)
    lines = begun + last.until
    return ClearingView(name, currency, lines + difference, lines, difference)


def _lines(name: str, currency: str, after: date, day: date, at: datetime) -> _Lines:
    """From the day after `after` to tomorrow: a run may last beyond midnight."""
    until = since = came = 0
    for one_day in _days(after, at.date() + timedelta(days=1)):
        booked = (one for one in expected.of_day(name, currency, one_day) if one.kind != expected.BESIDE)
        amounts = [one.amount for one in booked]
        until, since = (until + sum(amounts), since) if one_day <= day else (until, since + sum(amounts))
        came += sum(amount for amount in amounts if amount > 0)
    return _Lines(until, since, came, came - until - since)


def _owed(held: Iterable[ClearingView], day: date) -> dict[str, int]:
    """To customers and merchants at the day's end, by the chart: all that came in, less what was the house's own.

    What some of them owe us is no less of what is owed to the others.
    """
    sums: dict[str, int] = {}
    for one in held:
        sums[one.currency] = sums.get(one.currency, 0) + one.ledger
    end = model_reports.end_of(day) - clock.MICROSECOND
    return {currency: came - _own(currency, day, end) for currency, came in sorted(sums.items())}


def _own(currency: str, day: date, end: datetime) -> int:
    corrected = history.balance_at(chart.corrections(currency), end).available
    return folding.earned_until(day, currency) + corrected - owing.owed(currency, end)


def _days(after: date, until: date) -> Iterator[date]:
    return (after + timedelta(days=number) for number in range(1, (until - after).days + 1))


def _currencies(name: str) -> list[str]:
    return [currency for currency in money.EXPONENTS if folding.touched(chart.clearing(name, currency))]


def _alarm(
    name: str, kind: str, subject: str, currency: str, day: date, at: datetime, facts: dict[str, str | int]
) -> None:
    page(name, currency=currency, day=day.isoformat())
    told = {**facts, "currency": currency, "day": day.isoformat()}
    due_at = at + model_reports.CASE_DUE
    cases.open_case(kind, subject, told, due_at=due_at, at=at, key=f"{currency} {day.isoformat()}")
