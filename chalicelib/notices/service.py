"""Telling people: at once to a contact, or by every way that they have and want, the inbox that the app shows first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from chalicelib.kernel import clock, ids
from chalicelib.notices import channels, education, model_reach, store
from chalicelib.notices.model import Attachment, Notice, Params
from chalicelib.notices.model_reach import Recipient


def send(
    contact: str,
    language: str,
    kind: str,
    params: Params,
    at: datetime,
    *,
    phrase: str = "",
    jurisdiction: str = "",
    attachments: Sequence[Attachment] = (),
) -> None:
    """By e-mail or text message; kept nowhere, so `params` may hold a code.

    `phrase` and `jurisdiction` are the reader's own, if they are known.
    """
    notice = Notice("", kind, at, params)
    said = _body(notice, language, phrase, jurisdiction)
    channels.deliver(contact, notice.title(language, jurisdiction), said, at, attachments)


def tell(
    to: Recipient | str,
    kind: str,
    params: Params,
    at: datetime,
    *,
    contact: str = "",
    language: str = "en",
    once: str = "",
) -> tuple[str, ...]:
    """Into the inbox, to the contacts and to the devices; returns the ids of devices that are dead.

    `params` hold nothing personal: they are kept. `once` names what happened: with the same `at` it is told once, and
    again after a crash that may have come before all was sent.
    Of somebody who is given by id alone, `contact` is all there is.
    """
    reader = to if isinstance(to, Recipient) else Recipient(to, language, (contact,) if contact else ())
    if not once:
        return told(reader, Notice(ids.new("ntc", at), kind, at, params))
    notice, shown = _named(reader.user_id, kind, params, at, once), _shown(reader, kind)
    if not store.keep(reader.user_id, notice, shown=shown, unsent=True):
        return ()
    dead = _sent(reader, notice)
    store.sent(reader.user_id, notice, shown=shown)
    return dead


def begin(user_id: str, kind: str, params: Params, at: datetime, once: str) -> None:
    """Into the inbox; whoever knows the person tells it by their other ways, with the same `once` and `at`."""
    store.keep(user_id, _named(user_id, kind, params, at, once), unsent=True)


def told(reader: Recipient, notice: Notice) -> tuple[str, ...]:
    """Once however often it is asked for: what is in the inbox already was told. Returns the ids of dead devices."""
    kept = store.keep(reader.user_id, notice, shown=_shown(reader, notice.kind))
    return _sent(reader, notice) if kept else ()


def _named(user_id: str, kind: str, params: Params, at: datetime, once: str) -> Notice:
    return Notice(ids.derived("ntc", user_id, once, clock.written(at)), kind, at, params)


def _shown(reader: Recipient, kind: str) -> bool:
    return reader.wants(model_reach.group_of(kind), "inbox")


def _sent(reader: Recipient, notice: Notice) -> tuple[str, ...]:
    to = partial(send, kind=notice.kind, params=notice.params, at=notice.at, jurisdiction=reader.jurisdiction)
    for one in reader.contacts_for(notice.kind):
        to(one, reader.language, phrase=reader.phrase)
    for one in reader.strangers:
        to(one, reader.language)
    return _pushed(reader, notice)


def inbox(user_id: str, position: str | None, limit: int) -> tuple[list[Notice], str | None]:
    """Newest first, from `position` on; and the position of the next page, None at the end."""
    return store.inbox(user_id, position, limit)


def forget(user_id: str) -> None:
    """Erases an inbox."""
    store.forget(user_id)


def outbox(contact: str, limit: int = 20) -> list[dict[str, Any]]:
    """What the local cloud would have sent, newest first: {to, channel, subject, body, at, attachments}."""
    return store.outbox(contact, limit)


def endpoint(platform: model_reach.Platform, token: str) -> str:
    """Where pushes to a device go from now on."""
    return channels.endpoint(platform, token)


def _pushed(reader: Recipient, notice: Notice) -> tuple[str, ...]:
    if not reader.wants(model_reach.group_of(notice.kind), "push"):
        return ()
    title = notice.title(reader.language, reader.jurisdiction)
    body = _body(notice, reader.language, reader.phrase, reader.jurisdiction)
    return tuple(one.id for one in reader.devices if not channels.push(one.address, title, body, notice.at))


def _body(notice: Notice, language: str, phrase: str, jurisdiction: str) -> str:
    """What happened, a line of what to beware of where it matters, and the reader's own phrase."""
    said = "\n".join(filter(None, (notice.body(language, jurisdiction), education.line(notice.kind, language))))
    return model_reach.with_phrase(said, phrase, language)
