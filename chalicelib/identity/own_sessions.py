"""My devices: a name of their own, and the way out for all of them at once."""

from __future__ import annotations

from datetime import datetime

from chalicelib.identity import announcing, model, service, sessions, store_sessions
from chalicelib.identity.model import Session
from chalicelib.kernel import ids
from chalicelib.kernel.errors import NotFound


def rename(user_id: str, session_id: str, name: str) -> Session:
    """Raises InvalidRequest, NotFound."""
    tidied = model.tidy_name(name, "device_name")
    renamed = store_sessions.rename(user_id, session_id, tidied) if ids.is_id(session_id, "ses") else None
    if renamed is None:
        raise NotFound()
    return renamed


def sign_out_everywhere(user_id: str, at: datetime) -> None:
    """Every session is over, this one too, and payments with their tokens stop at once."""
    user = service.profile(user_id)
    sessions.end_all(user, at)
    announcing.owner(user, "signed_out_everywhere", at)
