"""The second half of signing in: an authenticator, a passkey or a recovery code answers the challenge, once.

A passkey alone is both halves: it is in a device, and the device asks its owner for a face, a finger or a PIN.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.identity import (
    challenges,
    entering,
    passkeys,
    recovery_codes,
    store,
    store_challenges,
    throttle,
    totp,
    tries,
)
from chalicelib.identity.model import TokensView, User
from chalicelib.identity.model_arrivals import Arrival
from chalicelib.identity.model_factors import Asked, SecondFactorRequest
from chalicelib.identity.throttle import Limit
from chalicelib.kernel.errors import InvalidOrExpired, InvalidRequest

_FROM_AN_ADDRESS = (Limit("passkeys-from-hour", 300, timedelta(hours=1)),)


def enter(answer: SecondFactorRequest, arrival: Arrival, at: datetime) -> TokensView:
    """Five answers to a challenge; five wrong ones in a row, and there is a pause.

    Raises InvalidRequest, InvalidOrExpired, TooManyRequests.
    """
    needed = "credential" if answer.method == "passkey" else "code"
    if getattr(answer, needed) is None:
        raise InvalidRequest(param=needed)
    asked = store_challenges.count_try("second-factor", answer.challenge, at)
    user = store.user(asked.user_id) if asked else None
    if user and asked and user.cooling_until != asked.cooling_until:
        raise InvalidOrExpired(param=needed)
    if asked is None or user is None or not _right(user, asked, answer, at) or not store_challenges.spend(asked):
        entering.refused(user, f"second-factor-{answer.method}", arrival, at)
        raise InvalidOrExpired(param=needed)
    return entering.let_in(user, replace(arrival, device_name=asked.device_name), at, proved=True)


def options(source_address: str, at: datetime) -> dict[str, Any]:
    """What a passkey is to sign who says itself whose it is. Raises TooManyRequests."""
    throttle.check(_FROM_AN_ADDRESS, source_address, at)
    return passkeys.options_to_sign(challenges.made("passkey-sign-in", "", at))


def enter_by_passkey(credential: dict[str, Any], arrival: Arrival, at: datetime) -> TokensView:
    """Raises InvalidOrExpired, the same whatever is wrong."""
    user = store.user(passkeys.answered("passkey-sign-in", credential, at))
    if user is None:
        raise InvalidOrExpired(param="credential")
    return entering.let_in(user, arrival, at, proved=True)


def _right(user: User, asked: Asked, answer: SecondFactorRequest, at: datetime) -> bool:
    if answer.method == "passkey":
        return passkeys.signed(user.id, asked, answer.credential or {}, at)
    typed = answer.code or ""
    if answer.method == "totp":
        return tries.right(user, "factor", at, lambda: totp.used(user.id, typed, at))
    return tries.right(user, "factor", at, lambda: recovery_codes.used(user.id, typed))
