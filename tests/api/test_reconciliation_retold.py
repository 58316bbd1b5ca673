"""A day that was told and is told again: by a file that was uploaded, by the hourly fetch, or by a corrected one."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.settlement import store_reconciliation as store
from tests.api.caller import Caller
from tests.api.test_reconciliation import (
    DAY,
    HEADER,
    NEXT,
    ask_again,
    bank,
    book,
    cases,
    colleague,
    imported,
    line,
    reconciled,
    tomorrow,
    topped_up,
)
from tests.api.test_statements_fetched import fetched, shelf, stand_at, told
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests

__all__ = ["shelf"]


@pytest.fixture
def world(cloud: None, clock: FrozenClock, shelf: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def imported_later(world: World, by: Caller, text: str, day: str = DAY, **more: Any) -> None:
    world.clock.advance(1)
    assert imported(by, text, day, **more).status == 201


def test_an_upload_of_what_was_fetched_makes_no_duplicates_and_opens_nothing(
    world: World, shelf: dict[str, str]
) -> None:
    ana = world.customer()
    first, second = topped_up(world, ana, 500), topped_up(world, ana, 700)
    shelf[DAY] = told(first, 500) + told(second, 700)
    stand_at(world, NEXT, 7)
    assert fetched() == 1
    desk = colleague(world)
    reconciled(world, desk)
    imported_later(world, desk, shelf[DAY].replace("T08:00:00Z", "T08:00:00.000Z"), form="sandbox")
    report = reconciled(world, desk)
    assert book(report)["outcomes"] == {"matched": {"count": 2, "amount": 1_200}}
    assert (book(report)["statement"], book(report)["fees"]) == ({"count": 2, "amount": 1_200}, 6)
    (again,) = report["retold"]
    assert (again["repeated"], again["added"], again["lacking"], again["otherwise"]) == (2, 0, 0, 0)
    assert (report["differences"], cases(desk), cases(desk, "statement-retold")) == (0, [], [])


def test_a_corrected_file_closes_what_it_explains_and_what_it_takes_back_is_seen_once(world: World) -> None:
    ana = world.customer()
    kept, came_late = topped_up(world, ana, 500), topped_up(world, ana, 700)
    desk = tomorrow(world)
    imported(desk, HEADER + line(kept, 500) + line("top_stranger", 9))
    assert {one["facts"]["outcome"] for one in cases(reconciled_by(world, desk))} == {"missing_here", "missing_there"}
    imported_later(world, desk, HEADER + line(kept, 500) + line(came_late, 700))
    for _ in range(2):
        report = reconciled(world, desk)
        ask_again(world, desk)
    assert {name: tally["count"] for name, tally in book(report)["outcomes"].items()} == {
        "matched": 2,
        "missing_here": 1,
    }
    assert book(report)["unexplained"] == 0 and report["differences"] == 2
    assert [one["facts"]["our_id"] for one in cases(desk)] == ["top_stranger"]
    (retold,) = cases(desk, "statement-retold")
    assert (retold["facts"]["lacking"], retold["facts"]["added"]) == (1, 1)


def reconciled_by(world: World, desk: Caller) -> Caller:
    reconciled(world, desk)
    return desk


def test_a_customer_who_was_charged_twice_is_found_however_often_the_day_is_told(world: World) -> None:
    top_up = topped_up(world, world.customer(), 500)
    twice = HEADER + line(top_up, 500) * 2
    desk = tomorrow(world)
    imported(desk, HEADER + line(top_up, 500))
    imported_later(world, desk, twice)
    imported_later(world, desk, twice + "\n")
    report = reconciled(world, desk)
    assert book(report)["outcomes"]["duplicate"] == {"count": 1, "amount": 500}
    assert [one["facts"]["outcome"] for one in cases(desk)] == ["duplicate"]
    desk = tomorrow(world)
    imported(desk, HEADER + line(top_up, 500, NEXT, hour=9), NEXT)
    assert "missing_here" in book(reconciled(world, desk, NEXT))["outcomes"]


def test_two_charges_of_one_top_up_in_two_tellings_are_a_duplicate(world: World) -> None:
    top_up = topped_up(world, world.customer(), 500)
    desk = tomorrow(world)
    imported(desk, HEADER + line(top_up, 500, reference="ch_1"))
    imported_later(world, desk, HEADER + line(top_up, 500, reference="ch_2"))
    assert book(reconciled(world, desk))["outcomes"]["duplicate"]["count"] == 1


def test_a_bank_told_twice_covers_once(world: World) -> None:
    top_up = topped_up(world, world.customer(), 500)
    desk = tomorrow(world)
    imported(desk, HEADER + line(top_up, 500))
    imported(desk, bank("22", "", 250), side="bank", name="dbank", form="mt940")
    imported_later(world, desk, bank("22", "", 250) + "\n", side="bank", name="dbank", form="mt940")
    report = reconciled(world, desk)
    assert (report["safeguarding"][0]["at_banks"], report["safeguarding"][0]["shortfall"]) == (250, 250)
    assert cases(desk, "statement-retold") == []


def test_what_a_processor_paid_out_is_awaited_at_the_bank_once(world: World) -> None:
    top_up = topped_up(world, world.customer(), 2_000)
    desk = tomorrow(world)
    text = HEADER + line(top_up, 2_000) + line("", -1_500, kind="payout", reference="po_1", hour=20)
    imported(desk, text)
    imported_later(world, desk, text + "\n")
    imported(desk, bank("22", "", 500), side="bank", name="dbank", form="mt940")
    report = reconciled(world, desk)
    assert report["safeguarding"][0]["in_transit"] == 1_500


@pytest.mark.parametrize("step", ["keep_difference", "keep_open", "close_open", "close_difference", "keep_report"])
def test_a_run_over_two_tellings_that_is_killed_and_runs_again_ends_as_one_that_was_not(
    world: World, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = world.customer()
    kept, came_late = topped_up(world, ana, 500), topped_up(world, ana, 700)
    desk = tomorrow(world)
    imported(desk, HEADER + line(kept, 500) + line("top_first", 9))
    reconciled(world, desk)
    imported_later(world, desk, HEADER + line(kept, 500) + line(came_late, 700) + line("top_second", 9))
    whole = getattr(store, step)

    def killed(*told: Any) -> None:
        whole(*told)
        monkeypatch.setattr(store, step, whole)
        raise SystemExit

    monkeypatch.setattr(store, step, killed)
    with pytest.raises(SystemExit):
        reconciled(world, desk)
    report = reconciled(world, desk) if step != "keep_report" else reconciled(world, asked(world, desk))
    assert {name: tally["count"] for name, tally in book(report)["outcomes"].items()} == {
        "matched": 2,
        "missing_here": 2,
    }
    assert sorted(one["facts"]["our_id"] for one in cases(desk)) == ["top_first", "top_second"]
    assert len(cases(desk, "statement-retold")) == 1


def asked(world: World, desk: Caller) -> Caller:
    ask_again(world, desk)
    return desk


def test_a_telling_that_comes_while_the_day_is_read_is_read_at_the_next_turn(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two at once: the run has read what was there; before it ends, somebody imports another file and a run begins."""
    top_up = topped_up(world, world.customer(), 500)
    desk = tomorrow(world)
    imported(desk, HEADER + line(top_up, 500))
    keep = store.keep_report

    def slow(*told: Any) -> None:
        monkeypatch.setattr(store, "keep_report", keep)
        imported_later(world, desk, HEADER + line(top_up, 500) + line("top_more", 9))
        reconciled(world, desk)
        keep(*told)

    monkeypatch.setattr(store, "keep_report", slow)
    reconciled(world, desk)
    ask_again(world, desk)
    report = reconciled(world, desk)
    assert {name: tally["count"] for name, tally in book(report)["outcomes"].items()} == {
        "matched": 1,
        "missing_here": 1,
    }
    assert [one["added"] for one in report["retold"]] == [1]
    assert len(cases(desk)) == 1
