"""A month of a merchant's account: what it began and ended with, and each movement; as JSON, CSV or PDF."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.kernel import money, pdf, sheet, text
from chalicelib.kernel.pdf import Line, Text
from chalicelib.ledger import chart
from chalicelib.ledger.history import Statement
from chalicelib.merchants.model import Terms

_ROWS_ON_A_PAGE = 44
_TOP, _FIRST_ROW, _ROW = 56, 250, 13
_COLUMNS = (48, 158, 248, 462, 547)
_WORDS = "merchant_statements"


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


def printed(found: MerchantStatementView, language: str) -> bytes:
    """As PDF, in the reader's language."""
    rows = [_row(one, language) for one in found.entries]
    pages = [rows[at : at + _ROWS_ON_A_PAGE] for at in range(0, len(rows), _ROWS_ON_A_PAGE)] or [[]]
    title = _say("title", language, month=found.month)
    laid = [_page(found, one, number, len(pages), language) for number, one in enumerate(pages, 1)]
    return pdf.document(f"{found.merchant_name} · {title}", laid)


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


def _page(
    found: MerchantStatementView, rows: Sequence[Line], number: int, pages: int, language: str
) -> list[tuple[float, Line]]:
    words = (_say(name, language) for name in ("at", "what", "number", "fee", "amount"))
    heading = [Text(x, word, bold=True, right=False) for x, word in zip((*_COLUMNS[:3], 424, 500), words, strict=True)]
    below = [(_FIRST_ROW + _ROW * (at + 1), row) for at, row in enumerate(rows)]
    foot = [Text(_COLUMNS[0], _say("page", language, page=str(number), pages=str(pages)), 8)]
    return [*_head(found, language), (_FIRST_ROW, heading), *below, (pdf.HEIGHT - 24, foot)]


def _head(found: MerchantStatementView, language: str) -> Iterator[tuple[float, Line]]:
    yield _TOP, [Text(_COLUMNS[0], _say("title", language, month=found.month), 18, bold=True)]
    told = {"merchant": found.merchant_name, "number": found.merchant_id, "currency": found.currency}
    sums = {name: getattr(found, name) for name in ("opening", "gross", "fees", "paid_out", "corrected", "closing")}
    signed = {"fees": -1, "paid_out": -1}
    shown = {name: money.shown(signed.get(name, 1) * sum_, found.currency) for name, sum_ in sums.items()}
    for at, (name, value) in enumerate((told | shown).items()):
        label, is_sum = Text(_COLUMNS[0], _say(name, language), 10), name in sums
        told_at = Text(_COLUMNS[4], value, 10, right=True) if is_sum else Text(200, value, 10)
        yield _TOP + 30 + 17 * at, [label, told_at]


def _row(one: LineView, language: str) -> Line:
    kind = _say(one.kind, language) if text.has(f"{_WORDS}.{one.kind}") else one.kind
    fees = money.shown(-one.fees, one.currency) if one.fees else ""
    return [
        Text(_COLUMNS[0], one.at[:19].replace("T", " ")),
        Text(_COLUMNS[1], kind),
        Text(_COLUMNS[2], one.movement_id, 8),
        Text(_COLUMNS[3], fees, right=True),
        Text(_COLUMNS[4], money.shown(one.amount, one.currency), right=True),
    ]


def _say(name: str, language: str, **params: str) -> str:
    return text.sentence(f"{_WORDS}.{name}", language, **params)
