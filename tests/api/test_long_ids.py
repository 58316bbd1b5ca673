"""Ids in addresses: longer than any key of the tables may be, they name nothing, like every other that is made up."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from chalicelib.api.blueprint import Route, routes
from chalicelib.kernel.callers import Customer, Merchant, Operator
from chalicelib.merchants.model import Scope
from tests.api.bad_input_kit import BODIES, name_of
from tests.api.caller import Caller, assert_problem
from tests.api.world import PASSWORD, World, cheap_passwords
from tests.conftest import FrozenClock

UNTOLD = {"POST /v1/status/subscriptions/{id}/confirm": 400, "POST /v1/status/subscriptions/{id}/end": 200}
"""These say of no id whether there is one: what they answer of whatever is made up."""
NAMED = [route for route in routes() if "{" in route.path and name_of(route) not in UNTOLD]
_RULE = "POST /v1/points-programmes/{id}/rules"
PROOFS: dict[str, dict[str, Any]] = {
    "DELETE /v1/me/passkeys/{id}": {"password": PASSWORD},
    "PATCH /v1/reports/saved/{id}": {"name": "Takings"},
    _RULE: {name: value for name, value in BODIES[_RULE].items() if name != "merchant_ids"},
}
LONG = ("a" * 2_100, "é" * 600, "ses_" + "0" * 1_100)
"""A sort key has 1,024 bytes at most, a partition key 2,048."""


@pytest.fixture
def callers(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> dict[Any, Caller]:
    cheap_passwords(monkeypatch)
    world = World(clock)
    scopes = {"scopes": list(get_args(Scope))}
    till = world.nobody.bearing(world.operator.post(f"/v1/merchants/{world.shop.id}/keys", scopes).json["key"])
    return {Customer: world.customer().phone, Operator: world.operator, Merchant: till, None: world.nobody}


def test_an_id_longer_than_a_key_of_a_table_is_not_found_on_every_route(callers: dict[Any, Caller]) -> None:
    for route in NAMED:
        for kind in sorted(route.callers, key=repr) or (None,):
            for made_up in LONG:
                assert_problem(ask(callers[kind], route, made_up), 404, "not-found")


def test_such_an_id_is_like_any_other_where_nobody_is_told_which_there_are(callers: dict[Any, Caller]) -> None:
    for route in routes():
        if name_of(route) in UNTOLD:
            assert {ask(callers[None], route, made_up).status for made_up in LONG} == {UNTOLD[name_of(route)]}


def ask(caller: Caller, route: Route, made_up: str) -> Any:
    path = "/".join(made_up if part.startswith("{") else part for part in route.path.split("/"))
    body = PROOFS.get(name_of(route), BODIES.get(name_of(route)))
    return caller.request(route.method, path, body, {"Idempotency-Key": "k"} if route.moves_money else {})
