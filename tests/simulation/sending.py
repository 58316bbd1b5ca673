"""What people do among themselves: look who somebody is, send (at once, later, to nobody yet), take it back; and all
that they do with red packets and bills."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.api.caller import Reply
from tests.simulation import errands, people, told_between
from tests.simulation.errands import Errand, Judge, movement_id, unasked_in
from tests.simulation.judging_transfers import Asked
from tests.simulation.truth import Wish, hold

if TYPE_CHECKING:
    from tests.simulation.people import Person, Till
    from tests.simulation.world import World

AMOUNTS = (1, 100, 999, 2_500, 20_000, 60_000, 600_000)
STRANGERS, FRESH_SECONDS = 4, 800
_STRANGE, _SENDS, _SHORT, _PROVES, _LATER = 0.25, 0.8, 0.15, 0.85, 0.25


@dataclass(frozen=True)
class Look:
    """What a payee check told; `payee`: a wallet, empty of nobody's name."""

    token: str
    identifier: str
    payee: str
    at: float


@dataclass
class Circle:
    """What a person knows of others, as they were told."""

    looks: list[Look] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    """Transfers of theirs that wait, or waited."""

    def fresh(self, world: World) -> list[Look]:
        """The last first."""
        return [one for one in reversed(self.looks) if world.clock.seconds - one.at < FRESH_SECONDS]


def look(person: Person, chance: random.Random) -> None:
    """And mostly send at once to whoever it is."""
    _look(person, _somebody(person, chance), chance, lambda found: _send(person, found, person.world.chance))


def _somebody(person: Person, chance: random.Random) -> str:
    """Somebody here, somebody who comes perhaps, or nobody."""
    world = person.world
    if chance.random() < _STRANGE:
        new = [one.identifier for one in world.people if one.stage == "new"]
        newcomer = chance.choice([*new, f"person{world.arrived + 1}@example.com"])
        strangers = [f"stranger{number}@example.com" for number in range(STRANGERS)]
        return newcomer if chance.random() < 0.7 else chance.choice(strangers)
    return chance.choice([one.identifier for one in world.people if one is not person])


def _look(person: Person, identifier: str, chance: random.Random, found: Callable[[Look], None]) -> None:
    world, user = person.world, person.user

    def then(reply: Reply | None) -> None:
        if reply is None or reply.status != 200 or person.user != user:
            return
        seen = world.claims(reply.json["payee_check"])
        hold(bool(seen.get("payee")) != reply.json["invitation"], "whoever is nobody is invited", answer=reply.raw)
        kept = Look(reply.json["payee_check"], identifier, seen.get("payee", ""), world.clock.seconds)
        person.circle.looks = [*person.circle.looks[-20:], kept]
        if world.chance.random() < _SENDS:
            found(kept)

    person._mine("POST", "/v1/payee-checks", {"identifier": identifier}, then)


def send_late(person: Person, chance: random.Random) -> None:
    """By a look of before, which may be too old."""
    looks, fresh = person.circle.looks, person.circle.fresh(person.world)
    if looks:
        _send(person, chance.choice(fresh if fresh and chance.random() < 0.9 else looks), chance)


def _send(person: Person, seen: Look, chance: random.Random) -> None:
    amount, delay = amount_of(person, chance), chance.choice((2, 24)) if chance.random() < _LATER else 0
    body = {"payee_check": seen.token, "amount": amount, "currency": "CNY", "delay_hours": delay}
    made = errand(person, "transfer", "/v1/transfers", body, amount, told_between.judge_transfer)
    asked = Asked(seen.identifier, seen.payee, delay, seen.at)
    person.world.model.transfers.asked[made.wish.movement] = asked

    def keep(reply: Reply) -> None:
        if reply.status == 201 and reply.json["status"] == "scheduled":
            person.circle.sent = [*person.circle.sent[-20:], reply.json["id"]]

    made.then = keep
    proved(person, amount, chance, lambda: people.send(person.world, made))


def cancel(person: Person, chance: random.Random) -> None:
    """Mostly what waits still; some think of it twice."""
    model, mine = person.world.model, person.circle.sent
    waiting = [one for one in mine if model.transfers.waiting[one].state == "scheduled"]
    if not mine:
        return
    chosen = chance.choice(waiting if waiting and chance.random() < 0.8 else mine)
    model.transfers.cancelling.add(chosen)

    def then(reply: Reply | None) -> None:
        told_between.judge_cancel(model, chosen, reply)

    person._mine("POST", f"/v1/transfers/{chosen}/cancel", {}, then)


def look_at(person: Person, chance: random.Random) -> None:
    """How one of theirs stands."""
    if mine := person.circle.sent:
        chosen, model = chance.choice(mine), person.world.model
        before = model.transfers.waiting[chosen].state

        def then(reply: Reply | None) -> None:
            if reply and reply.status == 200:
                may = (before, model.transfers.waiting[chosen].state)
                hold(reply.json["status"] in may, "a transfer is shown as it is", answer=reply.raw, states=may)

        person._mine("GET", f"/v1/transfers/{chosen}", None, then)


def errand(
    person: Person, kind: str, path: str, body: dict[str, Any], amount: int, judged: Judge, **facts: Any
) -> Errand:
    """Made, and not sent yet."""
    person.keys += 1
    key = f"{person.number}-{person.keys}"
    wish = Wish(kind, movement_id(kind, person.user, path, key), person.wallet, amount, **facts)
    made = Errand(person.user, path, body, key, lambda: person.access, wish, judged=judged)
    person.errands = [*person.errands[-people.KEPT :], made]
    return made


def amount_of(person: Person, chance: random.Random) -> int:
    """What they have, mostly."""
    there = person.world.model.wallets[person.wallet].available
    fit = [one for one in AMOUNTS if one <= there]
    return chance.choice(fit if fit and chance.random() >= _SHORT else AMOUNTS)


def proved(person: Person, amount: int, chance: random.Random, act: Callable[[], None]) -> None:
    """What is large takes a proof, which most give first."""
    if amount > unasked_in(person.access) and not is_fresh(person) and chance.random() < _PROVES:
        person._prove(chance, act)
    else:
        act()


def is_fresh(person: Person) -> bool:
    """Whether they have just proved themselves."""
    return errands.step_in(person.access) > person.world.model.started + person.world.clock.seconds


def refund_one(till: Till, paid: Collection[str], chance: random.Random, all_of_it: float) -> None:
    """Of what `paid`, payments that somebody was helped with, one of the till's own: all or some."""
    payments = [till.world.model.payments[one] for one in paid]
    if left := [one for one in payments if one.shop == till.id and one.refundable]:
        payment = chance.choice(left)
        amount = None if chance.random() < all_of_it else chance.randint(1, payment.amount)
        till._errand("refund", payment, "refunds", amount)
