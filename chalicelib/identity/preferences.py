"""What a person has chosen, read and changed."""

from __future__ import annotations

from datetime import datetime

from chalicelib.identity import model_preferences, profile, service, store, store_reminders
from chalicelib.identity.model import User
from chalicelib.identity.model_preferences import PreferencesRequest
from chalicelib.identity.store import PersonItem
from chalicelib.kernel.errors import InvalidState, NotFound


def change(user_id: str, wish: PreferencesRequest, at: datetime) -> User:
    """Raises NotFound, InvalidRequest, InvalidState."""
    user = service.profile(user_id)
    changes = model_preferences.changes(user, wish)
    if not changes:
        return user
    leaves_easy_mode = wish.ui_mode is not None and wish.ui_mode != "easy"
    unguarded = (PersonItem.guardian.does_not_exist(),) if leaves_easy_mode else ()
    phrase = {name: changes.pop(name) for name in ("phrase",) if name in changes}
    changed = store.update_user(user_id, *unguarded, **changes) if changes else user
    if changed is None:
        raise InvalidState(state="guarded") if store.user(user_id) else NotFound()
    if wish.reminders == "quarterly" and store_reminders.due_at(user_id) is None:
        store_reminders.put(user_id, at + store_reminders.QUARTER)
    return profile.overwrite(user_id, phrase, at)
