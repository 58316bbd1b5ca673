"""Prepaid cards: killed at any call and tried again, each was bought, spent, given back, taken back, run out once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.ledger import chart, service
from chalicelib.payments import card_ending
from tests.api import card_kit
from tests.api.caller import Reply
from tests.api.card_kit import buy, cash_out, holds, pay
from tests.api.world import fresh_key

if TYPE_CHECKING:
    from tests.api.world import Person, World

Act = Callable[[], Any]
Case = tuple[Act, Callable[[Any], None]]


def _plan(world: World) -> dict[str, Any]:
    every = f"/v1/merchants/{world.shop.id}/card-plans"
    found: dict[str, Any] = world.operator.post(every, card_kit.PLAN | {"purchase_fee": 100}).json
    return found


def _bought(world: World) -> tuple[Person, dict[str, Any]]:
    ana = world.customer(30_000)
    return ana, buy(ana, _plan(world)).json


def buying_a_card(world: World) -> Case:
    ana, plan, key = world.customer(30_000), _plan(world), fresh_key()

    def once(reply: Reply) -> None:
        assert (reply.status, ana.available, holds(ana, reply.json)) == (201, 19_900, (10_000, 2_000))
        assert buy(ana, plan, key).raw == reply.raw

    return lambda: buy(ana, plan, key), once


def adding_to_a_card(world: World) -> Case:
    (ana, card), plan, key = _bought(world), _plan(world), fresh_key()

    def once(reply: Reply) -> None:
        assert (reply.status, ana.available, holds(ana, card)) == (201, 9_800, (20_000, 4_000))

    return lambda: buy(ana, plan, key), once


def paying_from_a_card(world: World) -> Case:
    (ana, card), key = _bought(world), fresh_key()

    def once(reply: Reply) -> None:
        assert (reply.status, ana.available, holds(ana, card)) == (201, 19_900, (9_000, 0))
        assert pay(ana, card, 3_000, key).raw == reply.raw

    return lambda: pay(ana, card, 3_000, key), once


def refunding_to_a_card(world: World) -> Case:
    (ana, card), key = _bought(world), fresh_key()
    paid = pay(ana, card, 2_100).json["id"]

    def once(reply: Reply) -> None:
        assert (reply.status, reply.json["bonus"], holds(ana, card)) == (201, 500, (10_000, 500))

    return lambda: world.shop.act(paid, "refunds", {"amount": 600}, key), once


def taking_a_card_back(world: World) -> Case:
    (ana, card), key = _bought(world), fresh_key()

    def once(reply: Reply) -> None:
        assert (reply.status, ana.available, holds(ana, card)) == (201, 29_900, (0, 0))
        assert reply.json["bonus_reversed"] == 2_000

    return lambda: cash_out(ana, card, key), once


def ending_a_bonus(world: World) -> Case:
    _, card = _bought(world)
    later = world.clock.now() + timedelta(days=91)

    def once(answer: Any) -> None:
        assert service.head(card["id"]).available == 10_000
        assert service.head(chart.bonus_of(card["id"])).available == 0
        assert card_ending.expire(card["id"], later) is False

    return lambda: card_ending.expire(card["id"], later), once


CARDS = (
    *(buying_a_card, adding_to_a_card, paying_from_a_card),
    *(refunding_to_a_card, taking_a_card_back, ending_a_bonus),
)
