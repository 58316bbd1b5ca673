"""Tables for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from chalicelib.kernel import text


def written(names: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    """RFC 4180; a cell that a spreadsheet would take for a formula is neutralised."""
    found = io.StringIO()
    table = csv.writer(found)
    table.writerow(names)
    table.writerows([text.cell(one) if isinstance(one, str) else one for one in row] for row in rows)
    return found.getvalue()
