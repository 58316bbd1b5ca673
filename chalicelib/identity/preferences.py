"""What a person has chosen, changed; what they had chosen before goes into the trash."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import get_args

from chalicelib.identity import announcing, model_preferences, profile, service, trash
from chalicelib.identity.model import User
from chalicelib.identity.model_preferences import PreferencesRequest
from chalicelib.notices.model_reach import Way


def change(user_id: str, wish: PreferencesRequest, at: datetime) -> User:
    """Raises NotFound, InvalidRequest, InvalidState."""
    user = service.profile(user_id)
    if not model_preferences.changes(user, wish):
        return user
    after = profile.overwrite(user_id, lambda now: model_preferences.changes(now, wish), at)
    _last_word(user, after, at)
    return after


def put_back(user_id: str, trash_id: str, at: datetime) -> None:
    """Whatever it is, out of the trash; where it silences security, that is said as if they had chosen it now.

    Raises NotFound, and what putting it back raises.
    """
    before = service.profile(user_id)
    trash.restore(user_id, trash_id, at)
    _last_word(before, service.profile(user_id), at)


def _last_word(before: User, after: User, at: datetime) -> None:
    """Each way that will hear no more about security hears so, and so do the ways before it and after it."""
    hearing = replace(before, switched_off=before.switched_off & after.switched_off)
    for way in sorted(get_args(Way)):
        if f"security.{way}" in after.switched_off - before.switched_off:
            announcing.owner(hearing, f"security_{way}_off", at)
