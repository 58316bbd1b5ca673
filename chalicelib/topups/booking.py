"""What is taken back of a top-up, and how what a processor says of one stands in the journal."""

from __future__ import annotations

from datetime import datetime

from chalicelib.ledger import chart, crediting
from chalicelib.ledger.model import Change, Entry, Known
from chalicelib.processors.model import ProcessorEvent


def debit(wallet: str, currency: str, amount: int, known: Known) -> tuple[Change, dict[str, int]]:
    """Takes what is available, owes the rest. A closed wallet owes it all: what it had was paid out."""
    head = known.get(wallet)
    closed = head is not None and head.status == "closed"
    available = 0 if closed else max(0, head.available) if head else amount
    taken = min(amount, available)
    owed = amount - taken
    floor = head.floor if head else 0
    change = Change(
        wallet,
        currency,
        available=-taken,
        debt=owed,
        floor=floor,
        closed=closed,
        expected_available=available if owed and not closed else None,
    )
    return change, crediting.postings({wallet: -taken, chart.debt(wallet): -owed})


def entry(event: ProcessorEvent, kind: str, postings: dict[str, int], at: datetime, sequence: str = "") -> Entry:
    """Reversals of one top-up are told apart by what they bring the total to: it only grows."""
    _, _, currency = facts(event)
    return Entry(
        movement=event.topup_id or "",
        kind=kind,
        currency=currency,
        at=at,
        postings=postings,
        owner=event.owner or "",
        text=event.processor,
        sequence=sequence,
    )


def facts(event: ProcessorEvent) -> tuple[str, int, str]:
    """Of an event that is sound."""
    return event.wallet_id or "", event.amount or 0, event.currency or ""
