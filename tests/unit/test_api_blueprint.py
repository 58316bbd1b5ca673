"""How rooms declare routes, and the mistakes that are caught before the first request."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chalicelib.api import blueprint
from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.api.model import Headers
from chalicelib.kernel.callers import Customer, Merchant
from chalicelib.kernel.errors import Forbidden


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    monkeypatch.setattr(blueprint, "_registry", [])
    return Room("shop", function="office")


def _call(caller: Customer | None) -> Call[None]:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    return Call(at, "en", "req_1", "GET", "/v1/x", Headers(), {}, {}, b"", "203.0.113.7", None, caller)


def test_a_declared_route_is_known_with_all_that_was_said(room: Room) -> None:
    @room.route(
        "GET", "/v1/x", answers={200: None}, caller=Customer | Merchant, listing=True, query=("colour",), summary="X"
    )
    def view(call: Call[None]) -> Answer:
        return Answer(200)

    (route,) = blueprint.routes()
    assert (route.method, route.path, route.function, route.room) == ("GET", "/v1/x", "office", "shop")
    assert route.callers == {Customer, Merchant}
    assert route.query == {"colour", "limit", "cursor"}
    assert route.view is view


def test_money_moves_only_for_somebody(room: Room) -> None:
    with pytest.raises(ValueError, match="somebody"):
        room.route("POST", "/v1/x", answers={201: None}, moves_money=True, summary="X")


def test_a_room_belongs_to_one_of_the_four_functions() -> None:
    with pytest.raises(ValueError, match="none of"):
        Room("shop", function="shop")


def test_what_a_route_does_not_declare_is_missed_loudly() -> None:
    call = _call(None)
    for name, how in (("caller", "caller="), ("key", "moves_money"), ("page", "listing")):
        with pytest.raises(LookupError, match=how):
            getattr(call, name)


def test_a_call_narrows_its_caller_or_refuses() -> None:
    alice = Customer("usr_1", "ses_1", (), tier=1, epoch=0, jurisdiction="CN")
    assert _call(alice).customer is alice
    with pytest.raises(Forbidden):
        _ = _call(alice).merchant


def test_headers_have_names_in_any_case() -> None:
    headers = Headers({"content-type": "x"})
    assert (headers["Content-Type"], headers.get("CONTENT-TYPE"), "Content-type" in headers) == ("x", "x", True)
    assert headers.get("missing", "nothing") == "nothing"
