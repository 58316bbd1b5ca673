"""Operators appoint operators, and nobody their own role: whoever has a power had it from somebody else.

A role is in the token: it counts from the next token on. Whoever has another one, or none any more, signs in anew.
"""

from __future__ import annotations

from datetime import datetime

from chalicelib.identity import model_people, service, sessions, store_operators
from chalicelib.identity.model_people import Appointment, ColleagueView, NewOperator, RoleChange, Standing
from chalicelib.kernel import ids
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import Forbidden, NotFound


def listed(position: str | None, limit: int) -> tuple[list[Appointment], str | None]:
    """By id, from `position` on; and the position of the next page, None at the end."""
    return store_operators.operators(position, limit)


def standings(position: str | None, limit: int) -> tuple[list[Standing], str | None]:
    """As `listed`, each with whether they are there, have a second factor, and when they were last seen."""
    found, following = store_operators.operators(position, limit)
    return [store_operators.standing(one) for one in found], following


def colleagues(position: str | None, limit: int) -> tuple[list[ColleagueView], str | None]:
    """As `listed`, by their names."""
    found, following = listed(position, limit)
    return [ColleagueView(one.user_id, service.profile(one.user_id).display_name, one.role) for one in found], following


def is_one(user_id: str) -> bool:
    """Whether they have a role now."""
    return ids.is_id(user_id, "usr") and store_operators.operator(user_id) is not None


def appointed(by: Operator, wish: NewOperator, at: datetime) -> Appointment:
    """Raises Forbidden, InvalidRequest, NotFound, WithoutSecondFactor."""
    return _given(by, wish.person_id, wish.role, wish.reason, at)


def changed(by: Operator, user_id: str, wish: RoleChange, at: datetime) -> Appointment:
    """Another role, or none any more. Raises Forbidden, InvalidRequest, NotFound (no operator)."""
    if user_id != by.user_id and not is_one(user_id):
        raise NotFound()
    return _given(by, user_id, wish.role, wish.reason, at)


def _given(by: Operator, user_id: str, role: str, typed: str, at: datetime) -> Appointment:
    reason = model_people.tidy_reason(typed)
    if user_id == by.user_id:
        raise Forbidden()
    given = service.appoint(user_id, role, at, by.user_id, why=reason, source_address=by.source_address)
    sessions.end_all(service.profile(user_id), at)
    return given
