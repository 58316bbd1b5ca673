"""Codes and charges: killed at any call and tried again, a charge was made once, waits once, or is over once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.api.caller import Reply
from tests.api.charge_kit import asked, charge, charged, confirm, decline, reverse, reverse_by_key, shown
from tests.api.staff_kit import at_till
from tests.api.test_step_up import LARGE, put_pin, stepped_up
from tests.api.test_stores import opened
from tests.api.world import Person, fresh_key

if TYPE_CHECKING:
    from tests.api.world import World

Act = Callable[[], Any]
Case = tuple[Act, Callable[[Any], None]]
PURSE = 2_000_000
MINUTES_OVER = 301


def proved(world: World) -> Person:
    """With a PIN, so that what is large can be confirmed."""
    ana = world.customer(PURSE)
    put_pin(ana.phone)
    ana.sign_in()
    return ana


def showing_a_code(world: World) -> Case:
    """Tried again, there is a second code: the first is over."""
    ana = world.customer(PURSE)

    def once(reply: Reply) -> None:
        assert (reply.status, charge(world.shop, reply.json["code"]).status) == (201, 201)
        assert ana.available == PURSE - 500

    return lambda: ana.phone.post("/v1/payment-codes", {"wallet_id": ana.wallet}), once


def charging(world: World) -> Case:
    ana, key = world.customer(PURSE), fresh_key()
    code = shown(ana)

    def once(reply: Reply) -> None:
        assert (reply.status, ana.available) == (201, PURSE - 500)
        seen = ana.phone.get(f"/v1/payment-codes/{code['id']}").json
        assert (seen["status"], seen["charge"]["status"]) == ("used", "captured")
        assert charge(world.shop, code["code"]).json["code"] == "code-over"

    return lambda: charge(world.shop, code["code"], key=key), once


def charging_what_waits(world: World) -> Case:
    ana, key = proved(world), fresh_key()
    code = shown(ana)["code"]

    def once(reply: Reply) -> None:
        assert (reply.status, asked(world.shop, reply.json["id"]).json["status"]) == (202, "waiting")
        assert ana.available == PURSE
        stepped_up(ana)
        assert (confirm(ana, reply.json["id"]).status, ana.available) == (201, PURSE - LARGE)

    return lambda: charge(world.shop, code, LARGE, key=key), once


def charging_more_than_there_is(world: World) -> Case:
    """The refusal stays, whatever the wallet holds later."""
    ana, key = world.customer(100), fresh_key()
    code = shown(ana)["code"]

    def once(reply: Reply) -> None:
        assert (reply.json["code"], ana.available) == ("charge-declined", 100)
        world.put_in(ana, 1_000)
        assert charge(world.shop, code, key=key).raw == reply.raw

    return lambda: charge(world.shop, code, key=key), once


def _waiting(world: World) -> tuple[Person, str]:
    ana = proved(world)
    charge_id = charged(world.shop, ana, LARGE)
    stepped_up(ana)
    return ana, charge_id


def saying_yes(world: World) -> Case:
    (ana, waits), key = _waiting(world), fresh_key()

    def once(reply: Reply) -> None:
        assert (reply.status, reply.json["id"], ana.available) == (201, waits, PURSE - LARGE)
        assert asked(world.shop, waits).json["status"] == "captured"

    return lambda: confirm(ana, waits, key), once


def saying_no(world: World) -> Case:
    ana, waits = _waiting(world)

    def once(reply: Reply) -> None:
        assert (reply.status, reply.json["reason"]) == (200, "declined")
        assert (confirm(ana, waits).json["state"], ana.available) == ("declined", PURSE)

    return lambda: decline(ana, waits), once


def telling_that_its_time_is_over(world: World) -> Case:
    ana, waits = _waiting(world)
    world.clock.advance(MINUTES_OVER)

    def once(reply: Reply) -> None:
        assert (reply.json["status"], reply.json["reason"]) == ("refused", "expired")
        assert (confirm(ana, waits).json["state"], ana.available) == ("expired", PURSE)

    return lambda: asked(world.shop, waits), once


def reversing_what_was_captured(world: World) -> Case:
    ana = world.customer(PURSE)
    charge_id = charged(world.shop, ana)

    def once(reply: Reply) -> None:
        assert (reply.status, reply.json["given_back"], ana.available) == (201, 500, PURSE)
        assert asked(world.shop, charge_id).json["status"] == "voided"

    return lambda: reverse(world.shop, charge_id), once


def reversing_what_is_held(world: World) -> Case:
    ana = world.customer(PURSE)
    charge_id = charged(world.shop, ana, capture="manual")

    def once(reply: Reply) -> None:
        assert (reply.status, reply.json["given_back"]) == (201, 500)
        assert (ana.available, ana.held) == (PURSE, 0)

    return lambda: reverse(world.shop, charge_id), once


def reversing_what_waits(world: World) -> Case:
    ana, waits = _waiting(world)

    def once(reply: Reply) -> None:
        assert (reply.status, reply.json["given_back"]) == (201, 0)
        assert (confirm(ana, waits).json["state"], ana.available) == ("reversed", PURSE)

    return lambda: reverse(world.shop, waits), once


def reversing_what_nobody_answered(world: World) -> Case:
    """By the key alone, before the charge arrives."""
    ana, key = world.customer(PURSE), fresh_key()
    code = shown(ana)["code"]

    def once(reply: Reply) -> None:
        assert (reply.status, reply.json["given_back"]) == (201, 0)
        assert (charge(world.shop, code, key=key).json["state"], ana.available) == ("reversed", PURSE)
        assert charge(world.shop, code).status == 201

    return lambda: reverse_by_key(world.shop, key), once


def reversing_at_a_store_what_nobody_answered(world: World) -> Case:
    """By the key alone, before the charge arrives there; one of another store comes."""
    ana, key = world.customer(PURSE), fresh_key()
    here, there = (str(opened(world, name)["id"]) for name in ("Here", "There"))
    till, code = at_till(world, store_ids=[here]), shown(ana)["code"]

    def once(reply: Reply) -> None:
        assert (reply.status, reply.json["given_back"]) == (201, 0)
        assert (charge(world.shop, code, key=key, store_id=here).json["state"], ana.available) == ("reversed", PURSE)
        assert charge(world.shop, code, store_id=there).status == 201

    return lambda: till.post("/v1/charge-reversals", {}, idempotency_key=key), once


CHARGES = (
    showing_a_code,
    charging,
    charging_what_waits,
    charging_more_than_there_is,
    saying_yes,
    saying_no,
    telling_that_its_time_is_over,
    reversing_what_was_captured,
    reversing_what_is_held,
    reversing_what_waits,
    reversing_what_nobody_answered,
    reversing_at_a_store_what_nobody_answered,
)
