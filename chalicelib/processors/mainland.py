"""How processors in mainland China write things down: yuan with decimals, Beijing time, bills with Chinese headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from chalicelib.kernel import ids
from chalicelib.processors.model import EXPIRED, PAYOUTS, Intent, ProcessorEvent

BEIJING = timezone(timedelta(hours=8))
CURRENCY = "CNY"
_YUAN = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,6}))?", re.ASCII)
_FEN_DIGITS = 2
_NARROW = str.maketrans("（）", "()")
_AFTER_ROWS = ("#", "总", "资金流水总")
"""How remarks and the heading of the sums begin."""


def fen(yuan: str) -> int:
    """`12.5` → 1250, exactly. ValueError for anything else, a part of a fen included."""
    found = _YUAN.fullmatch(yuan)
    if found is None:
        raise ValueError("no amount in yuan")
    sign, whole, decimals = found[1], found[2], (found[3] or "").ljust(_FEN_DIGITS, "0")
    if decimals[_FEN_DIGITS:].strip("0"):
        raise ValueError("a part of a fen")
    amount = int(whole + decimals[:_FEN_DIGITS])
    return -amount if sign else amount


def yuan(fen: int) -> str:
    """1250 → `12.50`."""
    whole, part = divmod(fen, 100)
    return f"{whole}.{part:02d}"


def moment(text: str) -> datetime:
    """`2026-11-22 16:00:00`, as in Beijing. ValueError if it is none."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING).astimezone(UTC)


def written(at: datetime) -> str:
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def expired(silent: ProcessorEvent, intent: Intent, account: str) -> ProcessorEvent:
    """That `intent` was not paid in time: they close it, or have never made it, and tell nobody."""
    return replace(
        silent,
        event_id=f"{silent.event_id}_{EXPIRED}",
        kind="topup_failed",
        topup_id=intent.topup_id,
        account=account,
        reason=EXPIRED,
    )


def rows(lines: Iterable[str], first_heading: str) -> Iterator[dict[str, str]]:
    """The rows under the heading that begins with `first_heading`, by column, without what bills put around cells.

    ValueError where a row has more or fewer cells than the heading.
    """
    headings: list[str] = []
    for line in lines:
        cells = _cells(line.lstrip("\ufeff").rstrip("\r\n"))
        if cells[0] == first_heading:
            headings = [cell.translate(_NARROW) for cell in cells]
        elif headings and cells[0].startswith(_AFTER_ROWS):
            return
        elif headings and any(cells):
            if len(cells) != len(headings):
                raise ValueError("a row that does not fit its heading")
            yield dict(zip(headings, cells, strict=True))


def sent(number: str) -> str:
    """The payout of ours that a bill names, with its underline or (WeChat Pay takes none) without; else empty."""
    prefix = next((one for one in PAYOUTS if number.startswith(one)), "")
    payout_id = f"{prefix}_{number[len(prefix) :].removeprefix('_')}"
    return payout_id if prefix and ids.is_id(payout_id, prefix) else ""


def _cells(line: str) -> list[str]:
    """Where a mark stands before every value, a comma inside of one does not end it."""
    cells = line[1:].split(",`") if line.startswith("`") else line.split(",")
    return [cell.strip() for cell in cells]
