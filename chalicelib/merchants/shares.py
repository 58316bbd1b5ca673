"""Checkouts that several people pay: a part joins while there is room, and how such a checkout ends.

It ends once: full, or over before it was. What is left of it is a condition of every part, so parts never add up to
more; nothing is left exactly when it is paid, and neither its end nor its parts can change after that.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chalicelib.kernel import clock
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import BelowLeastPart, ExceedsWhatIsLeft, InvalidRequest, InvalidState, NotFound
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Changed, Draft, Leg, Verdict
from chalicelib.ledger.wire import Item, plain_item
from chalicelib.ledger.write import Update
from chalicelib.merchants import model, model_events, model_shares, store, store_due, store_events
from chalicelib.merchants.model import Checkout, Progress
from chalicelib.merchants.model_shares import MOST_PARTS, Shared, Split, SplitView
from chalicelib.settings import settings

_PAGE = 100


def begun(checkout: Checkout) -> Progress:
    """As it is opened, whether one pays it or several."""
    if not checkout.max_payers:
        return Progress()
    amount, most, expires_at = checkout.amount, checkout.max_payers, checkout.expires_at
    return Progress(shared=Shared(amount, amount, most, "open", expires_at, least=checkout.least))


def least(split: Split | None, amount: int) -> int:
    """Of each part. Raises InvalidRequest where that is more than all of it."""
    if split and split.least > amount:
        raise InvalidRequest(param="split.least")
    return split.least if split else 1


def view(progress: Progress, customer: Customer | None = None) -> SplitView | None:
    """Without the names of those who pay; None of a checkout that one person pays. `customer`: who looks, if one."""
    shared = progress.shared
    if shared is None:
        return None
    movements = ledger.movements(shared.parts) if shared.parts else []
    return model_shares.split_view(shared, movements, customer.wallet_ids if customer else None)


def joining(checkout: Checkout, payment_id: str, owner: str, amount: int, at: datetime) -> Leg:
    """A part, inside its payment's transaction, which holds the money.

    Refuses with InvalidState (paid, expired, cancelled, all-places-taken, last-part), ExceedsWhatIsLeft,
    BelowLeastPart.
    """
    moment = clock.written(at)
    update = _of(checkout.id).add("left", -amount).append("parts", payment_id).join("payers", owner)
    update.assign("paid_at", moment).assign("due_at", moment)
    update.assign("due_key", store_due.key(store.SHARED, checkout.id))
    update.require("status", "=", "open").require("expires_at", ">", moment).require("left", ">=", amount)
    update.require_room("payers", checkout.max_payers, update.member_of("payers", owner))
    update.require_room("parts", MOST_PARTS - 1, update.equal("left", amount))
    if amount < checkout.least:
        update.require("left", "=", amount)

    def explain(wired: Item | None) -> Verdict:
        return _why_not(plain_item(wired), owner, amount, at) if wired else NotFound()

    return Leg(update.written(), explain)


def full(checkout_id: str) -> Leg:
    """Nothing is left of it, inside the transaction that takes a part."""
    return Leg(_of(checkout_id).require("left", "=", 0).checked(), _not_so)


def over(checkout_id: str) -> Leg:
    """It ended before it was full, inside the transaction that gives a part back."""
    ended = _of(checkout_id).require_one_of("status", "cancelled", "expired").require("left", ">", 0)
    return Leg(ended.checked(), _not_so)


def ended(checkout_id: str, at: datetime) -> Shared | None:
    """Once it is full or its time is over, that is written down, for good; how far it is. None of other checkouts."""
    found = store.checkout(checkout_id)
    if found is None or (shared := found[1].shared) is None:
        return None
    if shared.status == "paid":
        _end(at, _paid(checkout_id), _told(*found, at))
    elif shared.is_over(at) and shared.status == "open":
        _end(at, _expired(checkout_id, at))
    return store.shared(checkout_id)


def wait(checkout_id: str, shared: Shared, at: datetime) -> None:
    """Nothing is due before it runs out, unless another part has joined meanwhile."""
    later = _of(checkout_id).assign("due_at", clock.written(shared.expires_at))
    _end(at, Leg(later.require("status", "=", "open").require("left", "=", shared.left).written(), _not_so))


def done(checkout_id: str, at: datetime) -> None:
    """Every part of it has ended: nothing is due any more."""
    settled = _of(checkout_id).remove("due_key", "due_at").require_one_of("status", "paid", "cancelled", "expired")
    _end(at, Leg(settled.written(), _not_so))


def due(at: datetime) -> list[str]:
    """Candidates; conditions decide."""
    return [checkout_id for checkout_id, _, _ in store_due.due(store.SHARED, at, _PAGE)]


def _of(checkout_id: str) -> Update:
    return Update(settings().merchants_table, checkout_id, store.CHECKOUT)


def _why_not(old: dict[str, Any], owner: str, amount: int, at: datetime) -> Verdict:
    left, payers, parts = old["left"], old.get("payers", frozenset()), old.get("parts", [])
    status = "paid" if left == 0 else model.status_of(old["status"], old["expires_at"], at)
    if status != "open":
        return InvalidState(state=status)
    if left < amount:
        return ExceedsWhatIsLeft(left=left, currency=old["currency"])
    if amount < old.get("least", 1) and amount != left:
        return BelowLeastPart(least=old["least"], currency=old["currency"])
    if owner not in payers and len(payers) >= old["max_payers"]:
        return InvalidState(state="all-places-taken")
    return InvalidState(state="last-part") if len(parts) >= MOST_PARTS - 1 and left > amount else Changed()


def _paid(checkout_id: str) -> Leg:
    update = _of(checkout_id).assign("status", "paid").require("status", "=", "open").require("left", "=", 0)
    return Leg(update.written(), _not_so)


def _expired(checkout_id: str, at: datetime) -> Leg:
    update = _of(checkout_id).assign("status", "expired").require("status", "=", "open").require("left", ">", 0)
    return Leg(update.require("expires_at", "<=", clock.written(at)).written(), _not_so)


def _told(checkout: Checkout, progress: Progress, at: datetime) -> Leg:
    """No single entry of the journal says that a shared checkout is paid, so the event is part of writing it down."""
    data = model_events.shared_paid(checkout, progress.paid_at)
    merchant_id, when = checkout.merchant_id, progress.paid_at
    return store_events.putting(model_events.made("checkout.paid", checkout.id, merchant_id, when, data, at))


def _end(at: datetime, *legs: Leg) -> None:
    """Where a condition fails, somebody else was here first, and did it or something that matters more."""
    try:
        ledger.commit(lambda at, known: Draft(movement=None, changes=(), entry=None, legs=legs), at)
    except InvalidState:
        return


def _not_so(wired: Item | None) -> Verdict:
    state = str(plain_item(wired)["status"]) if wired else ""
    return InvalidState(state=state) if wired else NotFound()
