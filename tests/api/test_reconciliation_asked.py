"""Asking for a report: of any day however old, from files that may be imported rightly after they were wrongly."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.settlement import store_reconciliation as store
from chalicelib.settlement.model_reports import ReportView
from tests.api.caller import assert_problem
from tests.api.test_reconciliation import (
    DAY,
    HEADER,
    book,
    colleague,
    imported,
    line,
    reconciled,
    tomorrow,
    topped_up,
)
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def test_a_file_imported_for_a_wrong_day_or_name_can_be_imported_for_the_right_one(world: World) -> None:
    text = HEADER + line(topped_up(world, world.customer(), 500), 500)
    desk = tomorrow(world)
    wrongly = imported(desk, text, day="2026-11-21"), imported(desk, text, name="other")
    assert [reply.status for reply in (*wrongly, imported(desk, text))] == [201, 201, 201]
    report = reconciled(world, desk)
    assert book(report)["outcomes"] == {"matched": {"count": 1, "amount": 500}}
    assert "missing_here" in book(report, "other")["outcomes"]


def test_a_file_imported_in_a_wrong_form_is_read_in_the_right_one_from_then_on(world: World) -> None:
    text = HEADER + line(topped_up(world, world.customer(), 500), 500)
    desk = tomorrow(world)
    assert imported(desk, text, form="sandbox").status == 201
    assert len(reconciled(world, desk)["unreadable"]) == 2
    world.clock.advance(1)
    right = imported(desk, text)
    assert (right.status, right.json["form"]) == (201, "csv")
    assert len(desk.get("/v1/reconciliations/statements?day=" + DAY).json["data"]) == 1
    report = reconciled(world, desk)
    assert report["unreadable"] == [] and book(report)["outcomes"] == {"matched": {"count": 1, "amount": 500}}


def test_a_day_is_reconciled_when_asked_for_however_many_newer_reports_there_are(world: World) -> None:
    desk = colleague(world)
    for number in range(1, 45):
        day = (world.clock.now() - timedelta(days=number)).date().isoformat()
        store.keep_report(ReportView(day, "done", "", "", True, 0), world.clock.now(), "")
    assert desk.post("/v1/reconciliations", {"day": "2026-08-01"}).status == 202
    assert reconciled(world, desk, "2026-08-01")["status"] == "done"
    assert store.days_asked() == []


def test_what_is_asked_for_while_the_day_is_reconciled_is_done_at_the_next_turn(world: World) -> None:
    """Whatever the clock of whoever asks says: it may be behind the run's."""
    store.ask(DAY, world.clock.now())
    looked = store.asked_at(DAY)
    store.ask(DAY, world.clock.now() - timedelta(minutes=10))
    store.keep_report(ReportView(DAY, "done", "", "", True, 0), world.clock.now(), looked)
    assert store.days_asked() == [DAY]
    store.keep_report(ReportView(DAY, "done", "", "", True, 0), world.clock.now(), store.asked_at(DAY))
    assert store.days_asked() == []


def test_what_is_no_day_has_no_report_and_no_statements(world: World) -> None:
    desk = colleague(world)
    for what in ("9" * 3_000, "2026-11-22%0A", "today"):
        assert_problem(desk.get(f"/v1/reconciliations/{what}"), 404, "not-found")
        assert_problem(desk.get(f"/v1/reconciliations/{what}/differences"), 404, "not-found")
        assert_problem(desk.get(f"/v1/reconciliations/statements?day={what}"), 422, "invalid-request", "day")
