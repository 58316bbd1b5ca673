"""Saying what changed about somebody's access: to its owner, and to the audit log.

What was done is done: while the post is away, the inbox has it, and nobody is kept out for that.
"""

from __future__ import annotations

from datetime import datetime

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.cases import service as cases
from chalicelib.identity import telling
from chalicelib.identity.model import User
from chalicelib.kernel import clock
from chalicelib.notices import service as notices
from chalicelib.notices.model import Params
from chalicelib.observability import count


def owner(user: User, kind: str, at: datetime) -> None:
    """`kind` of the notice, and the deed in the log."""
    cases.audit(user.id, f"access.{kind}", user.id, "", at)
    try:
        telling.tell(user, kind, {"time": clock.written(at)}, at)
    except (BotoCoreError, ClientError):
        count("OwnerNotTold")


def message(user: User, kind: str, told: Params, at: datetime) -> None:
    """To their contacts, kept nowhere, so `told` may be personal."""
    try:
        for contact in user.contacts:
            notices.send(contact, user.locale, kind, told, at, phrase=user.phrase, jurisdiction=user.jurisdiction)
    except (BotoCoreError, ClientError):
        count("OwnerNotTold")
