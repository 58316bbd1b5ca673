"""A month of a merchant's account: what it began and ended with, and each movement; as JSON or CSV."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from chalicelib.kernel import sheet
from chalicelib.ledger import chart
from chalicelib.ledger.history import Statement
from chalicelib.merchants.model import Terms


class LineView(msgspec.Struct, frozen=True):
    """`amount` is what the account changed by. Of a settlement: `gross` − `fees` of so many `lines`; otherwise 0."""

    id: str
    at: str
    kind: str
    movement_id: str
    amount: int
    gross: int
    fees: int
    lines: int
    currency: str


class MerchantStatementView(msgspec.Struct, frozen=True):
    """`opening` + `gross` − `fees` − `paid_out` + `corrected` = `closing`. `paid_out`: less what came back; what
    else changed the account is `corrected`."""

    merchant_id: str
    merchant_name: str
    month: str
    currency: str
    opening: int
    closing: int
    gross: int
    fees: int
    paid_out: int
    corrected: int
    entries: list[LineView]


def view(terms: Terms, currency: str, found: Statement) -> MerchantStatementView:
    entries = [_line(one, currency) for one in found.entries]
    paid_out = -sum(one.amount for one in entries if one.kind.startswith("payout"))
    gross, fees = sum(one.gross for one in entries), sum(one.fees for one in entries)
    return MerchantStatementView(
        merchant_id=terms.merchant_id,
        merchant_name=terms.name,
        month=found.starts_at[:7],
        currency=currency,
        opening=found.opening.available,
        closing=found.closing.available,
        gross=gross,
        fees=fees,
        paid_out=paid_out,
        corrected=sum(one.amount for one in entries) - (gross - fees - paid_out),
        entries=entries,
    )


def csv(found: MerchantStatementView) -> str:
    """RFC 4180, a row for each movement."""
    rows = ([getattr(one, name) for name in LineView.__struct_fields__] for one in found.entries)
    return sheet.written(LineView.__struct_fields__, rows)


def _line(entry: Mapping[str, Any], currency: str) -> LineView:
    postings, settled = entry["postings"], entry["kind"] == "settlement"
    return LineView(
        id=entry["id"],
        at=entry["sk"],
        kind=entry["kind"],
        movement_id=entry["movement"],
        amount=postings.get(entry["pk"], 0),
        gross=-postings.get(chart.settling(currency), 0) if settled else 0,
        fees=postings.get(chart.fees(currency), 0) if settled else 0,
        lines=int(entry["text"]) if settled else 0,
        currency=currency,
    )
