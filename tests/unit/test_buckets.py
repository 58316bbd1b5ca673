"""Token buckets: whatever comes, and whenever, no more is let through than the limit says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel import origin
from chalicelib.kernel.quotas import Buckets, Limit

START = datetime(2026, 12, 1, 12, tzinfo=UTC)
LIMITS = st.builds(Limit, st.just("test"), st.integers(1, 50), st.integers(1, 120))
PAUSES = st.lists(st.one_of(st.just(0.0), st.floats(0, 5), st.floats(0, 200)), max_size=200)


@given(LIMITS, PAUSES)
def test_never_more_than_a_bucket_and_what_flowed_in_since_comes_through(limit: Limit, pauses: list[float]) -> None:
    buckets, passed, at = Buckets(), list[float](), 0.0
    for pause in pauses:
        at += pause
        if buckets.take(limit, "ann", START + timedelta(seconds=at))[0]:
            passed.append(at)
    for first in range(len(passed)):
        for last in range(first, len(passed)):
            flowed = (passed[last] - passed[first]) * limit.most / limit.window_seconds
            assert last - first + 1 <= limit.most + flowed + 0.01


@given(LIMITS, PAUSES)
def test_what_is_left_is_what_really_comes_through_at_once(limit: Limit, pauses: list[float]) -> None:
    buckets, at = Buckets(), START
    for pause in pauses[:20]:
        at += timedelta(seconds=pause)
        _, told = buckets.take(limit, "ann", at)
    if pauses:
        assert [buckets.take(limit, "ann", at)[0] for _ in range(told.left + 1)] == [True] * told.left + [False]


@given(LIMITS, PAUSES)
def test_whoever_waits_as_long_as_they_were_told_comes_through(limit: Limit, pauses: list[float]) -> None:
    buckets, at = Buckets(), START
    for pause in pauses:
        at += timedelta(seconds=pause)
        room, told = buckets.take(limit, "ann", at)
        if not room:
            assert (told.left, told.seconds >= 1) == (0, True)
            at += timedelta(seconds=told.seconds)
            assert buckets.take(limit, "ann", at)[0]


@given(LIMITS, st.floats(0, 10_000))
def test_a_clock_set_back_keeps_nobody_longer_than_two_windows(limit: Limit, back: float) -> None:
    buckets = Buckets()
    for _ in range(limit.most):
        assert buckets.take(limit, "ann", START)[0]
    before = START - timedelta(seconds=back)
    assert buckets.take(limit, "ann", before)[1].seconds <= 2 * limit.window_seconds
    assert buckets.take(limit, "ann", before + timedelta(seconds=2 * limit.window_seconds))[0]


def test_one_uses_up_nothing_of_another_nor_of_another_limit() -> None:
    buckets, limit = Buckets(), Limit("test", 1)
    assert [buckets.take(limit, "ann", START)[0] for _ in range(2)] == [True, False]
    assert buckets.take(limit, "bob", START)[0]
    assert buckets.take(Limit("other", 1), "ann", START)[0]


def test_the_memory_is_bounded_and_who_was_here_last_is_remembered() -> None:
    buckets, limit = Buckets(kept=100), Limit("test", 1)
    for number in range(1_000):
        buckets.take(limit, str(number), START)
    assert len(buckets) == 100
    assert not buckets.take(limit, "950", START)[0]
    assert buckets.take(limit, "1", START)[0]


def test_an_ipv6_network_is_one_address_and_nonsense_is_itself() -> None:
    assert origin.network("2001:db8:1:2:3::1") == origin.network("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert [origin.network(text) for text in ("203.0.113.7", "", "a:b")] == ["203.0.113.7", "", "a:b"]
