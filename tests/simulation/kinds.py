"""Which judge looks at which kind of entry, where it is a room's own."""

from __future__ import annotations

from tests.simulation import judging_cards, judging_coupons, judging_packets, judging_transfers

KINDS = judging_cards.KINDS | judging_coupons.KINDS | judging_packets.KINDS | judging_transfers.KINDS
