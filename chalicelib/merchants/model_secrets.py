"""What signs for a merchant's servers: each secret that was replaced signs along for as long as was promised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidState

MOST_ALONG = 4
"""Whoever lost an answer may ask again; each signature makes a request longer."""


@dataclass(frozen=True, slots=True)
class OldSecret:
    secret: str
    ends_at: datetime


def along(old: Sequence[OldSecret], at: datetime) -> tuple[OldSecret, ...]:
    """Those that sign along still, the newest first."""
    return tuple(one for one in old if one.ends_at > at)


def following(old: Sequence[OldSecret], replaced: str, ends_at: datetime, at: datetime) -> tuple[OldSecret, ...]:
    """With what is `replaced` now: no end that was promised before comes sooner. Raises InvalidState (too-many)."""
    known = along((OldSecret(replaced, ends_at), *old), at)
    if len(known) > MOST_ALONG:
        raise InvalidState(state="too-many")
    return known


def last_end(old: Sequence[OldSecret], at: datetime) -> datetime | None:
    """When only the newest secret signs."""
    return max((one.ends_at for one in along(old, at)), default=None)


def written(old: Sequence[OldSecret]) -> str:
    """As one text, to be sealed."""
    return "\n".join(f"{one.secret} {clock.written(one.ends_at)}" for one in old)


def read(text: str) -> tuple[OldSecret, ...]:
    pairs = (line.split(" ") for line in text.splitlines())
    return tuple(OldSecret(secret, clock.read(ends_at)) for secret, ends_at in pairs)
