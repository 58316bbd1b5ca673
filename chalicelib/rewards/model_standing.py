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
        """With that day's count; of those that are a week old or older the newest stays, to count from."""
        since = _week_before(day)
        old = tuple(one for one in self.issued if one[0] <= since)
        new = tuple(one for one in self.issued if since < one[0] < day)
        return Doing((*old[-1:], *new, (day, issued)), deals)

    @property
    def week(self) -> int:
        """Coupons of the last seven days; all of an offer that was not counted a week ago yet."""
        if not self.issued:
            return 0
        (first, before), (last, now) = self.issued[0], self.issued[-1]
        return now - before if first <= _week_before(last) else now


class Standing(msgspec.Struct, frozen=True):
    """As of the beginning of `day`; "" before the first."""

    day: str = ""
    offers: dict[str, Doing] = {}

    def offered(self, templates: list[Template]) -> list[Offered]:
        found = {one.id: self.offers.get(one.id, Doing()) for one in templates}
        most = max((doing.week for doing in found.values()), default=0)
        return [Offered(one, found[one.id].deals, found[one.id].week * ONE // most if most else 0) for one in templates]


def _week_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=DAYS)).isoformat()
