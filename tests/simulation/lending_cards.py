"""Family cards as people use them: given, taken or declined, paid with, changed, ended; and what their owners agree to.
Some pay too much, too late, twice at once, where a card is not good, or with somebody else's."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from tests.api.caller import Reply
from tests.simulation import people, sending, told_of_family
from tests.simulation.judging_family import NEVER, Asked, Card, Terms
from tests.simulation.truth import hold

if TYPE_CHECKING:
    from tests.simulation.people import Person, Till
    from tests.simulation.world import World

CARDS = "/v1/family-cards"
CAPS, ABOVE = (3_000, 20_000, 60_000, 700_000), (None, None, 0, 1_000, 15_000)
KINDS = (("restaurants",), ("restaurants", "leisure"), (), (), ())
_AMOUNTS = (100, 999, 2_500, 5_000, 20_000, 60_000)
_PROVES, _SOON, _TWICE, _STRANGE, _ALL, _SURE, _SHORT = 0.9, 0.85, 0.2, 0.08, 0.4, 0.3, 0.15


def give(person: Person, chance: random.Random) -> None:
    """To somebody whom they have just looked at; whoever gets it takes it soon, perhaps."""
    seen = [one for one in person.circle.fresh(person.world) if one.payee and one.payee != person.wallet]
    if not seen:
        sending.look(person, chance)
        return
    look, (body, terms), world = chance.choice(seen), _terms(chance), person.world
    wish = body | {"wallet_id": person.wallet, "payee_check": look.token, "currency": "CNY", "name": "Lunch"}

    def then(reply: Reply) -> None:
        if reply.status == 201:
            card = world.model.family.cards[reply.json["id"]]
            if (holder := _whose(world, card.holder)) and world.chance.random() < _SOON:
                _step(holder, card, "accept")

    def act() -> None:
        made = sending.errand(person, "family-card", CARDS, wish, terms.cap, told_of_family.judge_offer)
        world.model.family.asked[made.wish.movement] = Asked(person.wallet, look.payee, terms, look.at)
        made.then = then
        people.send(world, made)

    _proved(person, chance, act)


def _proved(person: Person, chance: random.Random, act: Any) -> None:
    """What lets others pay takes a proof, which most give first."""
    if not sending.is_fresh(person) and chance.random() < _PROVES:
        person._prove(chance, act)
    else:
        act()


def _terms(chance: random.Random) -> tuple[dict[str, Any], Terms]:
    cap, above, kinds = chance.choice(CAPS), chance.choice(ABOVE), chance.choice(KINDS)
    body = {"monthly_cap": cap, "approval_above": above, "categories": list(kinds)}
    return body, Terms(cap, NEVER if above is None else above, frozenset(kinds))


def pay(person: Person, chance: random.Random) -> None:
    """Mostly with one that they hold, and that is good; some pay twice at once."""
    world = person.world
    every = list(world.model.family.cards.values())
    mine = [card for card in every if card.holder == person.wallet]
    good = [card for card in mine if card.status == "active"]
    if not every or (not good and chance.random() < 0.7):
        give(person, chance)
        return
    strange = not mine or chance.random() < _STRANGE
    card = chance.choice(every if strange else good if good and chance.random() < 0.9 else mine)
    _pay_some(person, card, chance)


def _pay_some(person: Person, card: Card, chance: random.Random) -> None:
    """What its owner has, mostly, and where the card is good."""
    world = person.world
    good = [one for one in world.shops if not card.terms.kinds or one.category in card.terms.kinds]
    shop = chance.choice(world.shops if chance.random() < _SHORT else good).id
    there = min(world.model.wallets[card.owner].available, card.terms.cap)
    fit = [one for one in _AMOUNTS if one <= there]
    amount = chance.choice(_AMOUNTS if not fit or chance.random() < _SHORT else fit)
    for _ in range(2 if chance.random() < _TWICE else 1):
        sending.proved(person, amount, chance, lambda: _pay(person, card, amount, shop))


def _pay(person: Person, card: Card, amount: int, shop: str) -> None:
    world, sure = person.world, person.world.chance.random() < _SURE
    body: dict[str, Any] = {"wallet_id": person.wallet, "merchant_id": shop, "amount": amount, "currency": "CNY"}
    body |= {"order_reference": f"family-{person.number}-{len(person.errands)}", "family_card_id": card.id}
    body |= {"confirm_duplicate": True} if sure else {}
    facts = {"shop": shop, "family": card.id, "confirmed": sure}
    made = sending.errand(person, "pay", "/v1/payments", body, amount, told_of_family.judge_paid, **facts)
    made.facts["asked"] = lambda approval: _decide_soon(world, card, approval)
    people.send(world, made)


def _decide_soon(world: World, card: Card, approval: str) -> None:
    """Whoever is asked says so, mostly at once."""
    if (owner := _whose(world, card.owner)) and world.chance.random() < _SOON:
        _decide(owner, approval, world.chance)


def answer(person: Person, chance: random.Random) -> None:
    """Of what is offered to them; some tap on what is somebody else's."""
    offered = [card for card in person.world.model.family.cards.values() if card.status == "offered"]
    mine = [card for card in offered if card.holder == person.wallet]
    known = mine if mine and chance.random() > _STRANGE else list(person.world.model.family.cards.values())[-20:]
    if known:
        _step(person, chance.choice(known), chance.choice(("accept", "accept", "decline")))


def end(person: Person, chance: random.Random) -> None:
    """Of either side, for good; some twice."""
    every = list(person.world.model.family.cards.values())
    mine = [card for card in every if person.wallet in (card.owner, card.holder) and card.status != "ended"]
    known = mine if mine and chance.random() > _STRANGE else every[-20:]
    if known:
        _step(person, chance.choice(known), "end")


def _step(person: Person, card: Card, what: str) -> None:
    model, wallet, sent_at = person.world.model, person.wallet, person.world.clock.seconds
    if what == "accept" and wallet == card.holder:
        model.family.accepting.add(card.id)
    elif what == "end" or wallet == card.holder:
        model.family.ending.add((card.id, wallet))

    def then(reply: Reply | None) -> None:
        told_of_family.judge_step(model, card, wallet, what, reply, sent_at)
        if reply and reply.status == 200 and what == "accept" and person.wallet == wallet:
            for _ in range(2):
                _pay_some(person, card, person.world.chance)

    person._mine("POST", f"{CARDS}/{card.id}/{what}", {}, then)


def change(person: Person, chance: random.Random) -> None:
    """What one of theirs allows; whoever lets more be paid proves themselves first, mostly."""
    family = person.world.model.family
    every = list(family.cards.values())
    mine = [card for card in every if card.owner == person.wallet and card.status != "ended"]
    known = mine if mine and chance.random() > _STRANGE else every[-20:]
    if not known:
        return
    card, (body, terms) = chance.choice(known), _terms(chance)
    mine_too, world, wallet = card.owner == person.wallet, person.world, person.wallet

    def act() -> None:
        sent_at = world.clock.seconds
        if mine_too:
            proved = people.step_in(person.access)
            family.changing.setdefault(card.id, []).append((terms, proved))

        def then(reply: Reply | None) -> None:
            told_of_family.judge_change(world.model, card, wallet == card.owner, terms, reply, sent_at)

        person._mine("PATCH", f"{CARDS}/{card.id}", body, then)

    if terms.loosens(card.terms):
        _proved(person, chance, act)
    else:
        act()


def decide(person: Person, chance: random.Random) -> None:
    """What waits for their yes; others try as well."""
    family = person.world.model.family
    open_ = [one for one in family.asks if family.states[one] == "asked"]
    mine = [one for one in open_ if _card(person.world, one).owner == person.wallet]
    known = mine if mine and chance.random() > _STRANGE else list(family.asks)[-20:]
    if not known:
        return
    _decide(person, chance.choice(known), chance)


def _decide(person: Person, approval: str, chance: random.Random) -> None:
    family, verb = person.world.model.family, chance.choice(("approve", "approve", "approve", "decline"))
    card, model, wallet = _card(person.world, approval), person.world.model, person.wallet
    said = {"approve": "approved", "decline": "declined"}[verb]
    if wallet == card.owner:
        family.deciding.add((approval, said))

    def then(reply: Reply | None) -> None:
        told_of_family.judge_decision(model, card, wallet, approval, said, reply)

    person._mine("POST", f"/v1/me/approvals/{approval}/{verb}", None, then)


def look(person: Person, chance: random.Random) -> None:
    """What both sides see of a month, if nothing has moved meanwhile."""
    every = list(person.world.model.family.cards.values())[-20:]
    if not every:
        return
    card, wallet = chance.choice(every), person.wallet
    before = len(card.seen)

    def then(reply: Reply | None) -> None:
        if reply and reply.status in (200, 404):
            mine = wallet in (card.owner, card.holder)
            hold(mine == (reply.status == 200), "a card is its two sides' alone", answer=reply.raw, card=card)
            if mine and before == len(card.seen):
                told = reply.json["status"], reply.json["monthly_cap"]
                hold(told == (card.status, card.terms.cap), "a card is shown as it is", answer=reply.raw, card=card)
                spent = reply.json["spent_this_month"]
                hold(spent in (0, *card.months.values()), "a month is shown as it is", answer=reply.raw, card=card)

    person._mine("GET", f"{CARDS}/{card.id}", None, then)


def refund(till: Till, chance: random.Random) -> None:
    """Of what a family card paid, all or some, and some of it in another month."""
    sending.refund_one(till, till.world.model.family.paid, chance, _ALL)


def _card(world: World, approval: str) -> Card:
    family = world.model.family
    return family.cards[world.model.wishes[family.asks[approval]].family]


def _whose(world: World, wallet: str) -> Person | None:
    return next((one for one in world.people if one.wallet == wallet and one.stage == "in"), None)
