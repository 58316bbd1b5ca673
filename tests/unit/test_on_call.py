"""When nobody is on call, whatever shifts there are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from chalicelib.operations import model_on_call
from chalicelib.operations.model_on_call import Shift

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HOURS = 24
SPANS = some.tuples(some.integers(-5, HOURS + 5), some.integers(1, 12))


def shifts(spans: list[tuple[int, int]]) -> list[Shift]:
    return [
        Shift(f"sft_{number}", "usr_1", AT + timedelta(hours=begins), AT + timedelta(hours=begins + long), 1)
        for number, (begins, long) in enumerate(spans)
    ]


@given(some.lists(SPANS, max_size=8))
def test_an_hour_is_in_a_gap_exactly_if_nobody_is_on_call_then(spans: list[tuple[int, int]]) -> None:
    rota = shifts(spans)
    gaps = model_on_call.gaps(rota, AT, AT + timedelta(hours=HOURS))
    for hour in range(HOURS):
        moment = AT + timedelta(hours=hour)
        assert any(since <= moment < until for since, until in gaps) == (not model_on_call.on_call(rota, moment))


@given(some.lists(SPANS, max_size=8))
def test_gaps_are_in_order_apart_and_within_what_was_asked_for(spans: list[tuple[int, int]]) -> None:
    ends = [moment for gap in model_on_call.gaps(shifts(spans), AT, AT + timedelta(hours=HOURS)) for moment in gap]
    assert ends == sorted(set(ends))
    assert all(AT <= moment <= AT + timedelta(hours=HOURS) for moment in ends)
