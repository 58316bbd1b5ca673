"""Coupons as people use them: taken from what is offered, spent, spent twice at once, and given back by refunds."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from tests.api.caller import Caller, Reply
from tests.simulation import people, sending, told_between
from tests.simulation.judging_coupons import Coupon, Template

if TYPE_CHECKING:
    from tests.simulation.people import Person, Till
    from tests.simulation.world import World

_AMOUNTS = (500, 1_000, 1_500, 2_999, 5_000, 20_000)
_TWICE, _ALL = 0.25, 0.6
_OFFERS: tuple[tuple[int, int, int, int, int], ...] = (
    (500, 0, 1_000, 1, 2),
    (2_000, 30, 0, 40, 5),
    (999, 0, 0, 5, 30),
)
"""What is taken off, or so many per cent up to that; of how much at least; how many, good for how many days."""


def offer(world: World, operator: Caller) -> None:
    """Everybody may take one of each, as long as there are some."""
    for off, per_cent, least, units, days in _OFFERS:
        words = {"en": "Some off", "zh": "立减"}
        worth: dict[str, Any] = {"percent_off": per_cent, "most_off": off} if per_cent else {"amount_off": off}
        body = {"name": words, "terms": words, "currency": "CNY", "minimum_spend": least, "public": True, **worth}
        body |= {"budget_count": units, "budget_sum": units * off, "valid_days": days}
        made = operator.post("/v1/coupon-templates", body)
        assert made.status == 201, made.raw
        template = Template(made.json["id"], off, per_cent, least, units, days)
        world.model.coupons.templates[template.id] = template


def take(person: Person, chance: random.Random) -> None:
    coupons, user = person.world.model.coupons, person.user
    template = chance.choice(list(coupons.templates.values()))
    coupons.asked.add((template.id, user))

    def then(reply: Reply | None) -> None:
        told_between.judge_taken(person.world.model, template, user, reply)

    person._mine("POST", f"/v1/offers/{template.id}/claims", None, then)


def pay(person: Person, chance: random.Random) -> None:
    """With one that is good still, mostly; some pay with it twice at once."""
    mine = [one for one in person.world.model.coupons.issued.values() if one.owner == person.user]
    good = [one for one in mine if not one.payment and one.until > person.world.model.now]
    if not mine:
        take(person, chance)
        return
    coupon = chance.choice(good if good and chance.random() < 0.85 else mine)
    for _ in range(2 if chance.random() < _TWICE else 1):
        _pay(person, coupon, chance)


def _pay(person: Person, coupon: Coupon, chance: random.Random) -> None:
    amount, shop = chance.choice(_AMOUNTS), chance.choice(person.world.shops).id
    body = {"wallet_id": person.wallet, "merchant_id": shop, "amount": amount, "currency": "CNY"}
    body |= {"order_reference": f"coupon-{person.number}-{len(person.errands)}", "coupon_id": coupon.id}
    facts = {"shop": shop, "coupon": coupon.id}
    people.send(
        person.world,
        sending.errand(person, "pay", "/v1/payments", body, amount, told_between.judge_coupon, **facts),
    )


def refund(till: Till, chance: random.Random) -> None:
    """Of what a coupon helped to pay, all or some."""
    sending.refund_one(till, till.world.model.coupons.paid, chance, _ALL)
