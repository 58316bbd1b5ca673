"""Devices that take pushes, in the table `identity`.

<user>          USER#DEVICE#<device>  where its pushes go: beside the person, so that one call finds both
PUSH#<device>   PUSH                  whose device it is: the last one to register it
"""

from __future__ import annotations

from datetime import datetime
from typing import cast

from pynamodb.attributes import UnicodeAttribute

from chalicelib.cloud_tables import Table, absent, made, writing
from chalicelib.identity import store_sessions, vault
from chalicelib.identity.model import User
from chalicelib.identity.store import PersonItem, UserItem, person
from chalicelib.kernel import clock
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


def keep(user_id: str, session_id: str, device: Device, name: str, at: datetime) -> bool:
    """A device is one person's: whoever had it before gets no more pushes on it.

    False, and no effect, if the session is over, or somebody else was faster to register the device.
    """
    owner = _PushItem.find(f"PUSH#{device.id}", "PUSH")
    unchanged = _PushItem.user_id == owner.user_id if owner else absent()

    def together() -> None:
        with writing() as transaction:
            store_sessions.needing(transaction, user_id, session_id)
            if owner and owner.user_id != user_id:
                transaction.delete(_DeviceItem(owner.user_id, _DEVICE + device.id))
            transaction.save(_PushItem(f"PUSH#{device.id}", "PUSH", user_id=user_id), unchanged)
            transaction.save(_item(user_id, session_id, device, name, at))

    return made(together)


def forget(user_id: str, device_id: str) -> bool:
    """False if the person has no such device."""
    item = _DeviceItem(user_id, _DEVICE + device_id)
    return made(lambda: item.delete(_DeviceItem.pk.exists()))


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


def _item(user_id: str, session_id: str, device: Device, name: str, at: datetime) -> _DeviceItem:
    return _DeviceItem(
        user_id,
        _DEVICE + device.id,
        **vault.sealed(user_id, address=device.address, name=name),
        platform=device.platform,
        created_at=clock.written(at),
        session_id=session_id,
    )


def _device(item: _DeviceItem | _EitherItem) -> Device:
    address = vault.opened(item.pk, "address", item.address or "")
    return Device(item.sk.removeprefix(_DEVICE), cast(Platform, item.platform), address)
