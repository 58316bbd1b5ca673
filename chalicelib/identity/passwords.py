"""Passwords: compared exactly as typed, kept as Argon2id (OWASP: 19 MiB, t=2, p=1), the commonest ones refused."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerificationError

from chalicelib.kernel import entropy
from chalicelib.kernel.errors import InvalidRequest

MIN_LENGTH, MAX_LENGTH = 8, 128
_SALT_BYTES = 16
_NAME_LENGTH, _BESIDES = 3, 4

hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""Tests and simulations put a cheaper one in its place."""


def check(password: str, param: str = "password", personal: Iterable[str] = ()) -> None:
    """Raises InvalidRequest for one of the commonest passwords, or little more than one of the `personal` words."""
    if is_common(password):
        raise InvalidRequest(param=param, reason="too-common")
    if is_personal(password, personal):
        raise InvalidRequest(param=param, reason="personal")


def is_common(password: str) -> bool:
    return password.casefold() in _common()


def is_personal(password: str, words: Iterable[str]) -> bool:
    """Whether it is a name or an address of the person's, with at most four characters besides."""
    typed = "".join(password.casefold().split())
    parts = {"".join(part.casefold().split()) for word in words for part in (word, word.partition("@")[0])}
    return any(len(part) >= _NAME_LENGTH and part in typed and len(typed) - len(part) <= _BESIDES for part in parts)


def hashed(password: str) -> str:
    return hasher.hash(password, salt=entropy.token(_SALT_BYTES))


def matches(password: str, stored: str | None) -> bool:
    """One Argon2 run whatever is stored: without a hash the run is made against one that nothing matches."""
    try:
        return hasher.verify(stored or _nobody(), password) and stored is not None
    except VerificationError:
        return False


def outgrown(stored: str) -> bool:
    """Whether any of its costs is below today's."""
    kept = extract_parameters(stored)
    costs = ((kept.time_cost, hasher.time_cost), (kept.memory_cost, hasher.memory_cost))
    return any(then < now for then, now in (*costs, (kept.parallelism, hasher.parallelism)))


def _nobody() -> str:
    """A well-formed hash of the same cost, made without a run of Argon2."""
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${costs}${'A' * 22}${'A' * 43}"


@cache
def _common() -> frozenset[str]:
    return frozenset((Path(__file__).parent / "common_passwords.txt").read_text(encoding="utf-8").split())
