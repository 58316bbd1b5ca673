"""Signing in.

Whether a name is known never shows: known and unknown take the same steps, the same AWS calls, the same Argon2 runs.
"""

from __future__ import annotations

from datetime import datetime

from chalicelib.identity import entering, names, secrets, store, vault
from chalicelib.identity.model import SignInRequest, TokensView
from chalicelib.identity.model_arrivals import Arrival
from chalicelib.identity.model_factors import ChallengeView
from chalicelib.kernel import ids
from chalicelib.kernel.errors import InvalidCredentials

_NOBODY = ids.derived("usr", "nobody")


def sign_in(claim: SignInRequest, arrival: Arrival, at: datetime) -> TokensView | ChallengeView:
    """Raises InvalidCredentials, the same for an unknown name and a wrong password, after the same work."""
    from chalicelib.identity import passwords

    login = secrets.login(names.canonical(claim.identifier))
    vault.ready()
    user = store.user(store.user_id_of(login) or _NOBODY)
    if not passwords.matches(claim.password, user.password_hash if user else None) or user is None:
        raise InvalidCredentials()
    return entering.with_password(user, arrival, at)
