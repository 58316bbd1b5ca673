"""Somebody's role at a merchant, and the tills that they are at."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.api.caller import Reply
from tests.simulation import at_tills
from tests.simulation.people import Till
from tests.simulation.truth import Shop, hold

if TYPE_CHECKING:
    from tests.simulation.people import Person
    from tests.simulation.world import World

Then = Callable[["Reply | None"], None]
_KEYS_OF_A_SHIFT = 1_000_000
"""One merchant's tills share what their keys are known by."""


class Hand:
    """Somebody's role at a merchant, as it is known there. `user`: whose it became."""

    def __init__(self, shop: Shop, person: Person, kind: str) -> None:
        self.shop, self.person, self.kind = shop, person, kind
        self.id, self.user, self.busy, self.gone = "", "", False, False
        self.shifts: list[Shift] = []

    @property
    def path(self) -> str:
        return f"/v1/merchants/{self.shop.id}/staff/{self.id}"


class Shift(Till):
    """A till that somebody is at: what they do there is theirs, and whoever comes after them ends what they left."""

    def __init__(self, hand: Hand, told: dict[str, Any], number: int, world: World) -> None:
        super().__init__(hand.shop, told["token"], world)
        self.hand, self.session, self.kind = hand, told["id"], told["role"]
        self.keys, self.over = number * _KEYS_OF_A_SHIFT, False

    def act(self, chance: random.Random) -> None:
        """Cashiers try what only others may now and then."""
        most = 0.5 if self.kind == "cashier" else 1.0
        acts = (
            (self._charge, 20),
            (self._end, 14),
            (self._capture, 8),
            (self._void, 4),
            (self._refund, 12 * most),
            (self._again, 8),
            (self._checkout, 6),
            (self._cancel, 1),
            (self._pay_out, (16 if self.kind == "owner" else 1) * most),
            (self._who, 3),
            (self._keep_staff, 4),
        )
        chosen, weights = zip(*acts, strict=True)
        chance.choices(chosen, weights)[0](chance)

    def _charge(self, chance: random.Random) -> None:
        at_tills.charge(self, chance)

    def _end(self, chance: random.Random) -> None:
        at_tills.look_or_reverse(self, chance)

    def try_on(self, chance: random.Random) -> None:
        """With what they have still, as if nobody had said anything."""
        for act in chance.choices((self._charge, self._end, self._refund, self._capture, self._who), k=2):
            act(chance)

    def ask(self, method: str, path: str, then: Then = lambda reply: None) -> None:
        self.world.send(method, path, None, {"Authorization": f"Bearer {self.token}"}, then)

    def _keep_staff(self, chance: random.Random) -> None:
        """Another role for somebody there, or for themselves, whether or not they may."""
        there = [one for one in self.world.staff.hands if one.shop is self.shop and one.user and not one.busy]
        if there:
            self.world.staff.change(chance.choice(there), chance, self.token)

    def _who(self, chance: random.Random) -> None:
        def then(reply: Reply | None) -> None:
            if reply and reply.status == 200:
                mine = (self.session, self.hand.id, self.shop.id)
                found = tuple(reply.json[name] for name in ("id", "staff_id", "merchant_id"))
                hold(found == mine, "a till says who is at it", found=found, mine=mine)

        self.ask("GET", "/v1/staff-sessions/current", then)
