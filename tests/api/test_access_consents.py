"""What people agree to: dated versions, a record of every yes and no, nothing changed afterwards."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chalicelib.identity import consents, passwords
from chalicelib.identity.model_consents import Document, in_force
from chalicelib.kernel import text
from tests.api.caller import Caller
from tests.conftest import FrozenClock
from tests.people import CHEAP, all_items, code_for, outbox, signed_up, told, verify, wish

pytestmark = pytest.mark.many_requests

TERMS = {"document": "terms", "version": "2026-11-01", "given": True}


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


@pytest.fixture
def me(caller: Caller) -> Caller:
    return caller.bearing(signed_up(caller)["access_token"])


@pytest.mark.parametrize(("language", "title"), [("en", "Terms of use"), ("zh", "使用条款")])
def test_whoever_asks_reads_what_is_in_force_in_their_language(caller: Caller, language: str, title: str) -> None:
    found = caller.with_headers(accept_language=language).get("/v1/documents").json["data"]
    assert [one["document"] for one in found] == ["terms", "privacy", "marketing"]
    assert (found[0]["title"], found[0]["version"]) == (title, "2026-11-01")


def test_every_document_speaks_every_language() -> None:
    for one in consents.every_version():
        assert sorted(one.title) == sorted(one.summary) == sorted(text.LANGUAGES)


def test_every_yes_and_no_stays_on_record_with_version_and_time(me: Caller, clock: FrozenClock) -> None:
    for given in (True, False):
        said = me.post("/v1/me/consents", TERMS | {"given": given})
        assert (said.status, said.json["given"]) == (201, given)
        clock.advance(1)
    found = me.get("/v1/me/consents").json["data"]
    assert [(one["version"], one["given"], one["at"][:19]) for one in found] == [
        ("2026-11-01", False, "2026-11-22T08:00:01"),
        ("2026-11-01", True, "2026-11-22T08:00:00"),
    ]


@pytest.mark.parametrize(
    ("wish", "param"), [({"document": "nonsense"}, "document"), ({"version": "1999-01-01"}, "version")]
)
def test_nobody_agrees_to_what_there_is_not(me: Caller, wish: dict[str, str], param: str) -> None:
    refused = me.post("/v1/me/consents", TERMS | wish)
    assert (refused.status, refused.json["param"]) == (404, param)
    assert me.get("/v1/me/consents").json["data"] == []


def test_a_newer_version_takes_the_place_of_the_older_from_its_day_on() -> None:
    both = [
        Document("terms", f"2026-11-0{day}", datetime(2026, 11, day, tzinfo=UTC), {"en": "T"}, {"en": "S"})
        for day in (9, 1)
    ]
    for day, version in ((1, "2026-11-01"), (8, "2026-11-01"), (9, "2026-11-09")):
        assert [one.version for one in in_force(both, datetime(2026, 11, day, tzinfo=UTC))] == [version]


def test_a_yes_is_to_what_is_in_force_and_a_no_to_whatever_was(
    me: Caller, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = Document("terms", "2026-11-20", datetime(2026, 11, 20, tzinfo=UTC), {"en": "T"}, {"en": "S"})
    known = consents.every_version()
    monkeypatch.setattr(consents, "every_version", lambda: (*known, newer))
    assert me.post("/v1/me/consents", TERMS).status == 404
    assert me.post("/v1/me/consents", TERMS | {"version": "2026-11-20"}).status == 201
    assert me.post("/v1/me/consents", TERMS | {"given": False}).status == 201


AGREED = [{"document": name, "version": "2026-11-01"} for name in ("terms", "privacy")]


def test_what_is_agreed_to_with_a_sign_up_is_on_record_once_it_is_verified(caller: Caller, clock: FrozenClock) -> None:
    assert caller.post("/v1/users", wish(consents=AGREED)).status == 202
    assert [item for item in all_items("identity") if item["sk"]["S"].startswith("CONSENT#")] == []
    clock.advance(60)
    me = caller.bearing(verify(caller, code_for("ann@example.com")).json["access_token"])
    found = me.get("/v1/me/consents").json["data"]
    assert {(one["document"], one["version"], one["given"], one["at"][:19]) for one in found} == {
        ("terms", "2026-11-01", True, "2026-11-22T08:01:00"),
        ("privacy", "2026-11-01", True, "2026-11-22T08:01:00"),
    }


def test_a_sign_up_that_agrees_to_nothing_leaves_nothing_on_record(me: Caller) -> None:
    assert me.get("/v1/me/consents").json["data"] == []


def test_each_of_two_who_sign_up_with_one_name_has_agreed_for_themselves(caller: Caller, clock: FrozenClock) -> None:
    caller.post("/v1/users", wish(consents=AGREED))
    mine = code_for("ann@example.com")
    clock.advance(1)
    caller.post("/v1/users", wish())
    assert code_for("ann@example.com") != mine
    me = caller.bearing(verify(caller, mine).json["access_token"])
    assert len(me.get("/v1/me/consents").json["data"]) == 2


@pytest.mark.parametrize(
    "agreed",
    [
        [{"document": "nonsense", "version": "2026-11-01"}],
        [{"document": "terms", "version": "1999-01-01"}],
        [AGREED[0], AGREED[0]],
        [{"document": "terms", "version": "2026-11-01", "given": False}],
        [AGREED[0]] * 9,
        "terms",
    ],
)
def test_nobody_signs_up_with_a_yes_to_what_there_is_not(caller: Caller, agreed: object) -> None:
    refused = caller.post("/v1/users", wish(consents=agreed))
    assert (refused.status, refused.json["param"].partition("[")[0].partition(".")[0]) == (422, "consents")
    assert outbox("ann@example.com") == []


def test_a_sign_up_with_consents_tells_nobody_whether_the_name_is_known(
    caller: Caller, clock: FrozenClock, aws_calls: list[tuple[str, str]]
) -> None:
    signed_up(caller)
    clock.advance(1)
    seen = []
    for identifier in ("ann@example.com", "new@example.com"):
        aws_calls.clear()
        reply = caller.post("/v1/users", wish(identifier, consents=AGREED))
        seen.append((told(reply), list(aws_calls)))
    assert seen[0] == seen[1]
