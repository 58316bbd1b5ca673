"""What is going on when somebody opens the app for the first time: who is guarded, what waits, what can be paid."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from infra.local import people
from infra.local.client import Client, NoAnswer, Unexpected
from infra.local.people import Person

WARD = Person("wangnainai@coffer.example", "wang nainai grows orchids", "王奶奶", "zh", "CN")
CASHIER = Person("mei@coffer.example", "mei pours the oolong", "梅姐", "zh", "CN")
STORE = "Harbour Street 海港街店"
WARDS_FUNDS = 180_000
LARGE = 128_000
"""More than a guarded person pays alone."""
CONTRADICTED = 10_007
"""The bank says another amount than we asked for: `docs/reference/sandbox.md`."""
ORDER = 2_850
BONUS_CURRENCIES = ("CNY", "EUR")
BONUS = {
    "name": {"en": "Top up 100, get 20 more", "zh": "充 100 送 20"},
    "terms": {"en": "Once for each person, for a top-up of 100 or more.", "zh": "单笔充值满 100 可享，每人限一次。"},
    "least_topup": 10_000,
    "bonus_amount": 2_000,
    "budget_count": 1_000,
    "budget_sum": 2_000_000,
    "valid_days": 90,
    "most_share_percent": 50,
    "once_per_person": True,
}


def ward(
    anybody: Client,
    guardian: Mapping[str, Any],
    shop: Mapping[str, Any],
    known: Mapping[str, Any],
    person: Person = WARD,
) -> dict[str, Any]:
    """Somebody in easy mode, their guardian, and a large payment that waits for the guardian."""
    for customer in known.get("customers", []):
        if customer["identifier"] == person.identifier and people.sign_in(anybody, person):
            return dict(customer)
    tokens = people.sign_in(anybody, person) or people.sign_up(anybody, person)
    me = anybody.bearing(tokens["access_token"])
    user, wallet = me.get("/v1/me").expect(200), people.wallets(me)[0]
    people.top_up(me, wallet, WARDS_FUNDS, key="seed")
    me.send("PATCH", "/v1/me/preferences", {"ui_mode": "easy"}).expect(200)
    if me.get("/v1/me/guardian").expect(200)["status"] == "none":
        me.post("/v1/me/guardian", {"identifier": guardian["identifier"]}).expect(202)
        _accept(anybody, guardian, user["id"])
    _ask_for_consent(anybody, tokens, wallet, shop)
    return {
        "display_name": person.display_name,
        "identifier": person.identifier,
        "password": person.password,
        "user_id": user["id"],
        "wallet_id": wallet["id"],
        "currency": wallet["currency"],
        "guardian": guardian["identifier"],
    }


def offer_bonuses(anybody: Client, operator_token: str) -> None:
    """Twenty more for a top-up of a hundred, in each currency in which nothing is offered yet."""
    office = anybody.bearing(operator_token)
    offered = office.get("/v1/topup-bonuses?limit=100").expect(200)["data"]
    known = {one["currency"] for one in offered if one["status"] == "open"}
    for currency in BONUS_CURRENCIES:
        if currency not in known:
            office.post("/v1/topup-bonuses", BONUS | {"currency": currency}).expect(201)


def _accept(anybody: Client, guardian: Mapping[str, Any], ward_id: str) -> None:
    person = Person(guardian["identifier"], guardian["password"], guardian["display_name"])
    tokens = people.sign_in(anybody, person) or {}
    anybody.bearing(tokens["access_token"]).post(f"/v1/me/wards/{ward_id}/accept").expect(204)


def _ask_for_consent(
    anybody: Client, tokens: Mapping[str, Any], wallet: Mapping[str, Any], shop: Mapping[str, Any]
) -> None:
    """With the token of after the guardian's word."""
    renewed = anybody.insist("/v1/sessions/refresh", {"refresh_token": tokens["refresh_token"]}).expect(200)
    wish = {"wallet_id": wallet["id"], "currency": wallet["currency"], "merchant_id": shop["id"], "amount": LARGE}
    asked = anybody.bearing(renewed["access_token"]).insist(
        "/v1/payments", wish | {"order_reference": "T-1100"}, key="seed"
    )
    asked.expect(403, "guardian-approval-required")


def contradict_the_bank(anybody: Client, customer: Mapping[str, Any]) -> None:
    """A top-up that waits, and the case that it opened; asked for once, however often the seed runs."""
    person = Person(customer["identifier"], customer["password"], customer["display_name"])
    tokens = people.sign_in(anybody, person) or {}
    about = {"wallet_id": customer["wallet_id"], "currency": customer["currency"], "processor": "sandbox"}
    asked = anybody.bearing(tokens["access_token"]).insist(
        "/v1/topups", about | {"amount": CONTRADICTED}, key="seed-case"
    )
    asked.expect(201)


def staff(
    anybody: Client, operator_token: str, shop: Mapping[str, Any], known: Mapping[str, Any], person: Person = CASHIER
) -> dict[str, Any]:
    """Whoever stands at the till of the shop's store, and how they sign in there."""
    for one in known.get("staff", []):
        if one["merchant_id"] == shop["id"] and people.sign_in(anybody, person):
            return dict(one)
    boss, home = anybody.bearing(operator_token), f"/v1/merchants/{shop['id']}"
    store = boss.insist(f"{home}/stores", {"name": STORE}).expect(201)
    tokens = people.sign_in(anybody, person) or people.sign_up(anybody, person)
    me = anybody.bearing(tokens["access_token"])
    people.hire(boss, me, shop, person, "manager")
    return {
        "display_name": person.display_name,
        "identifier": person.identifier,
        "password": person.password,
        "merchant_id": shop["id"],
        "store_id": store["id"],
        "role": "manager",
    }


def order(local: Mapping[str, Any]) -> str:
    """The link of an order that can be paid at once; empty if the shop's key was revoked."""
    shop = (local["people"].get("merchants") or [{}])[0]
    wish = {"amount": ORDER, "currency": "CNY", "order_reference": f"T-{uuid.uuid4().hex[:6]}"}
    try:
        opened = Client(local["api"], shop.get("api_key", "")).insist("/v1/checkouts", wish).expect(201)
    except (NoAnswer, Unexpected):
        return ""
    return f"{local['api']}/pay/{opened['id']}"
