"""Gift cards as people use them: bought, looked at, claimed by several at once, had back; some guess, some are late."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.api.caller import Reply
from tests.simulation import people, sending, told_of_gifts

if TYPE_CHECKING:
    from tests.simulation.people import Person
    from tests.simulation.world import World

GIFTS, LOOKS = "/v1/gift-cards", "/v1/gift-card-looks"
_AMOUNTS = (50, 999, 5_000, 20_000, 60_000, 600_000)
_SHARES, _SOON, _TWICE, _WRONG, _STRANGE, _RECENT = 0.75, 0.5, 0.3, 0.1, 0.1, 10
GUESSED = "0123456789ABCDEFGHJK"


@dataclass(frozen=True)
class Code:
    """What goes round; `gift`: the card that it opens."""

    gift: str
    code: str


def buy(person: Person, chance: random.Random) -> None:
    """And tell others the code, mostly: they run for it."""
    fit = [one for one in _AMOUNTS if one <= person.world.model.wallets[person.wallet].available]
    amount, world = chance.choice(fit if fit and chance.random() < 0.9 else _AMOUNTS), person.world
    body = {"wallet_id": person.wallet, "amount": amount, "currency": "CNY", "message": "Enjoy"}
    made = sending.errand(person, "gift-card", GIFTS, body, amount, told_of_gifts.judge_bought)

    def then(reply: Reply) -> None:
        if reply.status == 201:
            world.codes = [*world.codes[-40:], Code(reply.json["id"], reply.json["code"])]
            if world.chance.random() < _SHARES:
                _run(world, world.codes[-1])

    made.then = then
    sending.proved(person, amount, chance, lambda: people.send(world, made))


def _run(world: World, code: Code) -> None:
    for one in world.people:
        if world.chance.random() < _SOON and one.stage == "in":
            _claim(one, code, world.chance)


def claim(person: Person, chance: random.Random) -> None:
    """One that went round, still good or not; some tap twice."""
    if codes := person.world.codes:
        open_ = [one for one in codes if person.world.model.gifts.bought[one.gift].state == "open"]
        code = chance.choice(open_ if open_ and chance.random() < 0.6 else codes[-_RECENT:])
        for _ in range(2 if chance.random() < _TWICE else 1):
            _claim(person, code, chance)


def _claim(person: Person, code: Code, chance: random.Random) -> None:
    """By a code as somebody types it."""
    right = chance.random() >= _WRONG
    typed = chance.choice((code.code, code.code.lower().replace("-", " "))) if right else GUESSED
    path, body = f"{GIFTS}/claims", {"code": typed, "wallet_id": person.wallet}
    made = sending.errand(person, "claim-gift", path, body, 0, told_of_gifts.judge_claim, gift=code.gift)
    made.facts["right"] = right
    people.send(person.world, made)


def look(person: Person, chance: random.Random) -> None:
    """What a code is good for, or how a card of theirs stands."""
    if not person.world.codes:
        return
    code, right = chance.choice(person.world.codes[-_RECENT:]), chance.random() >= _WRONG
    model, user, wallet = person.world.model, person.user, person.wallet
    gift = model.gifts.bought[code.gift]
    if chance.random() < 0.5:
        claimed = gift.state == "claimed"
        person._mine("GET", f"{GIFTS}/{gift.id}", None,
                     lambda reply: told_of_gifts.judge_view(model, gift, wallet, claimed, reply))  # fmt: skip
        return
    person._mine("POST", LOOKS, {"code": code.code if right else GUESSED},
                 lambda reply: told_of_gifts.judge_look(model, gift, user, wallet, right, reply))  # fmt: skip


def cancel(person: Person, chance: random.Random) -> None:
    """Mostly one of theirs that nobody has claimed; some think of it twice, or of somebody else's."""
    gifts = person.world.model.gifts
    mine = [one for one in gifts.waiting if one.buyer == person.wallet]
    known = mine if mine and chance.random() > _STRANGE else list(gifts.bought.values())[-_RECENT:]
    if known:
        gift = chance.choice(known)
        if gift.buyer == person.wallet:
            gifts.cancelling.add(gift.id)
        path = f"{GIFTS}/{gift.id}/cancel"
        made = sending.errand(person, "cancel-gift", path, {}, 0, told_of_gifts.judge_cancel, gift=gift.id)
        for _ in range(2 if chance.random() < _TWICE else 1):
            people.send(person.world, made)
