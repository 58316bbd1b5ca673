"""Telling an owner of what changed about their access: in the inbox, and by e-mail or text message.

What was done is done: while the post is away, the inbox has it, and nobody is kept out for that.
"""

from __future__ import annotations

from datetime import datetime

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.identity.model import User
from chalicelib.notices import service as notices
from chalicelib.notices.model import Params
from chalicelib.observability import count


def owner(user: User, kind: str, at: datetime) -> None:
    """`time` fills the sentence; nothing personal is kept with it."""
    told = {"time": minute(at)}
    notices.tell(user.id, kind, told, at)
    message(user, kind, told, at)


def message(user: User, kind: str, told: Params, at: datetime) -> None:
    """By e-mail or text message, kept nowhere."""
    try:
        notices.send(user.identifier, user.locale, kind, told, at)
    except (BotoCoreError, ClientError):
        count("OwnerNotTold")


def minute(at: datetime) -> str:
    """`2026-11-22 08:00 UTC`."""
    return at.strftime("%Y-%m-%d %H:%M UTC")
