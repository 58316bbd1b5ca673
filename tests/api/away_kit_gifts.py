"""A call of every route of gift cards, bonuses and disputes that needs no key, each able to succeed."""

from __future__ import annotations

from collections.abc import Callable

from tests.api import bonus_kit, dispute_kit, gift_kit
from tests.api.caller import Reply
from tests.api.world import World

Call = Callable[[], Reply]


def calls(world: World) -> dict[str, Call]:
    return of_bonuses(world) | of_gifts(world) | of_disputes(world)


def of_disputes(world: World) -> dict[str, Call]:
    """One is answered, another is taken back."""
    noa, till, boss = world.customer(20_000), world.shop.till, world.operator
    first, second = (
        dispute_kit.begun(noa, dispute_kit.paid(world, noa, amount, reference=f"d-{amount}")) for amount in (300, 400)
    )
    return {
        "GET /v1/disputes": lambda: noa.phone.get(dispute_kit.PATH),
        "GET /v1/disputes/{id}": lambda: till.get(f"{dispute_kit.PATH}/{first}"),
        "POST /v1/disputes/{id}/answer": lambda: dispute_kit.answer(till, first),
        "POST /v1/disputes/{id}/withdraw": lambda: dispute_kit.withdraw(noa, second),
        "GET /v1/dispute-reviews": lambda: boss.get("/v1/dispute-reviews"),
        "GET /v1/dispute-reviews/{id}": lambda: boss.get(f"/v1/dispute-reviews/{first}"),
    }


def of_bonuses(world: World) -> dict[str, Call]:
    """The office keeps offers, of which one top-up was promised a bonus."""
    boss, every, leo = world.operator, "/v1/topup-bonuses", world.customer()
    kept, gone = (bonus_kit.offer(world) for _ in range(2))
    return {
        f"POST {every}": lambda: boss.post(every, bonus_kit.OFFER),
        f"GET {every}": lambda: boss.get(every),
        f"GET {every}/{{id}}": lambda: boss.get(f"{every}/{kept['id']}"),
        f"POST {every}/{{id}}/stop": lambda: boss.post(f"{every}/{gone['id']}/stop"),
        "GET /v1/bonus-offers": lambda: leo.phone.get("/v1/bonus-offers"),
        "GET /v1/bonuses": lambda: leo.phone.get("/v1/bonuses"),
    }


def of_gifts(world: World) -> dict[str, Call]:
    """She has bought one, and he looks at its code."""
    lea, mio = world.customer(20_000), world.customer()
    made = gift_kit.bought(lea, message="luck")
    return {
        "GET /v1/gift-cards": lambda: lea.phone.get("/v1/gift-cards"),
        "GET /v1/gift-cards/{id}": lambda: lea.phone.get(f"/v1/gift-cards/{made['id']}"),
        "POST /v1/gift-card-looks": lambda: gift_kit.look(mio, made["code"]),
    }
