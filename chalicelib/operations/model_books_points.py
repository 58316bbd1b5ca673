"""What must add up in points: lots with their head, records with what they booked, payments with what they took.

A tear in them is a person's: nothing of points is completed or taken back by itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chalicelib.ledger import chart, items

Plain = Mapping[str, Any]
_PREFIX = "points-"
_EARNED = ("points-earned", "points-reversed")


def is_of_points(entry: Plain) -> bool:
    return str(entry["kind"]).startswith(_PREFIX) and entry["kind"] != "points-redemption"


def helped(movement: Plain) -> bool:
    """Whether points have paid a part of it, or were given back."""
    return movement["kind"] in ("payment", "refund") and bool(_moved(movement))


def of_entry(entry: Plain) -> dict[str, int]:
    moved = -sum(amount for address, amount in entry["postings"].items() if chart.is_system(address))
    name = "points-earned" if entry["kind"] in _EARNED else str(entry["kind"])
    return {} if name == "points-expired" else {name: moved}


def of_movement(movement: Plain) -> dict[str, int]:
    if movement["kind"] == "points-redemption":
        return {"points-redeemed": movement["amount"]}
    if not helped(movement):
        return {}
    moved = _moved(movement)
    return (
        {"points-used": moved, "points-taken": -moved} if movement["kind"] == "payment" else {"points-returned": -moved}
    )


def of_other(item: Plain) -> dict[str, int]:
    if item["sk"] == items.POINTS:
        return {f"lots:{item['pk']}": _left(item)}
    if item["sk"] == items.SPENT:
        return {"points-taken": _left(item)}
    if str(item["sk"]).startswith(items.EARNED):
        return {"points-earned": item.get("reversed", 0) - item.get("points", 0)}
    return {}


def _moved(movement: Plain) -> int:
    if movement["kind"] == "payment":
        return int(movement.get("points", 0))
    answer = movement.get("answer")
    return int(json.loads(answer).get("points", 0)) if answer else 0


def _left(item: Plain) -> int:
    return sum(amount for _, amount in item["lots"])
