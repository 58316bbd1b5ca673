"""Devices that take pushes, in the table `identity`.

<user>          USER#DEVICE#<device>  where its pushes go: beside the person, so that one call finds both
PUSH#<device>   PUSH                  whose device it is: the last one to register it
"""

from __future__ import annotations

from datetime import datetime
from typing import cast

from pynamodb.attributes import UnicodeAttribute

from chalicelib.cloud_tables import Table, made
from chalicelib.identity import vault
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


class _EitherItem(PersonItem):
    """A person or one of their devices, as a query brings them."""

    platform = UnicodeAttribute(null=True)
    address = UnicodeAttribute(null=True)


class _PushItem(Table):
    setting = "identity_table"
    user_id = UnicodeAttribute()


def keep(user_id: str, device: Device, name: str, at: datetime) -> None:
    """A device is one person's: whoever had it before gets no more pushes on it."""
    owner = _PushItem.find(f"PUSH#{device.id}", "PUSH")
    if owner and owner.user_id != user_id:
        forget(owner.user_id, device.id)
    _PushItem(f"PUSH#{device.id}", "PUSH", user_id=user_id).save()
    _DeviceItem(
        user_id,
        _DEVICE + device.id,
        **vault.sealed(user_id, address=device.address, name=name),
        platform=device.platform,
        created_at=clock.written(at),
    ).save()


def forget(user_id: str, device_id: str) -> bool:
    """False if the person has no such device."""
    item, owner = _DeviceItem(user_id, _DEVICE + device_id), _PushItem(f"PUSH#{device_id}", "PUSH")
    made(lambda: owner.delete(_PushItem.user_id == user_id))
    return made(lambda: item.delete(_DeviceItem.pk.exists()))


def devices(user_id: str) -> tuple[Device, ...]:
    found = _DeviceItem.query(user_id, _DeviceItem.sk.startswith(_DEVICE), consistent_read=True)
    return tuple(_device(item) for item in found)


def person_and_devices(user_id: str) -> tuple[User | None, tuple[Device, ...]]:
    """Both in one call."""
    found = list(_EitherItem.query(user_id, _EitherItem.sk.startswith(_PERSON), consistent_read=True))
    people = [person(item) for item in found if item.sk == _PERSON]
    return (people[0] if people else None), tuple(_device(item) for item in found if item.sk != _PERSON)


def _device(item: _DeviceItem | _EitherItem) -> Device:
    address = vault.opened(item.pk, "address", item.address or "")
    return Device(item.sk.removeprefix(_DEVICE), cast(Platform, item.platform), address)
