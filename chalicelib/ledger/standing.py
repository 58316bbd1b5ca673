"""Whether somebody may start what will credit their wallet later: a condition, though nothing is written yet."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import InvalidState, InvalidToken, LimitReached, NotFound, WalletFrozen
from chalicelib.ledger import items
from chalicelib.ledger.model import Changed, Head, Known, Leg, Lifts, Misjudged, Verdict
from chalicelib.ledger.wire import Item
from chalicelib.ledger.write import Update
from chalicelib.settings import settings


def check(customer: Customer, wallet: str, amount: int, most: int, lifts: Lifts | None = None) -> Leg:
    """The wallet is theirs, their session not revoked, the wallet not closed, and `amount` more stays within `most`."""
    update = Update(settings().ledger_table, wallet, items.HEAD).require("owner", "=", customer.user_id)
    update.require("epoch", "=", customer.epoch).require("status", "<>", "closed")
    update.require("available", "<=", most - amount)

    def explain(wired: Item | None) -> Verdict:
        head = _theirs(customer, wired)
        if not isinstance(head, Head):
            return head
        if head.status == "closed":
            return InvalidState(state="closed")
        if (full := head.available + amount) <= most:
            return Changed()
        told = lifts({"balance": full}) if lifts else None
        return LimitReached(limit="balance", maximum=most, currency=head.currency, lifts=told)

    return Leg(update.checked(), explain)


def acting(customer: Customer, wallet: str) -> Leg:
    """Whoever pays from a card stands as they must to pay from the wallet: theirs, active, the session not revoked."""
    update = Update(settings().ledger_table, wallet, items.HEAD).require("owner", "=", customer.user_id)
    update.require("epoch", "=", customer.epoch).require("status", "=", "active").require("tier", "=", customer.tier)

    def explain(wired: Item | None) -> Verdict:
        head = _theirs(customer, wired)
        if not isinstance(head, Head):
            return head
        if head.status == "active":
            return Misjudged(head)
        return WalletFrozen(reason=head.reason) if head.status == "frozen" else InvalidState(state="closed")

    return Leg(update.checked(), explain)


def acting_as_known(customer: Customer, wallet: str, known: Known) -> Leg:
    """Likewise, by the tier that the head has once a try has shown it."""
    head = known.get(wallet)
    return acting(replace(customer, tier=head.tier) if head else customer, wallet)


def _theirs(customer: Customer, wired: Item | None) -> Head | NotFound | InvalidToken:
    """The head, if it is theirs and their session not revoked."""
    head = Head.of(wired) if wired else None
    if head is None or head.owner != customer.user_id:
        return NotFound()
    return head if head.epoch == customer.epoch else InvalidToken()
