"""What the ledger refused for good is told once: no entry of the journal ever will."""

from __future__ import annotations

from typing import get_args

from chalicelib import happenings
from chalicelib.kernel.errors import Refusal
from chalicelib.ledger.model import Movement

_KINDS = {kind: kind for kind in get_args(happenings.Kind) if kind in ("payment", "top-up", "transfer", "withdrawal")}


def tell(movement: Movement, error: Refusal) -> None:
    """After it is stored, and not of a repetition. What is no movement between people and the world is told nobody."""
    kind, facts = _KINDS.get(movement.kind), {name: str(fact) for name, fact in movement.facts.items()}
    if kind is None:
        return
    happenings.tell(
        kind,
        movement.at,
        "refused",
        user_id=facts.get("owner", ""),
        merchant=facts.get("payee", ""),
        processor=facts.get("processor", ""),
        method=facts.get("method", ""),
        reason=error.code,
        currency=movement.currency,
        amount=movement.amount,
        once=movement.id,
    )
