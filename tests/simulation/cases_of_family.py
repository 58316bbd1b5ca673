"""Family cards: killed at any call and tried again, each was given, paid with, refunded and ended once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.payments import tasks
from tests.api import family_kit
from tests.api.caller import Reply
from tests.api.world import fresh_key

if TYPE_CHECKING:
    from tests.api.world import World

Act = Callable[[], Any]
Case = tuple[Act, Callable[[Any], None]]


def giving_a_family_card(world: World) -> Case:
    ana, ben, key = family_kit.giver(world), world.customer(), fresh_key()
    wish = family_kit.wish(ana, ben)

    def once(reply: Reply) -> None:
        assert reply.status == 201
        for person in (ana, ben):
            (card,) = person.phone.get(family_kit.CARDS).json["data"]
            assert card["id"] == reply.json["id"]
        for _ in range(9):
            assert family_kit.offer(ana, ben).status == 201
        assert family_kit.offer(ana, ben).status == 409

    return lambda: ana.phone.post(family_kit.CARDS, wish, idempotency_key=key), once


def paying_with_a_family_card(world: World) -> Case:
    ana, ben, key = family_kit.giver(world, 10_000), world.customer(), fresh_key()
    card = family_kit.given(ana, ben)

    def once(reply: Reply) -> None:
        assert (reply.status, ana.available, ben.available) == (201, 7_500, 0)
        assert family_kit.seen(ben, card)["spent_this_month"] == 2_500
        assert [one["payment_id"] for one in family_kit.paid_with(ana, card)] == [reply.json["id"]]
        assert family_kit.pay(ben, card, 2_500, key).raw == reply.raw

    return lambda: family_kit.pay(ben, card, 2_500, key), once


def making_what_a_cards_owner_agreed_to(world: World) -> Case:
    ana, ben, key = family_kit.giver(world, 10_000), world.customer(), fresh_key()
    card = family_kit.given(ana, ben, approval_above=0)
    approval = family_kit.pay(ben, card, 2_500, key).json["approval_id"]
    assert ana.phone.post(f"/v1/me/approvals/{approval}/approve").status == 200
    at = world.clock.advance(1)

    def once(answer: Any) -> None:
        assert (ana.available, family_kit.seen(ben, card)["spent_this_month"]) == (7_500, 2_500)
        assert family_kit.pay(ben, card, 2_500, key).status == 201
        assert ana.available == 7_500

    return lambda: tasks.make_due(at), once


def refunding_what_a_family_card_paid(world: World) -> Case:
    ana, ben, key = family_kit.giver(world, 10_000), world.customer(), fresh_key()
    card = family_kit.given(ana, ben)
    paid = family_kit.pay(ben, card, 2_500).json["id"]
    world.deliver()

    def once(reply: Reply) -> None:
        assert (reply.status, ana.available, ben.available) == (201, 8_500, 0)
        assert family_kit.seen(ben, card)["spent_this_month"] == 1_500

    return lambda: world.shop.act(paid, "refunds", {"amount": 1_000}, key), once


def ending_a_family_card(world: World) -> Case:
    ana, ben = family_kit.giver(world, 10_000), world.customer()
    card = family_kit.given(ana, ben)

    def once(reply: Reply) -> None:
        assert (reply.status, reply.json["status"], reply.json["ended_by"]) == (200, "ended", "owner")
        assert family_kit.pay(ben, card, 2_500).status == 409
        for _ in range(10):
            assert family_kit.offer(ana, ben).status == 201
        assert (family_kit.offer(ana, ben).status, ana.available) == (409, 10_000)

    return lambda: family_kit.step(ana, card, "end"), once


FAMILY = (
    *(giving_a_family_card, paying_with_a_family_card, making_what_a_cards_owner_agreed_to),
    *(refunding_what_a_family_card_paid, ending_a_family_card),
)
