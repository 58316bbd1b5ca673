"""What a person chose and overwrote, or removed, comes back by the rules of today, and some things never do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from chalicelib.identity import passwords, pushing, store_reminders, tasks, trash
from chalicelib.kernel import text
from tests.api import account_kit
from tests.api.caller import Caller, Reply, assert_problem
from tests.api.test_preferences import add_phone, choose, register
from tests.api.world import World
from tests.conftest import FrozenClock
from tests.people import CHEAP, PASSWORD, all_items, at_rest, sign_in, signed_up

pytestmark = pytest.mark.many_requests

DOCS = Path(__file__).parents[2] / "docs" / "explanation" / "deletion-and-export.md"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


@pytest.fixture
def welcome(caller: Caller) -> dict[str, Any]:
    return signed_up(caller)


@pytest.fixture
def ann(caller: Caller, welcome: dict[str, Any]) -> Caller:
    return caller.bearing(welcome["access_token"])


def kept(me: Caller, kind: str) -> list[dict[str, Any]]:
    return [one for one in me.get("/v1/me/trash").json["data"] if one["kind"] == kind]


def back(me: Caller, one: dict[str, Any]) -> Reply:
    return me.post(f"/v1/me/trash/{one['id']}/restore")


CHOICES: list[tuple[str, dict[str, Any], str, str, str]] = [
    ("ui_mode", {"ui_mode": "social"}, "ui_mode", "Your mode of the app was standard", "您的应用版本曾是标准版"),
    ("reminders", {"reminders": "never"}, "reminders", "You were reminded every quarter", "您的提醒频率曾是每季度一次"),
    (
        "switched_off",
        {"notices": {"family.sms": False}},
        "notices",
        "Of your notices, 2 were switched off",
        "您曾关闭 2 项通知",
    ),
]


@pytest.mark.parametrize(("kind", "choice", "shown_as", "english", "chinese"), CHOICES)
def test_a_choice_that_was_overwritten_is_listed_in_both_languages_and_comes_back(
    ann: Caller, kind: str, choice: dict[str, Any], shown_as: str, english: str, chinese: str
) -> None:
    before = ann.get("/v1/me/preferences").json
    assert choose(ann, **choice).json != before
    (one,) = kept(ann, kind)
    assert one["what"] == english
    assert kept(ann.with_headers(accept_language="zh"), kind)[0]["what"] == chinese
    assert back(ann, one).status == 204
    assert ann.get("/v1/me/preferences").json[shown_as] == before[shown_as]
    (other,) = kept(ann, kind)
    assert other["id"] != one["id"], "what the restore overwrote comes back in its turn"


def test_a_choice_made_again_is_nothing_overwritten(ann: Caller) -> None:
    assert choose(ann, ui_mode="standard", reminders="quarterly", notices={"money.email": False}).status == 200
    assert ann.get("/v1/me/trash").json["data"] == []


def test_with_every_switch_on_that_comes_back_too(ann: Caller) -> None:
    choose(ann, notices={"money.email": True, "money.sms": True})
    choose(ann, notices={"money.push": False})
    first = next(one for one in kept(ann, "switched_off") if " 0 " in one["what"])
    assert back(ann, first).status == 204
    assert all(ann.get("/v1/me/preferences").json["notices"].values())


def test_switches_that_would_leave_security_unheard_by_now_do_not_come_back(
    caller: Caller, welcome: dict[str, Any], ann: Caller, clock: FrozenClock
) -> None:
    add_phone(ann)
    assert choose(ann, notices={"security.email": False}).status == 200
    assert choose(ann, notices={"security.email": True, "security.sms": False}).status == 200
    assert ann.delete("/v1/me/identifiers/second").status < 300
    tasks.sweep(clock.advance(72 * 3_600))
    known = sign_in(caller, "ann@example.com", PASSWORD, welcome["device_token"]).json
    ann = caller.bearing(known["access_token"])
    silent = next(one for one in kept(ann, "switched_off") if " 3 " in one["what"])
    assert_problem(back(ann, silent), 422, "invalid-request", "notices")
    assert len(kept(ann, "switched_off")) == 2


def test_a_guarded_person_does_not_leave_easy_mode_by_way_of_the_trash(
    cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(clock)
    ana, ben = account_kit.easy(world), world.customer()
    (standard,) = kept(ana.phone, "ui_mode")
    account_kit.bound(ana, ben)
    refused = back(ana.phone, standard)
    assert (refused.status, refused.json["code"], refused.json["state"]) == (409, "invalid-state", "guarded")
    assert ana.phone.get("/v1/me/preferences").json["ui_mode"] == "easy"


def test_reminders_that_come_back_are_due_again(ann: Caller, welcome: dict[str, Any]) -> None:
    user_id = welcome["user"]["id"]
    choose(ann, reminders="never")
    store_reminders.end(user_id)
    (one,) = kept(ann, "reminders")
    assert back(ann, one).status == 204
    assert store_reminders.due_at(user_id) is not None


def test_a_device_that_was_removed_takes_pushes_again_once_it_is_back(ann: Caller) -> None:
    device = register(ann).json
    assert ann.delete(f"/v1/me/devices/{device['id']}").status == 204
    assert ann.get("/v1/me/devices").json["data"] == []
    (one,) = kept(ann, "push_device")
    assert one["what"] == "A device that took your pushes was called c***"
    assert "canary" not in at_rest()
    assert back(ann, one).status == 204
    assert ann.get("/v1/me/devices").json["data"] == [device]
    assert {item["pk"]["S"] for item in all_items("identity") if item["sk"]["S"] == "PUSH"} == {f"PUSH#{device['id']}"}


def test_the_name_that_a_device_had_comes_back(ann: Caller) -> None:
    register(ann)
    assert register(ann, name="canary tablet").status == 201
    (one,) = kept(ann, "push_device")
    assert back(ann, one).status == 204
    assert [device["name"] for device in ann.get("/v1/me/devices").json["data"]] == ["canary phone"]
    assert len(kept(ann, "push_device")) == 1


def test_a_device_that_is_somebody_elses_by_now_does_not_come_back(caller: Caller, ann: Caller) -> None:
    device = register(ann).json
    ann.delete(f"/v1/me/devices/{device['id']}")
    bob = caller.bearing(signed_up(caller, "bob@example.com")["access_token"])
    assert register(bob).json["id"] == device["id"]
    refused = back(ann, kept(ann, "push_device")[0])
    assert (refused.status, refused.json["state"]) == (409, "taken")
    assert [one["id"] for one in bob.get("/v1/me/devices").json["data"]] == [device["id"]]
    assert len(kept(ann, "push_device")) == 1


def test_an_eleventh_device_comes_back_only_once_there_is_room(ann: Caller) -> None:
    first = register(ann).json["id"]
    ann.delete(f"/v1/me/devices/{first}")
    others = [register(ann, token=f"token number {number}").json["id"] for number in range(10)]
    (one,) = kept(ann, "push_device")
    assert_problem(back(ann, one), 422, "invalid-request", "push_token")
    ann.delete(f"/v1/me/devices/{others[0]}")
    assert back(ann, one).status == 204


def test_my_devices_are_listed_page_by_page_with_their_names_and_without_a_token(caller: Caller, ann: Caller) -> None:
    made = [register(ann, token=f"canary token {number}", name=f"phone {number}").json for number in range(3)]
    page = ann.get("/v1/me/devices?limit=2").json
    rest = ann.get(f"/v1/me/devices?limit=2&cursor={page['next_cursor']}").json
    assert (page["has_more"], rest["has_more"], len(page["data"])) == (True, False, 2)
    by_id = sorted(page["data"] + rest["data"], key=lambda one: str(one["name"]))
    assert by_id == made
    assert set(by_id[0]) == {"id", "platform", "name", "created_at"}
    assert "canary" not in str(page) + str(rest)
    bob = caller.bearing(signed_up(caller, "bob@example.com")["access_token"])
    assert bob.get("/v1/me/devices").json["data"] == []


def test_a_device_removed_twice_at_once_is_in_the_trash_once(ann: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    device, keeping = register(ann).json["id"], pushing._keep
    raced: list[int] = []

    def overtaken(*given: Any) -> None:
        if not raced:
            raced.append(0)
            raced.append(ann.delete(f"/v1/me/devices/{device}").status)
        keeping(*given)

    monkeypatch.setattr(pushing, "_keep", overtaken)
    assert (ann.delete(f"/v1/me/devices/{device}").status, raced) == (404, [0, 204])
    assert len(kept(ann, "push_device")) == 1


def test_the_documentation_names_every_kind_that_comes_back() -> None:
    told = DOCS.read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", told, re.MULTILINE)) == set(trash.RESTORERS)
    assert [kind for kind in trash.RESTORERS if not text.has(f"trash.{kind}")] == []
