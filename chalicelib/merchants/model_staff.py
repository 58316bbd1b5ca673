"""Who works at a merchant: people with accounts of their own, in one of three roles, at some stores or at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Annotated, Literal

import msgspec

from chalicelib.kernel import clock, text
from chalicelib.merchants.model import Key, Scope

Role = Literal["owner", "manager", "cashier"]
StaffStatus = Literal["invited", "active", "revoked"]
INVITED_FOR = timedelta(days=7)
SHIFT = timedelta(hours=12)
MOST_STORES, DEVICE_LETTERS = 20, 64
_TILL: tuple[Scope, ...] = ("checkouts", "payments")
_RUN: tuple[Scope, ...] = (*_TILL, "refunds", "reports", "staff", "stores")
SCOPES: Mapping[Role, tuple[Scope, ...]] = MappingProxyType(
    {"cashier": _TILL, "manager": _RUN, "owner": tuple(sorted((*_RUN, "cards", "keys", "payouts")))}
)
"""What a session of each role may do; `keys` says too where servers are told things."""
_AT_SOME_STORES = frozenset({*_TILL, "refunds", "staff", "stores"})
"""The rest is the whole merchant's: what was settled, told and paid out, and its keys."""
Stores = Annotated[list[str], msgspec.Meta(max_length=MOST_STORES, extra_json_schema={"uniqueItems": True})]
Called = Annotated[str, msgspec.Meta(extra_json_schema={"minLength": 1, "maxLength": 64})]


class NewStaff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`identifier`: their e-mail address or telephone. `store_ids`: the only stores they work at; by default all."""

    identifier: str
    role: Role
    name: Called
    store_ids: Stores = msgspec.field(default_factory=list)


class StaffChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new role or other stores end every session at a till."""

    role: Role | None = None
    name: Called | None = None
    store_ids: Stores | None = None


class AcceptRole(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`code`: the six digits that were sent with the invitation."""

    code: str


class NewTill(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Either `staff_id` or `merchant_id`. Whoever works at some stores only says at which one they are."""

    staff_id: str | None = None
    merchant_id: str | None = None
    store_id: str | None = None
    device_name: str = ""


class StaffView(msgspec.Struct, frozen=True):
    """`store_ids` is empty for whoever works at all of them, `identifier_masked` of whoever has deleted their account:
    their name says so then, in the language that was asked for."""

    id: str
    name: str
    role: Role
    status: StaffStatus
    store_ids: tuple[str, ...]
    created_at: str
    identifier_masked: str


class RoleView(msgspec.Struct, frozen=True):
    """A role of mine; an invited one waits for its code."""

    id: str
    merchant_id: str
    merchant_name: str
    role: Role
    status: StaffStatus
    store_ids: tuple[str, ...]
    created_at: str


class TillView(msgspec.Struct, frozen=True):
    """`token` is shown this once, and is used like an API key until `expires_at`."""

    id: str
    token: str
    merchant_id: str
    merchant_name: str
    store_id: str | None
    role: Role
    scopes: tuple[str, ...]
    expires_at: str


class CurrentTillView(msgspec.Struct, frozen=True):
    """Who is at this till. `store` is null for whoever acts for every store; `store_ids`: where alone they work."""

    id: str
    staff_id: str
    name: str
    role: Role
    scopes: tuple[str, ...]
    merchant_id: str
    merchant_name: str
    store_id: str | None
    store_name: str | None
    store_ids: tuple[str, ...]
    expires_at: str


class KnownTillView(msgspec.Struct, frozen=True):
    """A session at a till, as those see it who may end it."""

    id: str
    staff_id: str
    name: str
    store_id: str | None
    device_name: str
    state: Literal["active", "expired", "revoked"]
    created_at: str
    expires_at: str


@dataclass(frozen=True, slots=True)
class Member:
    """One person's role at a merchant. `since`: what its sessions begin under; another ends them all.

    `name`, `contact` and `login` are empty once the person is erased.
    """

    id: str
    merchant_id: str
    role: Role
    status: StaffStatus
    store_ids: tuple[str, ...]
    name: str
    contact: str
    login: str
    since: str
    created_at: datetime
    person: str = ""

    def view(self, masked: str, language: str) -> StaffView:
        created, name = clock.written(self.created_at), self.name or text.sentence("staff.erased", language)
        return StaffView(self.id, name, self.role, self.status, self.store_ids, created, masked)

    def mine(self, merchant_name: str) -> RoleView:
        created = clock.written(self.created_at)
        return RoleView(self.id, self.merchant_id, merchant_name, self.role, self.status, self.store_ids, created)


def scopes_of(role: Role, store_ids: tuple[str, ...]) -> tuple[Scope, ...]:
    """At some stores only nobody has to do with what is the whole merchant's."""
    return tuple(one for one in SCOPES[role] if not store_ids or one in _AT_SOME_STORES)


def known_till(key: Key, name: str, device_name: str, at: datetime) -> KnownTillView:
    till, expires_at = key.till, key.expires_at
    return KnownTillView(
        id=key.id,
        staff_id=till.staff_id if till else "",
        name=name,
        store_id=(till.store_id if till else "") or None,
        device_name=device_name,
        state=key.state(at),
        created_at=clock.written(key.created_at),
        expires_at=clock.written(expires_at) if expires_at else "",
    )
