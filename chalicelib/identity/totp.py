"""Codes of an authenticator (RFC 6238: SHA-1, six digits, thirty seconds): each step is used once."""

from __future__ import annotations

import hmac
from base64 import b32encode
from datetime import datetime

from chalicelib.identity import announcing, model, names, own_sessions, reminders, store_factors, tries
from chalicelib.identity.model import User
from chalicelib.identity.model_factors import DRIFT, TotpView, step_at
from chalicelib.kernel import entropy
from chalicelib.kernel.errors import Forbidden, InvalidOrExpired, InvalidState, NotFound

_SECRET_BYTES = 20
"""RFC 4226 §4, R6."""
_ISSUER = "Coffer"


def propose(user: User, at: datetime) -> TotpView:
    """A secret, in force once a code has shown that an authenticator has it. Raises InvalidState if one is on."""
    import pyotp

    if user.totp_on:
        raise InvalidState(state="active")
    secret = b32encode(entropy.token(_SECRET_BYTES)).decode()
    store_factors.propose_totp(user.id, secret, at)
    uri = pyotp.TOTP(secret).provisioning_uri(name=names.masked(user.identifier), issuer_name=_ISSUER)
    return TotpView(secret, uri)


def confirm(user: User, session_id: str, typed: str, at: datetime) -> None:
    """From now on a password is not enough, and where it was, other sessions are over. Raises InvalidOrExpired.

    Whoever did not hear the answer sends the same code again, and hears that it is done.
    """
    proposed = store_factors.proposed_totp(user.id, at)

    def compare() -> bool:
        if proposed is None:
            kept = store_factors.totp(user.id)
            return kept is not None and kept.last_step == step_of(kept.secret, typed, at)
        step = step_of(proposed.secret, typed, at)
        if step is None:
            return False
        own_sessions.stop_payments_before_the_first(user)
        return store_factors.confirm_totp(proposed, step, user, session_id, at)

    if not tries.right(user, "factor", at, compare):
        raise InvalidOrExpired(param="code")
    if not user.passkeys:
        own_sessions.sign_out_others(user, session_id, at)
    announcing.owner(user, "totp_on", at)
    reminders.soon(user.id, at)


def remove(user: User, at: datetime) -> None:
    """Raises NotFound; Forbidden where it is an operator's only second factor."""
    if not store_factors.remove_totp(user.id):
        raise Forbidden() if store_factors.totp(user.id) else NotFound()
    store_factors.forget_recovery_codes(user.id)
    announcing.owner(user, "totp_off", at)


def used(user_id: str, typed: str, at: datetime) -> bool:
    """Whether it is the code of a step that was not used yet; now it is."""
    kept = store_factors.totp(user_id)
    step = step_of(kept.secret, typed, at) if kept else None
    return kept is not None and step is not None and store_factors.use_step(kept, step)


def step_of(secret: str, typed: str, at: datetime) -> int | None:
    """The step whose code this is: that of `at`, or of a clock that is a little fast or slow."""
    given, now, found = model.tidy_code(typed), step_at(at), None
    for step in (now - DRIFT, now + DRIFT, now):
        if hmac.compare_digest(code_of(secret, step).encode(), given.encode()):
            found = step
    return found


def code_of(secret: str, step: int) -> str:
    import pyotp

    return pyotp.TOTP(secret).generate_otp(step)
