"""How long to wait before the next try: exponential, capped, with full jitter (AWS Architecture Blog, 2015)."""

from __future__ import annotations

from chalicelib.kernel import clock, entropy

_FIRST_SECONDS, _LONGEST_SECONDS = 0.01, 0.4


def wait(attempt: int) -> None:
    """After try number `attempt`, counted from 0."""
    longest: float = min(_FIRST_SECONDS * 2.0**attempt, _LONGEST_SECONDS)
    clock.pause(entropy.fraction() * longest)
