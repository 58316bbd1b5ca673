"""Points of the demo, in the past like all that brings them: a programme for each currency, rules, and a coupon.

It runs where `history.py` does.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chalicelib.kernel.callers import Operator
from chalicelib.rewards import programmes, store_points, templates
from chalicelib.rewards.model import Words
from chalicelib.rewards.model_points import PointsWorth
from chalicelib.rewards.model_points_views import NewProgramme, NewReward, NewRule
from chalicelib.rewards.model_views import NewTemplate

CURRENCIES = ("CNY", "EUR")
NAME, TERMS = Words("Leaves", "茶叶积分"), Words("A leaf for every purchase.", "每笔消费皆有积分。")
RULES: tuple[dict[str, Any], ...] = (
    {"kind": "payment", "points": 1, "per_amount": 10, "name": Words("Every purchase", "每笔消费")},
    {
        "kind": "payment",
        "points": 1,
        "per_amount": 10,
        "times": 2,
        "categories": ("transport",),
        "name": Words("Twice on two wheels", "骑行双倍"),
    },
)
COUPON, OFF, PRICE, DAYS = Words("Three off", "立减三元"), 300, 500, 30
BUDGET = 1_000
FREE: tuple[dict[str, Any], ...] = (
    {"name": Words("Tea, five off", "茶饮立减五元"), "amount_off": 500, "minimum_spend": 2_000,
     "categories": ("restaurants",)},
    {"name": Words("A ride, a fifth off", "骑行八折"), "percent_off": 20, "most_off": 400,
     "categories": ("transport",)},
)  # fmt: skip
"""What anybody may take."""


def begin(operator_id: str, at: datetime) -> bool:
    """Once: where there is a programme already, nothing is made."""
    if store_points.programmes():
        return False
    office = Operator(operator_id, "ses_seed", "admin", second_factor=True)
    for currency in CURRENCIES:
        wish = NewProgramme(NAME, TERMS, currency, PointsWorth(100, 100), 100, 12)
        made = programmes.make(office, wish, at)
        for rule in RULES:
            programmes.add_rule(office, made.id, NewRule(**rule), at)
        offered = NewTemplate(
            COUPON, COUPON, currency, BUDGET, BUDGET * OFF, amount_off=OFF, minimum_spend=1_000, valid_days=DAYS
        )
        template = templates.make(office, offered, at)
        programmes.add_reward(office, made.id, NewReward(template.id, PRICE), at)
        _give_away(office, currency, at)
    return True


def _give_away(office: Operator, currency: str, at: datetime) -> None:
    for free in FREE:
        wish = NewTemplate(**free, terms=free["name"], currency=currency, budget_count=BUDGET,
                           budget_sum=BUDGET * OFF, valid_days=DAYS, public=True)  # fmt: skip
        templates.make(office, wish, at)
