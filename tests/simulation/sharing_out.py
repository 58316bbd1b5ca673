"""Checkouts that several people pay, as they should be: what is left, who shares, and how all parts end together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.simulation.tables import Change
from tests.simulation.truth import Payment, Wish, hold
from tests.simulation.values import plain

MOST_PARTS = 40
Checkout = dict[str, Any]


def opened(checkout: Checkout, most: int) -> Checkout:
    """Its further facts."""
    return checkout | {"left": checkout["amount"], "most": most, "payers": set(), "parts": 0}


def join(checkout: Checkout, wish: Wish, payment: Payment, owner: str) -> None:
    payment.part = True
    hold(wish.amount <= checkout["left"], "parts never add up to more than the whole", checkout=checkout, wish=wish)
    room = owner in checkout["payers"] or len(checkout["payers"]) < checkout["most"]
    hold(room, "no more people share than may", checkout=checkout, wish=wish)
    checkout["left"] -= wish.amount
    checkout["payers"].add(owner)
    checkout["parts"] += 1
    hold(checkout["parts"] <= MOST_PARTS, "parts are bounded", checkout=checkout)
    checkout["status"] = "open" if checkout["left"] else "paid"


def ended(checkout: Checkout, payment: Payment, status: str) -> None:
    """A part ends as the whole does."""
    hold(payment.part, "only parts end by themselves", payment=payment)
    hold(checkout["status"] == status, "all parts are taken, or all go back", checkout=checkout, payment=payment)


def part(model: Any, entry: dict[str, Any], changes: Sequence[Change], status: str) -> Payment | None:
    """The part that ends with its checkout; None where somebody asked for it."""
    if entry["movement"] in model.wishes:
        return None
    payment: Payment = model._authorized(payment_in(changes), entry)
    ended(model.checkouts[payment.checkout], payment, status)
    return payment


def payment_in(changes: Sequence[Change]) -> str:
    """The one that a transaction ends."""
    (found,) = [change.key[0] for change in changes if change.key[0].startswith("pay_")]
    return found


def ran_out(checkout: Checkout, seconds: float, skew: float) -> None:
    """As it is written down."""
    hold(checkout["status"] in ("open", "expired"), "what is paid or cancelled does not expire", checkout=checkout)
    hold(seconds + skew >= checkout["expires_seconds"], "nothing expires before its time", checkout=checkout)
    checkout["status"] = "expired"


def no_room(checkout: Checkout, owner: str) -> bool:
    """For another part of theirs."""
    full = owner not in checkout["payers"] and len(checkout["payers"]) >= checkout["most"]
    return full or checkout["parts"] >= MOST_PARTS - 1


def finished(world: Any) -> None:
    """Once everything is calm: no part is held any more, and no checkout waits."""
    for payment in world.model.payments.values():
        hold(not payment.part or payment.state != "authorized", "every part ends", payment=payment)
    for item in world.engine.tables["test-merchants"].everything():
        due = item.get("due_key", {"S": ""})["S"]
        hold(not due.startswith("share"), "no shared checkout is left to be done", item=plain(item))
