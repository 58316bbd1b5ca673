"""The writes of a return: money that a second processor took for one top-up, on its way back to whoever paid it.

It is a movement of its own (`rtn_…`) in the ledger's table, due until it is known; no balance of ours changes by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.kernel import ids
from chalicelib.ledger.model import Due, Leg, Movement
from chalicelib.processors import asked
from chalicelib.processors.model import ProcessorEvent, Refund

DUE = "return"
REFERENCE = "refund_reference"
"""What the processor calls the return, beside its name for what it returns."""


def id_of(event: ProcessorEvent) -> str:
    """One for each top-up and processor, however often and in whatever way it is told."""
    return ids.derived("rtn", event.processor, event.topup_id or "")


def movement(event: ProcessorEvent, state: str, at: datetime) -> Movement:
    """`pending`, then it is due at once; `succeeded`, if the processor has sent it back by itself already."""
    return Movement(
        id=id_of(event),
        kind="return",
        account=event.wallet_id or "",
        amount=event.amount or 0,
        currency=event.currency or "",
        state=state,
        at=at,
        due=Due(DUE, at) if state == "pending" else None,
        facts={
            "topup": event.topup_id or "",
            "processor": event.processor,
            "reference": event.reference or "",
            REFERENCE: "",
        },
    )


def refund_of(found: Mapping[str, Any]) -> Refund:
    return Refund(found["pk"], found["topup"], found["amount"], found["currency"], found["amount"], found["reference"])


def ended(return_id: str, state: str, reason: str = "") -> Leg:
    return asked.leg(asked.ended(return_id, state, reason))
