"""What everybody is told of how Coffer is, and maintenance. The audit log knows who said it before anybody reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache

from chalicelib.cases import service as cases
from chalicelib.kernel import ids
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound, Unavailable
from chalicelib.operations import model, model_updates, store, store_windows
from chalicelib.operations.model import Announcement, NewWindow, StatusView
from chalicelib.processors import service as processors

_KEPT_SECONDS = 15
_LOOKED_AT = 100
"""The newest windows; of incidents those of ninety days, since drafts of alarms lie between them."""


def status(language: str, at: datetime) -> StatusView:
    """At most 15 s old."""
    known = _announced(int(at.timestamp()) // _KEPT_SECONDS)
    shown = [one for one in known if one.shows(at)]
    return StatusView(model.state(known, at), tuple(one.banner(language) for one in shown))


def scheduled(by: Operator, wish: NewWindow, at: datetime) -> Announcement:
    """Raises InvalidRequest."""
    starts, ends = model.window(wish, at)
    model.require_a_place(wish, processors.known())
    title, body = model.tidy_titles(wish.title), model.tidy_bodies(wish.body)
    window = Announcement(
        ids.new("mnt", at),
        "maintenance",
        "minor",
        "scheduled",
        title,
        body,
        starts,
        ends,
        updated_at=at,
        capability=wish.capability,
        processor=wish.processor,
    )
    _audit(by, "maintenance.schedule", window, at)
    store_windows.put(window, model_updates.planned(window, at))
    return window


def cancelled(by: Operator, window_id: str, at: datetime) -> Announcement:
    """Raises NotFound, InvalidState (cancelled, or over), Unavailable (it changed meanwhile)."""
    window = _found(window_id)
    if window.state == "cancelled":
        raise InvalidState(state="cancelled")
    if window.ends_at and window.ends_at <= at:
        raise InvalidState(state="over")
    return _kept(by, "maintenance.cancel", replace(window, state="cancelled", updated_at=at), window, at)


def listed(position: str | None, limit: int) -> tuple[list[Announcement], str | None]:
    """Windows, newest first, from `position` on; and the position of the next page, None at the end."""
    return store.newest("maintenance", position, limit)


def _kept(by: Operator, deed: str, one: Announcement, seen: Announcement, at: datetime) -> Announcement:
    _audit(by, deed, one, at)
    if not store_windows.change(one, seen, model_updates.of_window(one, "cancelled", at)):
        raise Unavailable(retry_after_seconds=1)
    return one


def _found(window_id: str) -> Announcement:
    found = store.get(window_id) if ids.is_id(window_id, "mnt") else None
    if found is None:
        raise NotFound()
    return found


def _audit(by: Operator, deed: str, one: Announcement, at: datetime) -> None:
    cases.audit(
        by.user_id,
        deed,
        one.id,
        "",
        at,
        source_address=by.source_address,
        state=one.state,
        severity=one.severity,
    )


@lru_cache(1)
def _announced(period: int) -> tuple[Announcement, ...]:
    """What was read in this `period` of 15 s holds for the rest of it."""
    first = datetime.fromtimestamp(period * _KEPT_SECONDS, UTC) - model.TOLD_FOR
    windows, _ = store.newest("maintenance", None, _LOOKED_AT)
    return (*windows, *store.since("incident", first))
