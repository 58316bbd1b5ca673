"""What people did later: conversion, retention, cohorts, funnels; and dimensions of imported files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.insight.engine import Engine
from chalicelib.insight.model_query import (
    Datasets,
    Filter,
    Funnel,
    Measure,
    QueryRequest,
    Question,
    Sort,
    Step,
    question,
)
from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidRequest
from tests.unit.insight_kit import BEGIN, NAMES, WORDS, Plain, events, filters, order, shops, times, written

DAYS = 80
EVENTS = events(11, 900, timedelta(hours=12), DAYS * 2, 4)
KINDS = [one for one in WORDS["kind"] if one]
IMPORTED = ("shops.size", "shops.region")
PLENTY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True)
class Lake:
    engine: Engine
    datasets: Datasets

    def question(self, wish: QueryRequest, through_days: int | None = None) -> Question:
        through = None if through_days is None else BEGIN + timedelta(days=through_days)
        return question(wish, self.datasets, through)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    folder = tmp_path_factory.mktemp("events")
    found = Lake(Engine(written(folder, EVENTS)), {"shops": shops(folder)})
    yield found
    found.engine.connection.close()


conversions = st.builds(
    Measure, st.just("conversion"), to=st.sampled_from(KINDS), nth=st.sampled_from([None, 1, 2, 3]),
    within_days=st.sampled_from([1, 3, 30, 366]),
)  # fmt: skip
retentions = st.builds(Measure, st.just("retention"), after=st.sampled_from([1, 2, 5, 60]))
plain = st.sampled_from([Measure("count"), Measure("people")])


@st.composite
def questions(draw: Any, *measures: st.SearchStrategy[Measure]) -> QueryRequest:
    chosen = draw(st.lists(st.one_of(*measures), min_size=1, max_size=3, unique_by=lambda one: one.called))
    dimensions = draw(st.lists(st.sampled_from(("cohort", *IMPORTED, *NAMES)), max_size=3, unique=True))
    if any(one.after for one in chosen) and "time" not in dimensions:
        dimensions.insert(draw(st.integers(0, len(dimensions))), "time")
    imported = st.builds(Filter, st.just("shops.size"), st.just(("3",)), st.booleans())
    return QueryRequest(
        **draw(times(DAYS * 86_400)),
        measures=tuple(chosen),
        dimensions=tuple(dimensions),
        grain=draw(st.sampled_from(["hour", "day", "week", "month"])),
        filters=tuple(draw(st.lists(st.one_of(filters(), imported), max_size=1))),
        compare=draw(st.booleans()),
        top=10_000,
    )


@PLENTY
@given(questions(conversions, plain))
def test_who_is_converted_is_who_did_it_often_enough_in_time(lake: Lake, wish: QueryRequest) -> None:
    asked = lake.question(wish)
    assert order(lake.engine.answer(asked).rows) == order(Plain(asked, EVENTS).rows())


@PLENTY
@given(questions(retentions, plain), st.one_of(st.none(), st.integers(0, DAYS + 40)))
def test_who_is_retained_is_who_did_anything_so_much_later(lake: Lake, wish: QueryRequest, through: int | None) -> None:
    asked = lake.question(wish, through)
    assert order(lake.engine.answer(asked).rows) == order(Plain(asked, EVENTS).rows())


@PLENTY
@given(questions(plain))
def test_cohorts_and_imported_words_lead_to_exactly_the_events_they_count(lake: Lake, wish: QueryRequest) -> None:
    asked = lake.question(msgspec.structs.replace(wish, measures=(Measure("count"),), compare=False))
    groups = Plain(asked, EVENTS).groups()
    for row in lake.engine.answer(asked).named()[:4]:
        behind = lake.engine.behind(asked, row, 1_000)
        key = tuple(row[name] for name in asked.wish.dimensions)
        assert sorted(str(one[0]) for one in behind.rows) == sorted(str(one["id"]) for one in groups[key])


steps = st.builds(
    Step, st.sampled_from(KINDS), outcome=st.sampled_from([None, "succeeded", "refused"]), nth=st.integers(1, 3)
)
funnels = st.builds(
    Funnel, st.lists(steps, min_size=2, max_size=5).map(tuple), within_days=st.sampled_from([1, 7, 30, 366])
)


@st.composite
def journeys(draw: Any) -> QueryRequest:
    kept = tuple(draw(st.lists(filters(), max_size=1)))
    return QueryRequest(**draw(times(DAYS * 86_400)), filters=kept, funnel=draw(funnels))


@PLENTY
@given(journeys())
def test_a_funnel_tells_how_far_people_came_and_how_long_it_took(lake: Lake, wish: QueryRequest) -> None:
    asked = lake.question(wish)
    assert wish.funnel and list(lake.engine.answer(asked).rows) == Plain(asked, EVENTS).steps(wish.funnel)


@PLENTY
@given(journeys())
def test_a_step_leads_to_the_events_that_brought_people_there(lake: Lake, wish: QueryRequest) -> None:
    asked = lake.question(wish)
    assert wish.funnel
    own, plain = {one["id"]: one for one in EVENTS}, Plain(asked, EVENTS)
    for row, done in zip(lake.engine.answer(asked).named(), plain.came(wish.funnel), strict=True):
        behind = [own[one[0]] for one in lake.engine.behind(asked, row, 1_000).rows]
        assert {(one["person"], one["happened_at"]) for one in behind} == {(who, way[-1]) for who, way in done.items()}
        assert row["step"] != 1 or all(one in plain.kept() for one in behind)


def ask(**more: Any) -> QueryRequest:
    about = {"since": clock.written(BEGIN), "until": clock.written(BEGIN + timedelta(days=DAYS))}
    return QueryRequest(**{**about, "measures": (Measure("people"),), **more})


def test_a_cohort_never_grows_with_time(lake: Lake) -> None:
    """Who came on a day are never fewer than who of them did anything on a day after."""
    asked = lake.question(ask(dimensions=("cohort", "time"), grain="day"))
    rows: list[tuple[Any, ...]] = [row for row in lake.engine.answer(asked).rows if row[0] is not None]
    first = {cohort: people for cohort, time, people in rows if cohort == time}
    assert len(first) > 1 and all(people <= first[cohort] and time >= cohort for cohort, time, people in rows)


def test_a_cohort_is_of_the_very_first_event_also_of_one_before_the_time_asked_about(lake: Lake) -> None:
    late = clock.written(BEGIN + timedelta(days=DAYS - 5))
    asked = lake.question(ask(since=late, dimensions=("cohort",)))
    cohorts = [str(row[0]) for row in lake.engine.answer(asked).rows if row[0]]
    assert cohorts and all(cohort < late for cohort in cohorts)
    assert asked.days[0].year == 1


@pytest.mark.parametrize(
    ("measure", "grain", "days"),
    [
        (Measure("count"), "day", 0),
        (Measure("conversion", to="payment", within_days=7), "day", 7),
        (Measure("retention", after=3), "day", 4),
        (Measure("retention", after=1), "month", 62),
    ],
)
def test_a_question_says_up_to_which_day_it_reads(measure: Measure, grain: Any, days: int) -> None:
    end = BEGIN.replace(hour=0) + timedelta(days=10)
    about = ask(until=clock.written(end), measures=(measure,), dimensions=("time",), grain=grain)
    extra = timedelta(days=days) - (timedelta() if measure.measure == "conversion" else clock.MICROSECOND)
    assert question(about).days == (BEGIN.date(), (end + extra).date())


def test_before_is_compared_with_what_was_before_and_days_reach_back_to_it() -> None:
    assert question(ask(compare=True)).days[0] == (BEGIN - timedelta(days=DAYS)).date()


def test_a_key_that_a_file_has_twice_counts_no_event_twice(lake: Lake) -> None:
    asked = lake.question(ask(measures=(Measure("count"),), dimensions=("shops.size",)))
    assert sum(int(row[1] or 0) for row in lake.engine.answer(asked).rows) == len(EVENTS)


def test_rows_can_be_sorted_by_a_column_of_an_imported_file(lake: Lake) -> None:
    asked = lake.question(ask(dimensions=("shops.region",), sort=Sort("shops.region", descending=False)))
    assert [row[0] for row in lake.engine.answer(asked).rows] == ["north", None]


@pytest.mark.parametrize("name", ["shops.colour", "cafes.size"])
def test_a_file_or_a_column_that_nobody_imported_is_refused(lake: Lake, name: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        lake.question(ask(dimensions=(name,)))
    assert refused.value.param == "dimensions"
