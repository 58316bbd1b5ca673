"""Reports that are sent when they are due: once each, to everybody, whatever dies meanwhile."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.identity import service as people
from chalicelib.insight import store_saved, tasks
from chalicelib.kernel import clock
from chalicelib.notices import service as notices
from tests.api.test_saved_reports import SAVED, WISH
from tests.api.world import PASSWORD, World
from tests.people import appointed, in_office

DAILY = {"every": "day", "hour": 6}
QUARTER = timedelta(minutes=15)


class Reader:
    """An operator with a mailbox."""

    def __init__(self, world: World, locale: str = "en") -> None:
        welcome = world._sign_up("CN")
        self.id, self.contact = welcome["user"]["id"], welcome["identifier"]
        if locale != "en":
            assert world.nobody.bearing(welcome["access_token"]).patch("/v1/me", {"locale": locale}).status == 200
        appointed(world.nobody, welcome, "finance", PASSWORD)

    @property
    def mails(self) -> list[dict[str, Any]]:
        """Newest first, without what signing up sends."""
        return [one for one in notices.outbox(self.contact) if "attachments" in one and "Report" in one["subject"]]


def scheduled(world: World, *readers: str, **more: Any) -> str:
    schedule = DAILY | {"recipients": list(readers)}
    reply = world.operator.post(SAVED, WISH | {"schedule": schedule} | more)
    assert reply.status == 201, reply.raw
    return str(reply.json["id"])


def paid(world: World) -> None:
    ana = world.customer(10_000)
    ana.pay(2_000)
    world.deliver()
    world.gather()


def at_six(world: World, days: int = 0) -> datetime:
    """The next time that the report is due; time goes on till then."""
    now = world.clock.now()
    due = now.replace(hour=6, minute=0, second=0, microsecond=0) + timedelta(days=days + (now.hour >= 6))
    world.clock.advance((due - now).total_seconds())
    world.operator = world.nobody.bearing(in_office(world.operator_id, due))
    world.gather()
    return due


def go_on(world: World, after: timedelta = QUARTER) -> None:
    world.clock.advance(after.total_seconds())
    world.operator = world.nobody.bearing(in_office(world.operator_id, world.clock.now()))
    tasks.compact(world.clock.now())


def test_a_due_report_comes_once_with_its_table_and_a_picture(world: World) -> None:
    reader = Reader(world)
    report = scheduled(world, reader.id, query=WISH["query"] | {"period": "yesterday"})
    paid(world)
    due = at_six(world)
    for _ in range(2):
        tasks.compact(due)
    (mail,) = reader.mails
    assert mail["subject"] == "Report: Payments of today"
    assert "payment  CNY           1      ¥20.00" in mail["body"], mail["body"]
    assert f"/console/#/reports/saved/{report}" in mail["body"]
    (picture,) = mail["attachments"]
    assert base64.b64decode(picture["content"]).startswith(b"\x89PNG")
    following = clock.written(due + timedelta(days=1))
    assert world.operator.get(f"{SAVED}/{report}").json["next_at"] == following


def test_nothing_comes_before_its_time_nor_of_a_report_that_is_deleted(world: World) -> None:
    reader = Reader(world)
    report = scheduled(world, reader.id)
    tasks.compact(world.clock.now())
    at_six(world)
    assert world.operator.delete(f"{SAVED}/{report}").status == 204
    tasks.compact(world.clock.now())
    assert reader.mails == []


def test_a_picture_is_left_out_where_nothing_happened(world: World) -> None:
    reader = Reader(world)
    scheduled(world, reader.id)
    tasks.compact(at_six(world))
    (mail,) = reader.mails
    assert "Nothing happened that it counts." in mail["body"]
    assert mail["attachments"] == []


def test_whoever_dies_before_the_mail_loses_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, due = Reader(world), None
    scheduled(world, reader.id)
    due = at_six(world)
    with monkeypatch.context() as patch:
        patch.setattr(notices, "send", _dies)
        tasks.compact(due)
    assert reader.mails == []
    go_on(world, QUARTER - timedelta(seconds=1))
    assert reader.mails == []
    go_on(world, timedelta(seconds=1))
    assert len(reader.mails) == 1


def test_whoever_dies_behind_a_mail_repeats_it_to_that_one_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = Reader(world), Reader(world)
    scheduled(world, first.id, second.id)
    due, told = at_six(world), store_saved.told

    def dies_at_second(report: str, sending_for: str, person: str) -> None:
        if person == second.id:
            raise SystemExit
        told(report, sending_for, person)

    with monkeypatch.context() as patch:
        patch.setattr(store_saved, "told", dies_at_second)
        with pytest.raises(SystemExit):
            tasks.compact(due)
    for _ in range(3):
        go_on(world)
    assert (len(first.mails), len(second.mails)) == (1, 2)


def test_of_two_who_send_at_once_one_does(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader(world)
    scheduled(world, reader.id)
    due, claim = at_six(world), store_saved.claim

    def beaten(*wanted: Any) -> bool:
        monkeypatch.setattr(store_saved, "claim", claim)
        tasks.compact(due)
        return claim(*wanted)

    monkeypatch.setattr(store_saved, "claim", beaten)
    tasks.compact(due)
    assert len(reader.mails) == 1


def test_what_is_changed_while_it_is_sent_is_sent_to_its_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, send = Reader(world), notices.send
    report = scheduled(world, reader.id)
    due = at_six(world)

    def changes(*about: Any, **more: Any) -> None:
        weekly = {"every": "week", "hour": 7, "recipients": [reader.id]}
        assert world.operator.patch(f"{SAVED}/{report}", {"schedule": weekly}).status == 200
        send(*about, **more)

    with monkeypatch.context() as patch:
        patch.setattr(notices, "send", changes)
        tasks.compact(due)
    go_on(world)
    assert len(reader.mails) == 1
    next_at = clock.read(world.operator.get(f"{SAVED}/{report}").json["next_at"])
    assert (next_at.isoweekday(), next_at.hour) == (1, 7)


def test_what_was_missed_is_sent_for_each_of_its_times(world: World) -> None:
    reader = Reader(world)
    scheduled(world, reader.id)
    at_six(world, days=2)
    for _ in range(4):
        tasks.compact(world.clock.now())
    firsts = [mail["body"].partition("from ")[2][:10] for mail in reader.mails]
    assert len(firsts) == 3
    assert len(set(firsts)) == 3


def test_what_cannot_be_sent_for_a_day_is_given_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader(world)
    report = scheduled(world, reader.id)
    due = at_six(world)
    with monkeypatch.context() as patch:
        patch.setattr(notices, "send", _dies)
        tasks.compact(due)
        tasks.compact(world.clock.advance(86_400))
    world.operator = world.nobody.bearing(in_office(world.operator_id, world.clock.now()))
    assert world.operator.get(f"{SAVED}/{report}").json["next_at"] == clock.written(due + timedelta(days=1))


def test_whoever_is_no_operator_any_more_is_told_nothing(world: World) -> None:
    gone, reader = Reader(world), Reader(world)
    scheduled(world, gone.id, reader.id)
    people.appoint(gone.id, "customer", world.clock.now())
    tasks.compact(at_six(world))
    assert (gone.mails, len(reader.mails)) == ([], 1)


def test_a_report_is_told_in_its_readers_language(world: World) -> None:
    reader = Reader(world, "zh")
    scheduled(world, reader.id)
    tasks.compact(at_six(world))
    (mail,) = [one for one in notices.outbox(reader.contact) if one["subject"].startswith("报表")]
    assert "每天" in mail["body"]


def _dies(*about: Any, **more: Any) -> None:
    raise RuntimeError("no post")
