"""Statements that are fetched: once for each day and processor, whole or not at all, a person's if they never come."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

import app
from chalicelib import cloud as clouds
from chalicelib import settings as settings_module
from chalicelib.processors import wire
from chalicelib.settlement import fetching, model_reports, statements
from chalicelib.settlement import store_reconciliation as store
from tests.api.test_reconciliation import DAY, HEADER, book, cases, colleague, imported, line, reconciled, topped_up
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests

LEFT_OUT = ("stripe", "wechatpay", "alipay")
EVENT = {"version": "0", "account": "1", "region": "eu-west-1", "detail": {}, "detail-type": "", "source": ""}
EVENT |= {"time": "", "id": "1", "resources": []}
Shelf = dict[str, str]
"""Day → what the bank answers; a day that is not in it has no statement yet."""


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    """The bank's, and no other processor is configured."""
    kept: Shelf = {}

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told = kept.get(self.path.rpartition("/")[2])
            self.send_response(404 if told is None else 200)
            self.send_header("Content-Length", str(len((told or "").encode())))
            self.end_headers()
            self.wfile.write((told or "").encode())

        def log_message(self, format: str, *args: object) -> None:
            """Tests speak for themselves."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("SANDBOX_URL", f"http://127.0.0.1:{server.server_port}")
    settings_module.settings.cache_clear()
    whole = clouds.secret
    monkeypatch.setattr(
        clouds, "secret", lambda name: {one: of for one, of in whole(name).items() if one not in LEFT_OUT}
    )
    yield kept
    server.shutdown()


@pytest.fixture
def world(cloud: None, clock: FrozenClock, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def told(our_id: str, amount: int, day: str = DAY, **more: Any) -> str:
    facts = {"our_id": our_id, "reference": f"ch_{our_id[-6:]}", "kind": "top-up", "amount": amount, "fee": 3}
    return json.dumps(facts | {"currency": "CNY", "booked_at": f"{day}T08:00:00Z"} | more) + "\n"


def fetched() -> int:
    return int(app.fetch(EVENT, None))


def stand_at(world: World, day: str, hour: int) -> None:
    at = world.clock.now()
    wanted = at.replace(hour=hour, minute=0) + (date.fromisoformat(day) - at.date())
    world.clock.advance((wanted - at).total_seconds())


def test_yesterdays_statement_is_fetched_and_reconciled_without_anybody(world: World, shelf: Shelf) -> None:
    shelf[DAY] = told(topped_up(world, world.customer(), 1_250), 1_250)
    stand_at(world, "2026-11-23", 3)
    assert fetched() == 1
    report = reconciled(world, desk := colleague(world))
    assert book(report)["outcomes"] == {"matched": {"count": 1, "amount": 1_250}}
    (kept,) = desk.get("/v1/reconciliations/statements?day=" + DAY).json["data"]
    assert (kept["name"], kept["form"], kept["imported_by"]) == ("sandbox", "csv", "")


def test_what_is_there_is_not_fetched_again(world: World, shelf: Shelf) -> None:
    shelf[DAY] = told(topped_up(world, world.customer(), 500), 500)
    stand_at(world, "2026-11-23", 4)
    assert [fetched(), fetched()] == [1, 0]
    shelf[DAY] += told("top_later", 1)
    world.clock.advance(86_400)
    assert fetched() == 0
    assert len(store.statements(DAY)) == 1


def test_what_somebody_has_imported_is_not_fetched(world: World, shelf: Shelf) -> None:
    top_up = topped_up(world, world.customer(), 500)
    shelf[DAY] = told(top_up, 500)
    stand_at(world, "2026-11-23", 4)
    assert imported(colleague(world), HEADER + line(top_up, 500)).status == 201
    assert fetched() == 0


def test_what_somebody_asked_a_link_for_and_never_uploaded_is_fetched_once_the_link_has_ended(
    world: World, shelf: Shelf
) -> None:
    shelf[DAY] = told(topped_up(world, world.customer(), 500), 500)
    stand_at(world, "2026-11-23", 4)
    assert imported(colleague(world), HEADER, content=None).status == 201
    assert fetched() == 0
    world.clock.advance(store.UPLOAD_SECONDS)
    assert fetched() == 1


def test_before_it_can_be_there_yesterdays_is_not_asked_for(world: World, shelf: Shelf) -> None:
    shelf[DAY] = told(topped_up(world, world.customer(), 500), 500)
    stand_at(world, "2026-11-23", 2)
    assert fetched() == 0


def test_one_that_breaks_off_is_none_and_comes_whole_later(world: World, shelf: Shelf) -> None:
    top_up = topped_up(world, world.customer(), 500)
    shelf[DAY] = told(top_up, 500) + '{"our_id":'
    stand_at(world, "2026-11-23", 4)
    assert (fetched(), store.statements(DAY)) == (0, [])
    shelf[DAY] = told(top_up, 500)
    world.clock.advance(3_600)
    assert fetched() == 1


def test_one_that_is_too_large_is_a_persons_at_once_until_its_parts_are_uploaded(
    world: World, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = world.customer()
    first, second = topped_up(world, ana, 500), topped_up(world, ana, 700)
    shelf[DAY] = told(first, 500) + told(second, 700)
    stand_at(world, "2026-11-23", 4)
    monkeypatch.setattr(wire, "MOST_BYTES", 200)
    assert [fetched(), fetched(), store.statements(DAY)] == [0, 0, []]
    desk = colleague(world)
    (case,) = cases(desk, "statement-too-large")
    assert (case["subject"], case["facts"]["day"], case["facts"]["most_bytes"]) == ("sandbox", DAY, 200)
    for part in (line(first, 500), line(second, 700)):
        imported(desk, HEADER + part)
    assert fetched() == 0
    assert book(reconciled(world, desk))["outcomes"] == {"matched": {"count": 2, "amount": 1_200}}
    assert cases(desk, "statement-too-large") == cases(desk, "statement-retold") == []


def test_an_empty_one_is_believed_a_day_later(world: World, shelf: Shelf) -> None:
    topped_up(world, world.customer(), 500)
    shelf[DAY] = ""
    stand_at(world, "2026-11-23", 4)
    assert fetched() == 0
    world.clock.advance(86_400)
    assert fetched() == 1
    assert book(reconciled(world))["outcomes"] == {"missing_there": {"count": 1, "amount": -500}}


def test_one_that_never_comes_is_one_case_after_three_days_and_is_closed_once_it_does(
    world: World, shelf: Shelf
) -> None:
    def waited_for(day: str, hour: int) -> list[str]:
        stand_at(world, day, hour)
        fetched()
        found = cases(colleague(world), "statement-missing")
        return [one["subject"] for one in found if one["facts"]["day"] == DAY]

    assert waited_for("2026-11-24", 4) == []
    assert waited_for("2026-11-25", 4) == waited_for("2026-11-25", 5) == ["sandbox"]
    shelf[DAY] = told(topped_up(world, world.customer(), 500), 500)
    assert waited_for("2026-11-29", 4) == ["sandbox"]
    reconciled(world)
    assert waited_for("2026-11-29", 5) == []


def test_what_has_not_come_in_a_week_is_not_asked_for_any_more(world: World, shelf: Shelf) -> None:
    shelf[DAY] = told("top_old", 500)
    stand_at(world, "2026-11-30", 4)
    assert fetched() == 0
    assert len(model_reports.days_fetched(world.clock.now())) == model_reports.FETCHED_DAYS


def test_a_line_that_looks_like_a_comment_or_a_formula_is_kept_as_it_is(world: World, shelf: Shelf) -> None:
    shelf[DAY] = told("#1", 5, reference='a,"b') + told("=1+1", 7)
    stand_at(world, "2026-11-23", 4)
    assert fetched() == 1
    (kept,) = store.statements(DAY)
    content = store.content(kept)
    assert content is not None
    found = [(one.our_id, one.reference, one.amount) for one in statements.read("csv", content)]  # type: ignore[union-attr, arg-type]
    assert found == [("#1", 'a,"b', 5), ("=1+1", "ch_=1+1", 7)]


def test_a_processor_that_is_away_keeps_no_other_from_being_fetched(
    world: World, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf[DAY] = told(topped_up(world, world.customer(), 500), 500)
    monkeypatch.setenv("HARBOUR_URL", "http://127.0.0.1:9")
    settings_module.settings.cache_clear()
    stand_at(world, "2026-11-23", 4)
    assert fetching.run_due(world.clock.now() + timedelta(seconds=1)) == 1


def test_a_fetch_that_is_killed_leaves_no_statement_that_nobody_reads(
    world: World, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Yesterday's came; then its time is over."""
    shelf[DAY] = told(topped_up(world, world.customer(), 500), 500)
    stand_at(world, "2026-11-23", 7)
    assert "sandbox" in reconciled(world)["missing"]
    missing = fetching._not_there

    def killed(day: date, name: str, at: datetime) -> bool:
        if not store.statements(DAY):
            return missing(day, name, at)
        raise SystemExit

    monkeypatch.setattr(fetching, "_not_there", killed)
    with pytest.raises(SystemExit):
        fetched()
    assert book(reconciled(world))["outcomes"] == {"matched": {"count": 1, "amount": 500}}


def test_a_fetch_that_takes_long_asks_for_what_a_run_meanwhile_has_not_read(
    world: World, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf[DAY] = told(topped_up(world, world.customer(), 500), 500)
    stand_at(world, "2026-11-23", 7)
    keep = store.keep_report

    def slow(*told: Any) -> None:
        """The run has read what was there; before it ends, the fetch that began with it has kept a statement."""
        monkeypatch.setattr(store, "keep_report", keep)
        assert fetching.run_due(began) == 1
        keep(*told)

    monkeypatch.setattr(store, "keep_report", slow)
    began = world.clock.now()
    assert "sandbox" in reconciled(world)["missing"]
    assert book(reconciled(world))["outcomes"] == {"matched": {"count": 1, "amount": 500}}


def test_a_statement_that_takes_all_the_time_there_is_keeps_no_other_away_for_ever(
    world: World, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf[DAY] = told(topped_up(world, world.customer(), 500), 500)
    fetch = fetching._fetched

    def endless(day: date, name: str, at: datetime) -> bool:
        if day.isoformat() != DAY:
            raise SystemExit
        return fetch(day, name, at)

    monkeypatch.setattr(fetching, "_fetched", endless)
    stand_at(world, "2026-11-24", 5)
    for _ in range(24):
        with suppress(SystemExit):
            fetched()
        world.clock.advance(3_600)
    assert len(store.statements(DAY)) == 1
