"""What somebody's own spending says of what they like, and how coupons are ranked by it. Arithmetic alone.

A profile is counts that fade by half in thirty days: by what shops deal in, by shop, by time of the week. The rank of
an offer is a sum of named parts, each from 0 to 1000, by the weights below; the part that counts most is the reason
that its reader is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

import msgspec

from chalicelib.kernel import clock
from chalicelib.kernel.categories import Category
from chalicelib.rewards.model import Template

LOOKED_BACK, LATELY, FRESH = timedelta(days=90), timedelta(days=30), timedelta(days=7)
GOOD_FOR, UNUSED_FOR = timedelta(hours=1), timedelta(days=30)
"""A profile that is older is made anew for whoever looks; nobody looked for so long: it is deleted."""
MOST_ENTRIES, MOST_MERCHANTS, MOST_OFFERS = 200, 20, 100
_FADE_DAYS, _LATE_DAYS = 30, 10
ONE = 1_000

Chosen = Literal["on", "off"]
Part = Literal["merchant", "category", "moment", "recent", "reach", "popular", "fresh", "anywhere"]
Code = Literal[
    "often-here",
    "been-here",
    "new-here",
    "often-such",
    "such",
    "at-this-time",
    "popular",
    "new",
    "anywhere",
    "everybody",
]
WEIGHTS: Mapping[Part, int] = MappingProxyType(
    {"merchant": 6, "category": 5, "moment": 1, "recent": 2, "reach": 1, "popular": 2, "fresh": 1, "anywhere": 1}
)
_OF_EVERYBODY: Mapping[Part, Code] = MappingProxyType({"popular": "popular", "fresh": "new", "anywhere": "anywhere"})
_TELLING: tuple[Part, ...] = ("merchant", "category", "moment", *_OF_EVERYBODY)
"""The parts that can be a reason; of equals, the first."""


class Purchase(msgspec.Struct, frozen=True):
    """`at` as the clock on its buyer's wall showed it; `amount` in minor units of their own money."""

    at: datetime
    amount: int
    currency: str
    merchant: str
    category: Category


class Liking(msgspec.Struct, frozen=True):
    """`weight`: faded purchases, in thousandths; `lately`: purchases of the last thirty days; `typical`: what one
    costs, in minor units; `last`: when the last one was."""

    weight: int
    lately: int
    typical: int
    last: str


class Profile(msgspec.Struct, frozen=True):
    """`moments`: of each category eight faded counts, quarters of a working day and of a day at the weekend.

    `wallets`, `jurisdiction`: what it is made of again by night. Amounts are of `currency`, which they spend most.
    """

    wallets: tuple[str, ...]
    jurisdiction: str
    currency: str = ""
    categories: dict[str, Liking] = {}
    merchants: dict[str, Liking] = {}
    moments: dict[str, tuple[int, ...]] = {}


class Kept(msgspec.Struct, frozen=True):
    """What is kept of one person: what they chose, if they did, and their profile, if there is one."""

    person: str
    chosen: Chosen | None = None
    chosen_at: str = ""
    profile: Profile | None = None
    made_at: str = ""
    looked_at: str = ""

    def is_personal(self, mode: str) -> bool:
        """Whether offers are chosen by what they buy: as they said; in easy mode never without having been asked.
        `mode`: of the app, "" for nobody who is there."""
        return self.chosen == "on" or (self.chosen is None and mode not in ("", "easy"))

    def is_asked(self, mode: str) -> bool:
        return self.chosen is None and mode == "easy"

    def is_good(self, at: datetime) -> bool:
        return bool(self.made_at) and at - clock.read(self.made_at) < GOOD_FOR


class Offered(msgspec.Struct, frozen=True):
    """A template that everybody may take. `deals`: what its merchants deal in; `week`: coupons of it in seven days, in
    thousandths of the most that any offer had."""

    template: Template
    deals: tuple[Category, ...] = ()
    week: int = 0


class Reason(msgspec.Struct, frozen=True):
    """Why it is offered, by what counted most; `times` in thirty days, where it is of that."""

    code: Code
    category: Category | None = None
    times: int | None = None


class Ranked(msgspec.Struct, frozen=True):
    offered: Offered
    score: int
    reason: Reason
    taken: bool = False

    @property
    def place(self) -> str:
        """Sorts as the ranking does, the best last; what they have taken already stands behind all others."""
        return f"{int(not self.taken)}{self.score:06d}#{self.offered.template.id}"


def profile(of: Profile, purchases: Iterable[Purchase], at: datetime) -> Profile:
    """Of these purchases, as of `at`, whatever it held before."""
    seen = sorted((one for one in purchases if at - LOOKED_BACK < one.at <= at), key=lambda one: one.at)
    spent: dict[str, int] = {}
    for one in seen:
        spent[one.currency] = spent.get(one.currency, 0) + faded(one, at)
    currency = max(spent, key=lambda one: (spent[one], one), default="")
    merchants = _likings(seen, currency, at, by_merchant=True)
    kept = sorted(merchants, key=lambda one: (merchants[one].weight, one), reverse=True)[:MOST_MERCHANTS]
    return Profile(
        of.wallets,
        of.jurisdiction,
        currency,
        _likings(seen, currency, at, by_merchant=False),
        {one: merchants[one] for one in kept},
        _moments(seen, at),
    )


def faded(one: Purchase, at: datetime) -> int:
    """What a purchase still counts, in thousandths."""
    return _half(ONE, at - one.at, _FADE_DAYS)


def ranked(
    profile: Profile | None, offers: Iterable[Offered], at: datetime, taken: frozenset[str] = frozenset()
) -> list[Ranked]:
    """The best first; of equals the newest. `at`: as the clock on their wall shows it. Without a profile nothing of
    anybody counts: what is popular and new does."""
    found = [_rank(profile, one, at, one.template.id in taken) for one in offers]
    return sorted(found, key=lambda one: one.place, reverse=True)


def parts(profile: Profile, of: Offered, at: datetime) -> dict[Part, int]:
    """Each from 0 to 1000."""
    worth = of.template.worth
    here, such = _best(profile.merchants, worth.merchant_ids), _best(profile.categories, _dealing(of))
    merchant, category = (_liked(here, 2), _liked(such, 4))
    nearest = here or such
    return {
        "merchant": merchant,
        "category": category,
        "moment": _at_this_time(profile, of, at) * category // ONE,
        "recent": _half(ONE, at - clock.read(nearest.last), _LATE_DAYS) if nearest else 0,
        "reach": _reach(profile, of, nearest),
        **_of_everybody(of, at),
    }


def moment(at: datetime) -> int:
    """Which of the eight quarters it lies in."""
    return (at.weekday() >= 5) * 4 + at.hour // 6


def _rank(profile: Profile | None, of: Offered, at: datetime, taken: bool) -> Ranked:
    found = parts(profile, of, at) if profile else _of_everybody(of, at)
    score = sum(WEIGHTS[part] * value for part, value in found.items())
    return Ranked(of, score, _reason(profile, of, found), taken)


def _of_everybody(of: Offered, at: datetime) -> dict[Part, int]:
    """The parts that nothing of a person decides."""
    worth, is_new = of.template.worth, at - clock.read(of.template.created_at) < FRESH
    return {"popular": of.week, "fresh": is_new * ONE, "anywhere": (not (worth.merchant_ids or worth.categories)) * ONE}


def _reason(profile: Profile | None, of: Offered, found: Mapping[Part, int]) -> Reason:
    part = max(_TELLING, key=lambda one: WEIGHTS[one] * found.get(one, 0))
    if not found.get(part):
        return Reason("everybody")
    if profile is None or part in _OF_EVERYBODY:
        return Reason(_OF_EVERYBODY[part])
    if part == "merchant":
        return _of_merchant(_best(profile.merchants, of.template.worth.merchant_ids), new=bool(found["fresh"]))
    such = max(_dealing(of), key=lambda one: _weight(profile.categories, one))
    if part == "moment":
        return Reason("at-this-time", such)
    times = profile.categories[such].lately
    return Reason("often-such", such, times) if times > 1 else Reason("such", such)


def _of_merchant(here: Liking | None, *, new: bool) -> Reason:
    times = here.lately if here else 0
    if times < 2:
        return Reason("been-here")
    return Reason("new-here") if new else Reason("often-here", None, times)


def _likings(seen: list[Purchase], currency: str, at: datetime, *, by_merchant: bool) -> dict[str, Liking]:
    """Of purchases in the order of their times."""
    found: dict[str, Liking] = {}
    spent: dict[str, tuple[int, int]] = {}
    for one in seen:
        name, counts = one.merchant if by_merchant else one.category, faded(one, at)
        before = found.get(name, Liking(0, 0, 0, ""))
        if one.currency == currency:
            sum_, weight = spent.get(name, (0, 0))
            spent[name] = (sum_ + counts * one.amount, weight + counts)
        lately = before.lately + (at - one.at <= LATELY)
        typical = spent[name][0] // max(spent[name][1], 1) if name in spent else 0
        found[name] = Liking(before.weight + counts, lately, typical, clock.written(one.at))
    return found


def _moments(seen: list[Purchase], at: datetime) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for one in seen:
        found.setdefault(one.category, [0] * 8)[moment(one.at)] += faded(one, at)
    return {name: tuple(counts) for name, counts in found.items()}


def _at_this_time(profile: Profile, of: Offered, at: datetime) -> int:
    """What of their purchases of such things falls into this quarter of the week."""
    counts = [profile.moments[one] for one in _dealing(of) if one in profile.moments]
    whole = sum(map(sum, counts))
    return sum(one[moment(at)] for one in counts) * ONE // whole if whole else 0


def _reach(profile: Profile, of: Offered, nearest: Liking | None) -> int:
    """Whether what they usually spend there is enough for it; nobody is tempted to spend more."""
    worth = of.template.worth
    if nearest is None or worth.currency != profile.currency:
        return 0
    return min(ONE, nearest.typical * ONE // worth.minimum_spend) if worth.minimum_spend else ONE


def _dealing(of: Offered) -> tuple[Category, ...]:
    """What it is good for, or its merchants deal in."""
    return of.template.worth.categories + of.deals


def _best(likings: Mapping[str, Liking], names: Iterable[str]) -> Liking | None:
    return max((likings[one] for one in names if one in likings), key=lambda one: one.weight, default=None)


def _weight(likings: Mapping[str, Liking], name: str) -> int:
    return likings[name].weight if name in likings else 0


def _liked(liking: Liking | None, half: int) -> int:
    """Half of it at so many purchases; more of the same add less and less."""
    return liking.weight * ONE // (liking.weight + half * ONE) if liking else 0


def _half(whole: int, age: timedelta, days: int) -> int:
    """Of `whole`, what is left after `age`, of which half is gone in so many days."""
    return int(whole * 0.5 ** (max(age / timedelta(days=1), 0) / days))
