"""Who somebody is: whom a token proves, the profile, an operator's role. Ways in are in `signing_up`, `signing_in`
and `sessions`, changes of the profile in `profile`."""

from __future__ import annotations

from datetime import datetime

from chalicelib.cases import service as cases
from chalicelib.identity import model, store, store_operators, store_sessions, tokens
from chalicelib.identity.model import User
from chalicelib.identity.model_people import Appointment
from chalicelib.kernel import ids
from chalicelib.kernel.callers import Customer, Operator
from chalicelib.kernel.errors import InvalidRequest, InvalidToken, NotFound, WithoutSecondFactor


def customer_of(token: str, at: datetime) -> Customer:
    """Who an access token proves; no AWS call. Raises InvalidToken."""
    claims = tokens.verified(token, at)
    if claims.role != model.CUSTOMER:
        raise InvalidToken()
    return Customer(
        user_id=claims.sub,
        session_id=claims.sid,
        wallet_ids=claims.wallets,
        tier=claims.tier,
        epoch=claims.epoch,
        jurisdiction=claims.jur,
        cooling_until=claims.cool,
        stepped_up_until=claims.step,
        risky=claims.risk,
        ways=claims.ways,
        guarded=claims.ward,
        name=claims.name,
        device=claims.dev,
    )


def operator_of(token: str, at: datetime) -> Operator:
    """Which operator an access token proves; no AWS call. Raises InvalidToken."""
    claims = tokens.verified(token, at)
    if claims.role not in model.OPERATOR_ROLES:
        raise InvalidToken()
    return Operator(claims.sub, claims.sid, claims.role, second_factor=claims.mfa)


def going_on(person: Customer | Operator, at: datetime) -> None:
    """Raises InvalidToken if the session is over: signed out, reset, deleted, or given another role."""
    if not store_sessions.goes_on(person.user_id, person.session_id, at):
        raise InvalidToken()


def person(user_id: str) -> User | None:
    """None of a deleted account, until it is restored."""
    return store.user(user_id)


def region(user_id: str) -> str | None:
    """The jurisdiction, for figures: nothing personal is read. None of nobody."""
    return store.jurisdiction(user_id)


def profile(user_id: str) -> User:
    """Raises NotFound."""
    return _known(store.user(user_id))


def appoint(
    user_id: str, role: str, at: datetime, by: str = "bootstrap", *, why: str = "", source_address: str = ""
) -> Appointment:
    """Give an operator's role, or `customer` again, from the user's next token on.

    Raises NotFound, InvalidRequest; WithoutSecondFactor: whoever had their password would set up the first one.
    """
    if role not in model.OPERATOR_ROLES | {model.CUSTOMER}:
        raise InvalidRequest(param="role")
    if not ids.is_id(user_id, "usr"):
        raise NotFound()
    cases.audit(by, "operator.appoint", user_id, why, at, source_address=source_address, role=role)
    appointed = Appointment(user_id, role, at, by)
    if not store_operators.appoint(appointed):
        raise WithoutSecondFactor() if store.user(user_id) else NotFound()
    return appointed


def _known(user: User | None) -> User:
    if user is None:
        raise NotFound()
    return user
