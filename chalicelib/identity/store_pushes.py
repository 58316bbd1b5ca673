"""Devices that take pushes, in the table `identity`.

<user>          USER#DEVICE#<device>  where its pushes go: beside the person, so that one call finds both
PUSH#<device>   PUSH                  whose device it is: the last one to register it
"""

from __future__ import annotations

from typing import cast

from pynamodb.attributes import UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib.cloud_tables import Table, absent, made
from chalicelib.identity import store_sessions, vault
from chalicelib.identity.model import User
from chalicelib.identity.model_devices import PushDevice
from chalicelib.identity.store import PersonItem, UserItem, person
from chalicelib.notices.model_reach import Device, Platform

_PERSON, _DEVICE = "USER", "USER#DEVICE#"


class _DeviceItem(UserItem):
    platform = UnicodeAttribute()
    address = UnicodeAttribute()
    name = UnicodeAttribute()
    created_at = UnicodeAttribute()
    session_id = UnicodeAttribute(null=True)
    """In which it was registered: with it the pushes end."""


class _EitherItem(PersonItem):
    """A person or one of their devices, as a query brings them."""

    platform = UnicodeAttribute(null=True)
    address = UnicodeAttribute(null=True)


class _PushItem(Table):
    setting = "identity_table"
    user_id = UnicodeAttribute()


def take_over(user_id: str, device_id: str) -> None:
    """A device is one person's: whoever had it before gets no more pushes on it."""
    had_it = owner(device_id)
    if had_it and had_it != user_id:
        forget(had_it, device_id)


def keeping(transaction: TransactWrite, user_id: str, device: PushDevice, before: PushDevice | None) -> None:
    """In the place of `before`, if it is so still, nobody else has the device, and its session goes on."""
    item = _DeviceItem(
        user_id,
        _DEVICE + device.id,
        **vault.sealed(user_id, address=device.address, name=device.name),
        platform=device.platform,
        created_at=device.created_at,
        session_id=device.session_id,
    )
    store_sessions.needing(transaction, user_id, device.session_id)
    transaction.save(item, (_DeviceItem.created_at == before.created_at) if before else absent())
    mine = _PushItem(f"PUSH#{device.id}", "PUSH", user_id=user_id)
    transaction.save(mine, absent() | (_PushItem.user_id == user_id))


def forgetting(transaction: TransactWrite, user_id: str, device: PushDevice) -> None:
    """On condition that it is there still."""
    item, mine = _DeviceItem(user_id, _DEVICE + device.id), _PushItem(f"PUSH#{device.id}", "PUSH")
    transaction.delete(item, _DeviceItem.created_at == device.created_at)
    transaction.delete(mine, absent() | (_PushItem.user_id == user_id))


def forget(user_id: str, device_id: str) -> bool:
    """False if the person has no such device."""
    item, owner = _DeviceItem(user_id, _DEVICE + device_id), _PushItem(f"PUSH#{device_id}", "PUSH")
    made(lambda: owner.delete(_PushItem.user_id == user_id))
    return made(lambda: item.delete(_DeviceItem.pk.exists()))


def owner(device_id: str) -> str | None:
    found = _PushItem.find(f"PUSH#{device_id}", "PUSH")
    return found.user_id if found else None


def device(user_id: str, device_id: str) -> PushDevice | None:
    found = _DeviceItem.find(user_id, _DEVICE + device_id)
    return _push_device(found) if found else None


def listed(user_id: str, position: str | None, limit: int) -> tuple[list[PushDevice], str | None]:
    found, following = _DeviceItem.newest(user_id, _DEVICE, position, limit)
    return [_push_device(item) for item in found], following


def forget_session(user_id: str, session_id: str) -> None:
    """Those that were registered in it."""
    for item in _items(user_id):
        if item.session_id == session_id:
            forget(user_id, item.sk.removeprefix(_DEVICE))


def forget_others(user_id: str, going: frozenset[str] = frozenset()) -> None:
    """All but those that were registered in a session that goes on."""
    for item in _items(user_id):
        if item.session_id not in going:
            forget(user_id, item.sk.removeprefix(_DEVICE))


def devices(user_id: str) -> tuple[Device, ...]:
    return tuple(_device(item) for item in _items(user_id))


def person_and_devices(user_id: str) -> tuple[User | None, tuple[Device, ...]]:
    """Both in one call."""
    found = list(_EitherItem.query(user_id, _EitherItem.sk.startswith(_PERSON), consistent_read=True))
    people = [person(item) for item in found if item.sk == _PERSON]
    return (people[0] if people else None), tuple(_device(item) for item in found if item.sk != _PERSON)


def _items(user_id: str) -> list[_DeviceItem]:
    return list(_DeviceItem.query(user_id, _DeviceItem.sk.startswith(_DEVICE), consistent_read=True))


def _device(item: _DeviceItem | _EitherItem) -> Device:
    address = vault.opened(item.pk, "address", item.address or "")
    return Device(item.sk.removeprefix(_DEVICE), cast(Platform, item.platform), address)


def _push_device(item: _DeviceItem) -> PushDevice:
    name = vault.opened(item.pk, "name", item.name)
    reached = _device(item)
    return PushDevice(reached.id, reached.platform, reached.address, name, item.created_at, item.session_id or "")
