"""Customers who take money out: they name where it may go to, wait for a day or not, and take the name back."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from tests.api.caller import Reply
from tests.simulation.errands import step_in
from tests.simulation.truth import DESTINATIONS

if TYPE_CHECKING:
    from tests.simulation.people import Person

METHODS = "/v1/me/funding-methods"
AMOUNTS = (1_000, 2_500, 20_000, 60_000, 600_000)
_IMPATIENT, _REMOVES = 0.1, 0.06


class Purse:
    """Where a person's money may go to, as they were told."""

    def __init__(self) -> None:
        self.method, self.usable_at = "", ""


def take_out(person: Person, chance: random.Random) -> None:
    """One step towards it: a proof, a name, or the money. Some try what they have just taken back."""
    purse, now = person.purse, person.world.clock.true.isoformat()
    if not purse.method:
        _name(person, chance)
    elif now < purse.usable_at and chance.random() >= _IMPATIENT:
        return
    elif chance.random() < _REMOVES:
        _take_back(person)
    else:
        body = {"wallet_id": person.wallet, "currency": "CNY", "funding_method_id": purse.method}
        amount = chance.choice(AMOUNTS)
        person._errand("withdrawal", "/v1/withdrawals", body | {"amount": amount}, amount, method=purse.method)


def _name(person: Person, chance: random.Random) -> None:
    world, user = person.world, person.user
    if step_in(person.access) <= world.model.started + world.clock.seconds:
        person._prove(chance)
        return

    def then(reply: Reply | None) -> None:
        if reply and reply.status == 201 and person.user == user:
            person.purse.method, person.purse.usable_at = reply.json["id"], reply.json["usable_at"]

    wish = {"processor": world.chance.choice(("sandbox", "harbour")), "destination": DESTINATIONS["wdr"]}
    person._mine("POST", METHODS, wish, then)


def _take_back(person: Person) -> None:
    """They forget it only after they have tried it once more."""
    purse, method = person.purse, person.purse.method

    def then(reply: Reply | None) -> None:
        if reply and reply.status in (204, 404) and purse.method == method and person.world.chance.random() < 0.5:
            person.purse = Purse()

    person._mine("DELETE", f"{METHODS}/{method}", None, then)
