"""For tests of money that goes out in a browser: somebody with a funding method, whose cooling-off is over or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.identity.model_funding import COOLING
from chalicelib.kernel import clock
from chalicelib.ledger.items import FUNDING
from infra.local import places, stack
from infra.local.people import Person
from tests.browser import purse

PIN, ACCOUNT = "493827", "DE89 3704 0044 0532 0130 00"


def with_pin(local: dict[str, Any], person: Person) -> Person:
    wish = {"pin": PIN, "password": person.password}
    purse.owner(local, person).send("PUT", "/v1/me/payment-pin", wish).expect(204)
    return person


def added(local: dict[str, Any], person: Person, destination: str = ACCOUNT) -> str:
    """A funding method of somebody who steps up for it."""
    caller = purse.owner(local, person)
    proved = caller.insist("/v1/me/step-up", {"method": "pin", "pin": PIN}).expect(200)["access_token"]
    wish = {"processor": "sandbox", "destination": destination}
    return str(caller.bearing(proved).insist("/v1/me/funding-methods", wish).expect(201)["id"])


def cool_off(local: dict[str, Any], person: Person) -> None:
    """In the tables their funding methods are of yesterday: nobody waits for a day here."""
    caller = purse.owner(local, person)
    user = caller.get("/v1/me").expect(200)["id"]
    yesterday = datetime.now(UTC) - COOLING - timedelta(minutes=1)
    for method in caller.get("/v1/me/funding-methods").expect(200)["data"]:
        say(local, "identity", user, f"FUNDING#{method['id']}", "created_at", yesterday)
        say(local, "ledger", method["id"], FUNDING, "usable_at", yesterday + COOLING)


def say(local: dict[str, Any], table: str, pk: str, sk: str, name: str, at: datetime) -> None:
    stack.client("dynamodb", local["aws"]["endpoint"]).update_item(
        TableName=f"{places.STACK}-{table}",
        Key={"pk": {"S": pk}, "sk": {"S": sk}},
        UpdateExpression="SET #name = :at",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues={":at": {"S": clock.written(at)}},
        ConditionExpression="attribute_exists(pk)",
    )
