"""For tests of shared bills: asking, paying a part, and people with a PIN who have just used it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.ledger import store
from chalicelib.ledger.items import PART
from chalicelib.ledger.write import Update
from chalicelib.settings import settings
from tests.api.caller import Reply
from tests.api.transfer_kit import introduced, look
from tests.api.withdrawal_kit import stepped_up, with_pin
from tests.api.world import Person, World, fresh_key

SPLITS = "/v1/bill-splits"


def ask(maker: Person, people: list[Person], amount: int = 10_000, key: str = "", **more: Any) -> Reply:
    """`shares` in `more`: one for each of the people."""
    shares = more.pop("shares", [1] * len(people))
    asked = [
        {"payee_check": look(maker, one.identifier).json["payee_check"], "share": share}
        for one, share in zip(people, shares, strict=True)
    ]
    return send(maker, {"amount": amount, "currency": maker.currency, "people": asked} | more, key)


def send(maker: Person, body: dict[str, Any], key: str = "") -> Reply:
    return maker.phone.post(SPLITS, body, idempotency_key=key or fresh_key())


def asked(maker: Person, people: list[Person], amount: int = 10_000, **more: Any) -> str:
    """The id."""
    made = ask(maker, people, amount, **more)
    assert made.status == 201, made.raw
    return str(made.json["id"])


def pay(person: Person, split_id: str, amount: int, key: str = "", currency: str = "CNY") -> Reply:
    body = {"amount": amount, "currency": currency}
    return person.phone.post(f"{SPLITS}/{split_id}/payments", body, idempotency_key=key or fresh_key())


def step(person: Person, split_id: str, what: str) -> Reply:
    """`what`: decline, reminders or close."""
    return person.phone.post(f"{SPLITS}/{split_id}/{what}", {})


def seen(person: Person, split_id: str) -> dict[str, Any]:
    found: dict[str, Any] = person.phone.get(f"{SPLITS}/{split_id}").json
    return found


def proved(world: World, amount: int = 0) -> Person:
    """Somebody who may pay whoever asks, for five minutes."""
    return stepped_up(with_pin(world, amount))


def told(world: World, person: Person) -> list[str]:
    """Titles in the inbox about shared bills, newest first, after a turn of the sweep."""
    world.sweep()
    found = person.phone.get("/v1/me/notices").json["data"]
    return [one["title"] for one in found if one["kind"].startswith("split_")]


def owing(world: World, amount: int = 1_000, has: int = 10_000) -> tuple[Person, Person, str]:
    """Who asks, whoever owes and knows them, and for what."""
    maker, payer = world.customer(), world.customer(has)
    introduced(world, payer, maker)
    return maker, payer, asked(maker, [payer], amount)


def since_yesterday(split_id: str, payer: Person) -> None:
    """They were asked long ago, in the tables alone: tokens and everything else are of today."""
    update = Update(settings().ledger_table, split_id, PART + payer.wallet).assign("asked_at", "2026-01-01T00:00:00Z")
    assert store.update(update.written())[0]


def calls(world: World) -> dict[str, Callable[[], Reply]]:
    """Each act has a bill of its own; whoever is reminded was asked yesterday."""
    jan, kim = world.customer(), world.customer()
    reminded, closed, declined = (asked(jan, [kim]) for _ in range(3))
    since_yesterday(reminded, kim)
    return {
        f"GET {SPLITS}": lambda: jan.phone.get(SPLITS),
        f"GET {SPLITS}/{{id}}": lambda: kim.phone.get(f"{SPLITS}/{reminded}"),
        f"POST {SPLITS}/{{id}}/reminders": lambda: step(jan, reminded, "reminders"),
        f"POST {SPLITS}/{{id}}/close": lambda: step(jan, closed, "close"),
        f"POST {SPLITS}/{{id}}/decline": lambda: step(kim, declined, "decline"),
    }
