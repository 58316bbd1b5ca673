"""A ward in the easy mode and their guardian, made through the API; and payments that wait for a yes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from infra.local import people
from infra.local.client import Client
from infra.local.people import Person
from tests.browser import kit

LARGE, PIN = 100_001, "428571"


@dataclass(frozen=True)
class Family:
    ward: Person
    guardian: Person
    ward_id: str
    at_the_ward: Client
    at_the_guardian: Client


def signed_in(local: dict[str, Any], person: Person) -> Client:
    nobody = Client(local["api"])
    tokens = people.sign_in(nobody, person)
    assert tokens
    return nobody.bearing(tokens["access_token"])


def signed_up(local: dict[str, Any], person: Person) -> Client:
    nobody = Client(local["api"])
    return nobody.bearing(people.sign_up(nobody, person)["access_token"])


def family(local: dict[str, Any], language: str = "en", funds: int = 0, accepted: bool = True) -> Family:
    ward, guardian = kit.newcomer(local, funds, language), kit.stranger(language)
    ana, ben = signed_in(local, ward), signed_up(local, guardian)
    ben.send("PUT", "/v1/me/payment-pin", {"pin": PIN, "password": guardian.password}).expect(204)
    ana.send("PATCH", "/v1/me/preferences", {"ui_mode": "easy"}).expect(200)
    ana.post("/v1/me/guardian", {"identifier": guardian.identifier}).expect(202)
    ward_id = ana.get("/v1/me").expect(200)["id"]
    if accepted:
        ben.post(f"/v1/me/wards/{ward_id}/accept").expect(204)
    return Family(ward, guardian, ward_id, signed_in(local, ward), ben)


def waits(local: dict[str, Any], home: Family, amount: int = LARGE) -> str:
    """A payment of the ward's that the guardian is asked about, and told of; its approval."""
    wish = {
        "wallet_id": people.wallets(home.at_the_ward)[0]["id"],
        "merchant_id": local["people"]["merchants"][0]["id"],
        "amount": amount,
        "currency": "CNY",
        "order_reference": uuid.uuid4().hex[:8],
    }
    refused = home.at_the_ward.post("/v1/payments", wish, key=uuid.uuid4().hex)
    refused.expect(403, "guardian-approval-required")
    approval_id = str(refused.json["approval_id"])

    def told() -> bool | None:
        listed = home.at_the_guardian.get("/v1/me/approvals").expect(200)["data"]
        return any(one["id"] == approval_id for one in listed) or None

    people.wait_for(told, "an approval", seconds=kit.PATIENCE_MS / 1000)
    return approval_id
