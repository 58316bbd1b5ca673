"""Callers, keys, pages, methods and headers, whatever the room."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.api import view
from tests.api.caller import Caller, assert_problem

pytestmark = pytest.mark.many_requests


@pytest.mark.parametrize(
    "given",
    ["", "alice", "Bearer", "Bearer ", "Basic alice", "Bearer nobody", "Bearer alice, Bearer bob", "Bearer mk_no"],
)
def test_who_cannot_be_proved_gets_401(probe: Caller, given: str) -> None:
    reply = probe.request("GET", "/v1/things", headers={"Authorization": given})
    assert_problem(reply, 401, "invalid-token")
    assert reply.headers["www-authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize("token", ["mk_shop", "clerk"])
def test_the_wrong_kind_of_caller_gets_403(probe: Caller, token: str) -> None:
    assert_problem(probe.bearing(token).post("/v1/moves", {"amount": 1}, idempotency_key="k"), 403, "forbidden")


@pytest.mark.parametrize("token", ["alice", "clerk"])
def test_any_of_several_kinds_may_call(probe: Caller, token: str) -> None:
    assert probe.bearing(token).get("/v1/things").status == 200


def test_a_forged_forwarded_for_changes_nothing(probe: Caller) -> None:
    reply = probe.post("/v1/echo", {"amount": 1}, x_forwarded_for="198.51.100.1")
    assert reply.json["from"] == "203.0.113.7"


@pytest.mark.parametrize("key", ["", " ", "a b", "k" * 256, "ключ", "tab\t", "a, b"])
def test_moving_money_needs_a_proper_key(probe: Caller, key: str) -> None:
    reply = probe.bearing("alice").request("POST", "/v1/moves", {"amount": 1}, {"Idempotency-Key": key})
    assert_problem(reply, 400, "idempotency-key-invalid", "Idempotency-Key")


def test_two_keys_are_none(probe: Caller) -> None:
    event = probe.bearing("alice").event("POST", "/v1/moves/m/undo", None, {"Authorization": "Bearer alice"})
    event["multiValueHeaders"]["Idempotency-Key"] = ["a", "b"]
    assert_problem(probe.send(event), 400, "idempotency-key-invalid", "Idempotency-Key")


def test_a_key_of_255_visible_characters_moves_money(probe: Caller) -> None:
    reply = probe.bearing("alice").post("/v1/moves", {"amount": 1}, idempotency_key="!" + "~" * 254)
    assert (reply.status, reply.json) == (201, {"amount": 1, "by": "usr_alice"})


def test_a_key_is_scoped_to_caller_method_and_path_however_the_path_was_encoded(probe: Caller) -> None:
    alice = probe.bearing("alice").with_headers(idempotency_key="k")
    one = alice.post("/v1/moves/a/undo").json
    assert one["route"] == "POST /v1/moves/a/undo"
    assert alice.post("/v1/moves/%61/undo").json == one
    others = [alice.post("/v1/moves/b/undo"), probe.bearing("bob").post("/v1/moves/a/undo", idempotency_key="k")]
    assert one["movement"] not in [reply.json["movement"] for reply in others]


def test_the_fingerprint_tells_bodies_apart(probe: Caller) -> None:
    alice = probe.bearing("alice").with_headers(idempotency_key="k")
    found = {alice.post("/v1/moves/a/undo", body).json["fingerprint"] for body in (None, b"{}", b"{ }")}
    assert len(found) == 3


def test_a_refusal_that_was_kept_is_sent_as_a_problem(probe: Caller) -> None:
    alice = probe.bearing("alice").with_headers(accept_language="zh")
    first, second = (alice.post("/v1/refusals", idempotency_key=key) for key in ("once", "again"))
    assert assert_problem(first, 409, "insufficient-funds")["available"] == 7
    assert first.json["title"] == "余额不足，请充值后重试。"
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"


def test_pages_follow_one_another_to_the_end(probe: Caller) -> None:
    alice, found, cursor = probe.bearing("alice"), [], ""
    while cursor is not None:
        page = alice.get("/v1/things?limit=20" + (cursor and f"&cursor={cursor}")).json
        found += [item["number"] for item in page["data"]]
        cursor = page["next_cursor"]
        assert page["has_more"] == (cursor is not None)
    assert found == list(range(50))


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.0", "a", "", "1000", "٣", "+5"])
def test_a_limit_is_1_to_100(probe: Caller, limit: str) -> None:
    assert_problem(probe.bearing("alice").get(f"/v1/things?limit={limit}"), 422, "invalid-request", "limit")


def test_a_page_has_20_items_unless_told(probe: Caller) -> None:
    assert len(probe.bearing("alice").get("/v1/things").json["data"]) == 20


@pytest.mark.parametrize(
    "change", [lambda c: c + "A", lambda c: "A" + c[1:], lambda c: c[:-1] + "-", lambda c: "x", lambda c: ""]
)
def test_a_forged_cursor_is_refused(probe: Caller, change: Any) -> None:
    cursor = probe.bearing("alice").get("/v1/things").json["next_cursor"]
    assert_problem(probe.bearing("alice").get(f"/v1/things?cursor={change(cursor)}"), 400, "invalid-cursor", "cursor")


def test_a_cursor_belongs_to_its_filters(probe: Caller) -> None:
    alice = probe.bearing("alice")
    cursor = alice.get("/v1/things?colour=red").json["next_cursor"]
    assert alice.get(f"/v1/things?colour=red&limit=5&cursor={cursor}").json["data"][0] == {"number": 20}
    assert_problem(alice.get(f"/v1/things?cursor={cursor}"), 400, "invalid-cursor", "cursor")


def test_someone_elses_cursor_does_not_exist(probe: Caller) -> None:
    cursor = probe.bearing("alice").get("/v1/things").json["next_cursor"]
    assert_problem(probe.bearing("bob").get(f"/v1/things?cursor={cursor}"), 404, "not-found")


@pytest.mark.parametrize("query", ["size=1", "limit=1&limit=2", "Limit=1"])
def test_a_parameter_is_known_and_given_once(probe: Caller, query: str) -> None:
    assert_problem(probe.bearing("alice").get(f"/v1/things?{query}"), 422, "invalid-request", query.partition("=")[0])


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/nothing", "/v1/moves//undo", "/v1/moves/a/b/c", "/.env"])
def test_an_unknown_path_is_not_found(probe: Caller, path: str) -> None:
    assert_problem(probe.get(path), 404, "not-found")
    assert_problem(probe.request("OPTIONS", path), 404, "not-found")


@pytest.mark.parametrize("resource", ["/v1/moves", "/{proxy+}"])
def test_another_method_is_told_what_is_allowed(probe: Caller, resource: str) -> None:
    event = probe.event("GET", "/v1/moves", None, {})
    event["requestContext"]["resourcePath"] = event["resource"] = resource
    reply = probe.send(event)
    assert_problem(reply, 405, "method-not-allowed")
    assert reply.headers["allow"] == "POST, OPTIONS"


def test_a_browser_may_ask_before(probe: Caller) -> None:
    reply = probe.request("OPTIONS", "/v1/moves/a/undo", headers={"Origin": "https://shop.test"})
    assert (reply.status, reply.raw) == (204, b"")
    assert reply.headers["access-control-allow-methods"] == "POST, OPTIONS"
    assert "Idempotency-Key" in reply.headers["access-control-allow-headers"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/health"), ("GET", "/nowhere"), ("POST", "/health"), ("POST", "/v1/moves"), ("GET", "/docs")],
)
def test_every_answer_has_its_headers(probe: Caller, method: str, path: str) -> None:
    headers = probe.request(method, path).headers
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["coffer-version"] == view.VERSION
    assert headers["request-id"].startswith("00000000-")


def test_a_request_without_an_id_gets_one(probe: Caller) -> None:
    event = probe.event("GET", "/health", None, {})
    del event["requestContext"]["requestId"]
    assert probe.send(event).headers["request-id"].startswith("req_")


def test_sentences_come_in_the_callers_language(probe: Caller) -> None:
    chinese, english = (probe.get("/nowhere", accept_language=given) for given in ("zh-CN,en;q=0.5", "fr"))
    assert (chinese.json["title"], chinese.headers["content-language"]) == ("未找到。", "zh")
    assert (english.json["title"], english.headers["content-language"]) == ("There is nothing here.", "en")
