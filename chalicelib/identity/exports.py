"""An archive of all that is kept of me: asked for, made by the sweep, signed, and fetched by a link of five minutes."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib import queues
from chalicelib.identity import archive_key, archives, model_exports, secrets, store, store_exports, telling, throttle
from chalicelib.identity.model import User
from chalicelib.identity.model_exports import Export, ExportView
from chalicelib.identity.throttle import Limit
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import NotFound

MOST_AT_ONCE = 20
"""In one sweep, which has other things to do."""
EXPORTS_OF_A_PERSON = (Limit("exports-day", 3, timedelta(days=1)),)


def ask(user_id: str, at: datetime) -> ExportView:
    """Raises TooManyRequests."""
    throttle.check(EXPORTS_OF_A_PERSON, user_id, at)
    user = store.user(user_id)
    logins = tuple(secrets.login(contact) for contact in user.contacts) if user else ()
    export = Export(ids.new("xpt", at), user_id, "pending", at, logins)
    store_exports.put(export)
    return export.view()


def listed(user_id: str, position: str | None, limit: int, at: datetime) -> tuple[list[ExportView], str | None]:
    """Newest first, from `position` on, without links; and the position of the next page, None at the end."""
    found, following = store_exports.newest(user_id, position, limit)
    return [export.view() for export in found if export.expires_at > at], following


def look(user_id: str, export_id: str, at: datetime) -> ExportView:
    """Raises NotFound, too when its seven days are over."""
    export = store_exports.find(user_id, export_id) if ids.is_id(export_id, "xpt") else None
    if export is None or export.expires_at <= at:
        raise NotFound()
    return export.view(store_exports.link(export) if export.status == "ready" else "")


def make_due(at: datetime) -> int:
    """Returns how many were made."""
    return queues.sweep("export", store_exports.due(at)[:MOST_AT_ONCE], lambda found: make(*found, at))


def make(user_id: str, export_id: str, at: datetime) -> bool:
    """Every step may be repeated; who is told twice is told the same."""
    export, user = store_exports.begin(user_id, export_id, at), store.user(user_id)
    if export is None:
        return False
    if user is None or export.tries > model_exports.MOST_TRIES:
        store_exports.fail(export)
        return False
    if export.status == "pending":
        _make(export, user, at)
    until = (export.ready_at or at) + model_exports.KEPT
    told = {"until": clock.written(until)}
    telling.tell(user, "export_ready", told, at)
    store_exports.done(export)
    return True


def _make(export: Export, user: User, at: datetime) -> None:
    about = {"archive": export.id, "user": user.id, "made_at": clock.written(at)}
    content = model_exports.packed(archives.files(user, export.logins, at), about, archive_key.signed)
    store_exports.keep_archive(export, content)
    store_exports.ready(export, content, at)
