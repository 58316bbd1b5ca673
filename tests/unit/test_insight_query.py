"""A question about events: what DuckDB answers is what plain Python counts, whatever is asked."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.insight.engine import COLUMNS, Engine
from chalicelib.insight.model_query import Answered, Filter, Measure, QueryRequest, Sort, question
from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidRequest

BEGIN = datetime(2026, 11, 28, 22, tzinfo=UTC)
HOURS = 60
Event = dict[str, Any]
Groups = dict[tuple[Any, ...], list[Event]]
WORDS: dict[str, tuple[str | None, ...]] = {
    "kind": ("payment", "top-up", "it's \"odd\"; --"), "channel": ("app", "merchant-api", None),
    "processor": ("stripe", "alipay", None), "method": ("card", None), "merchant": ("mer_a", "mer_b", None),
    "category": ("food", None), "region": ("CN-31", None), "device": ("ios", "android", None),
    "currency": ("CNY", "EUR"), "outcome": ("succeeded", "refused", "failed", "begun"), "reason": ("limit", None),
}  # fmt: skip


def events(seed: int, count: int) -> list[Event]:
    import random

    dice = random.Random(seed)
    found = []
    for number in range(count):
        at = BEGIN + timedelta(seconds=dice.randrange(HOURS * 3600), microseconds=dice.randrange(10**6))
        one: Event = {
            "id": f"ent_{number:05}",
            "schema": 1,
            "happened_at": at,
            "account": "wal_1",
            "movement": f"pay_{number}",
        }
        one |= {name: dice.choice(words) for name, words in WORDS.items()}
        one |= {"person": dice.choice(["p1", "p2", "p3", None]), "tier": dice.choice([0, 1, 2, None])}
        one |= {
            "amount": dice.randrange(-500, 5_000),
            "fee": dice.choice([0, 3, None]),
            "took_ms": dice.choice([7, None]),
        }
        found.append(one)
    return found


EVENTS = events(7, 400)


def written(folder: Path, found: list[Event]) -> str:
    """As Parquet, by day and hour; the glob that reads it."""
    connection = duckdb.connect(":memory:")
    connection.execute(f"CREATE TABLE raw ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})")
    rows = [
        [one[name].replace(tzinfo=None) if name == "happened_at" else one[name] for name in COLUMNS] for one in found
    ]
    connection.executemany(f"INSERT INTO raw VALUES ({', '.join('?' * len(COLUMNS))})", rows)
    by = "SELECT *, CAST(happened_at AS DATE) AS day, hour(happened_at) AS hour FROM raw"
    connection.execute(f"COPY ({by}) TO '{folder}/events' (FORMAT parquet, PARTITION_BY (day, hour))")
    return f"{folder}/events/*/*/*.parquet"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    found = Engine([written(tmp_path_factory.mktemp("events"), EVENTS)])
    yield found
    found.connection.close()


# --- the same, in plain Python ---


def counted(wish: QueryRequest) -> list[tuple[Any, ...]]:
    asked = question(wish)
    length = asked.until - asked.since
    now = _grouped(wish, asked.since, asked.until, timedelta())
    if not wish.compare:
        return [(*key, *_measured(wish, group)) for key, group in now.items()]
    before = _grouped(wish, asked.since - length, asked.since, length)
    rows = []
    for key in now | before:
        sides = [_measured(wish, side[key]) if key in side else [None] * len(wish.measures) for side in (now, before)]
        rows.append((*key, *sides[0], *sides[1]))
    return rows


def _grouped(wish: QueryRequest, since: datetime, until: datetime, moved: timedelta) -> Groups:
    groups: Groups = {} if wish.dimensions else {(): []}
    for one in EVENTS:
        if since <= one["happened_at"] < until and all(_passes(kept, one) for kept in wish.filters):
            key = tuple(_value(name, wish.grain, one, moved) for name in wish.dimensions)
            groups.setdefault(key, []).append(one)
    return groups


def _passes(kept: Filter, one: Event) -> bool:
    value = _value(kept.dimension, "day", one, timedelta())
    return (value is not None and str(value) in kept.words) != kept.is_not


def _value(name: str, grain: str, one: Event, moved: timedelta) -> Any:
    at: datetime = one["happened_at"] + moved
    if name == "time":
        return clock.written(_TRUNCATED[grain](at))
    if name == "hour_of_day":
        return at.hour
    return at.isoweekday() if name == "weekday" else one[name]


_TRUNCATED: dict[str, Callable[[datetime], datetime]] = {
    "minute": lambda at: at.replace(second=0, microsecond=0),
    "hour": lambda at: at.replace(minute=0, second=0, microsecond=0),
    "day": lambda at: at.replace(hour=0, minute=0, second=0, microsecond=0),
    "week": lambda at: (at - timedelta(days=at.weekday())).replace(hour=0, minute=0, second=0, microsecond=0),
    "month": lambda at: at.replace(day=1, hour=0, minute=0, second=0, microsecond=0),
}


def _measured(wish: QueryRequest, group: list[Event]) -> list[Any]:
    return [_measure(one, group) for one in wish.measures]


def _measure(one: Measure, group: list[Event]) -> Any:
    if one.of is not None:
        values = sorted(event[one.of] for event in group if event[one.of] is not None)
        return _of_figures(one, values) if values else None
    ended = [event["outcome"] for event in group if event["outcome"] in ("succeeded", "refused", "failed")]
    succeeded = _rounded(Fraction(10_000 * ended.count("succeeded"), len(ended))) if ended else None
    people = {event["person"] for event in group} - {None}
    return {"count": len(group), "people": len(people), "success": succeeded}[one.measure]


def _of_figures(one: Measure, values: list[int]) -> int:
    if one.measure == "quantile":
        return values[max(0, math.ceil((one.at or 0) * len(values)) - 1)]
    return sum(values) if one.measure == "sum" else _rounded(Fraction(sum(values), len(values)))


def _rounded(exact: Fraction) -> int:
    """Half away from zero."""
    return int(math.copysign(math.floor(abs(exact) + Fraction(1, 2)), exact))


def order(rows: Any) -> list[tuple[Any, ...]]:
    return sorted(rows, key=repr)


# --- what may be asked ---

NAMES = ("time", "hour_of_day", "weekday", "tier", *WORDS)
figures = st.one_of(
    st.sampled_from(["count", "people", "success"]).map(Measure),
    st.builds(Measure, st.sampled_from(["sum", "average"]), of=st.sampled_from(["amount", "fee", "took_ms"])),
    st.builds(Measure, st.just("quantile"), of=st.just("amount"), at=st.sampled_from([0.01, 0.25, 0.5, 0.95, 0.999])),
)


@st.composite
def filters(draw: Any) -> Filter:
    name = draw(st.sampled_from([one for one in NAMES if one != "time"]))
    known = {"hour_of_day": ("0", "7", "23"), "weekday": ("1", "7"), "tier": ("0", "2")}.get(name) or WORDS[name]
    words = [one for one in known if one] + ["nobody's"]
    return Filter(name, tuple(draw(st.lists(st.sampled_from(words), min_size=1, max_size=3))), draw(st.booleans()))


@st.composite
def questions(draw: Any) -> QueryRequest:
    begin = draw(st.integers(0, HOURS * 3600))
    since = BEGIN + timedelta(seconds=begin)
    until = since + timedelta(seconds=draw(st.integers(1, HOURS * 3600)))
    currency = Filter("currency", (draw(st.sampled_from(["CNY", "EUR"])),))
    return QueryRequest(
        since=clock.written(since),
        until=clock.written(until),
        measures=tuple(draw(st.lists(figures, min_size=1, max_size=4, unique_by=lambda one: one.called))),
        dimensions=tuple(draw(st.lists(st.sampled_from(NAMES), max_size=3, unique=True))),
        grain=draw(st.sampled_from(sorted(_TRUNCATED))),
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
    import msgspec

    plain = msgspec.structs.replace(wish, measures=(Measure("count"),), compare=False)
    asked = question(plain)
    groups = _grouped(plain, asked.since, asked.until, timedelta())
    for row in engine.answer(asked).named()[:5]:
        behind = engine.behind(asked, row, 1_000)
        key = tuple(row[name] for name in plain.dimensions)
        assert sorted(one[0] for one in behind.rows) == sorted(str(one["id"]) for one in groups[key])
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


@pytest.mark.parametrize(
    ("param", "more"),
    [
        ("from", {"since": "yesterday"}),
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
        ("sort", {"sort": Sort("amount")}),
    ],
)
def test_what_makes_no_sense_is_refused_and_says_where(param: str, more: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        question(wish(**more))
    assert refused.value.param == param


def test_amounts_of_two_currencies_stand_side_by_side_and_are_never_added(engine: Engine) -> None:
    asked = question(wish(measures=(Measure("sum", of="amount"),), dimensions=("currency",)))
    assert order(engine.answer(asked).rows) == order(counted(asked.wish))
