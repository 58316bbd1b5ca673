"""Red packets as people play them: sent to whoever has the link or to some by name, opened, looked at, opened twice."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.api.caller import Reply
from tests.simulation import people, sending, told_between
from tests.simulation.judging_packets import Asked
from tests.simulation.truth import hold

if TYPE_CHECKING:
    from tests.simulation.people import Person
    from tests.simulation.sending import Look

PACKETS = "/v1/red-packets"
AMOUNTS = (7, 100, 999, 5_000, 60_000, 600_000)
_BY_NAME, _OPENS, _TWICE, _RECENT = 0.25, 0.6, 0.3, 6


@dataclass(frozen=True)
class Link:
    """What goes round: a packet, and what somebody needs beside its id, if anything."""

    packet: str
    link: str


def send(person: Person, chance: random.Random) -> None:
    """To some whom they have just looked at, or for the link; whoever gets it opens it soon, mostly."""
    named = {one.payee: one for one in person.circle.fresh(person.world) if one.payee}
    people_ = list(named.values())[:3] if chance.random() < _BY_NAME else []
    fit = [one for one in AMOUNTS if one <= person.world.model.wallets[person.wallet].available]
    amount = chance.choice(fit if fit and chance.random() < 0.9 else AMOUNTS)
    shares = min(amount, chance.choice((1, len(people_))) if people_ else chance.choice((1, 2, 2, 3, 5)))
    body = {"amount": amount, "currency": "CNY", "split": chance.choice(("equal", "lucky")), "shares": shares}
    body |= {"payee_checks": [one.token for one in people_]} if people_ else {}
    made = sending.errand(person, "packet", PACKETS, body, amount, told_between.judge_packet)
    _ask(person, made.wish.movement, body, people_)
    world = person.world

    def then(reply: Reply) -> None:
        if reply.status == 201:
            world.links = [*world.links[-40:], Link(reply.json["id"], reply.json.get("link", ""))]
            for one in world.people:
                if world.chance.random() < _OPENS and one.stage == "in":
                    _open(one, world.links[-1], world.chance)

    made.then = then
    sending.proved(person, amount, chance, lambda: people.send(world, made))


def _ask(person: Person, movement: str, body: dict[str, Any], named: list[Look]) -> None:
    asked = Asked(body["split"], body["shares"], frozenset(one.payee for one in named))
    packets = person.world.model.packets
    packets.asked[movement] = asked
    packets.looked_at[movement] = min((one.at for one in named), default=float("inf"))


def open_one(person: Person, chance: random.Random) -> None:
    """One that went round; some tap on it twice at once, or know no link."""
    if links := person.world.links:
        link = chance.choice(links[-_RECENT:])
        for _ in range(2 if chance.random() < _TWICE else 1):
            _open(person, link if chance.random() < 0.95 else Link(link.packet, "guessed"), chance)


def _open(person: Person, link: Link, chance: random.Random) -> None:
    path, body = f"{PACKETS}/{link.packet}/claims", {"link": link.link} if link.link else {}
    made = sending.errand(person, "claim", path, body, 0, told_between.judge_claim)
    made.facts["right"] = link.link != "guessed"
    person.world.model.packets.claiming[made.wish.movement] = link.packet
    people.send(person.world, made)


def look(person: Person, chance: random.Random) -> None:
    """Whoever sees it sees shares that are somebody's."""
    if links := person.world.links:
        link, model = chance.choice(links), person.world.model

        def then(reply: Reply | None) -> None:
            if reply and reply.status == 200:
                packet = model.packets.sent[link.packet]
                shown = [one["amount"] for one in reply.json["claims"]]
                taken = sorted(packet.slots.values())
                hold(not (set(shown) - set(taken)), "shown shares are somebody's", answer=reply.raw, packet=packet)
                hold(reply.json["claimed_amount"] <= packet.amount, "no more is claimed than was sent", packet=packet)

        query = f"?link={link.link}" if link.link else ""
        person._mine("GET", f"{PACKETS}/{link.packet}{query}", None, then)
