"""What is remembered of people (by pseudonym), merchants, devices and senders of webhooks, in the table `cases`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.cloud_tables import Table, absent, made
from chalicelib.kernel import backoff
from chalicelib.kernel.errors import Unavailable
from chalicelib.risk.model_profile import Profile

_PREFIX, _PROFILE = "RISK#", "PROFILE"
_TRIES = 8
Kept = dict[str, tuple[Profile, int]]
"""Key → what is remembered, and its version; 0 of nothing yet."""


class _ProfileItem(Table):
    setting = "cases_table"
    profile = UnicodeAttribute()
    version = NumberAttribute()


def load(keys: Iterable[str]) -> Kept:
    return {key: _one(key) for key in keys}


def change(key: str, kept: tuple[Profile, int] | None, act: Callable[[Profile], None]) -> None:
    """Does `act` to it, again to what it became meanwhile: learning the same once more changes nothing."""
    profile, version = kept or _one(key)
    for attempt in range(_TRIES):
        act(profile)
        item = _ProfileItem(_PREFIX + key, _PROFILE, profile=msgspec.json.encode(profile).decode(), version=version + 1)
        seen = _ProfileItem.version == version if version else absent()
        if made(lambda item=item, seen=seen: item.save(seen)):  # type: ignore[misc]
            return
        backoff.wait(attempt)
        profile, version = _one(key)
    raise Unavailable(retry_after_seconds=1)


def forget(key: str) -> None:
    _ProfileItem(_PREFIX + key, _PROFILE).delete()


def _one(key: str) -> tuple[Profile, int]:
    item = _ProfileItem.find(_PREFIX + key, _PROFILE)
    return (msgspec.json.decode(item.profile, type=Profile), int(item.version)) if item else (Profile(), 0)
