"""What goes wrong, what is said of it, and what the log keeps."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from chalicelib.api import view
from chalicelib.kernel.errors import InternalError, InvalidState, Maintenance, NotFound, TooManyRequests, Unavailable
from tests.api import probe as probes
from tests.api.caller import Caller, assert_problem

pytestmark = pytest.mark.many_requests


def _client_error(code: str, status: int) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "GetItem")  # type: ignore[typeddict-item]


class _Wrapped(Exception):
    """As pynamodb wraps what botocore raised."""

    cause = ReadTimeoutError(endpoint_url="https://x")


AWAY: dict[str, Exception] = {
    "unreachable": EndpointConnectionError(endpoint_url="https://x"),
    "wrapped": _Wrapped(),
    "throttled": _client_error("ThrottlingException", 400),
    "broken": _client_error("KMSInternalException", 500),
    "ours": Unavailable(),
}


@pytest.mark.parametrize("kind", AWAY)
def test_what_we_stand_on_being_away_is_503(probe: Caller, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setitem(probes.FAILURES, kind, AWAY[kind])
    reply = probe.get(f"/v1/failures/{kind}")
    assert_problem(reply, 503, "unavailable")
    assert int(reply.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    "error", [ValueError("4111 1111"), _client_error("AccessDeniedException", 400), RecursionError()]
)
def test_a_mistake_of_ours_says_nothing_of_itself(
    probe: Caller, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    monkeypatch.setitem(probes.FAILURES, "x", error)
    reply = probe.get("/v1/failures/x")
    assert set(assert_problem(reply, 500, "internal-error")) == {
        "type",
        "title",
        "status",
        "code",
        "request_id",
        "doc_url",
    }


def test_an_error_carries_its_own_wait_and_facts(probe: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    errors = (TooManyRequests(retry_after_seconds=17), Maintenance(), InvalidState(state="voided", param="id"))
    for name, error in zip("abc", errors, strict=True):
        monkeypatch.setitem(probes.FAILURES, name, error)
    late, closed, voided = (probe.get(f"/v1/failures/{name}") for name in "abc")
    assert (late.status, late.headers["retry-after"]) == (429, "17")
    assert (closed.status, closed.json["code"], "retry-after" in closed.headers) == (503, "maintenance", True)
    assert assert_problem(voided, 409, "invalid-state", "id")["state"] == "voided"


def test_not_found_is_the_same_for_all_that_is_not_there(probe: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(probes.FAILURES, "x", NotFound())
    there, nowhere = probe.get("/v1/failures/x").json, probe.get("/v1/nowhere").json
    assert {**there, "request_id": ""} == {**nowhere, "request_id": ""}


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """The log so far, each line read as JSON."""
    sink = io.StringIO()
    for handler in view.logger().handlers:
        monkeypatch.setattr(handler, "stream", sink)
    return lambda: [json.loads(line) for line in sink.getvalue().splitlines()]


def test_a_request_is_one_line(probe: Caller, lines: Any) -> None:
    reply = probe.get("/health")
    (line,) = lines()
    expected = {"message": "request", "method": "GET", "Route": "GET /health", "status": 200, "Milliseconds": 0.0}
    assert {name: line[name] for name in expected} == expected
    assert line["request_id"] == reply.headers["request-id"]


def test_hostile_headers_and_fields_stay_on_their_line(probe: Caller, lines: Any) -> None:
    evil = 'a\r\n{"level":"INFO"}\x1b[31m${jndi:ldap://x}\u2028'
    event = probe.event("POST", "/v1/x", b"{}", {"User-Agent": evil, "Accept-Language": evil, "Content-Type": evil})
    event["requestContext"]["requestId"] = event["httpMethod"] = evil
    probe.send(event)
    probe.post("/v1/echo", {"amount": 1, "note": evil, evil: evil})
    assert [line["status"] for line in lines()] == [404, 422]


@pytest.mark.parametrize("error", [ValueError("canary-4111"), InternalError()], ids=["met", "raised by ourselves"])
def test_the_log_of_a_mistake_tells_where_and_not_what(
    probe: Caller, monkeypatch: pytest.MonkeyPatch, lines: Any, error: Exception
) -> None:
    monkeypatch.setitem(probes.FAILURES, "x", error)
    probe.get("/v1/failures/x?", authorization="Bearer canary-token")
    mistake, request = lines()
    assert mistake["error"] == type(error).__name__
    assert mistake["where"][-1].endswith(" fail")
    assert request["status"] == 500
    assert "canary" not in json.dumps([mistake, request])
