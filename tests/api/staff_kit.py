"""Somebody who works at a shop: invited, accepted, and signed in at a till."""

from __future__ import annotations

from typing import Any

from tests.api.caller import Caller, Reply
from tests.api.world import Person, Shop, World

MINE = "/v1/me/staff-roles"


def staff_of(shop: Shop) -> str:
    return f"/v1/merchants/{shop.id}/staff"


def invited(world: World, person: Person, role: str = "cashier", by: Caller | None = None, **more: Any) -> Reply:
    wish = {"identifier": person.identifier, "role": role, "name": "Ana"} | more
    return (by or world.operator).post(staff_of(world.shop), wish)


def accept(world: World, person: Person, staff_id: str) -> Reply:
    code = world.code_of(person.identifier)
    return person.phone.post(f"{MINE}/{staff_id}/accept", {"code": code})


def hired(world: World, person: Person, role: str = "cashier", by: Caller | None = None, **more: Any) -> str:
    """The id of a role that is theirs from now on."""
    world.clock.advance(1)
    asked = invited(world, person, role, by, **more)
    assert asked.status == 201, asked.raw
    taken = accept(world, person, asked.json["id"])
    assert taken.status == 200, taken.raw
    return str(asked.json["id"])


def sign_in(person: Person, staff_id: str, **more: Any) -> Reply:
    return person.phone.post("/v1/staff-sessions", {"staff_id": staff_id} | more)


def till_of(world: World, person: Person, staff_id: str, **more: Any) -> Caller:
    reply = sign_in(person, staff_id, **more)
    assert reply.status == 201, reply.raw
    return world.nobody.bearing(reply.json["token"])


def at_till(world: World, role: str = "cashier", **more: Any) -> Caller:
    """The till of somebody new in this role."""
    person = world.customer()
    return till_of(world, person, hired(world, person, role, **more))
