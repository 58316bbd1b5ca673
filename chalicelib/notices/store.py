"""The table `notices`: inboxes by user, and the outbox that exists only on the local cloud."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.cloud_tables import Table, absent, made
from chalicelib.kernel import clock, ids
from chalicelib.notices.model import Attachment, Channel, Notice

_INBOX, _QUIET = "INBOX#", "QUIET#"
_KEPT = timedelta(days=400)
_OUTBOX_KEPT = timedelta(days=7)


class _InboxItem(Table):
    setting = "notices_table"
    id = UnicodeAttribute()
    kind = UnicodeAttribute()
    params = UnicodeAttribute()
    unsent = BooleanAttribute(null=True)
    expires_at_seconds = NumberAttribute()


class _OutboxItem(Table):
    setting = "notices_table"
    channel = UnicodeAttribute()
    subject = UnicodeAttribute()
    body = UnicodeAttribute()
    attachments = UnicodeAttribute(null=True)
    expires_at_seconds = NumberAttribute()


def keep(user_id: str, notice: Notice, *, shown: bool = True, unsent: bool = False) -> bool:
    """Put into the inbox, or beside it, once for each id; False if it was there and is not `unsent`."""
    item = _InboxItem(
        user_id,
        _position(_INBOX if shown else _QUIET, notice.at, notice.id),
        id=notice.id,
        kind=notice.kind,
        params=msgspec.json.encode(notice.params).decode(),
        unsent=unsent or None,
        expires_at_seconds=int((notice.at + _KEPT).timestamp()),
    )
    return made(lambda: item.save(absent() | _InboxItem.unsent.exists()))


def sent(user_id: str, notice: Notice, *, shown: bool) -> None:
    """It went out by every other way too."""
    item = _InboxItem(user_id, _position(_INBOX if shown else _QUIET, notice.at, notice.id))
    made(lambda: item.update([_InboxItem.unsent.remove()], _InboxItem.pk.exists()))


def inbox(user_id: str, position: str | None, limit: int) -> tuple[list[Notice], str | None]:
    found, following = _InboxItem.newest(user_id, _INBOX, position, limit)
    return [_notice(item) for item in found], following


def forget(user_id: str) -> None:
    """All that is kept for a user."""
    for item in _InboxItem.query(user_id, consistent_read=True):
        item.delete()


def leave_in_outbox(
    to: str, channel: Channel, subject: str, body: str, at: datetime, attachments: Sequence[Attachment] = ()
) -> None:
    _OutboxItem(
        f"OUTBOX#{to}",
        f"{clock.written(at)}#{ids.new('msg', at)}",
        channel=channel,
        subject=subject,
        body=body,
        attachments=msgspec.json.encode(attachments).decode() if attachments else None,
        expires_at_seconds=int((at + _OUTBOX_KEPT).timestamp()),
    ).save()


def outbox(to: str, limit: int) -> list[dict[str, Any]]:
    """What was sent to a contact, newest first; the content of attachments in base64."""
    found = _OutboxItem.query(f"OUTBOX#{to}", scan_index_forward=False, limit=limit, consistent_read=True)
    return [
        {
            "to": to,
            "channel": item.channel,
            "subject": item.subject,
            "body": item.body,
            "at": item.sk.partition("#")[0],
            "attachments": msgspec.json.decode(item.attachments or "[]"),
        }
        for item in found
    ]


def _position(prefix: str, at: datetime, notice_id: str) -> str:
    return f"{prefix}{clock.written(at)}#{notice_id}"


def _notice(item: _InboxItem) -> Notice:
    at = clock.read(item.sk.split("#")[1])
    return Notice(item.id, item.kind, at, msgspec.json.decode(item.params))
