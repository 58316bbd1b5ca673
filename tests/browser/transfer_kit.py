"""For tests of money between people in a browser: sent through the API; a pause or a day that is over at once."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.ledger.items import MOVEMENT
from infra.local import people
from infra.local.people import Person
from tests.browser import kit, purse, withdrawal_kit


def sent(local: dict[str, Any], payer: Person, identifier: str, amount: int, **more: Any) -> dict[str, Any]:
    """As the API answers it."""
    caller = purse.owner(local, payer)
    found = caller.post("/v1/payee-checks", {"identifier": identifier}).expect(200)
    wish = {"payee_check": found["payee_check"], "amount": amount, "currency": found["currency"]} | more
    transfer: dict[str, Any] = caller.insist("/v1/transfers", wish, key=uuid.uuid4().hex).expect(201)
    return transfer


def arrives(local: dict[str, Any], payer: Person, transfer_id: str) -> None:
    """In the tables its pause is over, and the sweep comes: nobody waits for a day here."""
    ago = datetime.now(UTC) - timedelta(minutes=1)
    withdrawal_kit.say(local, "ledger", transfer_id, MOVEMENT, "due_at", ago)
    caller = purse.owner(local, payer)

    def look() -> bool | None:
        kit.swept(local)
        return caller.get(f"/v1/transfers/{transfer_id}").expect(200)["status"] == "completed" or None

    people.wait_for(look, "a transfer to arrive")


def packet(local: dict[str, Any], maker: Person, amount: int, shares: int) -> dict[str, Any]:
    """For whoever has the link, as the API answers it."""
    wish = {"amount": amount, "currency": "CNY", "split": "equal", "shares": shares}
    made: dict[str, Any] = purse.owner(local, maker).insist("/v1/red-packets", wish, key=uuid.uuid4().hex).expect(201)
    return made


def goes_back(local: dict[str, Any], maker: Person, packet_id: str) -> None:
    """In the tables its day is over, and the sweep comes."""
    ago = datetime.now(UTC) - timedelta(minutes=1)
    withdrawal_kit.say(local, "ledger", packet_id, MOVEMENT, "due_at", ago)
    caller = purse.owner(local, maker)

    def look() -> bool | None:
        kit.swept(local)
        return caller.get(f"/v1/red-packets/{packet_id}").expect(200)["status"] == "returned" or None

    people.wait_for(look, "a red packet to go back")


def acquainted(local: dict[str, Any], payer: Person, payee: Person, amount: int = 100) -> None:
    """Something has arrived: the next is at once."""
    arrives(local, payer, sent(local, payer, payee.identifier, amount)["id"])
