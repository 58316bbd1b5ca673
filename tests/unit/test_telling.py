"""A day that is told more than once: every line as often as the telling that has it most often, whatever the order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.settlement import matching, telling
from chalicelib.settlement.model_reconciliation import Closing, StatementLine
from chalicelib.settlement.model_reports import Statement
from chalicelib.settlement.telling import Telling

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
STATEMENT = Statement("0" * 64, "processor", "sandbox", "csv", "2026-11-22", 1, AT, "")
Counts = tuple[int, int, int, int]
"""Repeated, added, lacking, otherwise."""


def line(name: str, amount: int = 500, fee: int = 3, account: str = "", seconds: int = 0) -> StatementLine:
    booked_at = AT + timedelta(seconds=seconds)
    return StatementLine(f"top_{name}", f"ch_{name}", "top-up", amount, fee, "CNY", booked_at, 0, "sandbox", account)


def told(*said: Sequence[StatementLine | Closing]) -> tuple[list[StatementLine], list[Telling]]:
    tellings = [Telling(replace(STATEMENT, sha256=f"{number:064d}")) for number in range(len(said))]
    return in_order(telling.once(zip(tellings, said, strict=True))), tellings


def in_order(lines: Iterable[StatementLine]) -> list[StatementLine]:
    return sorted(lines, key=msgspec.json.encode)


def counts(one: Telling) -> Counts:
    return one.repeated, one.added, one.lacking, one.otherwise


def test_what_is_told_again_in_another_form_counts_once_and_contradicts_nothing() -> None:
    again = msgspec.structs.replace(line("a", seconds=20), kind="payment", number=9)
    lines, (_, second) = told([line("a"), line("b")], [again, line("b")])
    assert lines == [line("a"), line("b")]
    assert (counts(second), second.contradicts) == ((2, 0, 0, 0), False)


def test_what_stands_twice_in_one_telling_is_two_lines_whichever_tells_it() -> None:
    for said in ([[line("a")] * 2, [line("a")]], [[line("a")], [line("a")] * 2]):
        assert told(*said)[0] == [line("a")] * 2


def test_what_a_later_telling_lacks_still_counts_and_is_seen() -> None:
    lines, (_, second) = told([line("a"), line("b")], [line("a")])
    assert lines == [line("a"), line("b")]
    assert (counts(second), second.contradicts) == ((1, 0, 1, 0), True)


def test_a_line_with_another_amount_is_added_and_the_one_before_is_lacking() -> None:
    lines, (_, second) = told([line("a"), line("b", 100)], [line("a"), line("b", 110)])
    assert lines == [line("a"), line("b", 100), line("b", 110)]
    assert (counts(second), second.contradicts) == ((1, 1, 1, 0), True)


@pytest.mark.parametrize("other", [line("a", fee=4), line("a", seconds=60)])
def test_another_fee_or_minute_is_told_otherwise_and_the_first_counts(other: StatementLine) -> None:
    lines, (_, second) = told([line("a")], [other])
    assert (lines, counts(second), second.contradicts) == ([line("a")], (1, 0, 0, 1), True)


def test_another_part_of_the_day_contradicts_nothing_but_an_empty_file_does() -> None:
    assert [one.contradicts for one in told([line("a")], [line("b")])[1]] == [False, False]
    assert [one.contradicts for one in told([line("a")], [])[1]] == [False, True]
    assert [one.contradicts for one in told([], [line("a")])[1]] == [False, False]


def test_accounts_of_one_bank_are_told_apart() -> None:
    first, second = line("a", account="one"), line("a", account="two")
    lines, tellings = told([first, Closing("CNY", 5, 1, "one")], [second, Closing("CNY", 7, 1, "two")])
    assert lines == [first, second]
    assert [one.contradicts for one in tellings] == [False, False]
    assert sum(one.amount for one in telling.closings(tellings)) == 12


def test_of_one_account_the_last_closing_balance_counts_and_another_one_is_seen() -> None:
    _, tellings = told([Closing("CNY", 5, 1, "one")], [Closing("CNY", 5, 1, "one")], [Closing("CNY", 6, 1, "one")])
    assert [one.amount for one in telling.closings(tellings)] == [6]
    assert [one.contradicts for one in tellings] == [False, False, True]


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=5), min_size=1, max_size=4))
def test_each_line_counts_as_often_as_in_the_telling_that_has_it_most_often(days: list[str]) -> None:
    lines, _ = told(*[[line(name) for name in day] for day in days])
    most = Counter[str]()
    for day in days:
        most |= Counter(day)
    assert Counter(one.our_id.removeprefix("top_") for one in lines) == most


def test_more_lines_than_a_run_holds_are_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "RUN_ROWS", 7)
    day = [line(f"{number}\t{number}", number) for number in range(1, 101)]
    lines, (_, second, _) = told(day, day[::-1], day)
    assert (lines, counts(second)) == (in_order(day), (100, 0, 0, 0))
