"""For tests of money between people in a browser: sent through the API, and a pause that is over at once."""

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


def acquainted(local: dict[str, Any], payer: Person, payee: Person, amount: int = 100) -> None:
    """Something has arrived: the next is at once."""
    arrives(local, payer, sent(local, payer, payee.identifier, amount)["id"])
