"""Signing in.

Whether a name is known never shows: known and unknown take the same steps, the same AWS calls, the same Argon2 runs.
"""

from __future__ import annotations

from datetime import datetime

from chalicelib.cases import service as cases
from chalicelib.identity import names, secrets, sessions, store, store_sessions, vault
from chalicelib.identity.model import SignInRequest, TokensView, User
from chalicelib.kernel.errors import InvalidCredentials
from chalicelib.ledger import service as ledger


def sign_in(claim: SignInRequest, user_agent: str, at: datetime, source_address: str = "") -> TokensView:
    """Raises InvalidCredentials, the same for an unknown name and a wrong password, after the same work."""
    from chalicelib.identity import passwords

    login = secrets.login(names.canonical(claim.identifier))
    vault.ready()
    user = store.user(store.user_id_of(login) or store.NOBODY)
    if not passwords.matches(claim.password, user.password_hash if user else None) or user is None:
        raise InvalidCredentials()
    return entered(user, claim.device_name, user_agent, at, source_address)


def entered(user: User, device_name: str | None, user_agent: str, at: datetime, source_address: str = "") -> TokensView:
    """What follows once the password matched, whichever door it was brought to."""
    head = ledger.head(user.wallets[0])
    session, token = sessions.begun(user.id, device_name, user_agent, at)
    cases.audit(user.id, "session.begin", session.id, "", at, source_address=source_address)
    store_sessions.put_session(session)
    return sessions.issued(user, token, head.epoch, head.tier, at)
