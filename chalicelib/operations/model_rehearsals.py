"""A rehearsal: a small, real load on a probe stage, and what is made of its answers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from chalicelib.operations.model_reviews import Figures, Finding

What = Literal["read", "pay", "refund"]
WHATS: tuple[What, ...] = ("read", "pay", "refund")
CENT = 1
SLOWER, SLOWER_BY_MS = 1.5, 100
"""The 99th percentile grew by so much of the one before, and by so many milliseconds at least."""
ENOUGH = 50
"""Answers of a kind: of fewer a percentile says nothing."""
FAULTS_AT_MOST = 0.01
"""Of all that was sent, answered with a fault of ours or not at all."""
_SHED = frozenset({429, 503})


class RehearsalCustomer(msgspec.Struct, frozen=True):
    identifier: str
    password: str
    device_token: str
    wallet_id: str
    currency: str


class RehearsalMerchant(msgspec.Struct, frozen=True):
    id: str
    api_key: str


class Cast(msgspec.Struct, frozen=True):
    """As the secret `<stack>/rehearsal` has it: each customer plays on a thread of their own, to one merchant."""

    customers: tuple[RehearsalCustomer, ...]
    merchant: RehearsalMerchant


@dataclass(frozen=True, slots=True)
class Shot:
    """One request and its answer. `status` 0: none came."""

    what: What
    status: int
    milliseconds: int

    @property
    def outcome(self) -> Literal["accepted", "refused", "shed", "faults"]:
        """`shed`: told to come later; `refused`: any other answer that is the caller's affair."""
        if 200 <= self.status < 300:
            return "accepted"
        if self.status in _SHED:
            return "shed"
        return "refused" if 300 <= self.status < 500 else "faults"


@dataclass(frozen=True, slots=True)
class Books:
    """After a rehearsal: what wallets hold beside what they held; how many payments were made, and of how many nobody
    could say; how many cents the merchant's list of them says were taken, and how many of those went back."""

    before: Sequence[int]
    after: Sequence[int]
    paid: int
    unheard: int
    captured: int
    refunded: int


def percentile(sorted_values: Sequence[int], share: float) -> int:
    """Nearest rank; 0 of nothing."""
    return sorted_values[max(0, math.ceil(share * len(sorted_values)) - 1)] if sorted_values else 0


def figures(shots: Iterable[Shot], milliseconds: int) -> Figures:
    """How many of each outcome, and how long what was accepted took."""
    every = list(shots)
    found: Figures = {"milliseconds": milliseconds, "sent": len(every), "accepted": 0, "refused": 0, "shed": 0}
    found["faults"] = 0
    for one in every:
        found[one.outcome] += 1
    for what in WHATS:
        took = sorted(one.milliseconds for one in every if one.what == what and one.outcome == "accepted")
        found[f"{what}s"] = len(took)
        for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
            found[f"{what}_{name}_ms"] = percentile(took, share)
    found["accepted_per_minute"] = found["accepted"] * 60_000 // milliseconds if milliseconds else 0
    return found


def failed(found: Figures, books: Books) -> list[str]:
    """The checks that do not hold, money first."""
    checks = {
        "balances": list(books.before) == list(books.after),
        "refunds": books.captured == books.refunded,
        "payments": books.paid <= books.captured <= books.paid + books.unheard,
        "answers": found["faults"] <= FAULTS_AT_MOST * found["sent"],
        "anything": found["reads"] > 0 and found["pays"] > 0 and found["refunds"] > 0,
    }
    return [name for name, holds in checks.items() if not holds]


def slower(found: Figures, before: Figures) -> list[tuple[What, int, int]]:
    """Of what the 99th percentile grew: what, now and before, in milliseconds."""
    return [
        (what, now, then)
        for what in WHATS
        if min(found.get(f"{what}s", 0), before.get(f"{what}s", 0)) >= ENOUGH
        and (now := found[f"{what}_p99_ms"]) > SLOWER * (then := before[f"{what}_p99_ms"])
        and now - then >= SLOWER_BY_MS
    ]


def findings(found: Figures, books: Books, before: Figures) -> list[Finding]:
    """`about`: the check, or what was slower."""
    wrong = [Finding("load-failed", name, {"check": name}) for name in failed(found, books)]
    slow = [
        Finding("load-slower", what, {"check": what, "p99_ms": now, "before_ms": then})
        for what, now, then in slower(found, before)
    ]
    return [*wrong, *slow]
