"""How far the live counters are: never said to be further than what is known of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.insight.model_live import counted
from chalicelib.kernel import clock

AT = datetime(2026, 11, 22, 8, 0, 0, tzinfo=UTC)
SECONDS = st.integers(0, 90_000)
MEASURED = st.none() | st.floats(0, 90_000)


def ago(seconds: float) -> str:
    return clock.written(AT - timedelta(seconds=seconds))


@given(SECONDS, SECONDS, st.integers(0, 9), MEASURED, MEASURED)
def test_they_are_no_further_than_anything_that_is_known(
    since_counted: int, took: int, waiting: int, waited: float | None, stream: float | None
) -> None:
    newest = ago(since_counted + took), ago(since_counted)
    found = counted(AT, newest, waiting, waited, stream)
    assert found.behind_seconds is not None
    assert found.behind_seconds >= max(3, stream or 0)
    assert found.through_at == ago(found.behind_seconds)
    if waiting:
        assert found.behind_seconds >= (since_counted + took if waited is None else waited)
    if since_counted <= 60:
        assert found.behind_seconds >= took


@given(st.integers(1, 9), MEASURED)
def test_nobody_can_say_while_something_waits_and_nothing_was_ever_counted(waiting: int, stream: float | None) -> None:
    found = counted(AT, ("", ""), waiting, None, stream)
    assert (found.behind_seconds, found.through_at, found.newest_at, found.counted_at) == (None, None, None, None)


def test_what_took_long_and_is_over_does_not_count_for_ever() -> None:
    assert counted(AT, (ago(7_000), ago(61)), 0, None, None).behind_seconds == 3
