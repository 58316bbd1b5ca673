"""Stepping up: a fresh proof, good for five minutes of large or risky payments. It stands in the access token."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from chalicelib.identity import challenges, passkeys, pins, sessions, store_sessions, tokens, totp, tries
from chalicelib.identity.model import Session, User
from chalicelib.identity.model_factors import STEP_UP_SECONDS, AccessView, StepUpRequest
from chalicelib.kernel import clock
from chalicelib.kernel.callers import Customer, Operator
from chalicelib.kernel.errors import InvalidOrExpired, InvalidRequest, InvalidToken, StepUpRequired
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Head

_NEEDED = {"pin": "pin", "passkey": "credential", "totp": "code"}


def options(user_id: str, at: datetime) -> dict[str, Any]:
    """What a passkey is to sign."""
    return passkeys.options_to_sign(challenges.made("step-up", user_id, at))


def step_up(customer: Customer, wish: StepUpRequest, at: datetime) -> AccessView:
    """A new access token; the session is not at risk any more. Raises InvalidOrExpired, TooManyRequests.

    The head is read before the session: if that ends while the proof is looked at, the token is of the epoch before.
    """
    needed = _NEEDED[wish.method]
    if getattr(wish, needed) is None:
        raise InvalidRequest(param=needed)
    head = ledger.head(customer.wallet_ids[0])
    user, session = store_sessions.user_and_session(customer.user_id, customer.session_id)
    if user is None or session is None or session.expires_at <= at:
        raise InvalidToken()
    if not _right(user, wish, at):
        raise InvalidOrExpired(param=needed)
    return _fresh(user, session, head, at)


def careful(person: Customer | Operator, at: datetime) -> None:
    """In a session at risk the password proves nothing, it is what a thief came in with: without a proof from before
    nobody sets up one of their own there, silences what warns the owner or fetches all that is kept. Raises
    StepUpRequired."""
    if isinstance(person, Customer) and person.risky:
        require(person, at)


def require(customer: Customer, at: datetime) -> None:
    """Raises StepUpRequired."""
    if customer.stepped_up_until <= at.timestamp():
        raise StepUpRequired(methods=customer.ways)


def _right(user: User, wish: StepUpRequest, at: datetime) -> bool:
    if wish.method == "pin":
        return pins.right(user, wish.pin or "", at)
    if wish.method == "totp":
        return tries.right(user, "factor", at, lambda: totp.used(user.id, wish.code or "", at))
    return passkeys.answered("step-up", wish.credential or {}, at, user.id) == user.id


def _fresh(user: User, session: Session, head: Head, at: datetime) -> AccessView:
    if session.risky_until:
        store_sessions.calm(user.id, session.id)
    calm = replace(session, risky_until=0)
    until = int(at.timestamp()) + STEP_UP_SECONDS
    access = sessions.access_token(user, calm, session.id, head.epoch, head.tier, at, step=until)
    return AccessView(access, tokens.LIFETIME_SECONDS, clock.written(datetime.fromtimestamp(until, UTC)))
