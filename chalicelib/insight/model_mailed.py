"""An answer as an e-mail tells it: a table of text, and what a picture shows of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chalicelib.insight.model_query import Measure
from chalicelib.insight.model_reports import AnswerView, Cell
from chalicelib.insight.model_saved import SavedQuery
from chalicelib.kernel import money

MOST_ROWS = 20
_WIDEST = 28
Row = Mapping[str, Cell]


class Mark(NamedTuple):
    """What a picture shows of a row: where it stands, on which line, how much."""

    label: str
    series: str
    value: float


def table(answer: AnswerView, query: SavedQuery) -> str:
    """The first rows, money with its currency, times as far as they differ; "" if there are none."""
    rows = [[_told(name, row, query) for name in answer.columns] for row in answer.rows[:MOST_ROWS]]
    if not rows:
        return ""
    heads = list(answer.columns)
    wide = [max(len(line[place]) for line in [heads, *rows]) for place in range(len(heads))]
    lines = [heads, ["-" * size for size in wide], *rows]
    return "\n".join("  ".join(_set(cell, size, name) for cell, size, name in _cells(line, wide, answer, query))
                     for line in lines)  # fmt: skip


def marks(answer: AnswerView, query: SavedQuery) -> list[Mark]:
    """Of the first measure; rows of which it tells nothing are left out. Money in major units."""
    name = measured(query)
    shown = [row for row in answer.rows if isinstance(row.get(name), int)]
    return [Mark(*_place(row, query), _value(name, row, query)) for row in shown]


def measured(query: SavedQuery) -> str:
    """The column that a picture shows."""
    return "people" if query.funnel else query.measures[0].called


def _cells(
    line: Sequence[str], wide: Sequence[int], answer: AnswerView, query: SavedQuery
) -> list[tuple[str, int, bool]]:
    words = [name in query.dimensions for name in answer.columns]
    return list(zip(line, wide, words, strict=True))


def _set(cell: str, size: int, is_word: bool) -> str:
    return cell.ljust(size) if is_word else cell.rjust(size)


def _told(name: str, row: Row, query: SavedQuery) -> str:
    value = row[name]
    if value is None:
        return "-"
    if name in ("time", "cohort"):
        return _time(str(value), query)
    if isinstance(value, int) and _is_money(name, query):
        return money.shown(value, currency) if (currency := _currency(row, query)) else str(value)
    if isinstance(value, int) and _is_share(name, query):
        return f"{value / 100:.2f} %"
    return f"{value:,}" if isinstance(value, int) and name not in query.dimensions else str(value)[:_WIDEST]


def _time(written: str, query: SavedQuery) -> str:
    return written[:16].replace("T", " ") if query.grain in ("minute", "hour") else written[:10]


def _place(row: Row, query: SavedQuery) -> tuple[str, str]:
    """Times go across and everything else is a line; without times everything is a label."""
    if query.funnel:
        return str(row["step"]), ""
    times = [name for name in query.dimensions if name == "time"]
    words = [str(row[name] if row[name] is not None else "-") for name in query.dimensions if name not in times]
    return (_time(str(row["time"]), query), " ".join(words)) if times else (" ".join(words), "")


def _value(name: str, row: Row, query: SavedQuery) -> float:
    value = int(row[name] or 0)
    if _is_money(name, query) and (currency := _currency(row, query)):
        return value / float(10 ** money.EXPONENTS.get(currency, 0))
    return value / 100 if _is_share(name, query) else value


def _is_money(name: str, query: SavedQuery) -> bool:
    one = _measure(name, query)
    return one is not None and one.is_money


def _is_share(name: str, query: SavedQuery) -> bool:
    one = _measure(name, query)
    in_funnel = query.funnel is not None and name in ("of_first", "of_before")
    return in_funnel or (one is not None and one.measure in ("success", "conversion", "retention"))


def _measure(name: str, query: SavedQuery) -> Measure | None:
    return next((one for one in query.measures if name in (one.called, f"{one.called}_before")), None)


def _currency(row: Row, query: SavedQuery) -> str | None:
    named = [one.words[0] for one in query.filters if one.dimension == "currency" and len(one.words) == 1]
    found = str(row["currency"]) if row.get("currency") else next(iter(named), None)
    return found if found in money.EXPONENTS else None
