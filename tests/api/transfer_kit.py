"""For tests of money between people: looking who somebody is, and sending."""

from __future__ import annotations

from typing import Any

from chalicelib.ledger import acquaintance, service
from chalicelib.ledger.model import Draft
from tests.api.caller import Reply
from tests.api.world import Person, World, fresh_key

DAY_SECONDS, HOUR = 86_400, 3_600


def look(person: Person, identifier: str, **more: Any) -> Reply:
    return person.phone.post("/v1/payee-checks", {"identifier": identifier} | more)


def send(person: Person, identifier: str, amount: int = 2_000, key: str = "", **more: Any) -> Reply:
    found = look(person, identifier)
    assert found.status == 200, found.raw
    return pass_on(person, found.json["payee_check"], amount, key, **more)


def pass_on(person: Person, check: str, amount: int = 2_000, key: str = "", **more: Any) -> Reply:
    body = {"payee_check": check, "amount": amount, "currency": person.currency} | more
    return person.phone.post("/v1/transfers", body, idempotency_key=key or fresh_key())


def seen(person: Person, transfer_id: str) -> dict[str, Any]:
    found: dict[str, Any] = person.phone.get(f"/v1/transfers/{transfer_id}").json
    return found


def cancel(person: Person, transfer_id: str) -> Reply:
    return person.phone.post(f"/v1/transfers/{transfer_id}/cancel", {})


def introduced(world: World, ana: Person, ben: Person) -> None:
    """As if something had arrived before: everything goes at once."""
    met = acquaintance.made(ana.wallet, ben.wallet)
    service.commit(lambda at, known: Draft(None, (), None, legs=(met,)), world.clock.now())


def acquainted(world: World, ana: Person, ben: Person, amount: int = 100) -> None:
    """The first transfer has arrived, a day ago: everything else goes at once."""
    assert send(ana, ben.identifier, amount).status == 201
    world.clock.advance(DAY_SECONDS + 1)
    world.sweep()
    for person in (ana, ben):
        person.sign_in()


def packet(person: Person, amount: int = 1_000, shares: int | None = None, key: str = "", **more: Any) -> Reply:
    """Lucky, and for whoever has the link, unless `more` says otherwise."""
    chosen = {} if "payee_checks" in more and shares is None else {"shares": shares or 4}
    body = {"amount": amount, "currency": person.currency, "split": "lucky"} | chosen | more
    return person.phone.post("/v1/red-packets", body, idempotency_key=key or fresh_key())


def open_packet(person: Person, made: dict[str, Any], key: str = "") -> Reply:
    path, body = f"/v1/red-packets/{made['id']}/claims", {"link": made["link"]} if "link" in made else {}
    return person.phone.post(path, body, idempotency_key=key or fresh_key())
