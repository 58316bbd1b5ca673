"""All that people do among themselves, by weight: transfers, red packets, bills, and coupons, points, family
and gift cards beside them."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.simulation import (
    giving_cards,
    lending_cards,
    opening_packets,
    sending,
    sharing_bills,
    using_bonuses,
    using_coupons,
    using_points,
)

if TYPE_CHECKING:
    from tests.simulation.people import Person

POOR = 1_000


def act(person: Person, chance: random.Random) -> None:
    """Whoever has nothing puts something in first, mostly."""
    if person.world.model.wallets[person.wallet].available < POOR and chance.random() < 0.4:
        person._top_up(chance)
        return
    acts, weights = zip(*_ACTS, *(_WITH_BONUSES if person.world.play.bonuses else ()), strict=True)
    chance.choices(acts, weights)[0](person, chance)


_ACTS: tuple[tuple[Callable[[Person, random.Random], None], float], ...] = (
    (sending.look, 26),
    (sending.send_late, 12),
    (sending.cancel, 8),
    (sending.look_at, 2),
    (opening_packets.send, 10),
    (opening_packets.open_one, 12),
    (opening_packets.look, 2),
    (sharing_bills.make, 10),
    (sharing_bills.pay, 16),
    (sharing_bills.decline, 8),
    (sharing_bills.close_or_remind, 9),
    (sharing_bills.look, 2),
    (using_coupons.take, 9),
    (using_coupons.pay, 12),
    (using_points.pay, 12),
    (using_points.redeem, 6),
    (using_points.look, 2),
    (lending_cards.give, 14),
    (lending_cards.answer, 8),
    (lending_cards.pay, 40),
    (lending_cards.change, 10),
    (lending_cards.end, 5),
    (lending_cards.decide, 8),
    (lending_cards.look, 2),
    (giving_cards.buy, 14),
    (giving_cards.claim, 14),
    (giving_cards.cancel, 9),
    (giving_cards.look, 5),
)
_WITH_BONUSES = ((using_bonuses.top_up, 10), (using_bonuses.pay, 20))
REFUNDS = (using_coupons.refund, using_points.refund, lending_cards.refund, using_bonuses.refund)
"""What tills give back of it."""
