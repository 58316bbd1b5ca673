"""`make offers-eval SEED=1 PEOPLE=600 WEEKS=10`: does the ranking of offers know what people will buy?

People of a generated town (`tests/bench/town.py`) buy for some weeks. Before each of the last ones every ranker sees
what was bought until then, never that week itself, and puts the offers in an order; an offer is of use to somebody who
buys that week what it is good for. Ours is `model_offers.ranked`, the very function that serves `GET /v1/offers`.
Figures go to build/offers-eval.json; it exits with 1 unless ours beats both others beyond chance.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from chalicelib.rewards import model_offers as model
from chalicelib.rewards.model import Template
from chalicelib.rewards.model_offers import Profile
from chalicelib.rewards.model_standing import Doing, Standing
from tests.bench.town import Person, Town, began, is_of_use, town

HELD_OUT, FIRST = 3, 3
"""Weeks that are held out, one after the other; how many offers are looked at."""
_TAKES = 0.3
"""How often somebody who buys what an offer is good for has taken it: this makes an offer popular."""
FILE = Path("build/offers-eval.json")

Ranker = Callable[[Person, int], list[Template]]


@dataclass(slots=True)
class Score:
    """Of each person and week: whether one of the first three was of use, and one over the place of the first."""

    hits: list[float] = field(default_factory=list)
    reciprocals: list[float] = field(default_factory=list)

    def count(self, order: list[Template], of_use: set[str]) -> None:
        place = next(n for n, one in enumerate(order, start=1) if one.id in of_use)
        self.hits.append(float(place <= FIRST))
        self.reciprocals.append(1 / place)


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--seed", type=int, default=1)
    given.add_argument("--people", type=int, default=600)
    given.add_argument("--weeks", type=int, default=10)
    chosen = given.parse_args()
    found = evaluated(chosen.seed, chosen.people, chosen.weeks)
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(told(found))
    return 0 if found["better"] else 1


def evaluated(seed: int, people: int, weeks: int) -> dict[str, Any]:
    here = town(seed, people, weeks)
    scores = {name: Score() for name in ("ours", "random", "most-popular")}
    for week in range(weeks - HELD_OUT, weeks):
        rankers = _rankers(here, week, random.Random(f"{seed} {week}"))
        for person in here.people:
            of_use = {one.id for one in here.offers if is_of_use(one, person.bought.get(week, []))}
            if of_use:
                for name, rank in rankers.items():
                    scores[name].count(rank(person, week), of_use)
    leads = {other: _leads(scores["ours"], scores[other]) for other in ("random", "most-popular")}
    return {
        "seed": seed,
        "people": people,
        "weeks": weeks,
        "held_out_weeks": HELD_OUT,
        "offers": len(here.offers),
        "judged": len(scores["ours"].hits),
        "rankers": {name: _figures(score) for name, score in scores.items()},
        "leads": leads,
        "better": all(lead["low"] > 0 for of_one in leads.values() for lead in of_one.values()),
    }


def told(found: dict[str, Any]) -> str:
    """The table that is printed."""
    held = f"{found['judged']} weeks of somebody (SEED={found['seed']})"
    rows = [
        f"{found['people']} people, {found['offers']} offers, {held}",
        "",
        f"{'':14}{'hit rate@3':>12}{'reciprocal rank':>18}",
    ]
    for name, figures in found["rankers"].items():
        rows.append(f"{name:14}{figures['hit_rate_at_3']:>12.3f}{figures['mean_reciprocal_rank']:>18.3f}")
    for other, lead in found["leads"].items():
        parts = (f"{what} {one['mean']:+.3f} ({one['low']:+.3f} to {one['high']:+.3f})" for what, one in lead.items())
        rows.append(f"ours over {other}: {', '.join(parts)}")
    return "\n".join([*rows, "better than both" if found["better"] else "NOT BETTER than both"])


def _rankers(here: Town, week: int, chance: random.Random) -> dict[str, Ranker]:
    standing = _standing(here, week, chance)
    offered, at = standing.offered(here.offers), began(week)
    popular = sorted(here.offers, key=lambda one: (-standing.offers[one.id].week, one.id))

    def ours(person: Person, week: int) -> list[Template]:
        profile = model.profile(Profile((), "CN"), person.until(week), at)
        return [one.offered.template for one in model.ranked(profile if profile.categories else None, offered, at)]

    return {
        "ours": ours,
        "random": lambda person, week: chance.sample(here.offers, len(here.offers)),
        "most-popular": lambda person, week: popular,
    }


def _standing(here: Town, week: int, chance: random.Random) -> Standing:
    """As the night before has counted: what was taken in the week before, of which that week's purchases tell."""
    taken = dict.fromkeys((one.id for one in here.offers), 0)
    for person in here.people:
        for one in here.offers:
            bought = person.bought.get(week - 1, [])
            taken[one.id] += is_of_use(one, bought) and chance.random() < _TAKES
    day = (began(week) - timedelta(days=1)).date().isoformat()
    return Standing(day, {one.id: Doing().counted(day, taken[one.id], _deals(here, one)) for one in here.offers})


def _deals(here: Town, one: Template) -> tuple[Any, ...]:
    return tuple(here.dealing[merchant] for merchant in one.worth.merchant_ids)


def _figures(score: Score) -> dict[str, float]:
    hits, reciprocals = statistics.fmean(score.hits), statistics.fmean(score.reciprocals)
    return {"hit_rate_at_3": round(hits, 4), "mean_reciprocal_rank": round(reciprocals, 4)}


def _leads(ours: Score, other: Score) -> dict[str, dict[str, float]]:
    pairs = {"hits": (ours.hits, other.hits), "reciprocal": (ours.reciprocals, other.reciprocals)}
    return {name: _lead([a - b for a, b in zip(*pair, strict=True)]) for name, pair in pairs.items()}


def _lead(differences: list[float]) -> dict[str, float]:
    """Its mean, and between what it lies with a confidence of 95 %."""
    mean = statistics.fmean(differences)
    margin = 1.96 * statistics.stdev(differences) / math.sqrt(len(differences))
    return {name: round(one, 4) for name, one in (("mean", mean), ("low", mean - margin), ("high", mean + margin))}


if __name__ == "__main__":
    sys.exit(main())
