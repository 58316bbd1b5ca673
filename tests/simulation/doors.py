"""The judge of the doors: sees every commit to failures, locks and passwords, and says whether it was allowed to be.

Written down apart from the product: how many tries a quarter of an hour has, how long the first lock is and the next,
and that nobody opens one before its time. What owners are told counts when it is put into their inbox: an account that
is deleted and erased afterwards takes its inbox along.
"""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.simulation.tables import Change, Key
from tests.simulation.truth import hold
from tests.simulation.values import plain
from tests.simulation.workers import BEGINNING, Worker

if TYPE_CHECKING:
    from tests.simulation.world import World

TRIES, WINDOW_SECONDS = 5, 900.0
LOCK_SECONDS = (120, 300, 900, 3_600, 14_400, 86_400)
FORGIVEN_SECONDS = 86_400.0
SKEW_SECONDS = 1_300.0
"""How far two workers' clocks may be apart, and a little more."""


@dataclass
class Door:
    """One counter, as it should be."""

    tries: list[float] = field(default_factory=list)
    """When, newest first; by the clock of whoever tried."""
    locked_until: float = 0.0
    locks: int = 0
    forgiven_at: float = 0.0
    closed_by: Worker | None = None
    closed_at: float = -1e18
    """When it was last seen closed, in true seconds."""

    def full(self, at: float) -> bool:
        """Whether the fifth last try, in the order in which they came, is within a quarter of an hour before `at`."""
        return len(self.tries) == TRIES and self.tries[-1] > at - WINDOW_SECONDS


@dataclass
class Doors:
    """`now` gives the time as the running worker believes it, and the worker."""

    now: Callable[[], tuple[float, Worker | None]]
    doors: dict[Key, Door] = field(default_factory=lambda: defaultdict(Door))
    reset: set[str] = field(default_factory=set)
    """Users whose password was set anew and who were not told since."""
    unlocked: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """User → locks that a sweep ended."""
    told_unlocked: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """User → notices that a lock has ended."""
    effects: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def commit(self, changes: Sequence[Change], seconds: float) -> None:
        """Raises Violation."""
        for change in changes:
            if change.table == "test-notices" and change.key[1].startswith("INBOX#"):
                self._notice(change)
            if change.table != "test-identity":
                continue
            if change.key[0].startswith("LOCK#"):
                self._door(change, seconds)
            elif change.key[1] == "USER" and change.old and change.new:
                self._person(plain(change.old), plain(change.new))

    def _notice(self, change: Change) -> None:
        kind = change.new["kind"]["S"] if change.new and not change.old else ""
        if kind == "password_reset":
            self.reset.discard(change.key[0])
        elif kind == "sign_in_unlocked":
            self.told_unlocked[change.key[0]] += 1

    def _person(self, old: dict[str, Any], new: dict[str, Any]) -> None:
        if old.get("cooling_until") != new.get("cooling_until"):
            self.reset.add(new["pk"])
            self.effects["reset"] += 1

    def _door(self, change: Change, seconds: float) -> None:
        door, old, new = self.doors[change.key], plain(change.old or {}), plain(change.new or {})
        if change.new is None:
            self.doors[change.key] = Door(closed_at=door.closed_at)
            return
        if new.get("try_1") and _tries(new) != _tries(old):
            self._tried(door, _seconds(new["try_1"]), seconds)
        elif new.get("locked_until") and new.get("locked_until") != old.get("locked_until"):
            self._locked(door, _seconds(new["locked_until"]), new)
        elif old.get("locked_until") and not new.get("locked_until"):
            self._unlocked(door, change.key, seconds)
        if "locks" in old and "locks" not in new:
            door.locks, door.forgiven_at = 0, 0.0
        if not new.get("try_1"):
            door.tries = []
        if len(door.tries) == TRIES or self._stands(door, seconds):
            door.closed_at = seconds

    def _tried(self, door: Door, at: float, seconds: float) -> None:
        hold(door.locked_until <= at, "nobody tries while a lock stands", door=door, at=at)
        hold(not door.full(at), "five tries in a quarter of an hour at most", door=door, at=at)
        door.tries = [at, *door.tries[: TRIES - 1]]

    def _locked(self, door: Door, until: float, new: dict[str, Any]) -> None:
        at = door.tries[0] if door.tries else 0.0
        hold(door.full(at), "five failures in a quarter of an hour make a lock, and four do not", door=door)
        before = door.locks if door.forgiven_at > at else 0
        lasts = LOCK_SECONDS[min(before, len(LOCK_SECONDS) - 1)]
        hold(abs(until - at - lasts) < 1e-3, "each lock in a row is longer", door=door, until=until, lasts=lasts)
        hold("due_key" in new, "a lock waits to be told and ended", lock=new)
        door.locked_until, door.locks, door.closed_by = until, int(new["locks"]), self.now()[1]
        door.forgiven_at = until + FORGIVEN_SECONDS
        self.effects["lock"] += 1

    def _unlocked(self, door: Door, key: Key, seconds: float) -> None:
        now, worker = self.now()
        if worker is not None and worker.name.startswith("sweep"):
            slack = SKEW_SECONDS if worker.skew else 0.0
            hold(door.locked_until <= now + slack, "no lock is ended before its time", door=door, now=now)
            self.unlocked[key[0].removeprefix("LOCK#")] += 1
            self.effects["unlock"] += 1
        else:
            hold(door.closed_by is worker, "only who closed a door by their own right try opens it", door=door)
        door.locked_until, door.closed_at = 0.0, seconds

    def _stands(self, door: Door, seconds: float) -> bool:
        """By somebody's clock."""
        return door.locked_until - BEGINNING.timestamp() + SKEW_SECONDS >= seconds

    def may_refuse(self, user: str, device_token: str, sent_at: float) -> bool:
        """Whether the door was closed at some time since `sent_at` (true seconds), by somebody's clock."""
        device = number_of(device_token)
        door = self.doors.get((f"LOCK#{user}", f"DEVICE#{device}" if device else "NAME"))
        if door is None:
            return False
        return self._stands(door, sent_at) or door.closed_at + WINDOW_SECONDS + SKEW_SECONDS >= sent_at


def finished(world: World) -> None:
    """Once everything is calm: no lock and no reset waits for anybody, and owners were told."""
    for item in world.engine.tables["test-identity"].everything():
        due = item.get("due_key", {"S": ""})["S"]
        hold(not due.startswith(("lockout#", "reset#")), "no lock and no reset is left to be seen to", item=plain(item))
    hold(not world.doors.reset, "whose password was set anew is told", users=world.doors.reset)
    for user, ended in world.doors.unlocked.items():
        hold(world.doors.told_unlocked[user] >= ended, "whose lock has ended is told", user=user)


def number_of(device_token: str) -> str:
    return base64.urlsafe_b64decode(device_token.removeprefix("cdt_"))[:16].hex() if device_token else ""


def _tries(item: dict[str, Any]) -> list[Any]:
    return [item.get(f"try_{place}") for place in range(1, TRIES + 1)]


def _seconds(written: str) -> float:
    return datetime.fromisoformat(written).astimezone(UTC).timestamp()
