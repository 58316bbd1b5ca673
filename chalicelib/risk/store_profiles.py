"""What is remembered of people (by pseudonym), merchants, devices and senders of webhooks, in the table `cases`.

It is gone when nothing has been learnt for a while. Of whoever was erased nothing is learnt, however late it comes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.cloud_tables import Table, absent, made
from chalicelib.kernel import backoff
from chalicelib.kernel.errors import Unavailable
from chalicelib.risk.model_profile import Profile

_PREFIX, _PROFILE = "RISK#", "PROFILE"
_TRIES, _FORGOTTEN = 8, -1
LASTS = timedelta(days=180)
_LATE = timedelta(days=30)
"""Longer than any queue keeps a message."""
Kept = dict[str, tuple[Profile, int]]
"""Key → what is remembered, and its version; 0 of nothing yet."""


class _ProfileItem(Table):
    setting = "cases_table"
    profile = UnicodeAttribute(null=True)
    version = NumberAttribute()
    forgotten = NumberAttribute(null=True)
    expires_at_seconds = NumberAttribute(null=True)


def load(keys: Iterable[str]) -> Kept:
    return {key: _one(key) for key in keys}


def change(key: str, kept: tuple[Profile, int] | None, act: Callable[[Profile], None], at: datetime) -> None:
    """Does `act` to it, again to what it became meanwhile: learning the same once more changes nothing."""
    profile, version = kept or _one(key)
    for attempt in range(_TRIES):
        if version == _FORGOTTEN:
            return
        act(profile)
        item = _item(key, at + LASTS, version + 1, profile=msgspec.json.encode(profile).decode())
        seen = _ProfileItem.version == version if version else absent()
        if made(lambda item=item, seen=seen: item.save(seen)):  # type: ignore[misc]
            return
        backoff.wait(attempt)
        profile, version = _one(key)
    raise Unavailable(retry_after_seconds=1)


def forget(key: str, at: datetime) -> None:
    """That it was forgotten stays for a while, and nothing else of it."""
    _item(key, at + _LATE, 0, forgotten=1).save()


def _item(key: str, until: datetime, version: int, **what: str | int) -> _ProfileItem:
    kept: dict[str, Any] = {"version": version, "expires_at_seconds": int(until.timestamp()), **what}
    return _ProfileItem(_PREFIX + key, _PROFILE, **kept)


def _one(key: str) -> tuple[Profile, int]:
    item = _ProfileItem.find(_PREFIX + key, _PROFILE)
    if item is None:
        return Profile(), 0
    if item.forgotten:
        return Profile(), _FORGOTTEN
    return msgspec.json.decode(item.profile or "{}", type=Profile), int(item.version)
