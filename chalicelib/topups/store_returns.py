"""The writes of a return: money that a second processor took for one top-up, on its way back to whoever paid it.

It is a movement of its own (`rtn_…`) in the ledger's table, due until it is known; no balance of ours changes by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.kernel import ids
from chalicelib.ledger import expected
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


def came(wish: Movement, at: datetime) -> Leg:
    """What the processor's statement must show of the money that came."""
    return _expected(wish.id, wish.facts, wish.currency, wish.amount, at)


def went(wish: Movement, at: datetime) -> Leg:
    """And of its way back."""
    return _expected(wish.id, wish.facts, wish.currency, -wish.amount, at)


def asked_back(found: Mapping[str, Any], at: datetime) -> Leg:
    """Its way back, of one that is kept already."""
    return _expected(found["pk"], found, found["currency"], -found["amount"], at)


def refund_of(found: Mapping[str, Any]) -> Refund:
    return Refund(found["pk"], found["topup"], found["amount"], found["currency"], found["amount"], found["reference"])


def ended(return_id: str, state: str, reason: str = "") -> Leg:
    return asked.leg(asked.ended(return_id, state, reason))


def _expected(return_id: str, facts: Mapping[str, Any], currency: str, amount: int, at: datetime) -> Leg:
    about = f"{return_id} {'back' if amount < 0 else 'came'}"
    return Leg(expected.beside(facts["topup"], about, facts["processor"], currency, amount, at), asked.taken)
