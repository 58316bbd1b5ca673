"""A month of a wallet on paper, in its owner's language."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.kernel import money, pdf, text
from chalicelib.kernel.paper import LEFT, RIGHT, Fact, Paper, Row
from chalicelib.kernel.pdf import Line, Text
from chalicelib.ledger.views import EntryView, StatementView

_KIND, _WHOM, _HELD = 146, 258, 480
_SMALL, _NORMAL, _GAP = 7, 9, 8
_AMOUNT_WIDTH = 62
_WORDS = "wallet_statements"


def printed(found: StatementView, language: str) -> bytes:
    """As PDF. `opening` + what came in and went out = `closing`; each row has its reference and number below it."""
    title = _say("title", language, month=found.month)
    paper = Paper(
        title=title,
        facts=list(_facts(found, language)),
        heading=_heading(language),
        rows=[_row(one, language) for one in found.entries],
        foot=lambda page, pages: _say("page", language, page=str(page), pages=str(pages)),
    )
    return paper.printed(f"{title} · {found.currency}")


def _facts(found: StatementView, language: str) -> Iterator[Fact]:
    """What is on hold or owed, only where something is."""
    yield Fact(_say("wallet", language), found.wallet_id)
    yield Fact(_say("currency", language), found.currency)
    changes = [one.amount for one in found.entries]
    sums = {
        "opening": found.opening.available,
        "came": sum(one for one in changes if one > 0),
        "went": sum(one for one in changes if one < 0),
        "closing": found.closing.available,
    }
    rest = {"held": found.closing.held, "debt": found.closing.debt}
    for name, amount in (sums | {name: amount for name, amount in rest.items() if amount}).items():
        yield Fact(_say(name, language), money.shown(amount, found.currency), is_sum=True)


def _heading(language: str) -> Line:
    columns = {"at": LEFT, "what": _KIND, "whom": _WHOM, "on_hold": _HELD, "amount": RIGHT}
    return [Text(x, _say(name, language), bold=True, right=x >= _HELD) for name, x in columns.items()]


def _row(one: EntryView, language: str) -> Row:
    whom = pdf.fitted(_whom(one, language), _NORMAL, _HELD - _AMOUNT_WIDTH - _WHOM)
    kind = pdf.fitted(_word("kind", one.kind, language), _NORMAL, _WHOM - _KIND - _GAP)
    number = pdf.fitted(" · ".join(filter(None, (one.movement_id, one.order_reference))), _SMALL, RIGHT - _KIND)
    sums = [
        Text(_HELD, money.shown(one.held, one.currency) if one.held else "", right=True),
        Text(RIGHT, money.shown(one.amount, one.currency) if one.amount else "", right=True),
    ]
    return [
        [Text(LEFT, one.at[:19].replace("T", " ")), Text(_KIND, kind), Text(_WHOM, whom), *sums],
        [Text(_KIND, number, _SMALL)],
    ]


def _whom(one: EntryView, language: str) -> str:
    """Of a correction its other side is the house's own matter."""
    if one.merchant_id or one.kind == "adjustment":
        return one.merchant_name
    if one.person:
        return one.person
    return _word("way", one.processor, language) if one.processor else ""


def _word(family: str, name: str, language: str) -> str:
    return _say(f"{family}.{name}", language) if text.has(f"{_WORDS}.{family}.{name}") else name


def _say(name: str, language: str, **params: str) -> str:
    return text.sentence(f"{_WORDS}.{name}", language, **params)
