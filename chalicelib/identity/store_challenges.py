"""Challenges in the table `identity`: each is answered once, within five minutes.

CHALLENGE#<mark> CHALLENGE what was asked of whom
"""

from __future__ import annotations

from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.cloud_tables import Table, made
from chalicelib.identity import secrets, vault
from chalicelib.identity.model_codes import TRIES
from chalicelib.identity.model_factors import Asked
from chalicelib.kernel import clock, entropy


class _ChallengeItem(Table):
    """Without `user_id`, whoever answers says who it is."""

    setting = "identity_table"
    user_id = UnicodeAttribute(null=True)
    device_name = UnicodeAttribute(null=True)
    cooling_until = NumberAttribute(null=True)
    """Of the person, when it was asked: a reset since makes it worthless."""
    tries = NumberAttribute()
    used_by = UnicodeAttribute(null=True)
    """Chance of the call that used it up: one whose answer was lost on the way is sent again."""
    expires_at = UnicodeAttribute()
    expires_at_seconds = NumberAttribute()


def put(asked: Asked) -> None:
    _ChallengeItem(
        *_key(asked.purpose, asked.text),
        user_id=asked.user_id or None,
        **vault.sealed(asked.user_id, device_name=asked.device_name),
        cooling_until=asked.cooling_until or None,
        tries=0,
        expires_at=clock.written(asked.expires_at),
        expires_at_seconds=int(asked.expires_at.timestamp()),
    ).keep_new()


def count_try(purpose: str, text: str, at: datetime) -> Asked | None:
    """What was asked, if one more answer is allowed; counted before anybody looks at it."""
    item = _ChallengeItem(*_key(purpose, text))
    allowed = (_ChallengeItem.tries < TRIES) & (_ChallengeItem.expires_at > clock.written(at))
    allowed &= _ChallengeItem.used_by.does_not_exist()
    if not made(lambda: item.update([_ChallengeItem.tries.add(1)], allowed)):
        return None
    owner = item.user_id or ""
    device_name = item.device_name and vault.opened(owner, "device_name", item.device_name)
    return Asked(purpose, text, owner, clock.read(item.expires_at), device_name, int(item.cooling_until or 0))


def spend(asked: Asked) -> bool:
    """Use it up; False if somebody did."""
    item, me = _ChallengeItem(*_key(asked.purpose, asked.text)), entropy.token(8).hex()
    unused = _ChallengeItem.used_by.does_not_exist() | (_ChallengeItem.used_by == me)
    return made(lambda: item.update([_ChallengeItem.used_by.set(me)], _ChallengeItem.pk.exists() & unused))


def _key(purpose: str, text: str) -> tuple[str, str]:
    return f"CHALLENGE#{secrets.mark('challenge', purpose, text)}", "CHALLENGE"
