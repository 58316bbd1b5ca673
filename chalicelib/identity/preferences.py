"""What a person has chosen, read and changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import get_args

from chalicelib.identity import announcing, model_preferences, profile, service, store, store_reminders
from chalicelib.identity.model import User
from chalicelib.identity.model_preferences import PreferencesRequest
from chalicelib.identity.store import PersonItem
from chalicelib.kernel.errors import InvalidState, NotFound
from chalicelib.notices.model_reach import Way


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
    after = profile.overwrite(user_id, phrase, at)
    _last_word(user, after, at)
    return after


def _last_word(before: User, after: User, at: datetime) -> None:
    """Each way that will hear no more about security hears so, and so do the ways before it and after it."""
    hearing = replace(before, switched_off=before.switched_off & after.switched_off)
    for way in sorted(get_args(Way)):
        if f"security.{way}" in after.switched_off - before.switched_off:
            announcing.owner(hearing, f"security_{way}_off", at)
