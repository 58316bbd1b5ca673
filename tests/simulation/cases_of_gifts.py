"""Gift cards and bonuses: killed at any call and tried again, each was bought, claimed, brought and spent once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.ledger import service
from chalicelib.processors import wire
from chalicelib.transfers import gifts
from tests.api import bonus_kit, gift_kit
from tests.api.caller import Reply
from tests.api.topup_kit import Till
from tests.api.world import fresh_key

if TYPE_CHECKING:
    from tests.api.world import Person, World

Act = Callable[[], Any]
Case = tuple[Act, Callable[[Any], None]]


def buying_a_gift_card(world: World) -> Case:
    ana, key = world.customer(10_000), fresh_key()

    def once(reply: Reply) -> None:
        assert (reply.status, ana.available) == (201, 9_000)
        assert gift_kit.buy(ana, key=key).raw == reply.raw
        assert [one["code"] for one in ana.phone.get(gift_kit.PATH).json["data"]] == [reply.json["code"]]

    return lambda: gift_kit.buy(ana, key=key), once


def claiming_a_gift_card(world: World) -> Case:
    ana, ben, key = world.customer(10_000), world.customer(), fresh_key()
    made = gift_kit.bought(ana)

    def once(reply: Reply) -> None:
        assert (reply.status, ana.available, ben.available) == (201, 9_000, 1_000)
        assert gift_kit.seen(ana, made)["status"] == "claimed"

    return lambda: gift_kit.claim(ben, made["code"], key), once


def cancelling_a_gift_card(world: World) -> Case:
    ana, key = world.customer(10_000), fresh_key()
    made = gift_kit.bought(ana)

    def once(reply: Reply) -> None:
        assert (reply.status, ana.available) == (201, 10_000)
        assert gift_kit.seen(ana, made)["status"] == "cancelled"

    return lambda: gift_kit.cancel(ana, made, key), once


def a_year_after_a_gift_card(world: World) -> Case:
    ana = world.customer(10_000)
    made = gift_kit.bought(ana)
    late = world.clock.now() + timedelta(days=366)

    def once(answer: Any) -> None:
        assert service.movement(made["id"])["state"] == "returned"
        assert service.head(ana.wallet).available == 10_000

    return lambda: gifts.go_on(made["id"], late), once


def _topped_up(world: World, ana: Person) -> Till:
    till = Till(world.nobody)
    wire.use(till.transport)
    bonus_kit.topped_up(ana, till, bonus_kit.offer(world))
    return till


def a_top_up_that_brings_a_bonus(world: World) -> Case:
    ana, of, till = world.customer(), bonus_kit.offer(world), Till(world.nobody)
    wire.use(till.transport)
    begun = bonus_kit.top_up(ana, of).json["id"]
    message = till.message(begun, "succeeded")

    def once(reply: Reply) -> None:
        assert (reply.status, ana.available, bonus_kit.has(ana)) == (200, 10_000, 2_000)

    return lambda: till.send(message), once


def paying_with_a_bonus(world: World) -> Case:
    ana, key = world.customer(), fresh_key()
    _topped_up(world, ana)

    def once(reply: Reply) -> None:
        assert (reply.status, ana.available, bonus_kit.has(ana)) == (201, 9_000, 1_000)
        assert bonus_kit.pay(ana, 1_000, 2_000, key).raw == reply.raw

    return lambda: bonus_kit.pay(ana, 1_000, 2_000, key), once


def refunding_what_a_bonus_paid(world: World) -> Case:
    ana, key = world.customer(), fresh_key()
    _topped_up(world, ana)
    paid = bonus_kit.pay(ana, 1_000, 2_000).json["id"]
    world.deliver()

    def once(reply: Reply) -> None:
        assert (reply.status, ana.available, bonus_kit.has(ana)) == (201, 10_000, 2_000)

    return lambda: world.shop.act(paid, "refunds", {}, key), once


GIFTS = (
    *(buying_a_gift_card, claiming_a_gift_card, cancelling_a_gift_card, a_year_after_a_gift_card),
    *(a_top_up_that_brings_a_bonus, paying_with_a_bonus, refunding_what_a_bonus_paid),
)
