"""Bonuses as people use them: promised with a top-up, one at a time, spent, spent twice at once, given back."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from tests.api.caller import Caller, Reply
from tests.simulation import people, sending
from tests.simulation.errands import Errand, judge
from tests.simulation.judging_bonuses import Lot, Offer
from tests.simulation.model import Model
from tests.simulation.told_between import _NOT_HELPED
from tests.simulation.told_of_cards import is_final
from tests.simulation.truth import hold

if TYPE_CHECKING:
    from tests.simulation.people import Person, Till
    from tests.simulation.world import World

_TOPUPS, _AMOUNTS = (5_000, 20_000, 20_000, 100_000, 600_000), (500, 1_000, 2_999, 5_000, 20_000)
_OFFERS = (
    (500, 0, 5_000, 12, 20, 50, False),
    (3_000, 10, 20_000, 40, 4, 30, False),
    (2_000, 0, 5_000, 8, 40, 80, True),
)
_WORDS = {"en": "Some more", "zh": "多送一些"}
_TWICE, _ALL, _GREEDY = 0.25, 0.4, 0.1


def offer(world: World, operator: Caller) -> None:
    for most, per_cent, least, units, days, share, once in _OFFERS:
        worth: dict[str, Any] = {"bonus_percent": per_cent, "most_bonus": most} if per_cent else {"bonus_amount": most}
        body = {"name": _WORDS, "terms": _WORDS, "currency": "CNY", "least_topup": least, "valid_days": days, **worth}
        body |= {
            "budget_count": units,
            "budget_sum": units * most,
            "most_share_percent": share,
            "once_per_person": once,
        }
        made = operator.post("/v1/topup-bonuses", body)
        assert made.status == 201, made.raw
        one = Offer(made.json["id"], most, per_cent, least, units, days, share, once)
        world.model.bonuses.offers[one.id] = one


def top_up(person: Person, chance: random.Random) -> None:
    """Mostly with what brings something; some ask twice at once."""
    one = chance.choice(list(person.world.model.bonuses.offers.values()))
    amount = chance.choice([part for part in _TOPUPS if part >= one.least])
    body = {"wallet_id": person.wallet, "amount": amount, "currency": "CNY", "bonus_id": one.id}
    for _ in range(2 if chance.random() < _TWICE else 1):
        made = sending.errand(person, "top-up", "/v1/topups", body, amount, judge_topup, offer=one.id)
        people.send(person.world, made)


def judge_topup(model: Model, errand: Errand, reply: Reply, faults: list[str], calls: int) -> None:
    """An offer refuses what it has promised to another top-up, or to them before, and when nothing is left."""
    offer, code = model.bonuses.offers[errand.wish.offer], reply.json.get("code")
    theirs = [one for one in model.bonuses.lots.values() if (one.owner, one.offer) == (errand.caller, offer)]
    if code == "bonuses-exhausted":
        left = sum(model.coupons.left[offer.id].values())
        hold(left == 0, "only a budget's end ends it", answer=reply.raw, offer=offer)
        model.effects["bonuses-exhausted"] += 1
    elif reply.json.get("state") in ("bonus-pending", "bonus-taken"):
        hold(bool(theirs), "whoever has had none may have one", answer=reply.raw, offer=offer)
        hold(not errand.wish.answer or errand.wish.answer == reply.raw, "one key, one answer", answer=reply.raw)
        errand.wish.answer = reply.raw
        hold(errand.wish.movement not in model.done, "a refusal that is told left no effect", answer=reply.raw)
        model.effects[reply.json["state"]] += 1
    else:
        judge(model, errand, reply, faults, calls)


def pay(person: Person, chance: random.Random) -> None:
    """As much as bonuses may, mostly."""
    model, amount = person.world.model, chance.choice(_AMOUNTS)
    most, total = 0, 0
    for lot in _good(person):
        total += lot.left
        most = max(most, min(total, amount * lot.offer.share // 100))
    if not most and chance.random() > _GREEDY:
        top_up(person, chance)
        return
    wanted = amount if chance.random() < _GREEDY else max(1, chance.choice((most, most // 2)))
    for _ in range(2 if chance.random() < _TWICE else 1):
        shop = chance.choice(person.world.shops).id
        body: dict[str, Any] = {"wallet_id": person.wallet, "merchant_id": shop, "amount": amount, "currency": "CNY"}
        body |= {"order_reference": f"bonus-{person.number}-{len(person.errands)}", "bonus": wanted}
        made = sending.errand(person, "pay", "/v1/payments", body, amount, judge_paid, shop=shop, bonus=wanted)
        people.send(person.world, made)
    hold(all(one.left >= 0 for one in model.bonuses.lots.values()), "no bonus goes below nothing")


def _good(person: Person) -> list[Lot]:
    bonuses, now = person.world.model.bonuses, person.world.clock.now().isoformat()
    mine = [one for one in bonuses.lots.values() if one.owner == person.user and one.state == "good"]
    return sorted((one for one in mine if one.left and one.until > now), key=lambda one: one.key)


def judge_paid(model: Model, errand: Errand, reply: Reply, faults: list[str], calls: int) -> None:
    if is_final(model, errand, reply, faults, calls, _NOT_PAID):
        told = reply.json["bonus_used"], reply.json["discount"]
        hold(told == (errand.wish.bonus, errand.wish.bonus), "a bonus is told as it paid", answer=reply.raw)


def _beyond(model: Model, errand: Errand, body: dict[str, Any]) -> bool:
    model.effects["bonus-beyond"] += 1
    return bool(0 <= body["maximum"] < errand.wish.bonus)


def refund(till: Till, chance: random.Random) -> None:
    """Of what bonuses helped to pay, all or some."""
    sending.refund_one(till, till.world.model.bonuses.paid, chance, _ALL)


_NOT_PAID = {**_NOT_HELPED, "insufficient-funds": lambda model, errand, body: True, "bonus-beyond": _beyond}
