"""For tests of family cards and gift cards in a browser: made through the API."""

from __future__ import annotations

import uuid
from typing import Any

from infra.local import people
from infra.local.client import Client
from infra.local.people import Person
from tests.browser import kit, purse, withdrawal_kit

CARDS, GIFTS = "/v1/family-cards", "/v1/gift-cards"


def proved(local: dict[str, Any], person: Person) -> Client:
    """At their device, just after their PIN; set by `with_pin`."""
    caller = purse.owner(local, person)
    proof = {"method": "pin", "pin": withdrawal_kit.PIN}
    return caller.bearing(caller.insist("/v1/me/step-up", proof).expect(200)["access_token"])


def giver(local: dict[str, Any], funds: int = 50_000, language: str = "en") -> Person:
    """Somebody who can confirm what they do."""
    return withdrawal_kit.with_pin(local, kit.newcomer(local, funds, language))


def offered(local: dict[str, Any], owner: Person, holder: Person, **more: Any) -> str:
    """A family card of ¥300.00 a month that waits for its holder."""
    caller = proved(local, owner)
    found = caller.post("/v1/payee-checks", {"identifier": holder.identifier}).expect(200)
    wallet = people.wallets(caller)[0]
    wish = {"wallet_id": wallet["id"], "payee_check": found["payee_check"], "monthly_cap": 30_000, "currency": "CNY"}
    return str(caller.insist(CARDS, wish | more, key=uuid.uuid4().hex).expect(201)["id"])


def held(local: dict[str, Any], owner: Person, holder: Person, **more: Any) -> str:
    """One that its holder has accepted."""
    card = offered(local, owner, holder, **more)
    purse.owner(local, holder).post(f"{CARDS}/{card}/accept", {}).expect(200)
    return card


def paid(local: dict[str, Any], holder: Person, card: str, amount: int) -> dict[str, Any]:
    """At the first shop, with a family card."""
    caller = purse.owner(local, holder)
    shop = local["people"]["merchants"][0]["id"]
    about = {"wallet_id": people.wallets(caller)[0]["id"], "merchant_id": shop, "family_card_id": card}
    wish = about | {"amount": amount, "currency": "CNY", "order_reference": uuid.uuid4().hex[:8]}
    made: dict[str, Any] = caller.insist("/v1/payments", wish, key=uuid.uuid4().hex).expect(201)
    return made


def gift(caller: Client, amount: int = 5_000, **more: Any) -> dict[str, Any]:
    """A gift card that nobody has taken yet."""
    wish = {"wallet_id": people.wallets(caller)[0]["id"], "amount": amount, "currency": "CNY", "design": "birthday"}
    made: dict[str, Any] = caller.insist(GIFTS, wish | more, key=uuid.uuid4().hex).expect(201)
    return made
