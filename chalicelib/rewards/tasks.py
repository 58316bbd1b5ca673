"""Rewards' part of the sweep."""

from __future__ import annotations

from datetime import datetime


def sweep(at: datetime) -> int:
    """Ends points whose time is over, and tells of what soon is. Lends identity's part, which comes after it, what
    forgets the coupons and points of people who are erased."""
    from chalicelib.identity import above
    from chalicelib.rewards import expiring, leaving

    above.lend("rewards", leaving.forget, leaving.told)
    return expiring.end_due(at)
