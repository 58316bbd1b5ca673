"""Checkouts that several people pay, killed at any call: every part is taken once, or every part goes back once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.ledger import service
from chalicelib.merchants import shares
from tests.api.caller import Reply
from tests.api.world import Person, World, fresh_key

Act = Callable[[], Any]


def _half_paid(world: World) -> tuple[Person, str]:
    ana, checkout = world.customer(1_000), world.shop.checkout(900, split={"max_payers": 2})["id"]
    assert ana.pay_checkout(checkout, amount=400).status == 201
    return ana, checkout


def _buckets(person: Person) -> tuple[int, int]:
    head = service.head(person.wallet)
    return head.available, head.held


def the_last_part(world: World) -> tuple[Act, Callable[[Any], None]]:
    (ana, checkout), ben, key = _half_paid(world), world.customer(1_000), fresh_key()

    def once(reply: Reply) -> None:
        assert (reply.status, world.shop.till.get(f"/v1/checkouts/{checkout}").json["status"]) == (201, "paid")
        world.sweep()
        assert (_buckets(ana), _buckets(ben), shares.due(world.clock.now())) == ((600, 0), (500, 0), [])

    return lambda: ben.pay_checkout(checkout, key, amount=500), once


def cancelling_what_is_half_paid(world: World) -> tuple[Act, Callable[[Any], None]]:
    ana, checkout = _half_paid(world)

    def once(reply: Reply) -> None:
        world.sweep()
        assert (reply.json["status"], _buckets(ana), shares.due(world.clock.now())) == ("cancelled", (1_000, 0), [])

    return lambda: world.shop.till.post(f"/v1/checkouts/{checkout}/cancel"), once


def running_out_half_paid(world: World) -> tuple[Act, Callable[[Any], None]]:
    ana, checkout = _half_paid(world)
    world.clock.advance(2 * 86_400)

    def once(answer: Any) -> None:
        assert (_buckets(ana), shares.due(world.clock.now())) == ((1_000, 0), [])
        assert world.shop.till.get(f"/v1/checkouts/{checkout}").json["status"] == "expired"

    return world.sweep, once


SHARES = (the_last_part, cancelling_what_is_half_paid, running_out_half_paid)
