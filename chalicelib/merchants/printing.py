"""A month of a merchant's account on paper, in the reader's language."""

from __future__ import annotations

from chalicelib.kernel import money, text
from chalicelib.kernel.paper import LEFT, RIGHT, Fact, Paper
from chalicelib.kernel.pdf import Line, Text
from chalicelib.merchants.model_statements import LineView, MerchantStatementView

_KIND, _NUMBER, _FEE = 158, 248, 462
_SUMS = ("opening", "gross", "fees", "paid_out", "corrected", "closing")
_TAKEN = ("fees", "paid_out")
_WORDS = "merchant_statements"


def printed(found: MerchantStatementView, language: str) -> bytes:
    """As PDF."""
    title = _say("title", language, month=found.month)
    paper = Paper(
        title=title,
        facts=_facts(found, language),
        heading=_heading(language),
        rows=[[_row(one, language)] for one in found.entries],
        foot=lambda page, pages: _say("page", language, page=str(page), pages=str(pages)),
    )
    return paper.printed(f"{found.merchant_name} · {title}")


def _facts(found: MerchantStatementView, language: str) -> list[Fact]:
    told = {"merchant": found.merchant_name, "number": found.merchant_id, "currency": found.currency}
    signed = {name: -getattr(found, name) if name in _TAKEN else getattr(found, name) for name in _SUMS}
    shown = told | {name: money.shown(sum_, found.currency) for name, sum_ in signed.items()}
    return [Fact(_say(name, language), value, name in _SUMS) for name, value in shown.items()]


def _heading(language: str) -> Line:
    columns = {"at": LEFT, "what": _KIND, "number": _NUMBER, "fee": _FEE, "amount": RIGHT}
    return [Text(x, _say(name, language), bold=True, right=x >= _FEE) for name, x in columns.items()]


def _row(one: LineView, language: str) -> Line:
    kind = _say(one.kind, language) if text.has(f"{_WORDS}.{one.kind}") else one.kind
    fees = money.shown(-one.fees, one.currency) if one.fees else ""
    return [
        Text(LEFT, one.at[:19].replace("T", " ")),
        Text(_KIND, kind),
        Text(_NUMBER, one.movement_id, 8),
        Text(_FEE, fees, right=True),
        Text(RIGHT, money.shown(one.amount, one.currency), right=True),
    ]


def _say(name: str, language: str, **params: str) -> str:
    return text.sentence(f"{_WORDS}.{name}", language, **params)
