"""What the console's page of the rota is told: who is on call and who is next, when nobody is, and what waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.kernel import clock as clocks
from chalicelib.operations import paging, store_pages
from tests.api import on_call_kit
from tests.api.caller import Caller, assert_problem
from tests.api.world import PASSWORD, World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import appointed, in_office

pytestmark = pytest.mark.many_requests

HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def boss(world: World) -> Caller:
    return world.nobody.bearing(in_office(world.operator_id, world.clock.now()))


def rota(world: World) -> dict[str, Any]:
    found: dict[str, Any] = boss(world).get("/v1/on-call").json
    return found


def shift(world: World, person: str, since: datetime, until: datetime, order: int = 1) -> dict[str, Any]:
    times = {"from": clocks.written(since), "to": clocks.written(until)}
    made = boss(world).post("/v1/on-call/shifts", {"person_id": person, "order": order} | times)
    assert made.status == 201
    found: dict[str, Any] = made.json
    return found


def test_who_is_on_call_comes_in_the_order_in_which_they_are_paged_and_who_begins_next(world: World) -> None:
    now, welcome = world.clock.now(), world._sign_up("CN")
    appointed(world.nobody, welcome, "support", PASSWORD)
    second = welcome["user"]["id"]
    shift(world, second, now, now + HOUR, order=2)
    shift(world, world.operator_id, now, now + HOUR)
    later = shift(world, second, now + 2 * HOUR, now + 3 * HOUR)
    told = rota(world)
    assert (told["now"], told["following"]) == ([world.operator_id, second], later)


def test_when_nobody_is_on_call_in_the_next_seven_days_is_told(world: World) -> None:
    now = world.clock.now()
    whole = {"from": clocks.written(now), "to": clocks.written(now + WEEK)}
    assert rota(world)["gaps"] == [whole]
    shift(world, world.operator_id, now, now + 2 * HOUR)
    shift(world, world.operator_id, now + 5 * HOUR, now + WEEK + HOUR)
    gap = {"from": clocks.written(now + 2 * HOUR), "to": clocks.written(now + 5 * HOUR)}
    assert rota(world)["gaps"] == [gap]


def test_a_page_waits_with_who_was_asked_until_somebody_answers(world: World) -> None:
    page, code = on_call_kit.paged(world)
    (waiting,) = rota(world)["pages"]
    incident = boss(world).get("/v1/incidents").json["data"][0]["id"]
    assert (waiting["id"], waiting["incident_id"], waiting["asked"]) == (page, incident, [world.operator_id])
    assert waiting["goes_on_at"] == clocks.written(world.clock.now() + timedelta(minutes=5))
    assert world.nobody.post(f"/v1/pages/{page}/acknowledge", {"code": code}).status == 200
    assert rota(world)["pages"] == []


def dismissed(world: World, person: str) -> None:
    gone = boss(world).patch(f"/v1/operators/{person}", {"role": "customer", "reason": "does not work here any more"})
    assert gone.status == 200


def test_whoever_is_no_operator_any_more_is_not_on_call_and_the_gap_that_they_leave_is_told(world: World) -> None:
    now, welcome = world.clock.now(), world._sign_up("CN")
    appointed(world.nobody, welcome, "support", PASSWORD)
    left = welcome["user"]["id"]
    made = shift(world, left, now, now + HOUR)
    shift(world, left, now + 2 * HOUR, now + 3 * HOUR)
    dismissed(world, left)
    told, whole = rota(world), {"from": clocks.written(now), "to": clocks.written(now + WEEK)}
    assert (told["now"], told["following"], told["gaps"]) == ([], None, [whole])
    listed = boss(world).get("/v1/on-call/shifts").json["data"]
    assert [(one["person_id"], one["on_call"]) for one in listed] == [(left, False), (left, False)]
    assert boss(world).delete(f"/v1/on-call/shifts/{made['id']}").status == 204


def test_a_page_that_was_about_to_go_to_whoever_left_goes_to_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The function died after it had chosen them, and before it told them."""
    now, welcome = world.clock.now(), world._sign_up("CN")
    appointed(world.nobody, welcome, "support", PASSWORD)
    left = welcome["user"]["id"]
    shift(world, left, now, now + HOUR)
    with monkeypatch.context() as dying:
        dying.setattr(paging, "_told", died)
        on_call_kit.ring(world)
    (page,) = store_pages.waiting()
    assert page.asking == (left,)
    dismissed(world, left)
    world.clock.advance(60)
    world.sweep()
    assert on_call_kit.links(welcome["identifier"]) == []
    assert len(on_call_kit.links(world.operator_contact)) == 1


def died(*_: Any) -> bool:
    raise RuntimeError("killed")


def test_every_operator_sees_the_names_of_their_colleagues_and_nobody_else_does(world: World) -> None:
    welcome = world._sign_up("CN")
    appointed(world.nobody, welcome, "support", PASSWORD)
    support = world.nobody.bearing(in_office(welcome["user"]["id"], world.clock.now()))
    told = support.get("/v1/colleagues").json["data"]
    assert {(one["name"], one["role"]) for one in told} >= {(welcome["user"]["display_name"], "support")}
    customer = world.nobody.bearing(world._sign_up("CN")["access_token"])
    for path in ("/v1/colleagues", "/v1/on-call"):
        assert_problem(customer.get(path), 403, "forbidden")
