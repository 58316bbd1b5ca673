"""Bills as people share them: asked for, paid in whole or in part, declined, closed and reminded of; some too late."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from tests.api.caller import Reply
from tests.simulation import people, sending, told_between
from tests.simulation.judging_bills import Asked, Bill

if TYPE_CHECKING:
    from tests.simulation.people import Person

BILLS = "/v1/bill-splits"
AMOUNTS = (10, 100, 999, 2_500, 20_000, 60_000)
_PAYS, _ALL, _PROVES, _RECENT = 0.8, 0.7, 0.9, 12


def make(person: Person, chance: random.Random) -> None:
    """With some whom they have just looked at; whoever is asked pays soon, perhaps."""
    seen = {one.payee: one for one in person.circle.fresh(person.world) if one.payee}
    if not seen:
        sending.look(person, chance)
        return
    asked = list(seen.values())[: chance.choice((1, 2, 2, 3))]
    method = chance.choice(("equal", "shares", "amounts"))
    most = 1 if method == "equal" else 3
    shares, own = [chance.randint(1, most) for _ in asked], chance.randint(0, most)
    amount = chance.choice(AMOUNTS)
    if method == "amounts":
        shares, own = [chance.randint(1, amount) for _ in asked], 0
        amount = sum(shares)
    body = {"amount": amount, "currency": "CNY", "method": method, "own_share": own}
    body["people"] = [{"payee_check": one.token, "share": share} for one, share in zip(asked, shares, strict=True)]
    made = sending.errand(person, "bill", BILLS, body, amount, told_between.judge_bill)
    wanted = dict(zip((one.payee for one in asked), shares, strict=True))
    looked_at = min(one.at for one in asked)
    person.world.model.bills.asked[made.wish.movement] = Asked(person.wallet, amount, wanted, own, looked_at)
    made.then = lambda reply: _pay_soon(person, reply)
    people.send(person.world, made)


def _pay_soon(maker: Person, reply: Reply) -> None:
    world = maker.world
    if reply.status == 201:
        bill = world.model.bills.made[reply.json["id"]]
        for one in world.people:
            if one.wallet in bill.left and one.stage == "in" and world.chance.random() < _PAYS:
                _pay(one, bill, world.chance)


def pay(person: Person, chance: random.Random) -> None:
    """Of one that they are asked for, open or not."""
    if bill := _one(person, chance):
        _pay(person, bill, chance)


def _pay(person: Person, bill: Bill, chance: random.Random) -> None:
    owes = bill.left[person.wallet]
    amount = owes if owes and chance.random() < _ALL else chance.randint(1, owes + 1)
    path, body = f"{BILLS}/{bill.id}/payments", {"amount": amount, "currency": "CNY"}

    def act() -> None:
        made = sending.errand(person, "pay-part", path, body, amount, told_between.judge_part)
        person.world.model.bills.paying[made.wish.movement] = bill.id
        people.send(person.world, made)

    if not sending.is_fresh(person) and chance.random() < _PROVES:
        person._prove(chance, act)
    else:
        act()


def decline(person: Person, chance: random.Random) -> None:
    if bill := _one(person, chance):
        model = person.world.model
        model.bills.declining.add((bill.id, person.wallet))
        wallet = person.wallet

        def then(reply: Reply | None) -> None:
            told_between.judge_declined(model, bill, wallet, reply)

        person._mine("POST", f"{BILLS}/{bill.id}/decline", {}, then)


def close_or_remind(person: Person, chance: random.Random) -> None:
    """One of theirs."""
    bills = person.world.model.bills
    mine = [one for one in list(bills.made.values())[-_RECENT:] if one.asked.maker == person.wallet]
    if not mine:
        return
    bill, model = chance.choice(mine), person.world.model
    if chance.random() < 0.5:
        person._mine("POST", f"{BILLS}/{bill.id}/reminders", {}, lambda reply: None)
        return
    bills.closing.add(bill.id)
    person._mine("POST", f"{BILLS}/{bill.id}/close", {}, lambda reply: told_between.judge_closed(model, bill, reply))


def look(person: Person, chance: random.Random) -> None:
    if bill := _one(person, chance):
        model, wallet = person.world.model, person.wallet
        before = bill.left[wallet]

        def then(reply: Reply | None) -> None:
            if reply and reply.status == 200:
                told_between.judge_look(model, bill, wallet, before, reply)

        person._mine("GET", f"{BILLS}/{bill.id}", None, then)


def _one(person: Person, chance: random.Random) -> Any:
    """What they are asked for, rather what is open."""
    known = [one for one in list(person.world.model.bills.made.values())[-40:] if person.wallet in one.left]
    open_ = [one for one in known if one.state == "open" and one.left[person.wallet]]
    return chance.choice(open_ if open_ and chance.random() < 0.85 else known) if known else None
