"""An alarm that wakes nobody opens a case, and the case is over when the alarm is: in any order, however often."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from chalicelib.operations import store_incidents
from tests.api import on_call_kit
from tests.api.test_incidents import boss, incidents
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def waits(world: World, state: str) -> list[str]:
    """A minute later such a word of an alarm that wakes nobody; the subjects of cases that are open then."""
    world.clock.advance(60)
    on_call_kit.ring(world, state, name="coffer-Dead", description=on_call_kit.LATE)
    return open_cases(world)


def open_cases(world: World) -> list[str]:
    return [one["subject"] for one in boss(world).get("/v1/cases").json["data"]]


def test_one_ring_has_one_case_though_it_had_no_data_for_a_time_and_it_closes(world: World) -> None:
    for state in ("ALARM", "INSUFFICIENT_DATA", "ALARM", "INSUFFICIENT_DATA", "ALARM"):
        assert waits(world, state) == ["coffer-Dead"]
    assert waits(world, "OK") == []
    assert waits(world, "ALARM") == ["coffer-Dead"]


def test_a_case_that_somebody_resolved_while_it_rang_is_opened_anew_by_the_next_ring(world: World) -> None:
    waits(world, "ALARM")
    (case,) = boss(world).get("/v1/cases").json["data"]
    assert boss(world).post(f"/v1/cases/{case['id']}/resolve", {"note": "emptied by hand"}).status == 200
    assert waits(world, "ALARM") == ["coffer-Dead"]
    assert waits(world, "OK") == []


def test_words_in_any_order_leave_no_case_behind(world: World) -> None:
    """The first ring is heard, the word of its end comes after the second ring."""
    now, states = world.clock.now(), ("ALARM", "OK", "ALARM", "OK")
    for number, order in enumerate(itertools.permutations(range(4))):
        late = {"name": f"coffer-Dead{number}", "description": on_call_kit.LATE}
        words = [on_call_kit.word(states[place], now + timedelta(seconds=place), **late) for place in order]
        on_call_kit.hear(world, *words)
        assert open_cases(world) == [], order


def test_a_case_that_was_opened_while_the_end_was_heard_is_closed_by_the_next_try(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    late, keep = {"name": "coffer-Dead", "description": on_call_kit.LATE}, store_incidents.keep
    rang = on_call_kit.word("ALARM", world.clock.now(), **late)
    world.clock.advance(60)
    ended = on_call_kit.word("OK", world.clock.now(), **late)

    def overtaken(change: store_incidents.Change) -> bool:
        monkeypatch.setattr(store_incidents, "keep", keep)
        on_call_kit.hear(world, ended)
        return keep(change)

    monkeypatch.setattr(store_incidents, "keep", overtaken)
    on_call_kit.hear(world, rang)
    assert open_cases(world) == []


def test_a_case_closes_with_its_alarm_though_that_wakes_somebody_by_now(world: World) -> None:
    """Its runbook was called a ticket until a deployment."""
    assert waits(world, "ALARM") == ["coffer-Dead"]
    world.clock.advance(60)
    on_call_kit.ring(world, "OK", name="coffer-Dead")
    assert (open_cases(world), incidents(world)) == ([], [])
