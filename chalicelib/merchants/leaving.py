"""Whoever is erased leaves every merchant: what they sold keeps their role's id, which leads to nobody any more.

The last owner goes as well, since nobody may be kept for what they are to others; that is a case for an operator then.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from chalicelib.cases import service as cases
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Unavailable
from chalicelib.merchants import store, store_staff
from chalicelib.merchants.model_staff import Member

OWNERLESS = "merchant-ownerless"
LOOKED_AT = timedelta(days=1)
_AT_ONCE = 100


def forget(user_id: str, logins: tuple[str, ...], at: datetime) -> None:
    """Their roles, those that wait for one of their names, and those that were taken from them; may be repeated."""
    for role in store_staff.every_role_of(user_id, logins):
        cases.audit("sweep", "merchant.forget_staff", role.id, "", at, merchant=role.merchant_id)
        _forget_tills(role)
        _leave(role, at)


def told(user_id: str, logins: tuple[str, ...]) -> Mapping[str, Any]:
    """What their archive has of it."""
    return {"staff_roles.json": [_shown(role) for role in store_staff.every_role_of(user_id, logins)]}


def _leave(role: Member, at: datetime) -> None:
    if store_staff.erase(role, store_staff.since(at)):
        return
    now = store_staff.find(role.id)
    if now is None or now.since != role.since:
        raise Unavailable(retry_after_seconds=1)
    cases.open_case(OWNERLESS, role.merchant_id, {"staff": role.id}, at + LOOKED_AT, at, key=role.id)
    if not store_staff.erase(role, store_staff.since(at), last=True):
        raise Unavailable(retry_after_seconds=1)


def _forget_tills(role: Member) -> None:
    """Their sessions of late; older ones are gone by their time to live."""
    position: str | None = None
    while True:
        found, position = store.tills_of(role.merchant_id, position, _AT_ONCE)
        for key in found:
            if key.till and key.till.staff_id == role.id:
                store.forget_till(key)
        if position is None:
            return


def _shown(role: Member) -> dict[str, Any]:
    agreed = store.terms(role.merchant_id)
    return {
        "id": role.id,
        "merchant_id": role.merchant_id,
        "merchant_name": agreed.name if agreed else "",
        "role": role.role,
        "status": role.status,
        "store_ids": role.store_ids,
        "name": role.name,
        "identifier": role.contact,
        "created_at": clock.written(role.created_at),
    }
