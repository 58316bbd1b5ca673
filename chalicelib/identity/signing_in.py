"""Signing in.

Whether a name is known, or locked, never shows: all take the same steps, the same AWS calls, the same Argon2 runs.
"""

from __future__ import annotations

from datetime import datetime

from chalicelib.identity import devices, lockout, names, secrets, sessions, store, store_sessions, throttle, vault
from chalicelib.identity.model import SignInRequest, TokensView, User
from chalicelib.identity.model_lockout import Counter
from chalicelib.kernel.errors import InvalidCredentials
from chalicelib.ledger import service as ledger


def sign_in(claim: SignInRequest, user_agent: str, source_address: str, at: datetime) -> TokensView:
    """Raises InvalidCredentials, the same for unknown, wrong and locked, after the same work; TooManyRequests."""
    user = proved(claim.identifier, claim.password, claim.device_token, source_address, at)
    return admitted(user, claim.device_name, claim.device_token, user_agent, at)


def proved(identifier: str, password: str, device_token: str | None, source_address: str, at: datetime) -> User:
    """Whose name and password these are. Raises InvalidCredentials, TooManyRequests."""
    from chalicelib.identity import passwords

    login = secrets.login(names.canonical(identifier))
    vault.ready()
    user = store.user(store.user_id_of(login) or store.NOBODY)
    device = devices.known(user.id if user else store.NOBODY, device_token)
    source = device or throttle.origin(source_address)
    throttle.spread(throttle.NAMES_FROM_AN_ADDRESS, source, login, at)
    counted = lockout.count_try(Counter(login, device), at)
    matched = passwords.matches(password, user.password_hash if user and counted else None)
    if not matched or user is None or counted is None:
        raise InvalidCredentials()
    lockout.succeeded(counted)
    throttle.forgive(throttle.NAMES_FROM_AN_ADDRESS, source, login, at)
    if passwords.outgrown(user.password_hash):
        store.rehash(user, passwords.hashed(password))
    return user


def admitted(
    user: User, device_name: str | None, device_token: str | None, user_agent: str, at: datetime
) -> TokensView:
    """Tokens of a new session. Raises InvalidCredentials if the password was reset since `user` was read."""
    head = ledger.head(user.wallets[0])
    session, token = sessions.begun(user.id, device_name, user_agent, at)
    if not store_sessions.put_session(user, session):
        raise InvalidCredentials()
    known = device_token if device_token and devices.known(user.id, device_token) else devices.token(user.id)
    return sessions.issued(user, token, head.epoch, head.tier, at, device_token=known)
