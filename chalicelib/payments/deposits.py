"""What is held for a merchant and neither taken nor given back: those that run out soonest first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.kernel import clock
from chalicelib.kernel.callers import Merchant
from chalicelib.ledger import service as ledger
from chalicelib.merchants import deposits
from chalicelib.payments import acting, model


def listed(
    merchant: Merchant, position: str | None, limit: int, at: datetime
) -> tuple[list[dict[str, Any]], str | None]:
    """As payments are shown, and the position of the next page; a page may hold fewer. Raises Forbidden."""
    merchant.require("payments")
    ids, following = deposits.of(merchant.merchant_id, position, limit)
    known = {one["pk"]: one for one in ledger.movements(ids)}
    held = [known[one] for one in ids if one in known and _is_open(known[one], at)]
    return [model.view(one) | model.by_staff(one) for one in held if acting.reaches(merchant, one)], following


def _is_open(payment: Mapping[str, Any], at: datetime) -> bool:
    """Whatever the sweep has not seen yet: what has run out is over."""
    return bool(payment["state"] == "authorized" and payment["due_at"] > clock.written(at))
