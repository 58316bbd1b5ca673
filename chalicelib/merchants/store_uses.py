"""When keys and roles in the table `merchants` were last used: of each item only what tells that is read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TypeVar

from pynamodb.attributes import UnicodeAttribute

from chalicelib.cloud_tables import Table, made
from chalicelib.kernel import clock
from chalicelib.merchants.model_uses import KeyUse, RoleUse
from chalicelib.merchants.store import STAFF

_KEY, _KEYS, _STAFF, _ALL = "KEY", "KEY#", "STAFF#", "MERCHANTS"
_Found = TypeVar("_Found", bound=Table)


class _KnownItem(Table):
    """That there is one, where somebody looks for it."""

    setting = "merchants_table"


class _KeyUseItem(Table):
    setting = "merchants_table"
    merchant_id = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute(null=True)
    expires_at = UnicodeAttribute(null=True)
    revoked_at = UnicodeAttribute(null=True)
    used_on = UnicodeAttribute(null=True)


class _RoleUseItem(Table):
    setting = "merchants_table"
    merchant_id = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute(null=True)
    role = UnicodeAttribute(null=True)
    status = UnicodeAttribute(null=True)
    used_on = UnicodeAttribute(null=True)


def note(key_id: str, day: str) -> bool:
    """False, and no effect, if somebody noted that day already, or a later one."""
    item = _KeyUseItem(key_id, _KEY)
    earlier = _KeyUseItem.used_on.does_not_exist() | (_KeyUseItem.used_on < day)
    return made(lambda: item.update([_KeyUseItem.used_on.set(day)], _KeyUseItem.pk.exists() & earlier))


def merchants(position: str | None, limit: int) -> tuple[list[str], str | None]:
    """Ids, newest first; and the position of the next page."""
    found, following = _KnownItem.newest(_ALL, "mer_", position, limit)
    return [item.sk for item in found], following


def keys(merchant_id: str, position: str | None, limit: int, at: datetime) -> tuple[list[KeyUse], str | None]:
    """Those that are good; and the position of the next page."""
    owned, following = _KnownItem.newest(merchant_id, _KEYS, position, limit)
    found = _each(_KeyUseItem, [item.sk.removeprefix(_KEYS) for item in owned], _KEY)
    return [_key(item) for item in found if _is_good(item, at)], following


def roles(merchant_id: str, position: str | None, limit: int) -> tuple[list[RoleUse], str | None]:
    """Those that are active; and the position of the next page."""
    owned, following = _KnownItem.newest(merchant_id, _STAFF, position, limit)
    found = _each(_RoleUseItem, [item.sk.removeprefix(_STAFF) for item in owned], STAFF)
    return [_role(item) for item in found if item.status == "active"], following


def _each(kind: type[_Found], ids: list[str], sk: str) -> Iterator[_Found]:
    """The attributes that the class has, and no other."""
    wanted = list(kind.get_attributes())
    for one in ids:
        try:
            yield kind.get(one, sk, consistent_read=True, attributes_to_get=wanted)
        except kind.DoesNotExist:
            continue


def _is_good(item: _KeyUseItem, at: datetime) -> bool:
    return not item.revoked_at and (not item.expires_at or item.expires_at > clock.written(at))


def _key(item: _KeyUseItem) -> KeyUse:
    return KeyUse(item.pk, item.merchant_id or "", clock.read(item.created_at or ""), item.used_on or "")


def _role(item: _RoleUseItem) -> RoleUse:
    created = clock.read(item.created_at or "")
    return RoleUse(item.pk, item.merchant_id or "", item.role or "", created, item.used_on or "")
