"""Coupons of one template that every process issues at once: how many a second, and how often two meet at one shard."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import CouponsExhausted
from chalicelib.rewards import budgets, model, service, store, templates
from chalicelib.rewards.model import Words
from chalicelib.rewards.model_views import NewTemplate
from tests.concurrency.crowd import Act, Crowd

_WORDS = Words("Five off", "立减五元")
_OFF = 500


@dataclass(frozen=True, slots=True)
class Issued:
    """One issue, by the clock that all processes share; `coupon`: its id, or nothing where the budget was over."""

    coupon: str
    shard: int
    began: float
    ended: float


@dataclass(frozen=True)
class Figures:
    """`met`: issues that began while another was under way at their shard; `left`: of the budget, afterwards."""

    shards: int
    asked: int
    budget: int
    granted: int
    left: int
    met: int
    seconds: float

    @property
    def held(self) -> bool:
        """Whether all that could be issued was, and nothing more."""
        return (self.granted, self.left) == (min(self.asked, self.budget), self.budget - self.granted)

    @property
    def a_second(self) -> float:
        return self.granted / self.seconds


def played(crowd: Crowd, shards: int, asked: int, budget: int) -> Figures:
    """`asked` people, each once, of a template that is good for `budget` coupons over so many shards."""
    crowd.at_once([Act(_split, (shards,))] * crowd.size)
    of = crowd.alone(_make, budget)
    found: list[Issued] = crowd.at_once([Act(_issue, (of, f"p{number}")) for number in range(asked)])
    return Figures(
        shards,
        asked,
        budget,
        granted=len({one.coupon for one in found if one.coupon}),
        left=crowd.alone(_left, of),
        met=met(found),
        seconds=max(one.ended for one in found) - min(one.began for one in found),
    )


def met(issues: Iterable[Issued]) -> int:
    """How many began while another was under way at the same shard."""
    busy: dict[int, float] = {}
    count = 0
    for one in sorted(issues, key=attrgetter("began")):
        count += one.began < busy.get(one.shard, one.began)
        busy[one.shard] = max(one.ended, busy.get(one.shard, one.ended))
    return count


def _split(shards: int) -> None:
    """In each process: over so many shards a budget is split from now on."""
    for module in (model, budgets):
        module.SHARDS = shards  # type: ignore[misc]


def _make(budget: int) -> str:
    by = Operator(ids.derived("usr", "olga"), "ses_1", "admin", second_factor=True)
    wish = NewTemplate(_WORDS, _WORDS, "CNY", budget, budget * _OFF, amount_off=_OFF, valid_days=30)
    return templates.make(by, wish, clock.now()).id


def _issue(template_id: str, name: str) -> Issued:
    shard = ids.packed(ids.derived("cou", template_id, name))[-1] % budgets.SHARDS
    began = time.monotonic()
    try:
        coupon = service.issue(template_id, ids.derived("usr", name), "operator", name, clock.now()).id
    except CouponsExhausted:
        coupon = ""
    return Issued(coupon, shard, began, time.monotonic())


def _left(template_id: str) -> int:
    return sum(left.count for _, left in store.left(template_id))
