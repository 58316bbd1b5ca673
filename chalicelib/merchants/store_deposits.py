"""Which payments are held for a merchant and not taken yet, in the table `merchants`: to find them by, no more."""

from __future__ import annotations

from datetime import datetime, timedelta

from pynamodb.attributes import NumberAttribute

from chalicelib.cloud_tables import Table, cut

_HELD = "DEPOSIT#"
_KEPT = timedelta(days=30)
"""Long after an authorisation has run out: what came in another order than it happened is gone then."""


class _DepositItem(Table):
    setting = "merchants_table"
    expires_at_seconds = NumberAttribute()


def put(merchant_id: str, held_at: str, payment_id: str, at: datetime) -> None:
    """Once or many times."""
    expires = int((at + _KEPT).timestamp())
    _DepositItem(merchant_id, _place(held_at, payment_id), expires_at_seconds=expires).save()


def remove(merchant_id: str, held_at: str, payment_id: str) -> None:
    _DepositItem(merchant_id, _place(held_at, payment_id)).delete()


def of(merchant_id: str, position: str | None, limit: int) -> tuple[list[str], str | None]:
    """Ids of payments, the oldest first; and the position of the next page."""
    found = _DepositItem.query(
        merchant_id,
        _DepositItem.sk.startswith(_HELD),
        consistent_read=True,
        limit=limit + 1,
        last_evaluated_key={"pk": {"S": merchant_id}, "sk": {"S": position}} if position else None,
    )
    page, following = cut(list(found), limit)
    return [item.sk.rpartition("#")[2] for item in page], following


def _place(held_at: str, payment_id: str) -> str:
    return f"{_HELD}{held_at}#{payment_id}"
