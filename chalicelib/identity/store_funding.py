"""Funding methods in the table `identity`.

<user>        FUNDING#<id>   where a customer's money may go back to
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import cast

from pynamodb.attributes import UnicodeAttribute

from chalicelib.cloud_tables import absent, made
from chalicelib.identity import vault
from chalicelib.identity.model_funding import FundingMethod, Kind
from chalicelib.identity.store import UserItem
from chalicelib.kernel import clock

_FUNDING = "FUNDING#"


class _FundingItem(UserItem):
    processor = UnicodeAttribute()
    kind = UnicodeAttribute()
    destination = UnicodeAttribute()
    created_at = UnicodeAttribute()


def put(method: FundingMethod) -> FundingMethod:
    """The one that is there, if it is there already."""
    item = _FundingItem(
        *_key(method.user_id, method.id),
        **vault.sealed(method.user_id, destination=method.destination),
        processor=method.processor,
        kind=method.kind,
        created_at=clock.written(method.created_at),
    )
    if made(lambda: item.save(absent())):
        return method
    return find(method.user_id, method.id) or method


def renew(method: FundingMethod, created_at: datetime) -> FundingMethod:
    """As if it had been added then; the one that is there, if somebody else has done that."""
    item, renewed = _FundingItem(*_key(method.user_id, method.id)), replace(method, created_at=created_at)
    unchanged = _FundingItem.created_at == clock.written(method.created_at)
    if made(lambda: item.update([_FundingItem.created_at.set(clock.written(created_at))], unchanged)):
        return renewed
    return put(renewed)


def find(user_id: str, method_id: str) -> FundingMethod | None:
    found = _FundingItem.find(*_key(user_id, method_id))
    return _method(found) if found else None


def every(user_id: str) -> list[FundingMethod]:
    """The newest first."""
    found = _FundingItem.query(user_id, _FundingItem.sk.startswith(_FUNDING), consistent_read=True)
    return sorted(map(_method, found), key=lambda method: (method.created_at, method.id), reverse=True)


def remove(method: FundingMethod) -> bool:
    """False if it is not there, or was added anew."""
    item = _FundingItem(*_key(method.user_id, method.id))
    return made(lambda: item.delete(_FundingItem.created_at == clock.written(method.created_at)))


def _key(user_id: str, method_id: str) -> tuple[str, str]:
    return user_id, _FUNDING + method_id


def _method(item: _FundingItem) -> FundingMethod:
    return FundingMethod(
        id=item.sk.removeprefix(_FUNDING),
        user_id=item.pk,
        processor=item.processor,
        kind=cast(Kind, item.kind),
        destination=vault.opened(item.pk, "destination", item.destination),
        created_at=clock.read(item.created_at),
    )
