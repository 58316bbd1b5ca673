"""What is put aside in a wallet: why, until when, and what its owner can do. For people; it decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from chalicelib.kernel import text
from chalicelib.ledger import chart, history, store
from chalicelib.ledger.model import Head
from chalicelib.ledger.wire import plain_item

_PAGE, _MOST_PAGES = 100, 20


class HoldView(msgspec.Struct, frozen=True, omit_defaults=True):
    """`kind`: `payment` that a merchant may still take, `top-up` that its payer disputes at their bank, or
    `risk-hold`: somebody of ours looks at it."""

    movement_id: str
    kind: str
    amount: int
    currency: str
    since: str
    reason: str
    """Why, to read."""
    needed: str
    """What its owner can do, to read."""
    until: str = ""
    """When it is released by itself."""


class HoldsView(msgspec.Struct, frozen=True):
    """All of them."""

    data: list[HoldView]
    has_more: bool = False
    next_cursor: str | None = None


def listed(head: Head, language: str) -> HoldsView:
    """Newest first; read from the journal only as far back as what is held reaches."""
    found: list[HoldView] = []
    for movements in _pages(head) if head.held else ():
        found += [hold for one in movements if (hold := _hold(one, language))]
        if sum(hold.amount for hold in found) >= head.held:
            break
    return HoldsView(found)


def _pages(head: Head) -> Iterator[list[dict[str, Any]]]:
    """Movements that put something aside, a page of the journal at a time."""
    before: str | None = None
    for _ in range(_MOST_PAGES):
        entries = history.entries(head.account, before, _PAGE)
        aside = [one["movement"] for one in entries if one["postings"].get(chart.held(head.account), 0) > 0]
        known = {plain["pk"]: plain for plain in map(plain_item, store.movements(aside))} if aside else {}
        yield [known[one] for one in dict.fromkeys(aside) if one in known]
        if len(entries) < _PAGE:
            return
        before = entries[-1]["sk"]


def _hold(movement: Mapping[str, Any], language: str) -> HoldView | None:
    """None of what is held no more."""
    if movement["kind"] == "payment" and movement["state"] == "authorized":
        return _view(movement, movement["amount"], language, movement.get("due_at", ""))
    if movement["kind"] == "risk-hold" and movement["state"] in ("held", "kept"):
        return _view(movement, movement["amount"], language)
    if movement.get("dispute_held"):
        return _view(movement, movement["dispute_held"], language)
    return None


def _view(movement: Mapping[str, Any], amount: int, language: str, until: str = "") -> HoldView:
    kind, kept = movement["kind"], "-kept" if movement["state"] == "kept" else ""
    why, needed = (text.sentence(f"holds.{kind}{kept}.{what}", language) for what in ("why", "needed"))
    return HoldView(movement["pk"], kind, amount, movement["currency"], movement["created_at"], why, needed, until)
