"""What must add up of disputes: each is written into its payment, into three lists, and into what ended it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Plain = Mapping[str, Any]
_UNDECIDED = ("open", "answered")
_LISTS = 3
_LISTED = "DISPUTES#"
OF_TOPUPS = ("top-up-dispute", "top-up-dispute-over")
"""Kinds of entries that put aside what a payer disputes at their bank, and give it back."""


def held(movement: Plain) -> int:
    """What it has put aside of its merchant's allowance now."""
    undecided = movement["kind"] == "dispute" and movement["state"] in _UNDECIDED
    return int(movement["held"]) if undecided else 0


def of_movement(movement: Plain) -> dict[str, int]:
    kind = movement["kind"]
    if kind == "dispute":
        return _of_dispute(movement)
    if kind == "top-up":
        return {"topups-disputed": -movement.get("dispute_held", 0)}
    if kind == "payment":
        return {"disputed": -movement.get("disputed", 0)}
    if kind == "refund":
        return {"disputes-refunded": int("dispute" in movement)}
    return {"disputes-decided": 1} if kind == "decision" else {}


def of_topup_entry(entry: Plain) -> dict[str, int]:
    """What of it is held, or no more."""
    held_ = sum(amount for address, amount in entry["postings"].items() if address.endswith(":held"))
    return {"topups-disputed": held_}


def of_other(item: Plain) -> dict[str, int]:
    return {"disputes-listed": 1} if item["pk"].startswith(_LISTED) else {}


def disputed(dispute: Plain | None, following: Iterable[Plain]) -> int:
    """What of its payment a dispute has put aside, unless one of what `following` has refunded it."""
    if dispute is None or dispute["state"] not in _UNDECIDED:
        return 0
    return 0 if any(one.get("dispute") == dispute["pk"] for one in following) else int(dispute["amount"])


def _of_dispute(movement: Plain) -> dict[str, int]:
    state, by = movement["state"], movement.get("decided_by", "")
    return {
        "disputed": movement["amount"] if state in _UNDECIDED else 0,
        "disputes-said": -1,
        "disputes-listed": -_LISTS,
        "disputes-refunded": -int(state == "refunded"),
        "disputes-decided": -int(by in ("house", "merchant")),
    }
