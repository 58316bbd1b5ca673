"""Operators in the table `identity`: a roster beside the role that each person's own item carries.

OPERATORS     <user>       who has a role, since when, by whom
"""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.expressions.update import Action

from chalicelib.cloud_tables import Table, cut, made, writing
from chalicelib.identity.model import CUSTOMER
from chalicelib.identity.model_people import Appointment, Standing
from chalicelib.identity.store import PersonItem, UserItem, has_factor, is_living, never_before
from chalicelib.kernel import clock

_ROSTER = "OPERATORS"


class _OperatorItem(Table):
    setting = "identity_table"
    role = UnicodeAttribute()
    appointed_at = UnicodeAttribute()
    appointed_by = UnicodeAttribute()


class _ReviewedItem(UserItem):
    """What a review reads of a person, and of a session."""

    totp_on = NumberAttribute(null=True)
    passkeys = NumberAttribute(null=True)
    deleted_at = UnicodeAttribute(null=True)
    last_used_at = UnicodeAttribute(null=True)


def appoint(appointed: Appointment) -> bool:
    """The role and the roster together, and each session of before is over.

    False if there is no such person, or an operator would lack a second factor.
    """
    person, place = PersonItem(appointed.user_id, "USER"), _OperatorItem(_ROSTER, appointed.user_id)
    place.role, place.appointed_by = appointed.role, appointed.by
    place.appointed_at = clock.written(appointed.at)
    fit = is_living() if appointed.role == CUSTOMER else is_living() & has_factor()

    def together() -> None:
        with writing() as transaction:
            changes: list[Action] = [
                PersonItem.role.set(appointed.role),
                PersonItem.sessions_from.set(never_before(appointed.at)),
            ]
            transaction.update(person, changes, fit)
            if appointed.role == CUSTOMER:
                transaction.delete(place)
            else:
                transaction.save(place)

    return made(together)


def operator(user_id: str) -> Appointment | None:
    item = _OperatorItem.find(_ROSTER, user_id)
    return _appointment(item) if item else None


def standing(appointed: Appointment) -> Standing:
    """Nothing sealed is read."""
    wanted = list(_ReviewedItem.get_attributes())
    sessions = _ReviewedItem.query(
        appointed.user_id, _ReviewedItem.sk.startswith("SESSION#"), consistent_read=True, attributes_to_get=wanted
    )
    used_at = max((item.last_used_at or "" for item in sessions), default="")
    try:
        person = _ReviewedItem.get(appointed.user_id, "USER", consistent_read=True, attributes_to_get=wanted)
    except DoesNotExist:
        return Standing(appointed, False, False, used_at)
    return Standing(appointed, not person.deleted_at, bool(person.totp_on or person.passkeys), used_at)


def operators(position: str | None, limit: int) -> tuple[list[Appointment], str | None]:
    """In the order of their ids."""
    start = {"pk": {"S": _ROSTER}, "sk": {"S": position}} if position else None
    found = _OperatorItem.query(_ROSTER, consistent_read=True, limit=limit + 1, last_evaluated_key=start)
    page, following = cut(list(found), limit)
    return [_appointment(item) for item in page], following


def _appointment(item: _OperatorItem) -> Appointment:
    return Appointment(item.sk, item.role, clock.read(item.appointed_at), item.appointed_by)
