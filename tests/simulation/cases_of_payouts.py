"""Merchants' money that goes out: killed at any call and tried again, it left once, was sent once, came back once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.identity import vault
from chalicelib.kernel import clock
from chalicelib.ledger import allowance, service
from chalicelib.processors import wire
from chalicelib.settlement import payouts, sending
from tests.api.caller import Reply
from tests.api.payout_kit import ANOTHER, Payee, agree, payee
from tests.api.withdrawal_kit import Bank
from tests.api.world import fresh_key

if TYPE_CHECKING:
    from tests.api.world import World

Act = Callable[[], Any]
Case = tuple[Act, Callable[[Any], None]]
MINUTE, HOUR = 60, 3_600


def sold(world: World, **terms: Any) -> Payee:
    """A new shop with 994 to its name, by an operator whose session has just begun."""
    shop = agreed(world, **terms)
    shop.sell(1_000)
    return shop


def agreed(world: World, **terms: Any) -> Payee:
    world.operator = world._operator()
    world.shop = world.another_shop()
    return payee(world, **terms)


def at_the_cut_off(shop: Payee) -> None:
    due = clock.read(shop.terms["next_cut_off"])
    shop.world.clock.advance((due - shop.world.clock.now()).total_seconds())


def stands(world: World, held: int) -> None:
    """The head, and what refunds may draw beside it."""
    head = service.head(world.shop.account)
    assert (head.available, allowance.left(world.shop.account)) == (held, held - head.floor)


def agreeing_on_payouts(world: World) -> Case:
    shop = agreed(world)

    def once(reply: Reply) -> None:
        assert reply.status == 200
        assert (shop.terms["reserve"], shop.terms["bank_account"]) == (300, "•••• 3000")

    return lambda: agree(world.operator, world, reserve=300, bank_account=ANOTHER), once


def paying_out_on_demand(world: World) -> Case:
    shop, key = sold(world, reserve=300), fresh_key()

    def once(reply: Reply) -> None:
        assert (reply.status, reply.json["amount"], len(shop.payouts)) == (201, 694, 1)
        assert shop.ask(key).raw == reply.raw
        stands(world, 300)

    return lambda: shop.ask(key), once


def paying_out_at_the_cut_off(world: World) -> Case:
    shop = sold(world, reserve=300)
    at_the_cut_off(shop)

    def once(answer: Any) -> None:
        assert [one["amount"] for one in shop.payouts] == [694]
        stands(world, 300)

    return lambda: payouts.pay_daily(world.shop.account, world.clock.now()), once


def passing_a_cut_off_over(world: World) -> Case:
    shop = sold(world, minimum=2_000)
    at_the_cut_off(shop)

    def once(answer: Any) -> None:
        assert (shop.payouts, shop.terms["skipped"]) == ([], "merchant-funds-insufficient")
        assert clock.read(shop.terms["next_cut_off"]) > world.clock.now()
        stands(world, 994)

    return lambda: payouts.pay_daily(world.shop.account, world.clock.now()), once


def _sent_on(refuses: bool, ending: str) -> Callable[[World], Case]:
    def case(world: World) -> Case:
        shop, bank = sold(world), Bank(refuses=refuses)
        wire.use(bank.transport)
        payout = shop.ask().json["id"]
        vault.ready()

        def once(answer: Any) -> None:
            """Whoever died before the bank's answer is followed by questions; a refusal they lost takes an hour."""
            for seconds in (MINUTE, 4 * MINUTE, HOUR):
                if payout in bank.paid:
                    bank.say(payout, ending)
                sending.go_on(payout, world.clock.advance(seconds))
            assert service.movement(payout)["state"] == ending
            assert len(bank.paid) == (0 if refuses else 1)
            stands(world, {"succeeded": 0, "failed": 994}[ending])

        return lambda: sending.go_on(payout, world.clock.now()), once

    return case


sending_a_payout = _sent_on(refuses=False, ending="succeeded")
sending_a_payout_that_comes_back = _sent_on(refuses=False, ending="failed")
sending_a_payout_that_is_refused = _sent_on(refuses=True, ending="failed")
sending_a_payout.__name__ = "sending_a_payout"
sending_a_payout_that_comes_back.__name__ = "sending_a_payout_that_comes_back"
sending_a_payout_that_is_refused.__name__ = "sending_a_payout_that_is_refused"


def returning_a_payout(world: World) -> Case:
    """The bank's no is heard by somebody who may die over it."""
    shop, bank = sold(world), Bank()
    wire.use(bank.transport)
    payout = shop.ask().json["id"]
    sending.go_on(payout, world.clock.now())
    bank.say(payout, "failed", reason="account_closed")
    world.clock.advance(MINUTE)

    def once(answer: Any) -> None:
        sending.go_on(payout, world.clock.advance(5 * MINUTE))
        assert service.movement(payout)["state"] == "failed"
        stands(world, 994)

    return lambda: sending.go_on(payout, world.clock.now()), once


PAYOUTS = (
    agreeing_on_payouts,
    paying_out_on_demand,
    paying_out_at_the_cut_off,
    passing_a_cut_off_over,
    sending_a_payout,
    sending_a_payout_that_comes_back,
    sending_a_payout_that_is_refused,
    returning_a_payout,
)
