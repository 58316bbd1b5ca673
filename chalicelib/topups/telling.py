"""What becomes of top-ups and no entry of the journal tells: begun, failed, and webhooks that say what cannot be."""

from __future__ import annotations

from datetime import datetime

from chalicelib import happenings
from chalicelib.ledger.model import Movement
from chalicelib.processors.model import Intent, ProcessorEvent
from chalicelib.topups import speed

_CARD = "card"


def started(movement: Movement, device: str, method: str | None) -> None:
    """Under the id of the top-up: a repetition tells nothing new. `method` as it was asked for: in the processor's own
    words it is one card of theirs."""
    facts = {name: str(fact) for name, fact in movement.facts.items()}
    happenings.tell(
        "top-up-started",
        movement.at,
        "started",
        user_id=facts["owner"],
        processor=facts["processor"],
        method=facts["method"],
        currency=movement.currency,
        amount=movement.amount,
        device=device,
        card=f"{facts['processor']} {method}" if facts["method"] == _CARD and method not in (None, _CARD) else "",
        once=movement.id,
    )


def declined(intent: Intent, processor: str, method: str, at: datetime) -> None:
    """At once, by the processor that was asked last."""
    _failed(intent.topup_id, processor, intent.owner, method, intent.currency, intent.amount, at)


def failed(event: ProcessorEvent, at: datetime) -> None:
    """As a processor said later."""
    whose, currency = event.owner or "", event.currency or ""
    _failed(event.topup_id or event.event_id, event.processor, whose, "", currency, event.amount, at)


def quarantined(event: ProcessorEvent, reason: str, at: datetime) -> None:
    once = f"{event.processor} {event.event_id}"
    happenings.tell("processor-webhook", at, "refused", processor=event.processor, reason=reason, once=once)


def _failed(
    topup_id: str, processor: str, owner: str, method: str, currency: str, amount: int | None, at: datetime
) -> None:
    happenings.tell(
        "top-up",
        at,
        "failed",
        user_id=owner,
        processor=processor,
        method=method,
        reason=speed.DECLINED,
        currency=currency,
        amount=amount,
        once=f"{topup_id} {processor}",
    )
