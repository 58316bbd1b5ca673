"""Rewards' part of the sweep."""

from __future__ import annotations

from datetime import datetime


def sweep(at: datetime) -> int:
    """Lends identity's part, which comes after it, what forgets the coupons of people who are erased."""
    from chalicelib.identity import above
    from chalicelib.rewards import leaving

    above.lend("rewards", leaving.forget, leaving.told)
    return 0
