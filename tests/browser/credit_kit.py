"""For tests of credit in a browser: people whom documents have proved, their lines and plans, made through the API."""

from __future__ import annotations

import uuid
from typing import Any

from chalicelib.ledger.items import HEAD
from infra.local import people, places, stack
from infra.local.client import Client
from infra.local.people import Person
from tests.browser import purse, relatives_kit

LINE, PLANS = "/v1/credit-line", "/v1/instalment-plans"
FUNDS = 1_000_000
"""What gives a line of ¥666.00: a limit follows from what came in."""


def proved(local: dict[str, Any], person: Person, tier: int = 2) -> Person:
    """As after a look at their documents; they sign in with it."""
    caller = purse.owner(local, person)
    tables = stack.client("dynamodb", local["aws"]["endpoint"])
    wallet, user = people.wallets(caller)[0]["id"], caller.get("/v1/me").expect(200)["id"]
    for table, pk, sk in (("ledger", wallet, HEAD), ("identity", user, "USER")):
        tables.update_item(
            TableName=f"{places.STACK}-{table}",
            Key={"pk": {"S": pk}, "sk": {"S": sk}},
            UpdateExpression="SET tier = :tier",
            ExpressionAttributeValues={":tier": {"N": str(tier)}},
            ConditionExpression="attribute_exists(pk)",
        )
    return person


def known(local: dict[str, Any], language: str = "en", tier: int = 2, funds: int = FUNDS) -> Person:
    """Somebody who can confirm what they do, and has no line."""
    return proved(local, relatives_kit.giver(local, funds, language), tier)


def with_line(local: dict[str, Any], language: str = "en", tier: int = 2) -> Person:
    person = known(local, language, tier)
    assert purse.owner(local, person).post(LINE, {}).expect(200)["status"] == "open"
    return person


def quote(caller: Client, amount: int, plan: str, kind: str = "cash") -> dict[str, str]:
    """What a client sends to agree to it."""
    wish = {"kind": kind, "plan": plan, "amount": amount, "currency": "CNY"}
    made = caller.post("/v1/instalment-quotes", wish).expect(201)
    return {"quote_id": made["quote"]["id"], "quote_hash": made["hash"]}


def borrowed(local: dict[str, Any], person: Person, amount: int = 60_000, plan: str = "six") -> dict[str, Any]:
    caller = relatives_kit.proved(local, person)
    wish = {"wallet_id": people.wallets(caller)[0]["id"], **quote(caller, amount, plan)}
    made: dict[str, Any] = caller.insist(PLANS, wish, key=uuid.uuid4().hex).expect(201)
    return made


def plans(local: dict[str, Any], person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = purse.owner(local, person).get(PLANS).expect(200)["data"]
    return found


def spent(local: dict[str, Any], person: Person, leave: int) -> int:
    """At the first shop: what is left then."""
    caller = relatives_kit.proved(local, person)
    wallet = people.wallets(caller)[0]
    about = {"wallet_id": wallet["id"], "currency": "CNY", "merchant_id": local["people"]["merchants"][0]["id"]}
    most = 400_000
    while (left := people.wallets(caller)[0]["available"]) > leave:
        wish = about | {"amount": min(most, left - leave), "order_reference": uuid.uuid4().hex[:8]}
        caller.insist("/v1/payments", wish, key=uuid.uuid4().hex).expect(201)
        most -= 1
    return int(left)
