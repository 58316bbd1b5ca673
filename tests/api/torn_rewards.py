"""Movements of points, gift cards and bonuses that a backup may cut in half."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.ledger import history
from chalicelib.merchants import categorising
from chalicelib.processors import wire
from chalicelib.rewards import earning
from tests.api import bonus_kit, gift_kit, points_kit
from tests.api.topup_kit import Till
from tests.api.world import Person, World


def points_earned(world: World, ana: Person) -> Callable[[], object]:
    points_kit.programme(world)
    paid = ana.pay(1_234).json["id"]
    entry = next(one for one in history.entries(ana.wallet, None, 5) if one["movement"] == paid)
    return lambda: earning.hear([entry], categorising.category)


def points_paid(world: World, ana: Person, used: int = 300) -> Callable[[], object]:
    of = points_kit.programme(world)
    points_kit.earned(world, ana, of, 1_000)
    return lambda: points_kit.pay(ana, of, used, 3_000)


def points_returned(world: World, ana: Person) -> Callable[[], object]:
    paid = points_paid(world, ana)()
    return lambda: world.shop.act(paid.json["id"], "refunds", {"amount": 1_111})  # type: ignore[attr-defined]


def points_redeemed(world: World, ana: Person) -> Callable[[], object]:
    of = points_kit.programme(world)
    template = points_kit.reward(world, of, 400)
    points_kit.earned(world, ana, of, 1_000)
    return lambda: points_kit.redeem(ana, of, template)


def gift_bought(world: World, ana: Person) -> Callable[[], object]:
    return lambda: gift_kit.buy(ana)


def gift_claimed(world: World, ana: Person) -> Callable[[], object]:
    made = gift_kit.bought(world.customer(5_000))
    return lambda: gift_kit.claim(ana, made["code"])


def gift_cancelled(world: World, ana: Person) -> Callable[[], object]:
    made = gift_kit.bought(ana)
    return lambda: gift_kit.cancel(ana, made)


def bonus_paid(world: World, ana: Person) -> Callable[[], object]:
    till = Till(world.nobody)
    before = wire.use(till.transport)
    bonus_kit.topped_up(ana, till, bonus_kit.offer(world))
    wire.use(before)
    return lambda: bonus_kit.pay(ana, 1_000, 3_000)
