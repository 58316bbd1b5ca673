"""My devices: a name of their own, and the way out for all of them at once, or for all the others."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chalicelib.identity import announcing, identifiers, model, profile, service, sessions, store_sessions
from chalicelib.identity.model import Session, User
from chalicelib.kernel import ids
from chalicelib.kernel.errors import NotFound, Unavailable

_RACES = 3


def rename(user_id: str, session_id: str, name: str, at: datetime) -> Session:
    """The name before goes into the trash. Raises InvalidRequest, NotFound."""
    tidied = model.tidy_name(name, "device_name")
    if not ids.is_id(session_id, "ses"):
        raise NotFound()
    for _ in range(_RACES):
        _, session = store_sessions.user_and_session(user_id, session_id)
        if session is None:
            raise NotFound()
        if session.device_name == tidied or profile.name_device(user_id, session_id, tidied, at):
            return replace(session, device_name=tidied)
    raise Unavailable(retry_after_seconds=1)


def sign_out_everywhere(user_id: str, session_id: str, at: datetime) -> None:
    """Every session is over, this one too, and payments with their tokens stop at once.

    It goes last: as long as it is kept, what it began is finished, and whoever signed in since then stays. Of one that
    was ended, by this or by somebody else, nothing is done.
    """
    user = service.profile(user_id)
    if store_sessions.goes_on(user_id, session_id, at):
        sessions.end_all(user, at, last=session_id)
    elif store_sessions.is_kept(user_id, session_id):
        sessions.clear(user, user.sessions_from, last=session_id)
    else:
        return
    identifiers.stop(user_id, at)
    announcing.owner(user, "signed_out_everywhere", at)
    sessions.end(user, session_id)


def stop_payments_before_the_first(user: User) -> None:
    """Whoever is cut off as soon as the first second factor is on leaves no token that pays."""
    if not user.second_factors:
        sessions.stop_payments(user)


def sign_out_others(user: User, session_id: str, at: datetime) -> None:
    """The first second factor is on: what a password alone had opened is over, and here it is cleared away."""
    if sessions.end_others(user, session_id):
        announcing.owner(user, "others_signed_out", at)
