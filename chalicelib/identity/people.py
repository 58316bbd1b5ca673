"""What operators see of people. Each look is in the audit log before it is answered: no log, no look."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib import happenings
from chalicelib.cases import service as cases
from chalicelib.identity import (
    identifiers,
    model_people,
    names,
    secrets,
    sessions,
    store,
    telling,
    throttle,
)
from chalicelib.identity.model import CUSTOMER, User
from chalicelib.identity.model_people import Field, PersonView, RevealRequest
from chalicelib.identity.throttle import Limit
from chalicelib.kernel import clock, ids, roles
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import NotFound

SEARCHES = (Limit("searches-hour", 120, timedelta(hours=1)), Limit("searches-day", 600, timedelta(days=1)))
REVEALS = (Limit("reveals-hour", 20, timedelta(hours=1)), Limit("reveals-day", 60, timedelta(days=1)))
"""For each operator: enough for a day's calls, too few to carry a list of customers away."""
NOBODY = "nobody"
_COUNTED = 100


def found(by: Operator, identifier: str, at: datetime) -> PersonView:
    """Whose name it is. Raises InvalidRequest, NotFound, TooManyRequests."""
    login = secrets.login(names.canonical(identifier))
    throttle.check(SEARCHES, by.user_id, at)
    user_id = store.user_id_of(login)
    cases.audit(by.user_id, "person.find", user_id or NOBODY, "", at, source_address=by.source_address)
    return _view(by, _known(user_id or ""), at)


def seen(by: Operator, user_id: str, at: datetime) -> PersonView:
    """Raises NotFound."""
    person = _known(user_id)
    cases.audit(by.user_id, "person.see", person.id, "", at, source_address=by.source_address)
    return _view(by, person, at)


def revealed(by: Operator, user_id: str, wish: RevealRequest, at: datetime) -> str:
    """One field in clear. Raises InvalidRequest, NotFound, TooManyRequests."""
    reason = admitted(by, wish.reason, at)
    person = _known(user_id)
    cases.audit(by.user_id, "person.reveal", person.id, reason, at, source_address=by.source_address, field=wish.field)
    happenings.tell("reveal", at, "succeeded", user_id=person.id, actor=by.user_id, reason=wish.field)
    return _clear(person, wish.field)


def admitted(by: Operator, typed: str, at: datetime) -> str:
    """The reason; one more look at something in clear is counted. Raises InvalidRequest, TooManyRequests."""
    reason = model_people.tidy_reason(typed)
    throttle.check(REVEALS, by.user_id, at)
    return reason


def signed_out(by: Operator, user_id: str, typed: str, at: datetime) -> None:
    """Of a stolen phone: every session is over, and payments stop at once. Raises InvalidRequest, NotFound."""
    reason = model_people.tidy_reason(typed)
    person = _known(user_id)
    cases.audit(by.user_id, "person.end-sessions", person.id, reason, at, source_address=by.source_address)
    sessions.end_all(person, at)
    identifiers.stop(person.id, at)
    telling.tell(person, "signed_out_everywhere", {"time": clock.written(at)}, at)


def _view(by: Operator, person: User, at: datetime) -> PersonView:
    role = person.role if person.role != CUSTOMER and roles.may(by.role, "operators.see") else ""
    return PersonView.of(person, len(sessions.listed(person.id, None, _COUNTED, at)[0]), role)


def _clear(person: User, field: Field) -> str:
    return person.identifier if field == "identifier" else person.display_name


def _known(user_id: str) -> User:
    person = store.user(user_id) if ids.is_id(user_id, "usr") else None
    if person is None:
        raise NotFound()
    return person
