"""`make timing`: how long a known and an unknown name take, to sign in, to register, to ask for a reset.

The whole app with Argon2 at its full cost, on the simulation's database in this process: what differs here differs by
the product's own work. Known and unknown take turns, and time passes between them, so that no lock and no throttle
answers for either. Medians of so many tries; each pair is of one run.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.environment import ENVIRONMENT

os.environ.update(ENVIRONMENT)  # before anything of the product is imported

import app
from chalicelib.identity import passwords
from tests.api.caller import Caller, Reply
from tests.people import code_for, sign_in, verify, wish
from tests.simulation import house, workers
from tests.simulation.bank import Bank
from tests.simulation.engine import Engine
from tests.simulation.post import Post

KNOWN, UNKNOWN = "ann@example.com", "nan@example.com"
TRIES = 200
APART = 2 * 3_600
"""Seconds that pass after each pair: twelve codes a day to a name, one failure in a quarter of an hour."""
Act = Callable[[Caller, str], Reply]


def signing_in(caller: Caller, identifier: str) -> Reply:
    return sign_in(caller, identifier, "wrong horse battery")


def registering(caller: Caller, identifier: str) -> Reply:
    return caller.post("/v1/users", wish(identifier))


def resetting(caller: Caller, identifier: str) -> Reply:
    return caller.post("/v1/password-resets", {"identifier": identifier})


ACTS: tuple[tuple[str, Act, int], ...] = (
    ("sign-in", signing_in, 401),
    ("registration", registering, 202),
    ("reset", resetting, 202),
)


class Run:
    """Both medians of one way in, in milliseconds."""

    def __init__(self, name: str, known: float, unknown: float) -> None:
        self.name, self.known, self.unknown = name, known, unknown

    @property
    def ratio(self) -> float:
        return self.known / self.unknown

    def __str__(self) -> str:
        return f"{self.name:<14}{self.known:>9.2f} ms{self.unknown:>11.2f} ms{self.ratio:>9.3f}"


@contextmanager
def town() -> Iterator[tuple[workers.Clock, Caller]]:
    """A clock and a caller, where KNOWN has an account."""
    clock, hasher = workers.Clock(), passwords.hasher
    engine = Engine(lambda: clock.seconds, house.tables())
    with house.inhabited(engine, Post(house.queues()), clock, workers.Entropy("timing"), Bank(clock)):
        passwords.hasher = hasher
        caller = Caller(app.app)
        registering(caller, KNOWN)
        verify(caller, code_for(KNOWN), KNOWN)
        yield clock, caller


def measured(tries: int = TRIES) -> list[Run]:
    with town() as (clock, caller):
        return [_measured(name, act, status, tries, clock, caller) for name, act, status in ACTS]


def _measured(name: str, act: Act, status: int, tries: int, clock: workers.Clock, caller: Caller) -> Run:
    took: dict[str, list[float]] = {KNOWN: [], UNKNOWN: []}
    for number in range(tries + 1):
        clock.seconds += APART
        for identifier in (KNOWN, UNKNOWN) if number % 2 else (UNKNOWN, KNOWN):
            began = time.perf_counter()
            reply = act(caller, identifier)
            took[identifier].append((time.perf_counter() - began) * 1_000)
            assert reply.status == status, reply.raw
    return Run(name, *(statistics.median(took[identifier][1:]) for identifier in (KNOWN, UNKNOWN)))


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--tries", type=int, default=TRIES)
    tries = given.parse_args().tries
    print(f"medians of {tries} tries\n\n{'':<14}{'known':>12}{'unknown':>14}{'ratio':>9}")
    for run in measured(tries):
        print(run, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
