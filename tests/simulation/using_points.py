"""Points as people use them: they pay a part, sometimes twice at once, or become coupons, whether or not there are
enough; and tills give back what they helped to pay."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from tests.api.caller import Caller, Reply
from tests.simulation import people, sending
from tests.simulation.errands import Errand
from tests.simulation.judging_coupons import Template
from tests.simulation.judging_points import LEAST, MONTHS, PER_POINT, WORTH
from tests.simulation.model import Model
from tests.simulation.told_between import _NOT_HELPED
from tests.simulation.told_of_cards import is_final
from tests.simulation.truth import hold

if TYPE_CHECKING:
    from tests.simulation.people import Person, Till
    from tests.simulation.world import World

_AMOUNTS = (500, 1_000, 2_999, 5_000, 20_000)
_WORDS = {"en": "Leaves", "zh": "茶叶"}
_REWARDS = ((200, 400, 40, 5), (1_500, 60, 3, 2))
"""Points for a coupon that takes off so much; how many, good for how many days."""
_TWICE, _ALL, _GREEDY = 0.25, 0.4, 0.15


def offer(world: World, operator: Caller) -> None:
    """Everything that is paid and topped up brings points."""
    points, every = world.model.points, "/v1/points-programmes"
    wish: dict[str, Any] = {"name": _WORDS, "terms": _WORDS, "currency": "CNY", "least_points": LEAST}
    wish |= {"worth": {"points": 1, "amount": WORTH}, "expire_after_months": MONTHS}
    points.programme = operator.post(every, wish).json["id"]
    for kind in ("payment", "topup"):
        rule = {"kind": kind, "points": 1, "per_amount": PER_POINT, "name": _WORDS}
        assert operator.post(f"{every}/{points.programme}/rules", rule).status == 201
    for price, off, units, days in _REWARDS:
        body = {"name": _WORDS, "terms": _WORDS, "currency": "CNY", "amount_off": off, "valid_days": days}
        template = operator.post("/v1/coupon-templates", body | {"budget_count": units, "budget_sum": units * off}).json
        reward = {"template_id": template["id"], "points": price}
        assert operator.post(f"{every}/{points.programme}/rewards", reward).status == 201
        points.prices[template["id"]] = price
        world.model.coupons.redeemed[template["id"]] = Template(template["id"], off, 0, 0, units, days)


def pay(person: Person, chance: random.Random) -> None:
    """A part of it, mostly with what they have."""
    model = person.world.model
    amount, has = chance.choice(_AMOUNTS), _has(person)
    most = amount // WORTH
    count = most if chance.random() < _GREEDY else max(LEAST, min(most, chance.randint(0, has)))
    for _ in range(2 if chance.random() < _TWICE else 1):
        shop = chance.choice(person.world.shops).id
        body: dict[str, Any] = {"wallet_id": person.wallet, "merchant_id": shop, "amount": amount, "currency": "CNY"}
        body |= {"order_reference": f"points-{person.number}-{len(person.errands)}"}
        body |= {"points": {"programme_id": model.points.programme, "points": count}}
        facts = {"shop": shop, "points": count}
        people.send(person.world, sending.errand(person, "pay", "/v1/payments", body, amount, judge_paid, **facts))


def redeem(person: Person, chance: random.Random) -> None:
    points = person.world.model.points
    template = chance.choice(list(points.prices))
    body = {"programme_id": points.programme, "template_id": template}
    for _ in range(2 if chance.random() < _TWICE else 1):
        facts = {"plan": template}
        made = sending.errand(person, "redeem", "/v1/points/redemptions", body, 0, judge_redeemed, **facts)
        people.send(person.world, made)


def look(person: Person, chance: random.Random) -> None:
    """What is shown is what there is, if nothing has moved meanwhile."""
    points, before = person.world.model.points, _seen(person)

    def then(reply: Reply | None) -> None:
        if reply and reply.status == 200 and before == _seen(person):
            (mine,) = [one for one in reply.json["data"] if one["programme_id"] == points.programme]
            hold(mine["balance"] <= _has(person), "no more points are shown than there are", answer=reply.raw)

    person._mine("GET", "/v1/points", None, then)


def refund(till: Till, chance: random.Random) -> None:
    """Of what points helped to pay, all or some."""
    model = till.world.model
    paid = [model.payments[one] for one in model.points.paid if one in model.payments]
    if left := [one for one in paid if one.shop == till.id and one.refundable]:
        payment = chance.choice(left)
        till._errand(
            "refund", payment, "refunds", None if chance.random() < _ALL else chance.randint(1, payment.amount)
        )


def judge_paid(model: Model, errand: Errand, reply: Reply, faults: list[str], calls: int) -> None:
    if is_final(model, errand, reply, faults, calls, _NOT_PAID):
        told = reply.json["points_used"], reply.json["discount"]
        hold(told == (errand.wish.points, errand.wish.points * WORTH), "points are told as they paid", answer=reply.raw)


def judge_redeemed(model: Model, errand: Errand, reply: Reply, faults: list[str], calls: int) -> None:
    if is_final(model, errand, reply, faults, calls, _NOT_REDEEMED):
        coupon = model.coupons.issued[reply.json["coupon_id"]]
        hold(coupon.template.id == errand.wish.plan, "the coupon that was asked for came", answer=reply.raw)
        hold(coupon.redemption == errand.wish.movement, "one redemption, one coupon", answer=reply.raw)


def _has(person: Person) -> int:
    points = person.world.model.points
    account = points.accounts.get(points.owners.get(person.user, ""))
    return account.available if account else 0


def _seen(person: Person) -> tuple[int, float]:
    return _has(person), person.world.model.effects["points-earned"]


_NOT_ENOUGH = {"insufficient-points": lambda model, errand, body: body["missing"] > 0}
_NOT_PAID = {**_NOT_HELPED, "insufficient-funds": lambda model, errand, body: True, **_NOT_ENOUGH}
_NOT_REDEEMED = {**_NOT_ENOUGH, "coupons-exhausted": lambda model, errand, body: True}
