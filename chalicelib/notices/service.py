"""Telling people: at once to a contact, or into the inbox that the app shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.kernel import ids
from chalicelib.notices import channels, model, store
from chalicelib.notices.model import Notice, Params


def send(contact: str, language: str, kind: str, params: Params, at: datetime) -> None:
    """By e-mail or text message; kept nowhere, so `params` may hold a code."""
    notice = Notice("", kind, at, params)
    channels.deliver(contact, notice.title(language), notice.body(language), at)


def tell(user_id: str, kind: str, params: Params, at: datetime, *, contact: str = "", language: str = "en") -> None:
    """Into the inbox, and to `contact` where one is given."""
    store.keep(user_id, Notice(ids.new("ntc", at), kind, at, params))
    if contact:
        send(contact, language, kind, params, at)


def tell_of_entry(entry: Mapping[str, Any]) -> None:
    """The inbox notice of a journal entry to the owner of its account, once however often it is delivered."""
    notice, owner = model.told_by(entry), entry.get("owner")
    if notice and owner:
        store.keep(owner, notice)


def inbox(user_id: str, position: str | None, limit: int) -> tuple[list[Notice], str | None]:
    """Newest first, from `position` on; and the position of the next page, None at the end."""
    return store.inbox(user_id, position, limit)


def forget(user_id: str) -> None:
    """Erases an inbox."""
    store.forget(user_id)


def outbox(contact: str, limit: int = 20) -> list[dict[str, str]]:
    """What the local cloud would have sent, newest first: {to, channel, subject, body, at}."""
    return store.outbox(contact, limit)
