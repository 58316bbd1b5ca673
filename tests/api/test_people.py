"""Operators and people: masked until a reason is given, each look in the audit log first, roles given by others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.cases import audit, model_audit
from chalicelib.cases.model_audit import AuditView
from chalicelib.identity import passwords, people
from chalicelib.identity.throttle import Limit
from chalicelib.kernel import ids
from tests import aws
from tests.api.caller import Caller, Reply, assert_problem
from tests.conftest import FrozenClock
from tests.people import CHEAP, all_items, appointed, enrolled, in_office, proved, refresh, signed_in, signed_up

pytestmark = pytest.mark.many_requests

REASON = "asked to be called back"
PHONE = "+8613800138000"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", CHEAP)


@pytest.fixture
def welcome(caller: Caller) -> dict[str, Any]:
    return signed_up(caller, "ann@example.com", display_name="Ann Abel")


@pytest.fixture
def ann(welcome: dict[str, Any]) -> dict[str, Any]:
    user: dict[str, Any] = welcome["user"]
    return user


def employed(caller: Caller, clock: FrozenClock, role: str, name: str = "") -> tuple[str, Caller]:
    """The id of somebody appointed by the owner of the house, and them signed in."""
    identifier = f"{name or role}@example.com"
    welcome = signed_up(caller, identifier, display_name="Olga")
    appointed(caller, welcome, role)
    return welcome["user"]["id"], caller.bearing(in_office(welcome["user"]["id"], clock.now()))


@pytest.fixture
def olga(caller: Caller, clock: FrozenClock) -> Caller:
    return employed(caller, clock, "support")[1]


def reveal(operator: Caller, person: str, field: str = "identifier", reason: str = REASON) -> Reply:
    return operator.post(f"/v1/people/{person}/reveals", {"field": field, "reason": reason})


def logged(clock: FrozenClock, action: str) -> list[AuditView]:
    wanted = model_audit.wanted(None, None, None, None, action, clock.now())
    return audit.listed(wanted, None, 100)[0]


@pytest.mark.parametrize("typed", ["ann@example.com", " Ann@EXAMPLE.com "])
def test_a_person_is_found_by_their_name_and_shown_masked(olga: Caller, ann: dict[str, Any], typed: str) -> None:
    reply = olga.post("/v1/people/searches", {"identifier": typed})
    assert reply.json == {
        "id": ann["id"],
        "display_name": "A***",
        "identifier": "a***@example.com",
        "locale": "en",
        "jurisdiction": "CN",
        "tier": 0,
        "wallets": ann["wallets"],
        "created_at": ann["created_at"],
        "sessions": 1,
    }
    assert olga.get(f"/v1/people/{ann['id']}").json == reply.json


def test_a_phone_and_a_chinese_name_are_masked(caller: Caller, olga: Caller) -> None:
    person = signed_up(caller, PHONE, display_name="王小明")["user"]["id"]
    seen = olga.get(f"/v1/people/{person}")
    assert (seen.json["display_name"], seen.json["identifier"]) == ("王***", "+86*********00")


def test_a_person_that_is_none_is_not_found_and_that_somebody_looked_is_kept(olga: Caller, clock: FrozenClock) -> None:
    assert_problem(olga.post("/v1/people/searches", {"identifier": "eve@example.com"}), 404, "not-found")
    assert_problem(olga.post("/v1/people/searches", {"identifier": "nonsense"}), 422, "invalid-request", "identifier")
    for person in (ids.derived("usr", "x"), "usr_x", "ann@example.com"):
        assert_problem(olga.get(f"/v1/people/{person}"), 404, "not-found")
        assert_problem(reveal(olga, person), 404, "not-found")
    assert [entry.subject for entry in logged(clock, "person.find")] == [people.NOBODY]
    assert "example.com" not in repr(all_items("audit"))


@pytest.mark.parametrize(("field", "value"), [("identifier", "ann@example.com"), ("display_name", "Ann Abel")])
def test_one_field_is_revealed_for_a_reason_that_the_log_keeps(
    olga: Caller, ann: dict[str, Any], clock: FrozenClock, field: str, value: str
) -> None:
    assert reveal(olga, ann["id"], field).json == {"field": field, "value": value}
    (entry,) = logged(clock, "person.reveal")
    assert (entry.subject, entry.reason, entry.facts) == (ann["id"], REASON, {"field": field})
    assert (entry.source, entry.intact) == ("203.0.113.0/24", True)
    assert value not in repr(all_items("audit"))


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"field": "identifier"}, "reason"),
        ({"field": "identifier", "reason": "because"}, "reason"),
        ({"field": "identifier", "reason": " " * 20}, "reason"),
        ({"field": "identifier", "reason": "x" * 201}, "reason"),
        ({"field": "password_hash", "reason": REASON}, "field"),
        ({"field": ["identifier", "display_name"], "reason": REASON}, "field"),
        ({"fields": ["identifier"], "reason": REASON}, "fields"),
    ],
)
def test_without_a_reason_or_for_another_field_nothing_is_revealed(
    olga: Caller, ann: dict[str, Any], clock: FrozenClock, body: dict[str, Any], param: str
) -> None:
    assert_problem(olga.post(f"/v1/people/{ann['id']}/reveals", body), 422, "invalid-request", param)
    assert logged(clock, "person.reveal") == []


def test_what_cannot_be_logged_is_not_seen(olga: Caller, ann: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(sent: aws.Sent) -> Any:
        if sent.operation == "PutItem" and b"test-audit" in sent.request.body:
            return aws.answered(503, {"__type": "ServiceUnavailable"})
        return sent.go_on()

    aws.stand_before(monkeypatch, broken)
    for reply in (
        reveal(olga, ann["id"]),
        olga.get(f"/v1/people/{ann['id']}"),
        olga.post("/v1/people/searches", {"identifier": "ann@example.com"}),
    ):
        assert_problem(reply, 503, "unavailable")
        assert b"ann" not in reply.raw.lower()


def test_reveals_are_counted_for_each_operator(caller: Caller, ann: dict[str, Any], clock: FrozenClock) -> None:
    olga_id, olga = employed(caller, clock, "support")
    for _ in range(20):
        assert reveal(olga, ann["id"]).status == 200
    refused = reveal(olga, ann["id"])
    assert_problem(refused, 429, "too-many-requests")
    assert refused.headers["retry-after"] == "3600"
    assert len(logged(clock, "person.reveal")) == 20
    assert reveal(employed(caller, clock, "risk")[1], ann["id"]).status == 200
    clock.advance(3600)
    again = caller.bearing(in_office(olga_id, clock.now()))
    assert reveal(again, ann["id"]).status == 200


def test_a_stolen_phone_is_signed_out_by_an_operator_and_its_owner_hears_of_it(
    caller: Caller, olga: Caller, ann: dict[str, Any], clock: FrozenClock
) -> None:
    thief = signed_in(caller)
    path = f"/v1/people/{ann['id']}/sessions/end"
    assert_problem(olga.post(path, {"reason": "short"}), 422, "invalid-request", "reason")
    assert refresh(caller, thief["refresh_token"]).status == 200
    thief = signed_in(caller)
    clock.advance(1)
    assert olga.post(path, {"reason": REASON}).status == 204
    assert refresh(caller, thief["refresh_token"]).status == 401
    assert [(entry.subject, entry.reason) for entry in logged(clock, "person.end-sessions")] == [(ann["id"], REASON)]
    mine = caller.bearing(signed_in(caller)["access_token"])
    assert mine.get("/v1/me/notices").json["data"][0]["kind"] == "signed_out_everywhere"


def test_searches_are_counted_for_each_operator(
    olga: Caller, ann: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "SEARCHES", (Limit("searches-hour", 2, timedelta(hours=1)),))
    search = {"identifier": "ann@example.com"}
    assert [olga.post("/v1/people/searches", search).status for _ in range(3)] == [200, 200, 429]


def test_an_admin_appoints_and_dismisses_and_all_of_it_is_listed_and_logged(
    caller: Caller, clock: FrozenClock, welcome: dict[str, Any], ann: dict[str, Any]
) -> None:
    ada, admin = employed(caller, clock, "admin")
    secret = enrolled(caller.bearing(welcome["access_token"]))
    made = admin.post("/v1/operators", {"person_id": ann["id"], "role": "support", "reason": REASON})
    assert (made.status, made.json["role"], made.json["appointed_by"]) == (201, "support", ada)
    anns = caller.bearing(in_office(ann["id"], clock.now()))
    assert anns.get("/v1/cases").status == 200
    assert anns.get("/v1/wallets").status == 403
    assert [one["id"] for one in admin.get("/v1/operators").json["data"]] == sorted([ada, ann["id"]])
    path = f"/v1/operators/{ann['id']}"
    signed = proved(caller, secret)
    assert admin.patch(path, {"role": "auditor", "reason": REASON}).json["role"] == "auditor"
    assert refresh(caller, signed["refresh_token"]).status == 401
    assert admin.patch(path, {"role": "customer", "reason": REASON}).json["role"] == "customer"
    assert [one["id"] for one in admin.get("/v1/operators").json["data"]] == [ada]
    clock.advance(30)
    assert caller.bearing(proved(caller, secret)["access_token"]).get("/v1/cases").status == 403
    entries = [entry for entry in logged(clock, "operator.appoint") if entry.actor == ada]
    assert sorted(str(entry.facts["role"]) for entry in entries) == ["auditor", "customer", "support"]
    assert {entry.reason for entry in entries} == {REASON}


def test_who_is_an_operator_is_told_to_whoever_may_see_operators_and_to_nobody_else(
    caller: Caller, clock: FrozenClock, olga: Caller, ann: dict[str, Any]
) -> None:
    ada, admin = employed(caller, clock, "admin")
    assert admin.get(f"/v1/people/{ada}").json["role"] == "admin"
    assert "role" not in olga.get(f"/v1/people/{ada}").json
    assert "role" not in admin.get(f"/v1/people/{ann['id']}").json


def test_nobody_changes_their_own_role(caller: Caller, clock: FrozenClock) -> None:
    ada, admin = employed(caller, clock, "admin")
    for role in ("auditor", "customer", "admin"):
        assert_problem(admin.patch(f"/v1/operators/{ada}", {"role": role, "reason": REASON}), 403, "forbidden")
    own = {"person_id": ada, "role": "risk", "reason": REASON}
    assert_problem(admin.post("/v1/operators", own), 403, "forbidden")
    assert [one["role"] for one in admin.get("/v1/operators").json["data"]] == ["admin"]


def test_who_is_no_operator_or_nobody_has_no_role_to_change(
    caller: Caller, clock: FrozenClock, ann: dict[str, Any]
) -> None:
    _, admin = employed(caller, clock, "admin")
    change = {"role": "support", "reason": REASON}
    for person in (ann["id"], ids.derived("usr", "x"), "usr_x", "ann@example.com"):
        assert_problem(admin.patch(f"/v1/operators/{person}", change), 404, "not-found")
    for person in (ids.derived("usr", "x"), "usr_x", "ann@example.com"):
        assert_problem(admin.post("/v1/operators", change | {"person_id": person}), 404, "not-found")
    assert "example.com" not in repr(all_items("audit"))


def test_operators_come_page_by_page(caller: Caller, clock: FrozenClock) -> None:
    known = [employed(caller, clock, "support", f"o{number}")[0] for number in range(3)]
    _, admin = employed(caller, clock, "admin")
    first = admin.get("/v1/operators?limit=3").json
    second = admin.get(f"/v1/operators?limit=3&cursor={first['next_cursor']}").json
    found = [one["id"] for one in first["data"] + second["data"]]
    assert found == sorted(found)
    assert set(known) < set(found)
    assert (first["has_more"], second["has_more"], len(found)) == (True, False, 4)
