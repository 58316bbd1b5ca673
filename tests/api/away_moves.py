"""Each way in which money moves, ready to be asked for again under its key."""

from __future__ import annotations

from chalicelib.kernel import clock as clocks
from chalicelib.kernel import ids
from chalicelib.ledger import funding
from chalicelib.ledger.funding import Funding
from tests.api import (
    card_kit,
    charge_kit,
    compensation_kit,
    coupon_kit,
    dispute_kit,
    gift_kit,
    payout_kit,
    points_kit,
    split_kit,
    transfer_kit,
)
from tests.api.away_kit import Call
from tests.api.away_kit_credit import (
    a_loan,
    a_plan,
    a_refund_that_repays,
    a_repayment,
    a_withdrawal_from_a_plan,
)
from tests.api.bad_input_kit import BODIES
from tests.api.world import Person, World


def a_payment(world: World, ana: Person) -> Call:
    return lambda: ana.pay(1_000, "k")


def a_hold(world: World, ana: Person) -> Call:
    return lambda: ana.pay(1_000, "k", capture="manual")


def a_checkout(world: World, ana: Person) -> Call:
    checkout = world.shop.checkout(1_000)["id"]
    return lambda: ana.pay_checkout(checkout, "k")


def a_charge(world: World, ana: Person) -> Call:
    code = charge_kit.shown(ana)["code"]
    return lambda: charge_kit.charge(world.shop, code, 1_000, "k")


def a_capture(world: World, ana: Person) -> Call:
    held = ana.pay(1_000, capture="manual").json["id"]
    return lambda: world.shop.act(held, "capture", {"amount": 400}, "k")


def a_void(world: World, ana: Person) -> Call:
    held = ana.pay(1_000, capture="manual").json["id"]
    return lambda: world.shop.act(held, "void", {}, "k")


def a_refund(world: World, ana: Person) -> Call:
    paid = ana.pay(1_000).json["id"]
    return lambda: world.shop.act(paid, "refunds", {"amount": 400}, "k")


def a_top_up(world: World, ana: Person) -> Call:
    body = {"wallet_id": ana.wallet, "amount": 1_000, "currency": "CNY", "method": "manual"}
    return lambda: ana.phone.post("/v1/topups", body, idempotency_key="k")


def a_withdrawal(world: World, ana: Person) -> Call:
    method = ids.derived("fnd", ana.id)
    funding.open_for(Funding(method, ana.id, "sandbox", clocks.written(world.clock.now())))
    body = {"wallet_id": ana.wallet, "amount": 1_000, "currency": "CNY", "funding_method_id": method}
    return lambda: ana.phone.post("/v1/withdrawals", body, idempotency_key="k")


def a_transfer(world: World, ana: Person) -> Call:
    ben = world.customer()
    transfer_kit.introduced(world, ana, ben)
    check = transfer_kit.look(ana, ben.identifier).json["payee_check"]
    return lambda: transfer_kit.pass_on(ana, check, 1_000, "k")


def a_transfer_that_waits(world: World, ana: Person) -> Call:
    check = transfer_kit.look(ana, "friend@example.com").json["payee_check"]
    return lambda: transfer_kit.pass_on(ana, check, 1_000, "k")


def a_bill(world: World, ana: Person) -> Call:
    who = {"payee_check": transfer_kit.look(ana, world.customer().identifier).json["payee_check"]}
    return lambda: split_kit.send(ana, {"amount": 1_000, "currency": "CNY", "people": [who]}, "k")


def a_part_of_a_bill(world: World, ana: Person) -> Call:
    maker = world.customer()
    transfer_kit.introduced(world, ana, maker)
    split = split_kit.asked(maker, [ana])
    return lambda: split_kit.pay(ana, split, 1_000, "k")


def a_packet(world: World, ana: Person) -> Call:
    check = transfer_kit.look(ana, world.customer().identifier).json["payee_check"]
    return lambda: transfer_kit.packet(ana, 1_000, key="k", payee_checks=[check])


def a_share_of_one(world: World, ana: Person) -> Call:
    packet = transfer_kit.packet(world.customer(5_000), greeting="luck").json
    return lambda: transfer_kit.open_packet(ana, packet, "k")


def a_gift(world: World, ana: Person) -> Call:
    return lambda: gift_kit.buy(ana, 1_000, "k")


def a_gift_claimed(world: World, ana: Person) -> Call:
    made = gift_kit.bought(world.customer(5_000))
    return lambda: gift_kit.claim(ana, made["code"], "k")


def a_gift_cancelled(world: World, ana: Person) -> Call:
    made = gift_kit.bought(ana)
    return lambda: gift_kit.cancel(ana, made, "k")


def a_dispute(world: World, ana: Person) -> Call:
    payment = dispute_kit.paid(world, ana, 1_000)
    return lambda: dispute_kit.dispute(ana, payment, 400, "k")


def a_dispute_agreed(world: World, ana: Person) -> Call:
    begun = dispute_kit.begun(ana, dispute_kit.paid(world, ana, 1_000))
    return lambda: dispute_kit.agree(world.shop.till, begun, "k")


def a_dispute_decided(world: World, ana: Person) -> Call:
    begun = dispute_kit.begun(ana, dispute_kit.paid(world, ana, 1_000))
    return lambda: dispute_kit.decide(world, begun, "merchant", "k")


def a_redemption(world: World, ana: Person) -> Call:
    of = points_kit.programme(world)
    template = points_kit.reward(world, of, 100)
    points_kit.earned(world, ana, of, 1_000)
    return lambda: points_kit.redeem(ana, of, template, "k")


def a_card(world: World, ana: Person) -> Call:
    plan = world.operator.post(f"/v1/merchants/{world.shop.id}/card-plans", card_kit.PLAN | {"price": 1_000}).json
    return lambda: card_kit.buy(ana, plan, "k")


def a_payment_by_card(world: World, ana: Person) -> Call:
    bought = a_card(world, ana)().json
    return lambda: card_kit.pay(ana, bought, 2_500, "k")


def a_refund_to_a_card(world: World, ana: Person) -> Call:
    paid = a_payment_by_card(world, ana)().json["id"]
    return lambda: world.shop.act(paid, "refunds", {"amount": 1_000}, "k")


def a_card_taken_back(world: World, ana: Person) -> Call:
    bought = a_card(world, ana)().json
    return lambda: card_kit.cash_out(ana, bought, "k")


def a_proposal(world: World, ana: Person, key: str = "k") -> Call:
    wish = BODIES["POST /v1/adjustments"] | {"account": ana.wallet, "case_id": None}
    return lambda: world.operator.post("/v1/adjustments", wish, idempotency_key=key)


def an_approval(world: World, ana: Person) -> Call:
    proposed, other = a_proposal(world, ana, "to-be-approved")(), world._operator()
    assert proposed.status == 201, proposed.raw
    path = f"/v1/adjustments/{proposed.json['id']}/approve"
    return lambda: other.post(path, {"note": "seen"}, idempotency_key="k")


def a_payment_with_a_coupon(world: World, ana: Person) -> Call:
    mine = coupon_kit.given(world, ana)
    return lambda: coupon_kit.pay(ana, mine, 2_500, "k")


def a_refund_of_one(world: World, ana: Person) -> Call:
    paid = a_payment_with_a_coupon(world, ana)().json["id"]
    return lambda: world.shop.act(paid, "refunds", {}, "k")


def a_compensation(world: World, ana: Person) -> Call:
    incident, of = compensation_kit.hit(world, ana), compensation_kit.template(world)
    return lambda: compensation_kit.propose(world, incident, of, "k")


def a_payout(world: World, ana: Person) -> Call:
    payout_kit.agree(world.operator, world)
    ana.pay(1_000)
    world.deliver()
    return lambda: payout_kit.Payee(world, world.operator).ask("k")


MOVES = (
    *(a_payment, a_hold, a_checkout, a_charge, a_capture, a_void, a_refund, a_top_up, a_withdrawal, a_payout),
    *(a_proposal, an_approval, a_card, a_payment_by_card, a_refund_to_a_card, a_card_taken_back),
    *(a_transfer, a_transfer_that_waits, a_packet, a_share_of_one, a_bill, a_part_of_a_bill),
    *(a_gift, a_gift_claimed, a_gift_cancelled, a_redemption),
    *(a_dispute, a_dispute_agreed, a_dispute_decided),
    *(a_payment_with_a_coupon, a_refund_of_one, a_compensation),
    *(a_plan, a_loan, a_repayment, a_withdrawal_from_a_plan, a_refund_that_repays),
)
