"""How good the rules are: weeks of generated traffic with planted fraud, scored in order (`make risk-eval`).

What is fraud is known here and told to nobody: the rules see what they see of real traffic. Everything follows from
the seed. Fails where a figure is below its written bound.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chalicelib.risk import model_rules, model_scoring
from chalicelib.risk.model_profile import Profile
from chalicelib.risk.model_rules import InForce, reaches
from chalicelib.risk.model_scoring import Score
from tests.bench import risk_traffic
from tests.bench.risk_traffic import Planted, Traffic

BUILD = Path(__file__).parents[2] / "build"
PRECISION, RECALL, SECONDS, FALSE_PER_THOUSAND = 0.9, 0.8, 3_600.0, 10.0
"""Bounds over all kinds: of the cases that are acted on, so many are fraud; of the frauds, so many are found, those
who are careful too; half of them within this time of their beginning; and so many honest people in a thousand
are troubled at all."""
RECALL_OF_EACH = 0.9
"""Of each kind, of those who are not careful."""
_ACTED_ON = "step-up"
"""From here on a score is more than written down."""
_TROUBLES = frozenset({"step-up", "hold", "freeze"})
"""What its person feels; a review costs only time of the house."""


@dataclass
class Result:
    """`found`: planted fraud → the time to its first score that is acted on. `cases`: scores that are acted on."""

    found: dict[str, float] = field(default_factory=dict)
    cases: list[tuple[Score, str]] = field(default_factory=list)
    events: int = 0

    def troubled(self) -> set[str]:
        """Honest people for whom something was done or asked."""
        return {score.seen.person for score, fraud in self.cases if not fraud and score.outcome in _TROUBLES}


def every_rule() -> tuple[InForce, ...]:
    """As if each were turned on."""
    return tuple(InForce(rule, "on", rule.values({})) for rule in model_rules.RULES)


def run(traffic: Traffic, rules: Sequence[InForce]) -> Result:
    """Scores everything in order, as the consumer does."""
    profiles: dict[str, Profile] = {}
    result = Result(events=len(traffic.events))
    for seen in traffic.events:
        score = model_scoring.scored(seen, rules, profiles)
        if not reaches(score.outcome, _ACTED_ON):
            continue
        planted = traffic.truth.get(seen.id)
        result.cases.append((score, planted.kind if planted else ""))
        if planted and planted.id not in result.found:
            result.found[planted.id] = max(0.0, seen.at - planted.began)
    return result


def figures(traffic: Traffic, result: Result) -> dict[str, Any]:
    kinds: dict[str, list[Planted]] = defaultdict(list)
    for planted in traffic.planted:
        kinds[planted.kind].append(planted)
    found = {kind: [one for one in several if one.id in result.found] for kind, several in sorted(kinds.items())}
    right = sum(bool(fraud) for _, fraud in result.cases)
    honest, troubled = len(traffic.honest), len(result.troubled() & traffic.honest)
    return {
        "seed": traffic.seed,
        "days": traffic.days,
        "people": len(traffic.people),
        "events": result.events,
        "planted": len(traffic.planted),
        "cases": len(result.cases),
        "precision": round(right / max(1, len(result.cases)), 4),
        "recall": round(sum(map(len, found.values())) / max(1, len(traffic.planted)), 4),
        "median_seconds_to_detection": _median(result.found.values()),
        "honest_troubled_per_1000": round(1000 * troubled / max(1, honest), 2),
        "kinds": {kind: _of_kind(kinds[kind], found[kind], result) for kind in sorted(kinds)},
        "rules": _of_rules(result),
    }


def _of_kind(planted: Sequence[Planted], found: Sequence[Planted], result: Result) -> dict[str, Any]:
    return {
        "planted": len(planted),
        "found": len(found),
        "recall": round(len(found) / len(planted), 4),
        "recall_of_careless": _recall(planted, found, careful=False),
        "recall_of_careful": _recall(planted, found, careful=True),
        "median_seconds_to_detection": _median([result.found[one.id] for one in found]),
    }


def _recall(planted: Sequence[Planted], found: Sequence[Planted], *, careful: bool) -> float:
    whole, several = (sum(one.careful == careful for one in ones) for ones in (planted, found))
    return round(several / max(1, whole), 4)


def _of_rules(result: Result) -> dict[str, dict[str, Any]]:
    counted: dict[str, list[bool]] = defaultdict(list)
    for score, fraud in result.cases:
        for reason in score.reasons:
            counted[reason.rule].append(bool(fraud))
    return {rule: {"cases": len(told), "precision": round(sum(told) / len(told), 4)} for rule, told in counted.items()}


def _median(seconds: Any) -> float | None:
    known = list(seconds)
    return round(statistics.median(known), 1) if known else None


def misses(found: Mapping[str, Any]) -> list[str]:
    """Which bounds are not held."""
    time = found["median_seconds_to_detection"]
    told = [
        (found["precision"] < PRECISION, f"precision {found['precision']} < {PRECISION}"),
        (found["recall"] < RECALL, f"recall {found['recall']} < {RECALL}"),
        (time is None or time > SECONDS, f"half are found within {time} s, not {SECONDS}"),
        (
            found["honest_troubled_per_1000"] > FALSE_PER_THOUSAND,
            f"{found['honest_troubled_per_1000']} of 1000 honest people are troubled, more than {FALSE_PER_THOUSAND}",
        ),
    ]
    told += [
        (one["recall_of_careless"] < RECALL_OF_EACH, f"{kind}: {one['recall_of_careless']} < {RECALL_OF_EACH}")
        for kind, one in found["kinds"].items()
    ]
    return [said for missed, said in told if missed]


def _say(found: Mapping[str, Any]) -> None:
    people = f"{found['people']} people, {found['days']} days, {found['events']} events, {found['planted']} frauds"
    print(f"seed {found['seed']}: {people}")
    print(f"{'kind':<26}{'planted':>8}{'found':>7}{'recall':>8}{'careful':>9}{'s to detection':>16}")
    for kind, one in found["kinds"].items():
        time, careful = one["median_seconds_to_detection"], one["recall_of_careful"]
        told = f"{one['planted']:>8}{one['found']:>7}{one['recall']:>8}{careful:>9}"
        print(f"{kind:<26}{told}{time if time is not None else '-':>16}")
    print(f"{'rule':<26}{'cases':>8}{'precision':>10}")
    for rule, one in sorted(found["rules"].items()):
        print(f"{rule:<26}{one['cases']:>8}{one['precision']:>10}")
    print(f"precision {found['precision']}, recall {found['recall']}, ", end="")
    print(f"half are found within {found['median_seconds_to_detection']} s, ", end="")
    print(f"{found['honest_troubled_per_1000']} of 1000 honest people are troubled")


def main() -> int:
    seed, people = int(os.environ.get("SEED", "1")), int(os.environ.get("PEOPLE", "3000"))
    traffic = risk_traffic.traffic(seed, people, days=int(os.environ.get("DAYS", "28")))
    found = figures(traffic, run(traffic, every_rule()))
    _say(found)
    BUILD.mkdir(exist_ok=True)
    missed = misses(found)
    (BUILD / "risk-eval.json").write_text(json.dumps(found | {"missed": missed}, indent=2) + "\n")
    for one in missed:
        print(f"below its bound: {one}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
