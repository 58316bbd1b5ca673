"""The public status page: what was told and nothing else. No drafts, no names of alarms, nobody who did anything."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from chalicelib.kernel import ids
from chalicelib.kernel.errors import NotFound
from chalicelib.operations import model_board, store, store_incidents
from chalicelib.operations.model import TOLD_FOR
from chalicelib.operations.model_board import Board, BoardView, StoryView, ToldView, WindowView
from chalicelib.operations.model_incidents import Deed, Incident

_KEPT_SECONDS = 15
_LOOKED_AT = 100
_READ_AT_ONCE = 100
_PAGES = 10
"""Drafts lie between incidents, and what nobody is told between updates: of so many pages each list is made at most."""


def board(language: str, at: datetime) -> BoardView:
    """At most 15 s old."""
    return _board(int(at.timestamp()) // _KEPT_SECONDS).view(language, at)


def incidents(language: str, position: str | None, limit: int, at: datetime) -> tuple[list[ToldView], str | None]:
    """Of 90 days, newest first, from `position` on; and the position of the next page, None at the end."""
    found: list[Incident] = []
    for _ in range(_PAGES):
        page, position = store_incidents.incidents(position, limit - len(found))
        recent = [one for one in page if one.detected_at > at - TOLD_FOR]
        found += [one for one in recent if model_board.is_told(one)]
        position = position if len(recent) == len(page) else None
        if position is None or len(found) == limit:
            break
    return [model_board.told(one, language) for one in found], position


def incident(incident_id: str, language: str, at: datetime) -> StoryView:
    """Raises NotFound: of what was never told, and of what is too old, too."""
    known = store_incidents.incident(incident_id) if ids.is_id(incident_id, "inc") else None
    if known is None or not model_board.is_told(known) or known.detected_at <= at - TOLD_FOR:
        raise NotFound()
    return model_board.story(known, _updates(known), language)


def windows(language: str, position: str | None, limit: int, at: datetime) -> tuple[list[WindowView], str | None]:
    """Maintenance, newest first, from `position` on; and the position of the next page, None at the end."""
    found, following = store.newest("maintenance", position, limit)
    return [model_board.window(one, language, at) for one in found], following


@lru_cache(1)
def _board(period: int) -> Board:
    """What was read in this `period` of 15 s holds for the rest of it."""
    windows, _ = store.newest("maintenance", None, _LOOKED_AT)
    first = datetime.fromtimestamp(period * _KEPT_SECONDS, UTC) - TOLD_FOR
    open_ones = [one for one in _since(first) if model_board.is_told(one) and not one.over]
    return Board(tuple((one, _updates(one)) for one in open_ones), tuple(windows))


def _since(first: datetime) -> list[Incident]:
    found: list[Incident] = []
    position: str | None = None
    for _ in range(_PAGES):
        page, position = store_incidents.incidents(position, _READ_AT_ONCE)
        found += page
        if position is None or page[-1].detected_at < first:
            break
    return found


def _updates(one: Incident) -> tuple[Deed, ...]:
    """However much else has happened since: an alarm that comes and goes, a page that goes from one to the next."""
    found: list[Deed] = []
    position: str | None = None
    for _ in range(_PAGES):
        page, position = store_incidents.history(one.id, position, _READ_AT_ONCE)
        found += page
        if position is None:
            break
    return model_board.updates(one, found)
