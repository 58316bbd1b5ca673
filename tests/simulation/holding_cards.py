"""Prepaid cards as people play them: offered and withdrawn, bought (some at once twice), spent, tried elsewhere, taken
back; and people who want nothing here any more, empty everything and go."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chalicelib.kernel import ids
from tests.api.caller import Reply
from tests.simulation import errands, leaving, people, told_of_cards
from tests.simulation.cards import Card, day_at
from tests.simulation.errands import Errand, movement_id, unasked_in
from tests.simulation.told_of_cards import Offer
from tests.simulation.truth import PER_MOVEMENT, Wish, hold

if TYPE_CHECKING:
    from tests.simulation.people import Person, Till

PRICES, DAYS, FEES = (5_000, 20_000, 20_000, 120_000, 600_000), (None, 1, 2, 5, 12, 25), (0, 0, 150)
AMOUNTS = (100, 999, 5_000, 20_000, 120_000)
_MOST_OFFERS, _OFFERED_AT_ONCE = 15, 4
_BUYS, _TWICE, _BOTH, _PROVES, _GOES, _MEANWHILE = 0.85, 0.2, 0.15, 0.85, 0.07, 0.25


@dataclass
class Pocket:
    """What a person knows of cards, as they were told."""

    offers: dict[str, Offer] = field(default_factory=dict)
    """Plan → as it was last shown."""
    cards: dict[str, str] = field(default_factory=dict)
    """Card → its merchant."""
    going: bool = False
    """They empty everything, and leave."""


def use(person: Person, chance: random.Random) -> None:
    """One thing that people do with cards; at once two, sometimes."""
    pocket = person.pocket
    pocket.going = pocket.going or bool(pocket.cards and chance.random() < _GOES)
    if pocket.going and chance.random() < 0.9:
        _empty(person, chance)
        return
    for _ in range(2 if chance.random() < _BOTH else 1):
        may = [one for one in _ACTS if (pocket.offers if one[0] is _buy_late else pocket.cards) or one[0] is _ask]
        acts, weights = zip(*may, strict=True)
        chance.choices(acts, weights)[0](person, chance)


def _ask(person: Person, chance: random.Random) -> None:
    """What a merchant offers."""
    world, shop, user, sent_at = (
        person.world,
        chance.choice(person.world.shops),
        person.user,
        person.world.clock.seconds,
    )

    def then(reply: Reply | None) -> None:
        if reply is None or reply.status != 200:
            return
        shown = {one["id"]: one for one in reply.json["data"]}
        told_of_cards.judge_offers(world.model, shop.id, shown, sent_at, reply.raw)
        if person.user == user:
            others = {plan: one for plan, one in person.pocket.offers.items() if one["merchant_id"] != shop.id}
            person.pocket.offers = others | shown
            if shown and world.chance.random() < _BUYS:
                _buy(person, list(shown.values()), world.chance)

    person._mine("GET", f"/v1/card-plans?merchant_id={shop.id}", None, then)


def _buy_late(person: Person, chance: random.Random) -> None:
    """By what they were shown a while ago."""
    _buy(person, list(person.pocket.offers.values()), chance)


def _buy(person: Person, offers: list[Offer], chance: random.Random) -> None:
    """What they can pay for, mostly."""
    there = person.world.model.wallets[person.wallet].available
    fit = [one for one in offers if one["price"] + one["purchase_fee"] <= there]
    offer = chance.choice(fit if fit and chance.random() < 0.8 else offers)
    for _ in range(2 if chance.random() < _TWICE else 1):
        _proved(person, offer["price"] + offer["purchase_fee"], chance, lambda: _order(person, offer))


def _order(person: Person, offer: Offer) -> None:
    card = ids.derived("crd", person.user, offer["merchant_id"], "CNY")
    price, bonus, fee, ends = terms = told_of_cards.terms(offer)
    agreed = {"price": price, "bonus": bonus, "fee": fee, "bonus_expires_at": ends}
    body = {"wallet_id": person.wallet, "plan_id": offer["id"], "agreed": agreed}
    facts = {"shop": offer["merchant_id"], "card": card, "plan": offer["id"]}
    errand = _errand(person, "buy-card", "/v1/cards", body, price + fee, told_of_cards.judge_purchase, **facts)
    person.world.model.cards.agreed[errand.wish.movement] = terms
    user = person.user

    def keep(reply: Reply) -> None:
        if reply.status == 201 and person.user == user:
            person.pocket.cards[reply.json["id"]] = reply.json["merchant_id"]

    errand.then = keep
    people.send(person.world, errand)


def _errand(
    person: Person, kind: str, path: str, body: dict[str, Any], amount: int, judged: errands.Judge, **facts: Any
) -> Errand:
    person.keys += 1
    key = f"{person.number}-{person.keys}"
    wish = Wish(kind, movement_id(kind, person.user, path, key), person.wallet, amount, **facts)
    made = Errand(person.user, path, body, key, lambda: person.access, wish, judged=judged)
    person.errands = [*person.errands[-people.KEPT :], made]
    return made


def _proved(person: Person, amount: int, chance: random.Random, act: Callable[[], None]) -> None:
    """What is large takes a proof, which most give first."""
    world = person.world
    fresh = errands.step_in(person.access) > world.model.started + world.clock.seconds
    if amount > unasked_in(person.access) and not fresh and chance.random() < _PROVES:
        person._prove(chance, act)
    else:
        act()


def _pay(person: Person, chance: random.Random) -> None:
    """A part of what there is, all of it, or a little more; an order of its merchant's, sometimes."""
    card = _one(person, chance)
    bonus, all_of_it = _good(person, card), card.principal + _good(person, card)
    amounts = [one for one in AMOUNTS if one <= all_of_it] or [100]
    amount = chance.choice((*amounts, *amounts, max(1, bonus // 2), bonus or 1, all_of_it or 1, all_of_it + 1))
    reference = f"card-{person.number}-{len(person.errands)}"
    if chance.random() < 0.2 and (checkout := _checkout(person, card.shop, chance)):
        body = {"wallet_id": person.wallet, "checkout_id": checkout[0], "card_id": card.id}
        _spend(person, card, checkout[1]["amount"], body, chance, checkout=checkout[0])
    else:
        _spend(person, card, amount, _order_of(person, card, card.shop, amount, reference), chance)


def _checkout(person: Person, shop: str, chance: random.Random) -> tuple[str, dict[str, Any]] | None:
    """One that is paid whole and at once, as a card pays."""
    known = list(person.world.model.checkouts.items())[-20:]
    fit = [one for one in known if one[1]["shop"] == shop and "left" not in one[1] and not one[1]["manual"]]
    return chance.choice(fit) if fit else None


def _order_of(person: Person, card: Card, shop: str, amount: int, reference: str) -> dict[str, Any]:
    order = {"wallet_id": person.wallet, "merchant_id": shop, "amount": amount, "currency": "CNY"}
    return order | {"order_reference": reference, "card_id": card.id}


def _spend(person: Person, card: Card, amount: int, body: dict[str, Any], chance: random.Random, **facts: Any) -> None:
    wanted = {"shop": card.shop, "card": card.id} | facts

    def act() -> None:
        people.send(
            person.world, _errand(person, "pay", "/v1/payments", body, amount, told_of_cards.judge_payment, **wanted)
        )

    _proved(person, amount, chance, act)


def _again(person: Person, chance: random.Random) -> None:
    """What looks like the same purchase, confirmed or not."""
    paid = [one for one in person.errands[-12:] if one.judged is told_of_cards.judge_payment and not one.wish.checkout]
    if paid:
        before, confirmed = chance.choice(paid), chance.random() < 0.4
        body = {**before.body, "confirm_duplicate": confirmed}
        card = person.world.model.cards.owned[before.wish.card]
        _spend(person, card, before.wish.amount, body, chance, confirmed=confirmed)


def _elsewhere(person: Person, chance: random.Random) -> None:
    """At a merchant that it is not good at."""
    card = _one(person, chance)
    shop = chance.choice([one.id for one in person.world.shops if one.id != card.shop])
    amount = chance.choice(AMOUNTS)
    body = _order_of(person, card, shop, amount, f"elsewhere-{person.number}")
    wanted = {"shop": shop, "card": card.id}
    people.send(
        person.world, _errand(person, "pay", "/v1/payments", body, amount, told_of_cards.judge_elsewhere, **wanted)
    )


def _take_back(person: Person, chance: random.Random) -> None:
    _give_back(person, _one(person, chance))


def _give_back(person: Person, card: Card) -> None:
    path, facts = f"/v1/cards/{card.id}/refund", {"shop": card.shop, "card": card.id, "takes_all": True}
    people.send(person.world, _errand(person, "return-card", path, {}, 0, told_of_cards.judge_return, **facts))


def _look(person: Person, chance: random.Random) -> None:
    """All that they have."""
    world, user, sent_at = person.world, person.user, person.world.clock.seconds
    before = {card.id for card in world.model.cards.owned.values() if card.owner == user}

    def then(reply: Reply | None) -> None:
        if reply is None or reply.status != 200:
            return
        shown = {one["id"]: one for one in reply.json["data"]}
        hold(before <= shown.keys(), "whoever has a card sees it", answer=reply.raw, before=before)
        for card_id, one in shown.items():
            told_of_cards.judge_look(world.model, world.model.cards.owned[card_id], one, sent_at)
        if person.user == user:
            person.pocket.cards |= {card_id: one["merchant_id"] for card_id, one in shown.items()}

    person._mine("GET", "/v1/cards", None, then)


def _empty(person: Person, chance: random.Random) -> None:
    """Everything goes, card by card, then the wallet, then the account."""
    model = person.world.model
    wallet = model.wallets[person.wallet]
    full = [model.cards.owned[one] for one in person.pocket.cards if model.cards.owned[one].principal]
    if full and chance.random() < 0.9:
        card = chance.choice(full)
        amount = min(card.principal + _good(person, card), PER_MOVEMENT)
        if chance.random() < 0.25:
            _give_back(person, card)
        else:
            reference = f"last-{person.number}-{len(person.errands)}"
            _spend(person, card, amount, _order_of(person, card, card.shop, amount, reference), chance)
    elif wallet.available:
        amount, shop = min(wallet.available, PER_MOVEMENT), chance.choice(person.world.shops).id
        body = {"wallet_id": person.wallet, "merchant_id": shop, "amount": amount, "currency": "CNY"}
        body |= {"order_reference": f"last-{person.number}-{len(person.errands)}"}
        _proved(person, amount, chance, lambda: person._errand("pay", "/v1/payments", body, amount, shop=shop))
    else:
        person.pocket.going = any(wallet.buckets) and chance.random() < 0.7
        leaving.leave(person, chance)
        if chance.random() < _MEANWHILE:
            _refund_of(person, chance)


def _refund_of(person: Person, chance: random.Random) -> None:
    """A merchant gives back while they go."""
    world, model = person.world, person.world.model
    mine = [model.payments[one] for one in model.cards.taken if model.payments[one].wallet == person.wallet]
    if left := [one for one in mine if one.refundable]:
        payment = chance.choice(left)
        (till,) = [one for one in world.tills if one.id == payment.shop]
        till._errand("refund", payment, "refunds", None)


def _one(person: Person, chance: random.Random) -> Card:
    return person.world.model.cards.owned[chance.choice(list(person.pocket.cards))]


def _good(person: Person, card: Card) -> int:
    return told_of_cards.good_of(card.lots, day_at(person.world.model.started + person.world.clock.seconds))


def offer(till: Till, chance: random.Random) -> None:
    """A few at a time; what is offered may be withdrawn."""
    cards = till.world.model.cards
    every = [plan for plan in cards.plans.values() if plan.shop == till.id]
    offered = [plan for plan in every if plan.status == "offered"]
    if len(offered) > 1 and chance.random() < 0.1:
        chosen = chance.choice(offered)
        cards.given_up.add(chosen.id)
        _at_till(till, f"/v1/merchants/{till.id}/card-plans/{chosen.id}/withdraw", {})
    elif len(offered) < _OFFERED_AT_ONCE and len(every) < _MOST_OFFERS:
        price, days, fee = chance.choice(PRICES), chance.choice(DAYS), chance.choice(FEES)
        bonus = 0 if days is None and chance.random() < 0.3 else price // chance.choice((2, 5, 10))
        cards.asked.add((till.id, price, bonus, days, fee))
        body = {"name": "Card", "currency": "CNY", "price": price, "bonus": bonus, "purchase_fee": fee}
        _at_till(till, f"/v1/merchants/{till.id}/card-plans", body | ({"bonus_expires_days": days} if days else {}))


def refund(till: Till, chance: random.Random) -> None:
    """Of what a card paid, however long ago; and of cards that have ended with their account, where there are."""
    model = till.world.model
    paid = [model.payments[one] for one in model.cards.taken]
    mine = [one for one in paid if one.shop == till.id and one.refundable]
    ended = {card.wallet for card in model.cards.owned.values() if card.status == "closed"}
    left = [one for one in mine if one.wallet in ended]
    if mine:
        payment = chance.choice(left if left and chance.random() < 0.9 else mine)
        amount = None if chance.random() < 0.4 else chance.randint(1, payment.amount)
        till._errand("refund", payment, "refunds", amount)


def _at_till(till: Till, path: str, body: dict[str, Any]) -> None:
    till.world.send("POST", path, body, {"Authorization": f"Bearer {till.token}"}, lambda reply: None)


_ACTS: tuple[tuple[Callable[[Person, random.Random], None], float], ...] = (
    (_ask, 30),
    (_buy_late, 3),
    (_pay, 30),
    (_again, 5),
    (_elsewhere, 2),
    (_take_back, 4),
    (_look, 5),
)
