"""What each role may see or do, against the one table: every route, as every role, a customer, a merchant, nobody.

The views are put aside: what answers 204 here is what the guard let through.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from chalicelib.api import guard
from chalicelib.api.application import Coffer
from chalicelib.api.blueprint import Answer, Room, Route, routes
from chalicelib.api.view import served
from chalicelib.kernel.callers import Customer, Merchant, Operator
from chalicelib.kernel.errors import InvalidToken
from chalicelib.kernel.roles import PERMISSIONS, ROLES
from tests import aws
from tests.api.bad_input_kit import BODIES, name_of, path_of
from tests.api.caller import Caller, assert_problem

pytestmark = pytest.mark.many_requests

OPERATED = [route for route in routes() if Operator in route.callers]
STRANGERS = ["customer", "", "root", "Admin", "admin "]
"""No role of an operator: what a token might say all the same."""


def operator_of(token: str, at: datetime) -> Operator:
    if not token.startswith("role-"):
        raise InvalidToken()
    return Operator("usr_o", "ses_o", token.removeprefix("role-").replace("~", " "), second_factor=True)


def customer_of(token: str, at: datetime) -> Customer:
    if token != "customer":
        raise InvalidToken()
    return Customer("usr_c", "ses_c", ("wal_c",), 1, 0, "CN")


def merchant_of(token: str, at: datetime) -> Merchant:
    return Merchant("mer_m", "key_m", ("payments",))


@pytest.fixture(scope="module")
def doors() -> Coffer:
    """Every route of Coffer, each of which answers 204 to whom it lets in."""
    room, app = Room("doors", function="access"), Coffer("doors")
    for route in routes():
        emptied = replace(route, view=lambda call: Answer(204), answers={204: None})
        room.blueprint.route(route.path, methods=[route.method])(served(emptied))
    app.register_blueprint(room.blueprint)
    return app


@pytest.fixture
def anybody(doors: Coffer, monkeypatch: pytest.MonkeyPatch) -> Caller:
    """Before these doors; AWS may not be asked."""
    aws.forbid(monkeypatch)
    monkeypatch.setattr(guard, "_authenticators", {})
    monkeypatch.setattr(guard, "_pauses", [])
    guard.authenticate_with(customer=customer_of, operator=operator_of, merchant=merchant_of)
    return Caller(doors)


def status(caller: Caller, route: Route) -> int:
    body = BODIES[name_of(route)] if route.body else None
    return caller.request(route.method, path_of(route), body, {"Idempotency-Key": "k"}).status


def test_a_route_of_operators_names_a_permission_of_the_table_and_no_other_route_does() -> None:
    without = [name_of(route) for route in OPERATED if route.permission not in PERMISSIONS]
    assert without == [], "declare permission= on these; the table is in kernel/roles.py"
    assert [name_of(route) for route in routes() if Operator not in route.callers and route.permission] == []


def test_no_permission_is_left_that_nothing_asks_for() -> None:
    assert {route.permission for route in OPERATED} == set(PERMISSIONS)


def test_the_table_knows_every_role_and_no_other() -> None:
    assert set().union(*PERMISSIONS.values()) == ROLES
    assert all("admin" in granted for granted in PERMISSIONS.values())


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_gets_in_where_the_table_says_so_and_nowhere_else(anybody: Caller, role: str) -> None:
    got = {name_of(route): status(anybody.bearing(f"role-{role}"), route) for route in routes()}
    assert got == {name_of(route): 204 if may(role, route) else 403 for route in routes()}


def may(role: str, route: Route) -> bool:
    return not route.callers or (Operator in route.callers and role in PERMISSIONS[route.permission])


@pytest.mark.parametrize("route", routes(), ids=name_of)
def test_a_customer_a_merchant_and_nobody_get_in_where_the_route_is_theirs(anybody: Caller, route: Route) -> None:
    for token, kind in (("customer", Customer), ("mk_shop", Merchant)):
        theirs = not route.callers or kind in route.callers
        assert status(anybody.bearing(token), route) == (204 if theirs else 403), token
    for caller in (anybody, anybody.bearing("made-up")):
        assert status(caller, route) == (401 if route.callers else 204)


@pytest.mark.parametrize("role", STRANGERS)
def test_a_role_that_is_none_gets_in_nowhere(anybody: Caller, role: str) -> None:
    stranger = anybody.bearing("role-" + role.replace(" ", "~"))
    assert {name_of(route): status(stranger, route) for route in OPERATED} == {name_of(one): 403 for one in OPERATED}


def test_a_permission_that_is_not_in_the_table_cannot_be_declared() -> None:
    with pytest.raises(ValueError, match=r"cases\.burn"):
        Room("x", "office").route("GET", "/v1/x", answers={}, summary="X", caller=Operator, permission="cases.burn")


def test_an_operator_on_a_route_without_a_permission_is_refused(
    anybody: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, app = Room("doors", function="access"), Coffer("doors")
    forgotten = replace(OPERATED[0], path="/v1/forgotten", permission="", view=lambda call: Answer(204))
    room.blueprint.route("/v1/forgotten", methods=[forgotten.method])(served(forgotten))
    app.register_blueprint(room.blueprint)
    reply = Caller(app).bearing("role-admin").request(forgotten.method, "/v1/forgotten")
    assert_problem(reply, 403, "forbidden")
