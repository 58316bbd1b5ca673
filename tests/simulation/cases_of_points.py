"""Points: killed at any call and tried again, each was earned, spent, taken back, redeemed and run out once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.ledger import chart, history
from chalicelib.merchants import categorising
from chalicelib.rewards import earning, expiring
from tests.api import coupon_kit, points_kit
from tests.api.caller import Reply
from tests.api.world import fresh_key
from tests.people import in_office

if TYPE_CHECKING:
    from tests.api.world import Person, World

Act = Callable[[], Any]
Case = tuple[Act, Callable[[Any], None]]


def _told(person: Person, movement: str) -> dict[str, Any]:
    return next(one for one in history.entries(person.wallet, None, 9) if one["movement"] == movement)


def earning_points(world: World) -> Case:
    ana, of = world.customer(10_000), points_kit.programme(world)
    entry = _told(ana, ana.pay(1_234).json["id"])

    def once(answer: Any) -> None:
        assert points_kit.entries(ana, of) == [("earned", 123)]

    return lambda: earning.hear([entry], categorising.category), once


def taking_points_back(world: World) -> Case:
    ana, of = world.customer(10_000), points_kit.programme(world)
    paid = ana.pay(1_000).json["id"]
    world.deliver()
    entry = _told(ana, world.shop.act(paid, "refunds", {"amount": 333}).json["id"])

    def once(answer: Any) -> None:
        assert points_kit.entries(ana, of) == [("earned", 100), ("reversed", -33)]

    return lambda: earning.hear([entry], categorising.category), once


def paying_with_points(world: World) -> Case:
    ana, of, key = world.customer(), points_kit.programme(world), fresh_key()
    points_kit.earned(world, ana, of, 1_000)
    world.put_in(ana, 5_000)

    def once(reply: Reply) -> None:
        assert (reply.status, reply.json["discount"], ana.available) == (201, 300, 2_300)
        assert points_kit.balance(ana, of) == 700
        assert points_kit.pay(ana, of, 300, 3_000, key).raw == reply.raw

    return lambda: points_kit.pay(ana, of, 300, 3_000, key), once


def refunding_what_points_paid(world: World) -> Case:
    ana, of, key = world.customer(), points_kit.programme(world), fresh_key()
    points_kit.earned(world, ana, of, 1_000)
    world.put_in(ana, 5_000)
    paid = points_kit.pay(ana, of, 300, 3_000).json["id"]

    def once(reply: Reply) -> None:
        assert (reply.status, reply.json["points"], ana.available) == (201, 300, 5_000)
        assert points_kit.balance(ana, of) == 1_000

    return lambda: world.shop.act(paid, "refunds", {}, key), once


def redeeming_points(world: World) -> Case:
    ana, of, key = world.customer(), points_kit.programme(world), fresh_key()
    template = points_kit.reward(world, of, 400)
    points_kit.earned(world, ana, of, 1_000)

    def once(reply: Reply) -> None:
        assert (reply.status, points_kit.balance(ana, of)) == (201, 600)
        assert coupon_kit.seen(ana, reply.json["coupon_id"])["status"] == "active"
        assert points_kit.redeem(ana, of, template, key).raw == reply.raw

    return lambda: points_kit.redeem(ana, of, template, key), once


def points_running_out(world: World) -> Case:
    world.operator = world.nobody.bearing(in_office(world.operator_id, world.clock.now()))
    ana, of = world.customer(), points_kit.programme(world, expire_after_months=1)
    points_kit.earned(world, ana, of, 1_000)
    world.clock.advance(75 * 86_400)

    def once(answer: Any) -> None:
        ana.sign_in()
        assert points_kit.entries(ana, of) == [("earned", 1_000), ("expired", -1_000)]

    return lambda: expiring.expire(chart.points_of(ana.id, of), world.clock.now()), once


POINTS = (
    *(earning_points, taking_points_back, paying_with_points),
    *(refunding_what_points_paid, redeeming_points, points_running_out),
)
