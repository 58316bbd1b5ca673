"""Which judge looks at which kind of entry, where it is a room's own."""

from __future__ import annotations

from tests.simulation import (
    judging_bonuses,
    judging_cards,
    judging_coupons,
    judging_family,
    judging_gifts,
    judging_packets,
    judging_points,
    judging_transfers,
)
from tests.simulation.judging_bonuses import Bonuses
from tests.simulation.judging_cards import is_of_card
from tests.simulation.judging_family import Family
from tests.simulation.judging_gifts import Gifts
from tests.simulation.judging_points import Points

__all__ = ["KINDS", "Bonuses", "Family", "Gifts", "Points", "has_its_judge"]

KINDS = judging_cards.KINDS | judging_coupons.KINDS | judging_packets.KINDS | judging_transfers.KINDS
KINDS |= judging_points.KINDS
KINDS |= judging_family.KINDS | judging_gifts.KINDS | judging_bonuses.KINDS


def has_its_judge(account: str) -> bool:
    """Another than that of wallets and merchants."""
    return is_of_card(account) or account.startswith("pts_")
