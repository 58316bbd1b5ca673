"""An update goes to every subscriber, once: the sweep gives it on in pages, the function *tell* sends it.

the change and its update, one write ──▶ sweep: a page of subscribers, ten to a message ──▶ tell: one e-mail each
                                          └─ how far it came is kept behind each page        └─ who is told is kept
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib import queues
from chalicelib.identity import service as people
from chalicelib.identity import telling
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound, Unavailable
from chalicelib.notices import service as notices
from chalicelib.observability import logger
from chalicelib.operations import (
    model_updates,
    store,
    store_affected,
    store_subscribers,
    store_updates,
    subscribing,
)
from chalicelib.operations.model_subscribers import Language, Subscriber
from chalicelib.operations.model_updates import TOLD_WITHIN, Update
from chalicelib.settings import settings

_PAGE, _PAGES, _TO_A_MESSAGE = 100, 20, 10
_OF_MAINTENANCE = "mnt_"


def go_on(update_id: str, at: datetime) -> bool:
    """Give it on to the next pages of subscribers. A crash gives a page on twice, which nobody notices."""
    seen = store_updates.find(update_id)
    if seen is None or not seen.is_due(at):
        return False
    if seen.about.startswith(_OF_MAINTENANCE) and model_updates.is_over(seen, store.get(seen.about), at):
        return store_updates.go_on(seen, None, None)
    mine = replace(seen, due_at=at + TOLD_WITHIN)
    if not store_updates.go_on(seen, None, mine.due_at):
        return False
    _follow(mine)
    return _given_on(mine, at)


def tell(message: Mapping[str, Any]) -> None:
    """{"update": id, "to": [subscribers]}. Raises Unavailable if one of them could not be told: it comes again."""
    update, at = store_updates.find(message["update"]), clock.now()
    if update is None:
        return
    tell_one = _told if update.audience == "subscribers" else _person_told
    left = [one for one in message["to"] if not tell_one(one, update, at)]
    if left:
        raise Unavailable(retry_after_seconds=60)


def _follow(update: Update) -> None:
    """Whoever was told as affected is told this too, if an operator wished so."""
    if update.audience == "subscribers" and (job := store_affected.job(update.about)) and job.follow:
        store_updates.begin(model_updates.for_affected(update))


def _given_on(mine: Update, at: datetime) -> bool:
    position: str | None = mine.position
    for _ in range(_PAGES):
        page, position = _readers(mine, position or "")
        queues.send(settings().notices_queue_url, _messages(mine.id, page))
        if position is None:
            return store_updates.go_on(mine, None, None)
    return store_updates.go_on(mine, position, at)


def _readers(update: Update, position: str) -> tuple[list[str], str | None]:
    if update.audience == "subscribers":
        return store_subscribers.ids(position, _PAGE)
    found, following = store_affected.people(update.about, position or None, _PAGE)
    return [one.person_id for one in found], following


def _messages(update_id: str, page: list[str]) -> list[queues.Message]:
    groups = [page[start : start + _TO_A_MESSAGE] for start in range(0, len(page), _TO_A_MESSAGE)]
    return [{"MessageBody": json.dumps({"status": {"update": update_id, "to": group}})} for group in groups]


def _told(subscriber_id: str, update: Update, at: datetime) -> bool:
    """Before it is sent it is kept that it is, and behind it that it was: a crash repeats a message, it loses none."""
    one = store_subscribers.find(subscriber_id)
    if one is None or not one.confirmed:
        return True
    mine = store_subscribers.begin_telling(one.id, update.id, at, at + TOLD_WITHIN)
    if mine and _sent(one, update, at):
        store_subscribers.told(one.id, update.id)
        return True
    return mine is False


def _sent(to: Subscriber, update: Update, at: datetime) -> bool:
    """Whatever is wrong with one address, the others are told."""
    try:
        _send(to, update, at)
    except Exception as error:
        logger().warning("an update was not sent", extra={"trouble": type(error).__name__})
        return False
    return True


def _send(to: Subscriber, update: Update, at: datetime) -> None:
    explained = update.step == "resolved" and update.cause and update.remedy
    kind = "status_mended" if explained else f"status_{update.step}"
    params = _words(update, to.language) | {"end": subscribing.link_to_end(to)}
    notices.send(to.contact, to.language, kind, params, at)


def _person_told(person_id: str, update: Update, at: datetime) -> bool:
    """Into their inbox and by every way that they want, once for each update."""
    try:
        language: Language = "zh" if people.profile(person_id).recipient.language == "zh" else "en"
    except NotFound:
        return True
    explained = update.step == "resolved" and update.cause and update.remedy
    kind = "incident_mended" if explained else "incident_told"
    try:
        telling.tell_id(person_id, kind, _words(update, language), update.at, once=update.id)
    except Exception as error:
        logger().warning("an update was not sent", extra={"trouble": type(error).__name__})
        return False
    return True


def _words(update: Update, language: Language) -> dict[str, str | int]:
    parts = {"title": update.title, "body": update.body, "cause": update.cause, "remedy": update.remedy}
    said: dict[str, str | int] = {name: getattr(words, language) if words else "" for name, words in parts.items()}
    return said | {"link": _page(update)}


def _page(update: Update) -> str:
    """Where all of it can be read."""
    of_window = update.about.startswith(_OF_MAINTENANCE)
    return f"{settings().public_url}/status/" + ("" if of_window else f"#/incidents/{update.about}")
