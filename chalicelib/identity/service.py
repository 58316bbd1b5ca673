"""Who somebody is: whom a token proves, the profile, an operator's role. Ways in are in `signing_up`, `signing_in`
and `sessions`."""

from __future__ import annotations

from datetime import datetime

from chalicelib.cases import service as cases
from chalicelib.identity import model, store, tokens
from chalicelib.identity.model import ProfileRequest, User
from chalicelib.kernel.callers import Customer, Operator
from chalicelib.kernel.errors import InvalidRequest, InvalidToken, NotFound


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
    )


def operator_of(token: str, at: datetime) -> Operator:
    """Which operator an access token proves; no AWS call. Raises InvalidToken."""
    claims = tokens.verified(token, at)
    if claims.role not in model.OPERATOR_ROLES:
        raise InvalidToken()
    return Operator(claims.sub, claims.sid, claims.role, claims.mfa)


def profile(user_id: str) -> User:
    """Raises NotFound."""
    return _known(store.user(user_id))


def change_profile(user_id: str, wish: ProfileRequest) -> User:
    """Raises NotFound or InvalidRequest."""
    changes = {}
    if wish.display_name is not None:
        changes["display_name"] = model.tidy_name(wish.display_name)
    if wish.locale is not None:
        changes["locale"] = model.language_of(wish.locale)
    return _known(store.update_user(user_id, **changes)) if changes else profile(user_id)


def appoint(user_id: str, role: str, at: datetime, by: str = "bootstrap") -> None:
    """Give an operator's role, or `customer` again, from the user's next token on. Raises NotFound, InvalidRequest."""
    if role not in model.OPERATOR_ROLES | {model.CUSTOMER}:
        raise InvalidRequest(param="role")
    cases.audit(by, "user.appoint", user_id, role, at)
    _known(store.update_user(user_id, role=role))


def _known(user: User | None) -> User:
    if user is None:
        raise NotFound()
    return user
