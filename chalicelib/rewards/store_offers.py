"""What is kept to choose offers by, in the table `merchants`.

<person>       OFFERS    what somebody chose, and the profile of their spending while they allow it
COUPON-OFFERS  STANDING  of each day: how the offers that everybody may take are doing
"""

from __future__ import annotations

from datetime import datetime
from typing import get_args

import msgspec
from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.cloud_tables import Table, made
from chalicelib.kernel import clock
from chalicelib.rewards.model_offers import Chosen, Kept, Profile
from chalicelib.rewards.model_standing import Standing

_OFFERS, _STANDING = "OFFERS", "STANDING"
_OF_ALL = "COUPON-OFFERS"
_DUE = "offers#00"
"""One shard is enough: a profile is written once an hour at most."""


class _DueIndex(GlobalSecondaryIndex["_KeptItem"]):  # type: ignore[no-untyped-call]
    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    due_key = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class _KeptItem(Table):
    setting = "merchants_table"
    due = _DueIndex()
    due_key = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    chosen = UnicodeAttribute(null=True)
    chosen_at = UnicodeAttribute(null=True)
    profile = UnicodeAttribute(null=True)
    made_at = UnicodeAttribute(null=True)
    looked_at = UnicodeAttribute(null=True)


class _StandingItem(Table):
    setting = "merchants_table"
    day = UnicodeAttribute()
    standing = UnicodeAttribute()


def kept(person: str) -> Kept:
    item = _KeptItem.find(person, _OFFERS)
    if item is None:
        return Kept(person)
    chosen = msgspec.convert(item.chosen, Chosen) if item.chosen in get_args(Chosen) else None
    profile = msgspec.json.decode(item.profile, type=Profile) if item.profile else None
    return Kept(person, chosen, item.chosen_at or "", profile, item.made_at or "", item.looked_at or "")


def choose(person: str, chosen: Chosen, at: datetime) -> None:
    """With what was made meanwhile: off deletes the profile by the very write."""
    wish: list[Action] = [_KeptItem.chosen.set(chosen), _KeptItem.chosen_at.set(clock.written(at))]
    _KeptItem(person, _OFFERS).update([*wish, *(_without() if chosen == "off" else ())])


def keep(seen: Kept, profile: Profile, at: datetime, looked_at: str, due_at: datetime) -> bool:
    """False, and no effect, if they chose otherwise or another profile was made since `seen`."""
    written = msgspec.json.encode(profile).decode()
    wish: list[Action] = [
        _KeptItem.profile.set(written),
        _KeptItem.made_at.set(clock.written(at)),
        _KeptItem.looked_at.set(looked_at),
        *_waiting(due_at),
    ]
    return _update(seen, wish)


def postpone(seen: Kept, due_at: datetime) -> bool:
    """Nothing to do before then; False if another profile was made since `seen`."""
    return _update(seen, _waiting(due_at))


def forget_profile(seen: Kept) -> bool:
    """What they chose stays; where they chose nothing, nothing stays. False if anything changed since `seen`."""
    if seen.chosen:
        return _update(seen, _without())
    return made(lambda: _KeptItem(seen.person, _OFFERS).delete(_as_seen(seen)))


def erase(person: str) -> None:
    """May be repeated."""
    _KeptItem(person, _OFFERS).delete()


def due(at: datetime, limit: int) -> list[str]:
    """Whose profiles wait for the night: candidates only."""
    found = _KeptItem.due.query(_DUE, _KeptItem.due_at <= clock.written(at), limit=limit)
    return [item.pk for item in found]


def standing() -> Standing:
    item = _StandingItem.find(_OF_ALL, _STANDING)
    return msgspec.json.decode(item.standing, type=Standing) if item else Standing()


def put_standing(new: Standing) -> bool:
    """False, and no effect, if that day's is there, or a later one."""
    blob = msgspec.json.encode(new).decode()
    item = _StandingItem(_OF_ALL, _STANDING, day=new.day, standing=blob)
    return made(lambda: item.save(_StandingItem.pk.does_not_exist() | (_StandingItem.day < new.day)))


def _update(seen: Kept, wish: list[Action]) -> bool:
    return made(lambda: _KeptItem(seen.person, _OFFERS).update(wish, _as_seen(seen)))


def _as_seen(seen: Kept) -> Condition:
    both: Condition = _is(_KeptItem.chosen, seen.chosen) & _is(_KeptItem.made_at, seen.made_at)
    return both


def _is(attribute: UnicodeAttribute, value: str | None) -> Condition:
    return (attribute == value) if value else attribute.does_not_exist()


def _waiting(due_at: datetime) -> list[Action]:
    return [_KeptItem.due_key.set(_DUE), _KeptItem.due_at.set(clock.written(due_at))]


def _without() -> list[Action]:
    gone = (_KeptItem.profile, _KeptItem.made_at, _KeptItem.looked_at, _KeptItem.due_key, _KeptItem.due_at)
    return [one.remove() for one in gone]
