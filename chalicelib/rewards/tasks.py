"""Rewards' part of the sweep."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from chalicelib.rewards.model_points import CategoryOf


def sweeping(category_of: CategoryOf) -> Callable[[datetime], int]:
    """Rewards' part, which is lent what merchants deal in."""

    def sweep(at: datetime) -> int:
        """Ends points whose time is over, and tells of what soon is; looks after offers by night. Lends identity's
        part, which comes after it, what forgets the coupons and points of people who are erased."""
        from chalicelib.identity import above
        from chalicelib.rewards import expiring, leaving, liking, offering

        above.lend("rewards", leaving.forget, leaving.told)
        liking.lend(category_of)
        return expiring.end_due(at) + offering.take_stock(at) + liking.refresh_due(at)

    return sweep
