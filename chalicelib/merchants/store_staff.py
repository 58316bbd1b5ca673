"""Staff in the table `merchants`: each role under its own id; under its merchant, which there are, whose names they
have and how many owners; under its person, or under the name it waits for, which are theirs and which were.

Whatever changes what somebody may do gives their role another `since`: every session that began under the one before
is over with that write, and every payment of theirs asks for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import cast

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.cloud_tables import Table, absent, made, reading, writing
from chalicelib.identity import vault
from chalicelib.kernel import clock, entropy
from chalicelib.merchants import store
from chalicelib.merchants.model import Key, MakerView, Till
from chalicelib.merchants.model_staff import Member, Role, StaffStatus
from chalicelib.merchants.store import STAFF

_OWNED, _NAMED, _ROLE, _PAST, _OWNERS = "STAFF#", "NAMED#", "ROLE#", "PAST#", "OWNERS"
_WAITS = "LOGIN#"


class _StaffItem(Table):
    """`name` and `contact` are sealed for `pk`; they and `login` are gone once the person is erased."""

    setting = "merchants_table"
    merchant_id = UnicodeAttribute()
    role = UnicodeAttribute()
    status = UnicodeAttribute()
    store_ids = UnicodeAttribute(null=True)
    name = UnicodeAttribute(null=True)
    contact = UnicodeAttribute(null=True)
    login = UnicodeAttribute(null=True)
    since = UnicodeAttribute()
    created_at = UnicodeAttribute()
    person = UnicodeAttribute(null=True)
    used_on = UnicodeAttribute(null=True)


class _PlaceItem(Table):
    """That there is a role, where somebody looks for it."""

    setting = "merchants_table"
    staff_id = UnicodeAttribute(null=True)


class _OwnersItem(Table):
    setting = "merchants_table"
    owners = NumberAttribute()


def since(at: datetime) -> str:
    """One that no session began under, even if another was written at the same time."""
    return f"{clock.written(at)}#{entropy.token(4).hex()}"


def put(member: Member) -> bool:
    """False, and no effect, if the merchant has somebody of this name."""
    item = _StaffItem(
        member.id,
        STAFF,
        merchant_id=member.merchant_id,
        role=member.role,
        status=member.status,
        store_ids=" ".join(member.store_ids) or None,
        **vault.sealed(member.id, name=member.name, contact=member.contact),
        login=member.login,
        since=member.since,
        created_at=clock.written(member.created_at),
    )

    def together() -> None:
        with writing() as transaction:
            transaction.save(item, absent())
            transaction.save(_PlaceItem(member.merchant_id, _OWNED + member.id), absent())
            transaction.save(_PlaceItem(_WAITS + member.login, _ROLE + member.id), absent())
            transaction.save(_PlaceItem(member.merchant_id, _NAMED + member.login, staff_id=member.id), absent())

    return made(together) or find(member.id) is not None


def find(staff_id: str) -> Member | None:
    item = _StaffItem.find(staff_id, STAFF)
    return _member(item) if item else None


def standing(staff_id: str) -> tuple[str, str, tuple[str, ...], str]:
    """Status, role, stores and marker; nothing is opened. Empty if there is none."""
    item = _StaffItem.find(staff_id, STAFF)
    return (item.status, item.role, tuple((item.store_ids or "").split()), item.since) if item else ("", "", (), "")


def works_at(user_id: str, merchant_id: str) -> bool:
    """Whether an accepted role of theirs there is not revoked; nothing is opened."""
    places = _PlaceItem.query(user_id, _PlaceItem.sk.startswith(_ROLE), consistent_read=True)
    roles = (_StaffItem.find(place.sk.removeprefix(_ROLE), STAFF) for place in places)
    return any(role and (role.merchant_id, role.status) == (merchant_id, "active") for role in roles)


def named(merchant_id: str, login: str) -> Member | None:
    """Whoever has this name there and is not revoked."""
    item = _PlaceItem.find(merchant_id, _NAMED + login)
    return find(item.staff_id) if item and item.staff_id else None


def names(staff_ids: Collection[str]) -> dict[str, str]:
    """In clear, of at most a hundred that there are: a role is never gone, and empty once its person is erased."""
    return {one.staff_id: one.name for one in makers(staff_ids).values()}


def makers(staff_ids: Collection[str]) -> dict[str, MakerView]:
    """As `names`, and whether they work there."""
    if not staff_ids:
        return {}
    with reading() as together:
        found = [together.get(_StaffItem, one, STAFF) for one in staff_ids]
    items = (future.get() for future in found)
    return {item.pk: MakerView(item.pk, _name(item), item.status) for item in items}


def of(merchant_id: str, position: str | None, limit: int) -> tuple[list[Member], str | None]:
    """Newest first, those who are revoked too."""
    owned, following = _PlaceItem.newest(merchant_id, _OWNED, position, limit)
    found = (find(item.sk.removeprefix(_OWNED)) for item in owned)
    return [one for one in found if one], following


def owners_of(merchant_id: str) -> Iterator[Member]:
    """Those who have accepted, the newest first; whether their accounts are there is not asked."""
    for place in _PlaceItem.query(
        merchant_id, _PlaceItem.sk.startswith(_OWNED), consistent_read=True, scan_index_forward=False
    ):
        found = find(place.sk.removeprefix(_OWNED))
        if found and (found.role, found.status) == ("owner", "active"):
            yield found


def roles_of(user_id: str, logins: tuple[str, ...]) -> list[Member]:
    """Theirs, and those that wait for one of their names."""
    return [one for one in _roles(user_id, logins, _ROLE) if one.status != "revoked"]


def every_role_of(user_id: str, logins: tuple[str, ...]) -> list[Member]:
    """Those too that are revoked."""
    return [one for prefix in (_ROLE, _PAST) for one in _roles(user_id, logins, prefix)]


def accepting(transaction: TransactWrite, was: Member, person: str) -> None:
    """Invited → active, part of the transaction that uses the code up."""
    accepted: list[Action] = [_StaffItem.status.set("active"), _StaffItem.person.set(person)]
    transaction.update(_StaffItem(was.id, STAFF), accepted, _as_it_was(was))
    transaction.delete(_PlaceItem(_WAITS + was.login, _ROLE + was.id))
    transaction.save(_PlaceItem(person, _ROLE + was.id))
    if was.role == "owner":
        _count(transaction, was.merchant_id, 1)


def change(
    was: Member, role: Role, store_ids: tuple[str, ...], name: str, marker: str, heir: Member | None = None
) -> bool:
    """False, and no effect, if it is no longer as it was, or would leave no owner; or if `heir` is not."""
    sealed = vault.seal(was.id, "name", name)
    stores = _StaffItem.store_ids.set(" ".join(store_ids)) if store_ids else _StaffItem.store_ids.remove()
    actions: list[Action] = [
        _StaffItem.role.set(role),
        _StaffItem.name.set(sealed),
        _StaffItem.since.set(marker),
        stores,
    ]

    def together() -> None:
        with writing() as transaction:
            transaction.update(_StaffItem(was.id, STAFF), actions, _as_it_was(was))
            if was.status == "active" and (was.role == "owner") != (role == "owner"):
                _count(transaction, was.merchant_id, 1 if role == "owner" else -1)
            _stays(transaction, heir)

    return made(together)


def revoke(was: Member, marker: str, heir: Member | None = None) -> bool:
    """For good. False, and no effect, if it is no longer as it was, or would leave no owner; nor is `heir`, where one
    is named."""
    actions: list[Action] = [_StaffItem.status.set("revoked"), _StaffItem.since.set(marker)]

    def together() -> None:
        with writing() as transaction:
            transaction.update(_StaffItem(was.id, STAFF), actions, _as_it_was(was))
            transaction.delete(_PlaceItem(was.merchant_id, _NAMED + was.login))
            transaction.delete(_PlaceItem(_WAITS + was.login, _ROLE + was.id))
            if was.person:
                transaction.delete(_PlaceItem(was.person, _ROLE + was.id))
            transaction.save(_PlaceItem(was.person or _WAITS + was.login, _PAST + was.id))
            if was.status == "active" and was.role == "owner":
                _count(transaction, was.merchant_id, -1)
            _stays(transaction, heir)

    return made(together)


def erase(was: Member, marker: str, *, last: bool = False) -> bool:
    """Revoked, and nothing left of who it was. False, and no effect, if it is no longer as it was, or would leave no
    owner and is not the `last`."""
    actions: list[Action] = [_StaffItem.status.set("revoked"), _StaffItem.since.set(marker)]
    actions += [one.remove() for one in (_StaffItem.name, _StaffItem.contact, _StaffItem.login, _StaffItem.person)]

    def together() -> None:
        with writing() as transaction:
            transaction.update(_StaffItem(was.id, STAFF), actions, _as_it_was(was))
            for place in filter(None, (was.person, _WAITS + was.login)):
                transaction.delete(_PlaceItem(place, _ROLE + was.id))
                transaction.delete(_PlaceItem(place, _PAST + was.id))
            if was.status != "revoked":
                transaction.delete(_PlaceItem(was.merchant_id, _NAMED + was.login))
            if was.status == "active" and was.role == "owner":
                _count(transaction, was.merchant_id, -1, needs_another=not last)

    return made(together)


def begin(was: Member, key: Key, till: Till, expires_at: datetime) -> bool:
    """A session begins, if what they may do is still what it was; the role was used that day."""
    used: list[Action] = [_StaffItem.used_on.set(clock.written(key.created_at)[:10])]

    def together() -> None:
        with writing() as transaction:
            transaction.update(_StaffItem(was.id, STAFF), used, _as_it_was(was))
            store.put_till(transaction, key, till, expires_at)

    return made(together)


def owners(merchant_id: str) -> int:
    item = _OwnersItem.find(merchant_id, _OWNERS)
    return int(item.owners) if item else 0


def _stays(transaction: TransactWrite, heir: Member | None) -> None:
    if heir:
        transaction.condition_check(_StaffItem, heir.id, STAFF, _as_it_was(heir))


def _roles(user_id: str, logins: tuple[str, ...], prefix: str) -> list[Member]:
    places = (user_id, *(_WAITS + login for login in logins))
    found = (
        item for pk in places for item in _PlaceItem.query(pk, _PlaceItem.sk.startswith(prefix), consistent_read=True)
    )
    members = (find(item.sk.removeprefix(prefix)) for item in found)
    return [one for one in members if one]


def _count(transaction: TransactWrite, merchant_id: str, more: int, *, needs_another: bool = True) -> None:
    enough: Condition | None = _OwnersItem.owners > 1 if more < 0 and needs_another else None
    transaction.update(_OwnersItem(merchant_id, _OWNERS), [_OwnersItem.owners.add(more)], enough)


def _as_it_was(was: Member) -> Condition:
    same: Condition = (_StaffItem.status == was.status) & (_StaffItem.since == was.since)
    return same


def _name(item: _StaffItem) -> str:
    return vault.opened(item.pk, "name", item.name) if item.name else ""


def _member(item: _StaffItem) -> Member:
    return Member(
        id=item.pk,
        merchant_id=item.merchant_id,
        role=cast(Role, item.role),
        status=cast(StaffStatus, item.status),
        store_ids=tuple((item.store_ids or "").split()),
        name=_name(item),
        contact=vault.opened(item.pk, "contact", item.contact) if item.contact else "",
        login=item.login or "",
        since=item.since,
        created_at=clock.read(item.created_at),
        person=item.person or "",
    )
