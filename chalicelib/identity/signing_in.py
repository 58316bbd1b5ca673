"""Signing in.

Whether a name is known, or locked, never shows: all take the same steps, the same AWS calls, the same Argon2 runs.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from chalicelib.identity import device_tokens, entering, lockout, names, secrets, store, throttle, vault
from chalicelib.identity.model import SignInRequest, TokensView, User
from chalicelib.identity.model_arrivals import Arrival
from chalicelib.identity.model_factors import ChallengeView
from chalicelib.identity.model_lockout import Counter
from chalicelib.kernel import origin
from chalicelib.kernel.errors import InvalidCredentials


def sign_in(claim: SignInRequest, arrival: Arrival, at: datetime) -> TokensView | ChallengeView:
    """Raises InvalidCredentials, the same for unknown, wrong and locked, after the same work; TooManyRequests."""
    return entering.with_password(proved(claim.identifier, claim.password, arrival, at), arrival, at)


def proved(
    identifier: str,
    password: str,
    arrival: Arrival,
    at: datetime,
    named: Callable[[str], User | None] = store.user_named,
) -> User:
    """Whose name and password these are; `named` finds the person by the name's mark, if there is one to be proved.

    Raises InvalidCredentials, TooManyRequests.
    """
    from chalicelib.identity import passwords

    login = secrets.login(names.canonical(identifier))
    vault.ready()
    user = named(login)
    device = device_tokens.known(user.id if user else store.NOBODY, arrival.device_token)
    source = device or origin.network(arrival.source_address)
    throttle.spread(throttle.NAMES_FROM_AN_ADDRESS, source, login, at)
    counted = lockout.count_try(Counter(store.whose(user, login), device), at)
    matched = passwords.matches(password, user.password_hash if user and counted else None)
    if not matched or user is None or counted is None:
        reason = "unknown" if user is None else "locked" if counted is None else "wrong-password"
        entering.refused(user, reason, arrival, at)
        raise InvalidCredentials()
    lockout.succeeded(counted)
    throttle.forgive(throttle.NAMES_FROM_AN_ADDRESS, source, login, at)
    if passwords.outgrown(user.password_hash):
        store.rehash(user, passwords.hashed(password))
    return user
