"""Matching: every line in ends as exactly one thing, sums add up to the minor unit, order never matters."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.settlement import matching
from chalicelib.settlement.model_reconciliation import OUTCOMES, Finding, StatementLine

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
WINDOW = timedelta(hours=6)
LINES = st.builds(
    StatementLine,
    our_id=st.sampled_from(["", "top_1", "top_2"]),
    reference=st.sampled_from(["", "ch_1", "ch_2", "ch_3"]),
    kind=st.sampled_from(["top-up", "reversal"]),
    amount=st.sampled_from([-200, -100, 100, 101, 10_000_000_000]),
    fee=st.sampled_from([0, 1]),
    currency=st.sampled_from(["CNY", "USD"]),
    booked_at=st.sampled_from([AT, AT + timedelta(hours=1), AT + timedelta(hours=7)]),
    number=st.integers(1, 99),
)
BOOKS = st.lists(LINES, max_size=12)


def line(amount: int = 500, **told: Any) -> StatementLine:
    plain = {"our_id": "top_1", "reference": "", "kind": "top-up", "fee": 0, "currency": "CNY", "booked_at": AT}
    return StatementLine(amount=amount, **(plain | told))


def found(ours: list[StatementLine], theirs: list[StatementLine], until: datetime | None = None) -> list[Finding]:
    return list(matching.reconciled(ours, theirs, WINDOW, until))


def outcomes(ours: list[StatementLine], theirs: list[StatementLine], until: datetime | None = None) -> list[str]:
    return sorted(one.outcome for one in found(ours, theirs, until))


@given(BOOKS, BOOKS)
def test_every_line_ends_as_exactly_one_thing(ours: list[StatementLine], theirs: list[StatementLine]) -> None:
    ended = found(ours, theirs)
    assert Counter(one.ours for one in ended if one.ours) == Counter(ours)
    assert Counter(one.theirs for one in ended if one.theirs) == Counter(theirs)
    assert {one.outcome for one in ended} <= set(OUTCOMES)


@given(BOOKS, BOOKS)
def test_what_differs_is_the_difference_of_the_sums_to_the_minor_unit(
    ours: list[StatementLine], theirs: list[StatementLine]
) -> None:
    ended = found(ours, theirs)
    crossed = [one for one in ended if one.outcome == "wrong_currency"]
    for currency in ("CNY", "USD"):
        differences = sum(one.difference for one in ended if one.currency == currency)
        differences -= sum(one.ours.amount for one in crossed if one.ours and one.ours.currency == currency)
        differences += sum(one.theirs.amount for one in crossed if one.theirs and one.theirs.currency == currency)
        assert _sum(ours, currency) + differences == _sum(theirs, currency)


def _sum(book: list[StatementLine], currency: str) -> int:
    return sum(one.amount for one in book if one.currency == currency)


@given(BOOKS, BOOKS, st.randoms(use_true_random=False))
def test_the_order_of_lines_never_matters(ours: list[StatementLine], theirs: list[StatementLine], chance: Any) -> None:
    before = sorted((one.outcome, one.id) for one in found(ours, theirs))
    for book in (ours, theirs):
        chance.shuffle(book)
    assert sorted((one.outcome, one.id) for one in found(ours, theirs)) == before


@given(BOOKS, BOOKS)
def test_many_small_runs_on_disk_end_as_one_in_memory(ours: list[StatementLine], theirs: list[StatementLine]) -> None:
    before = Counter(found(ours, theirs))
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(matching, "RUN_ROWS", 2)
        changed.setattr(matching, "MOST_RUNS", 3)
        assert Counter(found(ours, theirs)) == before


@pytest.mark.parametrize(
    ("ours", "theirs", "ended"),
    [
        ([line()], [line(reference="ch_1")], ["matched"]),
        ([line()], [line(501)], ["over"]),
        ([line()], [line(499)], ["under"]),
        ([line(-500)], [line(-501)], ["over"]),
        ([], [line()], ["missing_here"]),
        ([line()], [], ["missing_there"]),
        ([line()], [line(currency="USD")], ["wrong_currency"]),
        ([line()], [line(reference="ch_1"), line(reference="ch_1")], ["duplicate", "matched"]),
        ([line()], [line(reference="ch_1"), line(reference="ch_2")], ["duplicate", "matched"]),
        ([], [line(reference="ch_1"), line(reference="ch_1")], ["duplicate", "missing_here"]),
        ([line()], [line(booked_at=AT + WINDOW + timedelta(microseconds=1))], ["late"]),
        ([line()], [line(booked_at=AT - WINDOW)], ["matched"]),
        ([line()], [line(-500)], ["missing_here", "missing_there"]),
        ([line(our_id="")], [line(our_id="")], ["missing_here", "missing_there"]),
        ([line(our_id="", reference="po_1")], [line(our_id="", reference="po_1")], ["matched"]),
        ([line(-200), line(-300)], [line(-300), line(-200)], ["matched", "matched"]),
        ([line(-200)], [line(-200, reference="re_1"), line(-200, reference="re_2")], ["matched", "missing_here"]),
    ],
    ids=str,
)
def test_the_table_of_ends(ours: list[StatementLine], theirs: list[StatementLine], ended: list[str]) -> None:
    assert outcomes(ours, theirs) == ended


def test_a_line_at_the_end_of_the_day_waits_for_the_next_days_statement() -> None:
    midnight = AT + timedelta(hours=12)
    assert outcomes([line(booked_at=midnight - WINDOW)], [], midnight) == ["missing_there"]
    assert outcomes([line(booked_at=midnight - timedelta(seconds=1))], [], midnight) == ["waiting"]
    assert outcomes([], [line(booked_at=midnight - timedelta(seconds=1))], midnight) == ["waiting"]


def test_a_file_that_repeats_one_line_for_ever_is_not_kept_in_memory() -> None:
    often = matching.MOST_ALIKE + 50
    assert Counter(outcomes([line()], [line(number=n) for n in range(often)])) == {
        "matched": 1,
        "duplicate": often - 1,
    }


def test_runs_leave_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(matching, "RUN_ROWS", 1)
    assert outcomes([line()], [line()]) == ["matched"]
    assert list(tmp_path.iterdir()) == []
