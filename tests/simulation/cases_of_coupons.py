"""Coupons: killed at any call and tried again, each was issued, used, given back, proposed and handed out once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from chalicelib.ledger import chart, folding
from chalicelib.operations import compensation, store_compensation
from chalicelib.rewards import service as rewards
from tests.api import compensation_kit, coupon_kit
from tests.api.caller import Reply
from tests.api.world import fresh_key

if TYPE_CHECKING:
    from tests.api.world import World

Act = Callable[[], Any]
Case = tuple[Act, Callable[[Any], None]]


def issuing_a_coupon(world: World) -> Case:
    ana, of = world.customer(), coupon_kit.template(world)

    def once(coupon: Any) -> None:
        (mine,) = ana.phone.get("/v1/coupons").json["data"]
        assert (mine["id"], coupon_kit.left(world, of)) == (coupon.id, (99, 49_500))

    return lambda: rewards.issue(of["id"], ana.id, "operator", "spring", world.clock.now()), once


def paying_with_a_coupon(world: World) -> Case:
    ana, key = world.customer(10_000), fresh_key()
    mine = coupon_kit.given(world, ana)

    def once(reply: Reply) -> None:
        assert (reply.status, reply.json["discount"], ana.available) == (201, 500, 8_000)
        assert coupon_kit.seen(ana, mine)["payment_id"] == reply.json["id"]
        assert coupon_kit.pay(ana, mine, 2_500, key).raw == reply.raw

    return lambda: coupon_kit.pay(ana, mine, 2_500, key), once


def refunding_what_a_coupon_paid(world: World) -> Case:
    ana, key = world.customer(10_000), fresh_key()
    mine = coupon_kit.given(world, ana)
    paid = coupon_kit.pay(ana, mine, 2_500).json["id"]
    world.deliver()
    before = folding.total(chart.promotions("CNY"))

    def once(reply: Reply) -> None:
        assert (reply.status, reply.json["discount"], ana.available) == (201, 500, 10_000)
        assert coupon_kit.seen(ana, mine)["status"] == "active"
        world.deliver()
        assert folding.total(chart.promotions("CNY")) == before + 500

    return lambda: world.shop.act(paid, "refunds", {}, key), once


def proposing_a_compensation(world: World) -> Case:
    incident, key = compensation_kit.hit(world, world.customer()), fresh_key()
    of = compensation_kit.template(world)

    def once(reply: Reply) -> None:
        kept = store_compensation.of(incident)
        assert (reply.status, kept and kept.id) == (201, reply.json["id"])
        assert compensation_kit.propose(world, incident, of, key).raw == reply.raw

    return lambda: compensation_kit.propose(world, incident, of, key), once


def handing_out_a_compensation(world: World) -> Case:
    ana = world.customer()
    incident, of = compensation_kit.hit(world, ana), compensation_kit.template(world)
    assert compensation_kit.propose(world, incident, of).status == 201
    seen = store_compensation.of(incident)
    assert seen is not None
    at = world.clock.now()
    approved = replace(seen, state="approved", decided_by="usr", decided_at=at, due_at=at)
    assert store_compensation.keep(approved)

    minutes = count(1)

    def hand_out() -> None:
        """By the next sweep that finds it: whoever died had it for a minute."""
        compensation.go_on(incident, at + next(minutes) * timedelta(seconds=61))

    def once(answer: Any) -> None:
        kept = store_compensation.of(incident)
        assert kept is not None
        assert (kept.state, kept.issued, len(ana.phone.get("/v1/coupons").json["data"])) == ("done", 1, 1)

    return hand_out, once


COUPONS = (
    *(issuing_a_coupon, paying_with_a_coupon, refunding_what_a_coupon_paid),
    *(proposing_a_compensation, handing_out_a_compensation),
)
