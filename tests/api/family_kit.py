"""For tests of family cards: who gives one, who holds it, and what is paid with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.api.caller import Reply
from tests.api.transfer_kit import look
from tests.api.withdrawal_kit import stepped_up, with_pin
from tests.api.world import Person, World, fresh_key

CARDS = "/v1/family-cards"
CAP = 30_000


def giver(world: World, amount: int = 100_000) -> Person:
    """Somebody who has just proved that it is them."""
    return stepped_up(with_pin(world, amount))


def wish(owner: Person, holder: Person, **more: Any) -> dict[str, Any]:
    check = look(owner, holder.identifier).json["payee_check"]
    return {"wallet_id": owner.wallet, "payee_check": check, "monthly_cap": CAP, "currency": owner.currency} | more


def offer(owner: Person, holder: Person, key: str = "", **more: Any) -> Reply:
    return owner.phone.post(CARDS, wish(owner, holder, **more), idempotency_key=key or fresh_key())


def given(owner: Person, holder: Person, **more: Any) -> str:
    """The id of a card that the holder has accepted."""
    made = offer(owner, holder, **more)
    assert made.status == 201, made.raw
    card_id = str(made.json["id"])
    assert step(holder, card_id, "accept").json["status"] == "active"
    return card_id


def step(person: Person, card_id: str, what: str) -> Reply:
    """`what`: accept, decline or end."""
    return person.phone.post(f"{CARDS}/{card_id}/{what}", {})


def change(owner: Person, card_id: str, **more: Any) -> Reply:
    return owner.phone.patch(f"{CARDS}/{card_id}", more)


def seen(person: Person, card_id: str) -> dict[str, Any]:
    found: dict[str, Any] = person.phone.get(f"{CARDS}/{card_id}").json
    return found


def pay(holder: Person, card_id: str, amount: int, key: str = "", **more: Any) -> Reply:
    return holder.pay(amount, key or fresh_key(), family_card_id=card_id, **more)


def paid_with(person: Person, card_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = person.phone.get(f"{CARDS}/{card_id}/payments").json["data"]
    return found


def told(person: Person) -> list[str]:
    return [one["kind"] for one in person.phone.get("/v1/me/notices").json["data"]]


def calls(world: World) -> dict[str, Callable[[], Reply]]:
    """Each act has a card of its own."""
    lea, max_ = giver(world), world.customer()
    taken, refused = (str(offer(lea, max_).json["id"]) for _ in range(2))
    changed, ended = (given(lea, max_) for _ in range(2))
    pay(max_, changed, 1_000)
    return {
        f"GET {CARDS}": lambda: lea.phone.get(CARDS),
        f"GET {CARDS}/{{id}}": lambda: max_.phone.get(f"{CARDS}/{changed}"),
        f"GET {CARDS}/{{id}}/payments": lambda: max_.phone.get(f"{CARDS}/{changed}/payments"),
        f"POST {CARDS}/{{id}}/accept": lambda: step(max_, taken, "accept"),
        f"POST {CARDS}/{{id}}/decline": lambda: step(max_, refused, "decline"),
        f"PATCH {CARDS}/{{id}}": lambda: change(lea, changed, name="tea"),
        f"POST {CARDS}/{{id}}/end": lambda: step(lea, ended, "end"),
    }
