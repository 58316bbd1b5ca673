"""What a person overwrote: kept for thirty days, put back on request, nobody else's."""

from __future__ import annotations

from typing import Any

import pytest

import app
from chalicelib.identity import passwords, profile, service, store_trash, trash
from chalicelib.kernel import ids, text
from tests.api.caller import Caller
from tests.conftest import FrozenClock
from tests.people import CHEAP, all_items, signed_up

pytestmark = pytest.mark.many_requests

THIRTY_DAYS = 30 * 86_400


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


@pytest.fixture
def me(caller: Caller) -> Caller:
    return caller.bearing(signed_up(caller)["access_token"])


def in_trash(me: Caller) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = me.get("/v1/me/trash").json["data"]
    return found


def later(caller: Caller, seconds: float, clock: FrozenClock) -> Caller:
    """The same person, signed in again after a while."""
    clock.advance(seconds)
    claim = {"identifier": "ann@example.com", "password": "correct horse battery"}
    return caller.bearing(caller.post("/v1/sessions", claim).json["access_token"])


def test_an_overwritten_name_is_listed_masked_and_comes_back(me: Caller) -> None:
    assert me.patch("/v1/me", {"display_name": "Anne"}).json["display_name"] == "Anne"
    (kept,) = in_trash(me)
    assert (kept["kind"], kept["what"]) == ("display_name", "Your name was A***")
    assert kept["gone_at"][:10] == "2026-12-22"
    assert me.post(f"/v1/me/trash/{kept['id']}/restore").status == 204
    assert me.get("/v1/me").json["display_name"] == "Ann"


def test_what_a_restore_overwrites_can_be_had_back_in_its_turn(me: Caller) -> None:
    me.patch("/v1/me", {"display_name": "Bea", "locale": "zh"})
    first = next(one for one in in_trash(me) if one["kind"] == "display_name")
    me.post(f"/v1/me/trash/{first['id']}/restore")
    kinds = {one["kind"]: one for one in in_trash(me)}
    assert kinds["display_name"]["what"] == "Your name was B***"
    assert me.post(f"/v1/me/trash/{kinds['display_name']['id']}/restore").status == 204
    assert me.get("/v1/me").json["display_name"] == "Bea"


def test_each_field_is_kept_by_itself_and_in_the_readers_language(me: Caller) -> None:
    me.patch("/v1/me", {"display_name": "Bea", "locale": "zh"})
    found = me.with_headers(accept_language="zh").get("/v1/me/trash").json["data"]
    assert {one["what"] for one in found} == {"您的名称曾是 A***", "您的语言曾是 en"}


def test_what_stays_the_same_is_not_kept(me: Caller) -> None:
    assert me.patch("/v1/me", {"display_name": "Ann", "locale": "en"}).status == 200
    assert in_trash(me) == []


def test_a_second_restore_finds_nothing(me: Caller) -> None:
    me.patch("/v1/me", {"display_name": "Bea"})
    (kept,) = in_trash(me)
    assert [me.post(f"/v1/me/trash/{kept['id']}/restore").status for _ in range(2)] == [204, 404]


def test_somebody_elses_trash_is_not_found_like_what_never_was(caller: Caller, me: Caller) -> None:
    me.patch("/v1/me", {"display_name": "Bea"})
    (kept,) = in_trash(me)
    other = caller.bearing(signed_up(caller, "bob@example.com")["access_token"])
    assert in_trash(other) == []
    answers = [other.post(f"/v1/me/trash/{one}/restore") for one in (kept["id"], ids.derived("trs", "no"), "x")]
    assert {(reply.status, reply.json["code"]) for reply in answers} == {(404, "not-found")}


def test_after_thirty_days_it_is_gone_though_nothing_has_deleted_it(caller: Caller, clock: FrozenClock) -> None:
    signed_up(caller)
    me = later(caller, 0, clock)
    me.patch("/v1/me", {"display_name": "Bea"})
    (kept,) = in_trash(me)
    me = later(caller, THIRTY_DAYS - 1, clock)
    assert len(in_trash(me)) == 1
    clock.advance(1)
    assert in_trash(me) == []
    assert me.post(f"/v1/me/trash/{kept['id']}/restore").status == 404


def test_the_sweep_erases_what_is_gone_and_nothing_before(me: Caller, clock: FrozenClock) -> None:
    me.patch("/v1/me", {"display_name": "Bea"})
    for seconds, left in ((THIRTY_DAYS - 1, 1), (1, 0)):
        clock.advance(seconds)
        trash.empty_due(clock.now())
        assert len([item for item in all_items("identity") if item["sk"]["S"].startswith("TRASH#")]) == left
    assert trash.empty_due(clock.now()) == 0


def test_overwriting_and_keeping_happen_together_or_not_at_all(
    me: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crowded(*given: Any) -> bool:
        raise RuntimeError("killed before the transaction")

    with monkeypatch.context() as patch:
        patch.setattr(store_trash, "keeping", crowded)
        assert me.patch("/v1/me", {"display_name": "Bea"}).status == 500
    assert (me.get("/v1/me").json["display_name"], in_trash(me)) == ("Ann", [])


def test_of_two_who_overwrite_at_once_neither_loses_what_was(
    caller: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = signed_up(caller)["user"]["id"]
    keeping, raced = store_trash.keeping, []

    def overtaken(*given: Any) -> None:
        if not raced:
            raced.append(True)
            profile.change(user_id, profile.ProfileRequest(display_name="Cleo"), clock.now())
        keeping(*given)

    monkeypatch.setattr(store_trash, "keeping", overtaken)
    profile.change(user_id, profile.ProfileRequest(display_name="Bea"), clock.now())
    assert service.profile(user_id).display_name == "Bea"
    found, _ = trash.listed(user_id, None, 10, clock.now())
    assert sorted(one.fields["display_name"] for one in found) == ["Ann", "Cleo"]


def test_a_devices_old_name_comes_back_while_it_is_signed_in(caller: Caller, clock: FrozenClock) -> None:
    welcome = signed_up(caller)
    claim = {"identifier": "ann@example.com", "password": "correct horse battery", "device_name": "New name"}
    session = caller.post("/v1/sessions", claim).json
    me, user_id = caller.bearing(session["access_token"]), welcome["user"]["id"]
    profile.keep_device_name(user_id, session["session_id"], "Old name", clock.now())
    (kept,) = in_trash(me)
    assert kept["what"] == "A device was called O***"
    assert me.post(f"/v1/me/trash/{kept['id']}/restore").status == 204
    assert {one["device_name"] for one in me.get("/v1/sessions").json["data"]} == {None, "Old name"}
    (kept,) = in_trash(me)
    assert kept["what"] == "A device was called N***"
    me.delete("/v1/sessions/current")
    assert me.get("/v1/me/trash").status == 401
    me = caller.bearing(welcome["access_token"])
    refused = me.post(f"/v1/me/trash/{kept['id']}/restore")
    assert (refused.status, refused.json["code"], refused.json["state"]) == (409, "invalid-state", "deleted")
    assert len(in_trash(me)) == 1


def test_every_kind_has_its_sentence_and_its_way_back() -> None:
    assert app.app.routes["/v1/me/trash/{id}/restore"]
    assert [kind for kind in trash.RESTORERS if not text.has(f"trash.{kind}")] == []
