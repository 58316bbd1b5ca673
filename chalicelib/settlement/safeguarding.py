"""Two questions of every day: do clearing accounts hold what their lines say, and do the banks hold what is owed?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from chalicelib.cases import service as cases
from chalicelib.kernel import money
from chalicelib.ledger import chart, expected, folding
from chalicelib.ledger import service as ledger
from chalicelib.observability import page
from chalicelib.settlement import model_reports
from chalicelib.settlement import store_reconciliation as store
from chalicelib.settlement.model_reconciliation import Closing
from chalicelib.settlement.model_reports import ClearingView, ReportView, SafeguardingView


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
    names: Iterable[str], day: date, closings: Iterable[Closing], in_transit: Mapping[str, int], at: datetime
) -> list[SafeguardingView]:
    """What the banks hold against what is owed. A shortfall pages at once and opens a case."""
    at_banks: dict[str, int] = {}
    for one in closings:
        at_banks[one.currency] = at_banks.get(one.currency, 0) + one.amount
    views = []
    for currency, owed in _owed(names, day, at).items():
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


def _clearing(name: str, currency: str, day: date, at: datetime, before: ReportView | None) -> ClearingView:
    held = _held(name, currency, day, at)
    if before is None:
        return ClearingView(name, currency, held, held, 0)
    begun = next((one.ledger for one in before.clearing if (one.name, one.currency) == (name, currency)), 0)
    lines = begun + _sum(name, currency, date.fromisoformat(before.day), day)
    return ClearingView(name, currency, held, lines, held - lines)


def _owed(names: Iterable[str], day: date, at: datetime) -> dict[str, int]:
    """To customers and merchants, by the chart: all that came in, less what is the house's own by now."""
    owed: dict[str, int] = {}
    for name in names:
        for currency in _currencies(name):
            owed[currency] = owed.get(currency, 0) + _held(name, currency, day, at)
    return {
        currency: held - folding.total(chart.fees(currency)) - ledger.corrected(currency)
        for currency, held in sorted(owed.items())
    }


def _held(name: str, currency: str, day: date, at: datetime) -> int:
    """By a processor for us at the end of `day`: by now, less what came since."""
    return -folding.total(chart.clearing(name, currency)) - _sum(name, currency, day, at.date())


def _sum(name: str, currency: str, after: date, until: date) -> int:
    """Of the lines of the days after `after`, `until` included."""
    return sum(one.amount for day in _days(after, until) for one in expected.of_day(name, currency, day))


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
