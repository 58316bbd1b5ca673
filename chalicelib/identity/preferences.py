"""What a person has chosen, changed; what they had chosen before goes into the trash."""

from __future__ import annotations

from datetime import datetime

from chalicelib.identity import model_preferences, profile, service
from chalicelib.identity.model import User
from chalicelib.identity.model_preferences import PreferencesRequest


def change(user_id: str, wish: PreferencesRequest, at: datetime) -> User:
    """Raises NotFound, InvalidRequest, InvalidState."""
    user = service.profile(user_id)
    if not model_preferences.changes(user, wish):
        return user
    return profile.overwrite(user_id, lambda now: model_preferences.changes(now, wish), at)
