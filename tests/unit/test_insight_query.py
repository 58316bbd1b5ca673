"""A question about events: what DuckDB answers is what plain Python counts, whatever is asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.insight.engine import Engine
from chalicelib.insight.model_query import Answered, Filter, Funnel, Measure, QueryRequest, Sort, Step, question
from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidRequest
from tests.unit.insight_kit import BEGIN, NAMES, TRUNCATED, Plain, events, filters, order, times, written

HOURS = 60
EVENTS = events(7, 400, timedelta(microseconds=1), HOURS * 3600 * 10**6, 3)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    found = Engine(written(tmp_path_factory.mktemp("events"), EVENTS))
    yield found
    found.connection.close()


def counted(wish: QueryRequest) -> list[tuple[Any, ...]]:
    return Plain(question(wish), EVENTS).rows()


figures = st.one_of(
    st.sampled_from([Measure("count"), Measure("people"), Measure("success")]),
    st.builds(
        Measure,
        st.sampled_from(["sum", "average"]),
        of=st.sampled_from(["amount", "fee", "owed", "settling", "took_ms"]),
    ),
    st.builds(Measure, st.just("quantile"), of=st.just("amount"), at=st.sampled_from([0.01, 0.25, 0.5, 0.95, 0.999])),
)


@st.composite
def questions(draw: Any) -> QueryRequest:
    currency = Filter("currency", (draw(st.sampled_from(["CNY", "EUR"])),))
    return QueryRequest(
        **draw(times(HOURS * 3600)),
        measures=tuple(draw(st.lists(figures, min_size=1, max_size=4, unique_by=lambda one: one.called))),
        dimensions=tuple(draw(st.lists(st.sampled_from(NAMES), max_size=3, unique=True))),
        grain=draw(st.sampled_from(sorted(TRUNCATED))),
        filters=(currency, *draw(st.lists(filters(), max_size=2))),
        compare=draw(st.booleans()),
        top=10_000,
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(questions())
def test_what_is_answered_is_what_is_counted_by_hand(engine: Engine, wish: QueryRequest) -> None:
    found = engine.answer(question(wish))
    assert found.complete and order(found.rows) == order(counted(wish))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(questions())
def test_each_row_leads_to_exactly_the_entries_that_it_counts(engine: Engine, wish: QueryRequest) -> None:
    plain = msgspec.structs.replace(wish, measures=(Measure("count"),), compare=False)
    asked = question(plain)
    groups = Plain(asked, EVENTS).groups()
    for row in engine.answer(asked).named()[:5]:
        behind = engine.behind(asked, row, 1_000)
        key = tuple(row[name] for name in plain.dimensions)
        assert sorted(str(one[0]) for one in behind.rows) == sorted(str(one["id"]) for one in groups[key])
        assert len(behind.rows) == row["count"]


def wish(**more: Any) -> QueryRequest:
    about: dict[str, Any] = {"since": clock.written(BEGIN), "until": clock.written(BEGIN + timedelta(hours=HOURS))}
    return QueryRequest(**{**about, "measures": (Measure("count"),), **more})


def test_rows_come_in_the_order_that_was_asked_for_and_no_more_than_that(engine: Engine) -> None:
    asked = question(wish(dimensions=("kind", "device"), sort=Sort("count"), top=3))
    found: Answered = engine.answer(asked)
    everything = sorted((row[2] for row in counted(asked.wish)), reverse=True)
    assert ([row[2] for row in found.rows], found.complete) == (everything[:3], False)


def test_without_another_order_time_goes_forward(engine: Engine) -> None:
    rows = engine.answer(question(wish(dimensions=("time",), grain="hour"))).rows
    assert [row[0] for row in rows] == sorted(str(row[0]) for row in rows) and len(rows) > 50


def test_what_somebody_writes_is_a_word_and_never_part_of_a_question(engine: Engine) -> None:
    odd = Filter("kind", ("x' OR '1'='1", "'); DROP VIEW events; --"))
    assert engine.answer(question(wish(filters=(odd,)))).rows == ((0,),)
    assert engine.answer(question(wish())).rows == ((len(EVENTS),),)


FUNNEL = Funnel((Step("top-up"), Step("payment")), within_days=7)


@pytest.mark.parametrize(
    ("param", "more"),
    [
        ("from", {"since": "yesterday"}),
        ("from", {"since": "0001-01-01T00:00:00+14:00"}),
        ("from", {"since": "1999-12-31T23:59:59Z"}),
        ("to", {"until": "9999-12-31T00:00:00Z"}),
        ("to", {"until": clock.written(BEGIN)}),
        ("measures", {"measures": (Measure("sum"),)}),
        ("measures", {"measures": (Measure("count", of="amount"),)}),
        ("measures", {"measures": (Measure("quantile", of="took_ms"),)}),
        ("measures", {"measures": (Measure("sum", of="took_ms", at=0.5),)}),
        ("measures", {"measures": (Measure("count"), Measure("count"))}),
        ("measures", {"measures": (Measure("count", name="kind"),), "dimensions": ("kind",)}),
        ("dimensions", {"dimensions": ("kind", "kind")}),
        ("filters", {"filters": (Filter("time", ("2026",)),)}),
        ("filters", {"measures": (Measure("sum", of="amount"),)}),
        ("filters", {"measures": (Measure("sum", of="fee"),), "filters": (Filter("currency", ("CNY", "EUR")),)}),
        ("filters", {"measures": (Measure("sum", of="owed"),)}),
        ("filters", {"filters": (Filter("cohort", ("2026",)),)}),
        ("filters", {"filters": (Filter("shops.size", ("3",)),)}),
        ("sort", {"sort": Sort("amount")}),
        ("measures", {"measures": ()}),
        ("measures", {"measures": (Measure("conversion", to="payment"),)}),
        ("measures", {"measures": (Measure("conversion", within_days=3),)}),
        ("measures", {"measures": (Measure("conversion", to="payment", within_days=3, after=1),)}),
        ("measures", {"measures": (Measure("count", nth=2),)}),
        ("measures", {"measures": (Measure("retention"),), "dimensions": ("time",)}),
        ("dimensions", {"measures": (Measure("retention", after=1),), "dimensions": ("cohort",)}),
        ("dimensions", {"dimensions": ("shops.size",)}),
        ("dimensions", {"dimensions": ("kind\n",)}),
        ("funnel", {"funnel": FUNNEL}),
        ("funnel", {"funnel": FUNNEL, "measures": (), "dimensions": ("kind",)}),
        ("funnel", {"funnel": FUNNEL, "measures": (), "compare": True}),
        ("funnel", {"funnel": FUNNEL, "measures": (), "sort": Sort("step")}),
    ],
)
def test_what_makes_no_sense_is_refused_and_says_where(param: str, more: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        question(wish(**more))
    assert refused.value.param == param


def test_amounts_of_two_currencies_stand_side_by_side_and_are_never_added(engine: Engine) -> None:
    asked = question(wish(measures=(Measure("sum", of="amount"),), dimensions=("currency",)))
    assert order(engine.answer(asked).rows) == order(counted(asked.wish))


@pytest.mark.parametrize("name", ["order", "select", "now", "before", "day", "person", "outcome", "happened_at"])
def test_a_measure_may_be_called_by_a_word_of_sql_or_of_an_event(engine: Engine, name: str) -> None:
    named = Measure("sum", of="amount", name=name)
    asked = question(wish(measures=(named,), dimensions=("currency",), sort=Sort(name), compare=True))
    assert order(engine.answer(asked).rows) == order(counted(asked.wish))
