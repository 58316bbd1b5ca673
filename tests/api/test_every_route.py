"""What holds for every route of Coffer, those not yet written too: refused in the right order, before any AWS call."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_spec_validator import validate

import app
from chalicelib.api import guard, openapi
from chalicelib.api.blueprint import Route, routes
from chalicelib.kernel import money, text
from chalicelib.kernel.callers import Caller as Person
from chalicelib.kernel.callers import Customer, Merchant, Operator
from tests import aws
from tests.api import probe as probes
from tests.api.caller import Caller, assert_problem

pytestmark = pytest.mark.many_requests

TOKENS: dict[type[Person], str] = {Customer: "alice", Operator: "clerk", Merchant: "mk_shop"}


def _named(found: list[Route]) -> Any:
    return pytest.mark.parametrize("route", found, ids=[f"{route.method} {route.path}" for route in found])


every_route = _named(list(routes()))
guarded = _named([route for route in routes() if route.callers])
with_body = _named([route for route in routes() if route.body])
moving_money = _named([route for route in routes() if route.moves_money])
listing = _named([route for route in routes() if route.listing])


@pytest.fixture
def anybody(monkeypatch: pytest.MonkeyPatch) -> Caller:
    """Nobody yet; tokens of `TOKENS` are good, and a call to AWS fails the test."""

    aws.forbid(monkeypatch)
    monkeypatch.setattr(guard, "_authenticators", {})
    probes.stand_guard()
    return Caller(app.app)


def _path(route: Route) -> str:
    return route.path.replace("{", "").replace("}", "")


def _allowed(caller: Caller, route: Route) -> Caller:
    """Somebody who may call `route`, with a key if it takes one."""
    known = [caller.bearing(TOKENS[kind]) for kind in route.callers] or [caller]
    return known[0].with_headers(idempotency_key="k") if route.moves_money else known[0]


@guarded
def test_nobody_in_particular_gets_401(anybody: Caller, route: Route) -> None:
    reply = anybody.request(route.method, _path(route), {})
    assert_problem(reply, 401, "invalid-token")
    assert reply.headers["www-authenticate"] == 'Bearer error="invalid_token"'


@guarded
def test_the_wrong_kind_of_caller_gets_403(anybody: Caller, route: Route) -> None:
    for token in [token for kind, token in TOKENS.items() if kind not in route.callers]:
        assert_problem(anybody.bearing(token).request(route.method, _path(route), {}), 403, "forbidden")


@moving_money
def test_moving_money_without_a_key_gets_400(anybody: Caller, route: Route) -> None:
    caller = _allowed(anybody, route).with_headers(idempotency_key="")
    reply = caller.request(route.method, _path(route), {})
    assert_problem(reply, 400, "idempotency-key-invalid", "Idempotency-Key")


@with_body
def test_bad_bodies_get_their_answers(anybody: Caller, route: Route) -> None:
    caller, path = _allowed(anybody, route), _path(route)
    for raw, status, code, param in (
        (b"{", 400, "malformed-json", None),
        (b'{"a": NaN}', 400, "malformed-json", None),
        (b'{"a": 1, "a": 1}', 400, "malformed-json", None),
        (b'{"a": "\xff"}', 400, "malformed-json", None),
        (b"[]", 422, "invalid-request", None),
        (b"null", 422, "invalid-request", None),
        (b'{"balance": 1}', 422, "invalid-request", "balance"),
        (b'{"owner": "usr_1"}', 422, "invalid-request", "owner"),
        (b" " * 65_537, 413, "payload-too-large", None),
    ):
        assert_problem(caller.request(route.method, path, raw), status, code, param)
    reply = caller.request(route.method, path, {}, {"Content-Type": "text/plain"})
    assert_problem(reply, 415, "unsupported-media-type")


@listing
def test_bad_pages_get_their_answers(anybody: Caller, route: Route) -> None:
    caller, path = _allowed(anybody, route), _path(route)
    assert_problem(caller.get(f"{path}?limit=0"), 422, "invalid-request", "limit")
    assert_problem(caller.get(f"{path}?cursor=forged"), 400, "invalid-cursor", "cursor")


@every_route
def test_an_unknown_parameter_gets_422(anybody: Caller, route: Route) -> None:
    reply = _allowed(anybody, route).request(route.method, f"{_path(route)}?nonsense=1", {})
    assert_problem(reply, 422, "invalid-request", "nonsense")


@every_route
def test_other_methods_get_405_and_browsers_may_ask(anybody: Caller, route: Route) -> None:
    taken = {other.method for other in routes() if other.path == route.path}
    reply = anybody.request(sorted({"PUT", "PATCH"} - taken)[0], _path(route))
    assert_problem(reply, 405, "method-not-allowed")
    assert route.method in reply.headers["allow"]
    assert route.method in anybody.request("OPTIONS", _path(route)).headers["access-control-allow-methods"]


@every_route
def test_every_summary_is_said_in_chinese_too(route: Route) -> None:
    key = f"api.summaries.{route.summary}"
    assert text.has(key), f"write {key} in chalicelib/kernel/catalogues/api.json"
    assert openapi.summary(route, "en") == route.summary
    assert openapi.summary(route, "zh") != route.summary


def test_the_description_has_every_route_and_is_openapi(anybody: Caller) -> None:
    document = anybody.get("/openapi.json").json
    validate(document)
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert described == {(route.method, route.path) for route in routes()}


def test_the_description_tells_what_is_taken_and_what_comes_back(anybody: Caller) -> None:
    document = anybody.get("/openapi.json").json
    paths, schemas = document["paths"], document["components"]["schemas"]
    assert all("422" in operation["responses"] for methods in paths.values() for operation in methods.values())
    assert "404" in paths["/v1/payments"]["post"]["responses"]
    taken = {one["name"]: one for one in paths["/v1/payments"]["get"]["parameters"] if "name" in one}
    assert taken["order_reference"]["required"]
    month = paths["/v1/wallets/{id}/statements/{month}"]["get"]
    assert {one["name"]: one["schema"] for one in month["parameters"] if "name" in one}["month"]["pattern"]
    assert set(month["responses"]["200"]["content"]) == {"application/json", "text/csv", "application/pdf"}
    assert set(paths["/docs"]["get"]["responses"]["200"]["content"]) == {"text/html"}
    amount = schemas["TopupRequest"]["properties"]["amount"]
    assert (amount["minimum"], amount["maximum"]) == (1, money.MAX_AMOUNT)
    assert schemas["NewCheckout"]["properties"]["currency"]["enum"] == list(money.EXPONENTS)


def test_operation_ids_are_unique(anybody: Caller) -> None:
    paths = anybody.get("/openapi.json").json["paths"]
    names = [operation["operationId"] for methods in paths.values() for operation in methods.values()]
    assert len(set(names)) == len(names)


def test_no_two_models_have_one_name(anybody: Caller) -> None:
    """Where two have, msgspec puts their modules before it, and readers of the description meet our files."""
    schemas = anybody.get("/openapi.json").json["components"]["schemas"]
    assert [name for name in schemas if "." in name] == []


@pytest.mark.parametrize("language", text.LANGUAGES)
def test_the_page_has_every_route(anybody: Caller, language: str) -> None:
    page = anybody.get(f"/docs?lang={language}").raw.decode()
    assert [route.path for route in routes() if f"<code class=path>{route.path}</code>" not in page] == []
