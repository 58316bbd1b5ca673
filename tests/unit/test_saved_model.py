"""Periods, schedules, and what a mail makes of an answer."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from chalicelib.insight import drawing, model_mailed
from chalicelib.insight.drawing import Plate, Point
from chalicelib.insight.model_query import Filter, Funnel, Measure, QueryRequest, Step, question
from chalicelib.insight.model_ready import READY
from chalicelib.insight.model_reports import AnswerView, Cell
from chalicelib.insight.model_saved import Period, ReportSchedule, SavedQuery, following, span
from chalicelib.kernel import text

AT = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
schedules = st.builds(
    ReportSchedule, st.sampled_from(["day", "week", "month"]), st.integers(0, 23), st.just(("usr_1",))
)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("today", "2026-03-31", "2026-03-31"),
        ("yesterday", "2026-03-30", "2026-03-30"),
        ("last-7-days", "2026-03-24", "2026-03-30"),
        ("last-30-days", "2026-03-01", "2026-03-30"),
        ("this-month", "2026-03-01", "2026-03-31"),
        ("last-month", "2026-02-01", "2026-02-28"),
        ("all", "2000-01-01", "2026-03-31"),
    ],
)
def test_a_period_is_whole_days_of_utc(period: Period, first: str, last: str) -> None:
    since, until = span(period, AT)
    assert (str(since.date()), str((until - timedelta(microseconds=1)).date())) == (first, last)


@given(st.sampled_from(get_args(Period)), moments)
def test_a_period_is_never_empty_and_begins_and_ends_at_midnight(period: Period, at: datetime) -> None:
    since, until = span(period, at)
    assert since < until
    assert since.time() == until.time() == AT.min.time()


@given(schedules, moments)
def test_the_next_time_is_the_first_of_the_schedule_that_is_later(schedule: ReportSchedule, at: datetime) -> None:
    found = following(schedule, at)
    assert found > at
    assert found.hour == schedule.hour
    assert {"day": True, "week": found.isoweekday() == 1, "month": found.day == 1}[schedule.every]
    longest = {"day": 1, "week": 7, "month": 31}[schedule.every]
    assert found - at <= timedelta(days=longest)
    assert following(schedule, found - timedelta(microseconds=1)) == found


def test_whatever_can_be_asked_can_be_saved() -> None:
    asked, saved = set(QueryRequest.__struct_fields__), set(SavedQuery.__struct_fields__)
    assert saved - {"period"} == asked - {"since", "until"}
    wish = SavedQuery("today", (Measure("count"),), ("kind",), "hour", (Filter("kind", ("payment",)),), compare=True)
    made = wish.asked(AT)
    assert (made.since, made.until) == ("2026-03-31T00:00:00.000000Z", "2026-04-01T00:00:00.000000Z")
    assert (made.measures, made.dimensions, made.grain, made.filters, made.compare) == (
        wish.measures, ("kind",), "hour", wish.filters, True,
    )  # fmt: skip


@pytest.mark.parametrize("name", READY)
def test_a_ready_made_report_makes_sense_and_is_told_in_both_languages(name: str) -> None:
    if (query := READY[name].query) is not None:
        assert question(query.asked(AT)).columns
        assert query.period == READY[name].period
    for part in ("title", "about"):
        told = {text.sentence(f"reports.{name}.{part}", language) for language in text.LANGUAGES}
        assert len(told) == 2


def answer(query: SavedQuery, *rows: tuple[Cell, ...]) -> AnswerView:
    columns = question(query.asked(AT)).columns
    named = tuple(dict(zip(columns, row, strict=True)) for row in rows)
    return AnswerView("x", columns, named, len(rows), True, None, False, True)


BUSINESS = SavedQuery("today", (Measure("sum", of="amount"), Measure("success")), ("time", "currency"))


def test_a_table_tells_money_shares_and_times_as_people_read_them() -> None:
    shown = answer(BUSINESS, ("2026-03-31T00:00:00.000000Z", "CNY", 123_450, 9_731), ("2026-04-01T", "JPY", 7, None))
    assert model_mailed.table(shown, BUSINESS).splitlines() == [
        "time        currency  sum_amount  success",
        "----------  --------  ----------  -------",
        "2026-03-31  CNY        ¥1,234.50  97.31 %",
        "2026-04-01  JPY               ¥7        -",
    ]


def test_a_table_has_twenty_rows_at_most_and_none_is_no_table() -> None:
    query = SavedQuery("today", (Measure("count"),), ("kind",))
    assert model_mailed.table(answer(query), query) == ""
    many = answer(query, *((f"kind-{place}", place) for place in range(30)))
    assert len(model_mailed.table(many, query).splitlines()) == 22


def test_a_picture_shows_the_first_measure_in_major_units_over_time() -> None:
    shown = answer(BUSINESS, ("2026-03-31T00:00:00.000000Z", "CNY", 123_450, 9_731), ("2026-04-01T", "JPY", 7, 1))
    assert model_mailed.marks(shown, BUSINESS) == [("2026-03-31", "CNY", 1_234.5), ("2026-04-01", "JPY", 7)]
    steps = SavedQuery("today", funnel=Funnel((Step("sign-up"), Step("payment")), within_days=9))
    told = answer(steps, (1, 10, 10_000, None, None), (2, 4, 4_000, 4_000, 60))
    assert model_mailed.marks(told, steps) == [("1", "", 10), ("2", "", 4)]


values = st.lists(st.floats(-1e12, 1e12, allow_nan=False).map(lambda value: round(value, 2)), max_size=40)


@given(values)
def test_an_axis_holds_nought_and_every_value_in_a_few_round_steps(found: list[float]) -> None:
    low, high, step = drawing.scale(found)
    assert low <= 0 <= high
    assert all(low - step / 1e6 <= value <= high + step / 1e6 for value in found)
    assert 1 <= round((high - low) / step) <= 8


@pytest.mark.parametrize("chart", ["bars", "lines"])
@pytest.mark.parametrize("points", [0, 1, 2, 13, 400])
def test_a_picture_is_a_png_of_its_size_whatever_it_shows(chart: drawing.Chart, points: int) -> None:
    shown = [Point(f"2026-{place:03}", f"s{place % 9}", place * 37.5 - 90) for place in range(points)]
    made = Image.open(io.BytesIO(drawing.drawn(Plate("Title", "amount", "time", shown), chart)))
    assert (made.format, made.size) == ("PNG", (800, 400))
    assert len(made.convert("RGB").getcolors(100_000) or ()) > 3


def test_bars_and_lines_are_as_high_as_what_they_show() -> None:
    plate = Plate("", "", "", [Point("a", "", 100), Point("b", "", 50)])
    made = Image.open(io.BytesIO(drawing.drawn(plate, "bars"))).convert("RGB")
    blue = (0x1F, 0x5F, 0xA8)
    heights = [sum(made.getpixel((x, y)) == blue for y in range(400)) for x in (262, 607)]
    assert heights[0] == pytest.approx(2 * heights[1], abs=3)
    assert heights[0] > 200


def test_letters_that_the_font_lacks_are_known() -> None:
    assert (drawing.plain("Top-ups"), drawing.plain("充值")) == (True, False)
    assert drawing.latin("充 x") == "? x"
