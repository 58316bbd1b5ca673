"""Proving once more that it is them, before something about their access changes."""

from __future__ import annotations

from datetime import datetime

from chalicelib.identity import recovery_codes, totp, tries
from chalicelib.identity.model import User
from chalicelib.identity.model_factors import ProofRequest
from chalicelib.kernel.errors import InvalidOrExpired, InvalidRequest, StepUpRequired


def prove(user: User, proof: ProofRequest, trusted: bool, at: datetime) -> None:
    """Raises InvalidRequest unless there is one proof, StepUpRequired, InvalidOrExpired, TooManyRequests.

    Where there is a second factor, a password alone proves nothing: it goes with a session that began with one, or
    with a step-up.
    """
    if (proof.password is None) == (proof.code is None):
        raise InvalidRequest(param="password")
    if proof.password is not None:
        if user.second_factors and not trusted:
            raise StepUpRequired(methods=" ".join(user.ways))
        password(user, proof.password, at)
    elif not code(user, proof.code or "", at):
        raise InvalidOrExpired(param="code")


def password(user: User, typed: str, at: datetime) -> None:
    """Raises InvalidOrExpired, TooManyRequests."""
    from chalicelib.identity import passwords

    if not tries.right(user, "password", at, lambda: passwords.matches(typed, user.password_hash)):
        raise InvalidOrExpired(param="password")


def code(user: User, typed: str, at: datetime) -> bool:
    """Of an authenticator, or a recovery code; used up if it is right. Raises TooManyRequests."""
    return tries.right(user, "factor", at, lambda: totp.used(user.id, typed, at) or recovery_codes.used(user.id, typed))
