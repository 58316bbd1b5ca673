"""What a scenario has seen: answers counted, invariants held or not, and the block that tells a reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.concurrency.acts import Told


@dataclass
class Claim:
    """`invariant`: its number in docs/reference/guarantees.md; `broken`: what was seen when it first did not hold."""

    invariant: int
    text: str
    seen: str = ""
    rounds: int = 0
    broken: str = ""

    @property
    def line(self) -> str:
        if self.broken:
            return f"  VIOLATED {self.invariant:>2}  {self.text}: {self.broken}"
        often = f", {self.rounds} rounds" if self.rounds > 1 else ""
        return f"  ok       {self.invariant:>2}  {self.text}: {self.seen}{often}"


@dataclass
class Findings:
    """Of one scenario, over all its rounds. `again`: requests sent again with their key, after a 503 or in flight."""

    title: str
    round: int = 1
    seconds: float = 0.0
    attempts: int = 0
    made: int = 0
    again: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    claims: dict[str, Claim] = field(default_factory=dict)

    def hear(self, told: Sequence[Told], *expected: str) -> None:
        """Counts answers: each is a success, or a refusal for one of the reasons expected."""
        self.attempts += len(told)
        self.made += sum(one.made for one in told)
        self.again += sum(one.asked - 1 for one in told)
        self.refused.update(one.code for one in told if not one.made)
        odd = Counter(f"{one.status} {one.code}" for one in told if not one.made and one.code not in expected)
        seen = _told(odd) or f"{self.attempts} attempts"
        self.hold(8, "every attempt ends in a success or in a refusal that is due", not odd, seen)

    def hold(self, invariant: int, text: str, promise: bool, seen: object) -> None:
        """`seen` is shown whether the promise held or not."""
        claim = self.claims.setdefault(text, Claim(invariant, text))
        claim.seen, claim.rounds = str(seen), self.round
        if not promise and not claim.broken:
            claim.broken = f"{seen}, in round {self.round}"

    @property
    def violated(self) -> int:
        return sum(bool(claim.broken) for claim in self.claims.values())

    @property
    def block(self) -> str:
        parts = [f"{self.attempts} attempts", f"{self.made} made"] if self.attempts else []
        if self.refused:
            parts.append(f"{self.refused.total()} refused ({_told(self.refused)})")
        if self.again:
            parts.append(f"{self.again} sent again")
        counted = ", ".join([*parts, f"{self.seconds:.1f} s"])
        return "\n".join([self.title, f"  {counted}", *(claim.line for claim in self.claims.values())])


def verdict(found: Iterable[Findings]) -> str:
    blocks = list(found)
    checked, violated = sum(len(one.claims) for one in blocks), sum(one.violated for one in blocks)
    return f"{checked} invariants checked, {violated} violated"


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in counts.most_common())
