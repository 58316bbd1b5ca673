"""The bank: everybody moves money of every kind at once, among a few wallets and merchants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.concurrency import acts
from tests.concurrency.acts import Request
from tests.concurrency.answers import Shop
from tests.concurrency.crowd import Act
from tests.concurrency.findings import Findings
from tests.concurrency.town import CURRENCY, Town

WALLETS, FUNDS, KEPT = 6, 80_000, 20_000
"""`KEPT` of each wallet's funds stays held: what is released twice would be taken from it."""
_DUE = ("insufficient-funds", "probable-duplicate", "refund-exceeds-capture", "merchant-funds-insufficient")


def bank(town: Town, found: Findings) -> None:
    """Three waves, so that captures, webhooks and refunds find something to do."""
    for terms in ((60, 0, -5_000), (250, 30, 0), (0, 0, -(10**6))):
        town.shop(*terms)
    town.customers(WALLETS, FUNDS)
    kept = town.ask(town.purchase(person, town.shops[-1], KEPT, capture="manual") for person in town.people)
    begun = [*kept, *town.ask([*_purchases(town, 8 * town.size), *_top_ups(town, 2 * town.size)])]
    found.hear(begun, *_DUE)
    top_ups = [one.json for one in begun if one.made and one.json["id"].startswith("top_")]
    _second_wave(town, found, top_ups)
    told = town.ask([*_refunds(town), *_purchases(town, 2 * town.size)])
    found.hear(told, *_DUE)
    town.audit(found)


def _second_wave(town: Town, found: Findings, top_ups: list[Mapping[str, Any]]) -> None:
    """Each authorisation is captured and voided at once, each webhook comes three times, refunds and payments go on."""
    held = [view for view in town.answers.some("pay") if not view["captured"] and view["amount"] != KEPT]
    ends = [end for view in held for end in _ends(town, view)]
    asked = [*ends, *_refunds(town), *_purchases(town, 2 * town.size)]
    heard = [Act(acts.hear, (view,)) for view in top_ups for _ in range(3)]
    told = town.mixed([*(Act(acts.ask, (request,)) for request in asked), *heard])
    town.answers.hear(told[: len(asked)])
    town.answers.credit(top_ups)
    found.hear(told, *_DUE, "invalid-state")
    won = sum(one.made for one in told[: len(ends)])
    found.hold(2, "an authorisation is captured or voided, never both", won == len(held), f"{won} of {len(held)}")
    taken = {one.status for one in told[len(asked) :]}
    found.hold(11, "every webhook is acknowledged", taken == {200}, f"{len(heard)} of {len(top_ups)} top-ups")


def _purchases(town: Town, count: int) -> list[Request]:
    """A third of them authorisations; some look alike and are not confirmed."""
    return [
        town.purchase(
            town.chance.choice(town.people),
            town.chance.choice(town.shops),
            town.chance.choice((500, 2_000, town.chance.randint(1, KEPT - 1))),
            capture=town.chance.choice(("automatic", "automatic", "manual")),
            confirm_duplicate=town.chance.random() < 0.7,
        )
        for _ in range(count)
    ]


def _top_ups(town: Town, count: int) -> list[Request]:
    def wish() -> dict[str, Any]:
        person = town.chance.choice(town.people)
        return {"wallet_id": person.wallet, "amount": town.chance.randint(100, 20_000), "currency": CURRENCY}

    tokens = {person.wallet: person.token for person in town.people}
    wishes = [wish() for _ in range(count)]
    return [Request("POST", "/v1/topups", one, tokens[one["wallet_id"]], town.name()) for one in wishes]


def _ends(town: Town, payment: Mapping[str, Any]) -> list[Request]:
    shop, part = _shop(town, payment), town.chance.randint(1, payment["amount"])
    return [town.follow(shop, payment["id"], "capture", part), town.follow(shop, payment["id"], "void")]


def _refunds(town: Town) -> list[Request]:
    """Two of each of some captured payments, together perhaps more than there is."""
    captured = [view for view in town.answers.some("pay") if view["captured"]]
    captured += [town.answers.made[view["payment_id"]] for view in town.answers.some("cap")]
    chosen = [view for view in captured if town.chance.random() < 0.5]
    return [
        town.follow(_shop(town, view), view["id"], "refunds", town.chance.randint(1, view["amount"]))
        for view in chosen
        for _ in range(2)
    ]


def _shop(town: Town, payment: Mapping[str, Any]) -> Shop:
    return next(shop for shop in town.shops if shop.id == payment["merchant_id"])
