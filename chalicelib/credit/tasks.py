"""Credit's part of the sweep."""

from __future__ import annotations

from datetime import datetime


def sweep(at: datetime) -> int:
    """Collects what is due. Lends identity's part, which comes after it, what forgets the lines of people who are
    erased."""
    from chalicelib.credit import collecting, leaving
    from chalicelib.identity import above

    above.lend("credit", leaving.forget, leaving.told)
    return collecting.collect_due(at)
