"""What people choose: mode, ways of being told, phrase, reminders, devices; and notes on staying safe."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.identity import passwords, reminders, rotation, store, tasks, telling, vault
from chalicelib.kernel import clock as time
from chalicelib.kernel import text
from tests.api.caller import Caller, Reply, assert_problem
from tests.api.world import World
from tests.conftest import TABLES, FrozenClock
from tests.people import CHEAP, all_items, at_rest, code_for, outbox, sign_in, signed_up, subjects, verify, wish

pytestmark = pytest.mark.many_requests

ANN, PHONE = "ann@example.com", "+8613800138000"
QUARTER, DAY = 91 * 86_400, 86_400


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


@pytest.fixture
def welcome(caller: Caller) -> dict[str, Any]:
    return signed_up(caller, ANN)


@pytest.fixture
def ann(caller: Caller, welcome: dict[str, Any]) -> Caller:
    return caller.bearing(welcome["access_token"])


def choose(me: Caller, **chosen: Any) -> Reply:
    return me.patch("/v1/me/preferences", chosen)


def tell(me: Caller, kind: str = "identifier_failed", **params: Any) -> None:
    time.pause(1)
    user = store.user(me.get("/v1/me").json["id"])
    assert user is not None
    telling.tell(user, kind, {"new": "n***@example.com", **params}, time.now())


def register(me: Caller, token: str = "canary-push-token", **changes: str) -> Reply:
    return me.post("/v1/me/devices", {"push_token": token, "platform": "ios", "name": "canary phone"} | changes)


def test_at_first_all_but_mail_about_every_payment_is_on_in_the_standard_mode(ann: Caller) -> None:
    chosen = ann.get("/v1/me/preferences").json
    assert (chosen["ui_mode"], chosen["reminders"], chosen["phrase"]) == ("standard", "quarterly", "")
    assert [switch for switch, on in chosen["notices"].items() if not on] == ["money.email", "money.sms"]
    assert len(chosen["notices"]) == 16


def test_a_choice_is_kept_and_leaves_the_others_alone(ann: Caller) -> None:
    choose(ann, notices={"money.email": True, "family.sms": False})
    chosen = choose(ann, ui_mode="social", notices={"family.sms": True}).json
    shown = (chosen["ui_mode"], chosen["notices"]["money.email"], chosen["notices"]["family.sms"])
    assert shown == ("social", True, True)
    assert ann.get("/v1/me/preferences").json == chosen


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"ui_mode": "dark"}, "ui_mode"),
        ({"reminders": "daily"}, "reminders"),
        ({"notices": {"nonsense.email": False}}, "notices"),
        ({"notices": {"money.email": 0}}, "notices"),
        ({"phrase": "x" * 61}, "phrase"),
        ({"phrase": "短" * 60}, "phrase"),
        ({"phrase": "a\u200bb"}, "phrase"),
        ({"guardian": "usr_1"}, "guardian"),
    ],
)
def test_a_choice_that_there_is_not_is_422(ann: Caller, body: dict[str, Any], param: str) -> None:
    reply = ann.patch("/v1/me/preferences", body)
    assert (reply.status, reply.json["param"].split(".")[0]) == (422, param)


def test_security_is_always_heard_by_some_contact(ann: Caller) -> None:
    assert_problem(choose(ann, notices={"security.email": False}), 422, "invalid-request", "notices")
    assert choose(ann, notices={"security.sms": False, "security.push": False, "security.inbox": False}).status == 200
    tell(ann)
    assert outbox(ANN)[-1]["subject"] == "The change could not be made"


def test_with_two_contacts_one_may_be_switched_off_and_the_other_not_any_more(ann: Caller) -> None:
    add_phone(ann)
    assert choose(ann, notices={"security.email": False}).status == 200
    assert choose(ann, notices={"security.sms": False}).status == 422
    tell(ann)
    assert outbox(PHONE)[-1]["subject"] == "The change could not be made"
    assert outbox(ANN)[-1]["subject"] != "The change could not be made"


def add_phone(me: Caller) -> None:
    time.pause(1)
    me.post("/v1/me/identifiers", {"identifier": PHONE})
    time.pause(1)
    codes = {"new_code": code_for(PHONE), "old_code": code_for(ANN)}
    assert me.post("/v1/me/identifiers/confirm", {"identifier": PHONE, **codes}).json["status"] == "changed"


def test_what_is_switched_off_is_not_sent_and_not_shown(ann: Caller) -> None:
    choose(ann, notices={"reminders.email": False, "reminders.inbox": False})
    tell(ann, "reminder")
    assert ann.get("/v1/me/notices").json["data"] == []
    assert outbox(ANN)[-1]["subject"] != "Three things to check"


@pytest.mark.parametrize(("locale", "line"), [("en", "Your phrase: {}"), ("zh", "您的防伪短语：{}")])
def test_the_phrase_stands_in_every_message_by_every_way(ann: Caller, locale: str, line: str) -> None:
    ann.patch("/v1/me", {"locale": locale})
    add_phone(ann)
    register(ann)
    assert choose(ann, phrase=" green {tea}  and rain ").json["phrase"] == "green {tea} and rain"
    tell(ann)
    for to in (ANN, PHONE, "canary-push-token"):
        assert outbox(to)[-1]["body"].splitlines()[-1] == line.format("green {tea} and rain")
    assert choose(ann, phrase="").json["phrase"] == ""
    tell(ann)
    assert "tea" not in outbox(ANN)[-1]["body"]


def test_messages_to_a_known_name_carry_the_phrase_and_to_an_unknown_one_none(caller: Caller, ann: Caller) -> None:
    choose(ann, phrase="green tea")
    time.pause(1)
    bob = caller.bearing(signed_up(caller, "bob@example.com")["access_token"])
    time.pause(1)
    bob.post("/v1/me/identifiers", {"identifier": ANN})
    bob.post("/v1/me/identifiers", {"identifier": "new@example.com"})
    assert outbox(ANN)[-1]["body"].endswith("\nYour phrase: green tea")
    assert "phrase" not in outbox("new@example.com")[-1]["body"]
    time.pause(1)
    caller.post("/v1/users", wish(ANN))
    assert outbox(ANN)[-1]["body"].endswith("\nYour phrase: green tea")


def test_signing_up_takes_the_same_calls_whether_a_phrase_is_due_or_not(
    caller: Caller, ann: Caller, aws_calls: list[tuple[str, str]]
) -> None:
    choose(ann, phrase="green tea")
    taken = []
    for identifier in (ANN, "new@example.com"):
        aws_calls.clear()
        caller.post("/v1/users", wish(identifier))
        taken.append(list(aws_calls))
    assert taken[0] == taken[1]


def test_a_device_takes_pushes_until_it_is_forgotten(ann: Caller) -> None:
    first = register(ann)
    assert (first.status, first.json["name"]) == (201, "canary phone")
    assert register(ann).json["id"] == first.json["id"]
    tell(ann)
    assert [one["channel"] for one in outbox("canary-push-token")] == ["push"]
    assert ann.delete(f"/v1/me/devices/{first.json['id']}").status == 204
    assert_problem(ann.delete(f"/v1/me/devices/{first.json['id']}"), 404, "not-found")
    tell(ann)
    assert len(outbox("canary-push-token")) == 1


def test_a_payment_is_told_by_the_ways_that_its_payer_wants(clock: FrozenClock, caller: Caller) -> None:
    world = World(clock)
    ana = world.customer(10_000)
    register(ana.phone)
    assert choose(ana.phone, phrase="green tea").status == 200
    clock.advance(1)
    ana.pay(1_250)
    world.deliver()
    topped_up, pushed = outbox("canary-push-token")
    assert topped_up["subject"] == "¥100.00 has arrived"
    assert (pushed["subject"], pushed["body"].splitlines()[-1]) == (
        "Paid ¥12.50 to Tea House",
        "Your phrase: green tea",
    )
    assert subjects(ana.identifier) == ["Your Coffer code"]
    choose(ana.phone, notices={"money.email": True, "money.push": False, "money.inbox": False})
    clock.advance(1)
    ana.pay(1_300)
    world.deliver()
    assert len(outbox("canary-push-token")) == 2
    assert subjects(ana.identifier)[-1] == "Paid ¥13.00 to Tea House"
    assert [one["title"] for one in ana.phone.get("/v1/me/notices").json["data"]] == [
        "Paid ¥12.50 to Tea House",
        "¥100.00 has arrived",
    ]


def test_a_device_that_changes_hands_takes_the_new_persons_pushes_alone(caller: Caller, ann: Caller) -> None:
    bob = caller.bearing(signed_up(caller, "bob@example.com")["access_token"])
    register(ann)
    register(bob)
    tell(ann)
    assert outbox("canary-push-token") == []
    tell(bob)
    assert len(outbox("canary-push-token")) == 1


def test_a_dead_device_is_forgotten(ann: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    device_id = register(ann).json["id"]
    monkeypatch.setattr("chalicelib.notices.channels.push", lambda *given: False)
    tell(ann)
    assert_problem(ann.delete(f"/v1/me/devices/{device_id}"), 404, "not-found")


def test_ten_devices_are_enough(ann: Caller) -> None:
    for number in range(10):
        assert register(ann, f"push-token-{number}").status == 201
    assert_problem(register(ann, "push-token-10"), 422, "invalid-request", "push_token")
    assert register(ann, "push-token-3").status == 201


def test_everybody_is_reminded_every_quarter(ann: Caller, clock: FrozenClock) -> None:
    tasks.sweep(clock.advance(QUARTER - 1))
    assert "Three things to check" not in subjects(ANN)
    for _ in range(2):
        tasks.sweep(clock.advance(1))
        tasks.sweep(clock.now())
        tasks.sweep(clock.advance(QUARTER - 1))
    assert subjects(ANN).count("Three things to check") == 2


def test_after_a_risky_change_people_are_reminded_the_next_day(
    ann: Caller, welcome: dict[str, Any], clock: FrozenClock
) -> None:
    reminders.soon(welcome["user"]["id"], clock.now())
    tasks.sweep(clock.advance(DAY - 1))
    assert "Three things to check" not in subjects(ANN)
    tasks.sweep(clock.advance(1))
    assert subjects(ANN)[-1] == "Three things to check"
    tasks.sweep(clock.advance(QUARTER))
    assert subjects(ANN).count("Three things to check") == 2


def test_whoever_wants_no_reminder_gets_none_until_they_do(caller: Caller, ann: Caller, clock: FrozenClock) -> None:
    choose(ann, reminders="never")
    tasks.sweep(clock.advance(2 * QUARTER))
    assert "Three things to check" not in subjects(ANN)
    ann = caller.bearing(sign_in(caller, ANN, "correct horse battery").json["access_token"])
    assert choose(ann, reminders="quarterly").status == 200
    tasks.sweep(clock.advance(QUARTER))
    assert subjects(ANN)[-1] == "Three things to check"


@pytest.mark.parametrize(("every", "days"), [("monthly", 30), ("yearly", 365)])
def test_people_choose_how_often_they_are_reminded(ann: Caller, clock: FrozenClock, every: str, days: int) -> None:
    assert choose(ann, reminders=every).status == 200
    first = min(days, 91)
    tasks.sweep(clock.advance(first * DAY - 1))
    assert "Three things to check" not in subjects(ANN)
    tasks.sweep(clock.advance(1))
    assert subjects(ANN).count("Three things to check") == 1
    tasks.sweep(clock.advance(days * DAY - 1))
    assert subjects(ANN).count("Three things to check") == 1
    tasks.sweep(clock.advance(1))
    assert subjects(ANN).count("Three things to check") == 2


@pytest.mark.parametrize("language", text.LANGUAGES)
def test_notes_on_staying_safe_are_there_for_every_moment(caller: Caller, language: str) -> None:
    reader = caller.with_headers(accept_language=language)
    every = {one["id"] for one in reader.get("/v1/education").json["notes"]}
    assert every == {"codes", "phishing", "new-payee", "qr-swap", "fake-support"}
    for moment in ("code", "first-payee", "after-reset"):
        found = reader.get(f"/v1/education?moment={moment}").json["notes"]
        assert found and all(moment in one["moments"] and one["title"] and one["body"] for one in found)
    assert_problem(reader.get("/v1/education?moment=never"), 422, "invalid-request", "moment")


@pytest.mark.parametrize(("locale", "line"), [("en", "We never ask for it: tell nobody."), ("zh", "请勿告诉任何人。")])
def test_with_each_code_comes_a_line_that_nobody_may_ask_for_it(caller: Caller, locale: str, line: str) -> None:
    caller.post("/v1/users", wish(ANN, locale=locale))
    assert outbox(ANN)[-1]["body"].endswith(line)
    me = caller.bearing(verify(caller, code_for(ANN)).json["access_token"])
    time.pause(1)
    me.post("/v1/me/identifiers", {"identifier": PHONE})
    assert outbox(ANN)[-1]["body"].endswith(line)
    assert outbox(PHONE)[-1]["body"].endswith(line)


def test_nothing_that_people_choose_is_in_clear(ann: Caller) -> None:
    choose(ann, phrase="canary phrase")
    register(ann)
    tell(ann)
    assert "canary" not in at_rest().lower()
    assert timedelta(seconds=QUARTER).days == 91
    assert [item for item in all_items("identity") if item["sk"]["S"].startswith("USER#DEVICE#")]


def test_what_is_sealed_opens_after_a_turn_of_the_key_too(ann: Caller, clock: FrozenClock) -> None:
    choose(ann, phrase="green tea")
    register(ann)
    time.pause(1)
    ann.post("/v1/me/identifiers", {"identifier": PHONE})
    assert (
        ann.post("/v1/me/identifiers/confirm", {"identifier": PHONE, "new_code": code_for(PHONE)}).json["status"]
        == "waiting"
    )
    assert all(page.overtaken == 0 for page in rotation.reseal(vault.turn()))
    assert not [table for table in TABLES if table != "audit" and "k1." in str(all_items(table))]
    assert ann.get("/v1/me/identifiers").json["pending"]["identifier"] == "+86*********00"
    tell(ann)
    assert outbox("canary-push-token")[-1]["body"].endswith("green tea")
    tasks.sweep(clock.advance(72 * 3_600))
    assert subjects(PHONE)[-1] == "How you sign in has changed"
