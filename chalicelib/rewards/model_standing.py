"""How the offers that everybody may take are doing, counted once a day. Arithmetic alone."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from chalicelib.kernel.categories import Category
from chalicelib.rewards.model import Template
from chalicelib.rewards.model_offers import ONE, Offered

DAYS = 7


class Doing(msgspec.Struct, frozen=True):
    """`issued`: (day, coupons of it until then), of eight days at most; `deals`: what its merchants deal in."""

    issued: tuple[tuple[str, int], ...] = ()
    deals: tuple[Category, ...] = ()

    def counted(self, day: str, issued: int, deals: tuple[Category, ...]) -> Doing:
        """With that day's count, and none of more than seven days before it."""
        since = (date.fromisoformat(day) - timedelta(days=DAYS)).isoformat()
        before = tuple(one for one in self.issued if since <= one[0] < day)
        return Doing((*before, (day, issued)), deals)

    @property
    def week(self) -> int:
        """Coupons since the first count that is kept; of an offer that was never counted before, all of them."""
        if not self.issued:
            return 0
        return self.issued[-1][1] - (self.issued[0][1] if len(self.issued) > 1 else 0)


class Standing(msgspec.Struct, frozen=True):
    """As of the beginning of `day`; "" before the first."""

    day: str = ""
    offers: dict[str, Doing] = {}

    def offered(self, templates: list[Template]) -> list[Offered]:
        found = {one.id: self.offers.get(one.id, Doing()) for one in templates}
        most = max((doing.week for doing in found.values()), default=0)
        return [Offered(one, found[one.id].deals, found[one.id].week * ONE // most if most else 0) for one in templates]
