"""The scenarios, in the order they are played."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.concurrency import acts, charging, entering, moving, paying_out, refunding, settling, sharing, spending
from tests.concurrency.crowd import Crowd
from tests.concurrency.findings import Findings
from tests.concurrency.town import Town

Play = Callable[[Town, Findings], None]
_OPERATOR = "olga@example.com"


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    play: Play


SCENARIOS = (
    Scenario("bank", "the bank: payments, holds, captures, voids, refunds, top-ups at once", moving.bank),
    Scenario("double-spends", "double spends: more debits at once than a wallet holds", spending.double_spends),
    Scenario("one-key", "one key: the same request delivered by every process", spending.one_key),
    Scenario("day-limit", "a day's limit: more payments at once than it allows", spending.day_limit),
    Scenario("year-limit", "a year's limit: more payments at once than are left of it", spending.year_limit),
    Scenario("duplicates", "probable duplicates: one purchase tapped under many keys", spending.duplicates),
    Scenario("checkout", "one checkout, raced by many payers and by who cancels it", spending.one_checkout),
    Scenario("shared", "one checkout, shared by twenty who pay at once", sharing.shared_checkout),
    Scenario("refunds", "refunds: more at once than was captured", refunding.refunds),
    Scenario("allowance", "a merchant's floor: more refunds at once than were agreed", refunding.allowance),
    Scenario("settlement", "settlement while refunding: stream, queue and sweep at once", settling.settlement),
    Scenario("payouts", "payouts: on demand, at the cut-off, back again, and against refunds", paying_out.payouts),
    Scenario("charges", "charges: tills that want one code, reversals, a yes and a no at once", charging.charges),
    Scenario("codes", "sign-up codes: one winner, five comparisons", entering.codes),
    Scenario("passwords", "guesses at a name, known or not: five comparisons", entering.passwords),
    Scenario("refresh-tokens", "refresh tokens: one successor, one winner", entering.refresh_tokens),
)
_WHOLE = Scenario("whole", "the whole: everything that was written in this run", settling.whole)


def played(crowd: Crowd, seed: int, rounds: int, names: Sequence[str] = ()) -> Iterator[Findings]:
    """Each scenario's findings as it ends; `names`: only these. At last the books of all of them."""
    crowd.alone(acts.appoint, _OPERATOR)
    for scenario in (*SCENARIOS, _WHOLE):
        if scenario is _WHOLE or not names or scenario.name in names:
            yield _played(scenario, crowd, seed, 1 if scenario is _WHOLE else rounds)


def _played(scenario: Scenario, crowd: Crowd, seed: int, rounds: int) -> Findings:
    found, began = Findings(scenario.title), time.monotonic()
    for number in range(1, rounds + 1):
        found.round = number
        scenario.play(Town(crowd, _OPERATOR, f"{seed}.{scenario.name}.{number}"), found)
    found.seconds = time.monotonic() - began
    return found
