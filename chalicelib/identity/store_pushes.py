"""Devices that take pushes, in the table `identity`.

<user>          DEVICE#<device>  where its pushes go
PUSH#<device>   PUSH             whose device it is: the last one to register it
"""

from __future__ import annotations

from datetime import datetime
from typing import cast

from pynamodb.attributes import UnicodeAttribute

from chalicelib.cloud_tables import Table, made
from chalicelib.identity import vault
from chalicelib.identity.store import UserItem
from chalicelib.kernel import clock
from chalicelib.notices.model_reach import Device, Platform

_DEVICE = "DEVICE#"


class _DeviceItem(UserItem):
    platform = UnicodeAttribute()
    address = UnicodeAttribute()
    name = UnicodeAttribute()
    created_at = UnicodeAttribute()


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
    item = _DeviceItem(user_id, _DEVICE + device_id)
    return made(lambda: item.delete(_DeviceItem.pk.exists()))


def devices(user_id: str) -> tuple[Device, ...]:
    found = _DeviceItem.query(user_id, _DeviceItem.sk.startswith(_DEVICE), consistent_read=True)
    return tuple(_device(item) for item in found)


def _device(item: _DeviceItem) -> Device:
    address = vault.opened(item.pk, "address", item.address)
    return Device(item.sk.removeprefix(_DEVICE), cast(Platform, item.platform), address)
