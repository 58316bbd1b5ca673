"""A breaker opens on what a processor did, tries it again with few, and closes when they went well."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from chalicelib.processors import model_breaker
from chalicelib.processors.model_breaker import (
    FEWEST_ASKED,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    MOST_PROBES,
    PROBE_PATIENCE,
    PROBES_NEEDED,
    Breaker,
    heard,
    looked_at,
    probed,
)
from chalicelib.processors.model_health import BOUNDS, Arrivals, Minute, Tally, bound_of, window

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
BAD, GOOD = Tally(10, 10), Tally(10, 0)

steps = some.lists(
    some.one_of(
        some.tuples(some.just("look"), some.sampled_from((BAD, GOOD, Tally(), Tally(10, 5), Tally(4, 4)))),
        some.tuples(some.just("probe"), some.none()),
        some.tuples(some.just("hear"), some.booleans()),
        some.tuples(some.just("wait"), some.integers(0, 600)),
    ),
    max_size=60,
)


def opened(times: int = 1) -> Breaker:
    breaker = looked_at(Breaker(), BAD, AT)
    for _ in range(times - 1):
        breaker = heard(looked_at(breaker, BAD, AT + LONGEST_PAUSE), False, AT)
    return breaker


@given(steps)
def test_whatever_happens_it_keeps_its_rules(story: list[tuple[str, object]]) -> None:
    breaker, at, sent, good = Breaker(), AT, 0, 0
    for what, fact in story:
        before = breaker
        if what == "wait":
            at += timedelta(seconds=int(str(fact)))
        elif what == "look":
            assert isinstance(fact, Tally)
            breaker = looked_at(breaker, fact, at)
        elif what == "probe":
            taken = probed(breaker)
            assert (taken is not None) == breaker.has_a_probe
            breaker, sent = taken or breaker, sent + (taken is not None)
        else:
            breaker = heard(breaker, bool(fact), at)
            good += before.phase == "half-open" and bool(fact)
        if breaker.phase != before.phase:
            allowed = {("closed", "open"), ("open", "half-open"), ("half-open", "open"), ("half-open", "closed")}
            assert (before.phase, breaker.phase) in allowed
            assert (before.phase, breaker.phase) != ("half-open", "closed") or good >= PROBES_NEEDED
            assert (before.phase, breaker.phase) != ("open", "half-open") or at >= before.since + before.reopens_after  # type: ignore[operator]
        if (breaker.phase, breaker.since) != (before.phase, before.since):
            assert before.phase != "half-open" or sent <= MOST_PROBES
            sent = good = 0
        assert breaker.probes == sent <= MOST_PROBES and breaker.good == good < PROBES_NEEDED
        assert breaker.number == before.number + (breaker is not before)
        assert FIRST_PAUSE <= breaker.reopens_after <= LONGEST_PAUSE


def test_few_questions_open_nothing_and_half_of_enough_do() -> None:
    few = Tally(FEWEST_ASKED - 1, FEWEST_ASKED - 1)
    assert looked_at(Breaker(), few, AT).phase == "closed"
    assert looked_at(Breaker(), Tally(10, 4), AT).phase == "closed"
    assert looked_at(Breaker(), Tally(10, 5), AT).phase == "open"
    assert looked_at(Breaker(), Tally(FEWEST_ASKED, FEWEST_ASKED), AT).phase == "open"


def test_each_opening_in_a_row_waits_twice_as_long_up_to_a_limit() -> None:
    pauses = [opened(times).reopens_after for times in range(1, 8)]
    assert pauses[:4] == [FIRST_PAUSE * factor for factor in (1, 2, 4, 8)]
    assert pauses[-1] == LONGEST_PAUSE


def test_its_pause_over_it_has_so_many_probes_and_no_more() -> None:
    breaker = looked_at(opened(), Tally(), AT + FIRST_PAUSE)
    assert looked_at(opened(), Tally(), AT + FIRST_PAUSE - timedelta(microseconds=1)).phase == "open"
    for _ in range(MOST_PROBES):
        breaker = probed(breaker) or Breaker()
        assert breaker.phase == "half-open"
    assert probed(breaker) is None


def test_probes_that_nobody_heard_of_come_again() -> None:
    breaker = looked_at(opened(), Tally(), AT + FIRST_PAUSE)
    for _ in range(MOST_PROBES):
        breaker = probed(breaker) or Breaker()
    given_up = AT + FIRST_PAUSE + PROBE_PATIENCE
    assert looked_at(breaker, Tally(), given_up - timedelta(microseconds=1)) is breaker
    assert looked_at(breaker, Tally(), given_up).has_a_probe


def test_one_probe_that_fails_opens_it_again_and_good_ones_close_it_for_good() -> None:
    half = looked_at(opened(), Tally(), AT + FIRST_PAUSE)
    assert heard(half, False, AT).phase == "open" and heard(half, False, AT).openings == 2
    closed = heard(heard(half, True, AT), True, AT)
    assert (closed.phase, closed.openings) == ("closed", 0)
    assert heard(closed, False, AT) is closed and heard(opened(), True, AT) == opened()


def test_what_was_before_it_closed_does_not_open_it_again() -> None:
    minutes = [Minute(f"2026-11-22T08:0{n}", "bank", BAD) for n in range(6)]
    now = AT + timedelta(minutes=5)
    assert sum(window(minutes, None, now).values(), Tally()).asked == 60
    since = window(minutes, AT + timedelta(minutes=3, seconds=1), now)
    assert since["bank"].asked == 20
    assert looked_at(Breaker(since=now, number=4), sum(window(minutes, now, now).values(), Tally()), now).number == 4


def test_a_window_slides() -> None:
    minutes = [Minute("2026-11-22T08:00", "bank", BAD), Minute("2026-11-22T08:03", "card", GOOD)]
    assert set(window(minutes, None, AT + timedelta(minutes=5))) == {"bank", "card"}
    assert set(window(minutes, None, AT + timedelta(minutes=6))) == {"card"}


def test_rates_and_means_of_nothing_are_unknown() -> None:
    assert (Tally().success_rate, Tally().mean_milliseconds) == (None, None)
    assert (Tally(4, 1, 1_000).success_rate, Tally(4, 1, 1_000).mean_milliseconds) == (0.75, 250)


@given(some.lists(some.floats(0, 90_000), max_size=30))
def test_what_is_usual_took_three_of_four_at_most_so_long(seconds: list[float]) -> None:
    arrivals = sum((Arrivals(1, {bound: 1} if (bound := bound_of(one)) else {}) for one in seconds), Arrivals())
    usual = arrivals.usual_seconds
    if usual is not None:
        assert len(seconds) >= 5 and sum(one <= usual for one in seconds) >= 0.75 * len(seconds)
        shorter = [bound for bound in BOUNDS if bound < usual]
        assert not shorter or sum(one <= shorter[-1] for one in seconds) < 0.75 * len(seconds)
    else:
        assert len(seconds) < 5 or sum(one <= BOUNDS[-1] for one in seconds) < 0.75 * len(seconds)


def test_a_breaker_starts_closed() -> None:
    assert looked_at(Breaker(), Tally(), AT) == Breaker() and model_breaker.Breaker().phase == "closed"
