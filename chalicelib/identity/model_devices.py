"""Devices: what is asked about those that are signed in, and those that take pushes. No AWS."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, cast

import msgspec

from chalicelib.identity.model import DeviceName
from chalicelib.identity.model_trash import Fields
from chalicelib.notices.model_reach import Device, Platform

MOST_DEVICES = 10

PushToken = Annotated[
    str, msgspec.Meta(min_length=8, max_length=512, description="What the phone's system gave the app")
]


class RenameRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    device_name: DeviceName


class DeviceRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    push_token: PushToken
    platform: Platform
    name: DeviceName


class DeviceView(msgspec.Struct, frozen=True):
    id: str
    platform: Platform
    name: str
    created_at: str


@dataclass(frozen=True, slots=True)
class PushDevice:
    """A device that takes pushes; `address` is a secret of the app on it."""

    id: str
    platform: Platform
    address: str
    name: str
    created_at: str
    session_id: str
    """In which it was registered: with it the pushes end."""

    @property
    def view(self) -> DeviceView:
        return DeviceView(self.id, self.platform, self.name, self.created_at)

    @property
    def reached(self) -> Device:
        return Device(self.id, self.platform, self.address)

    @property
    def fields(self) -> Fields:
        """All that it takes to have it back."""
        return asdict(self)

    @classmethod
    def of(cls, fields: Fields) -> PushDevice:
        platform = cast(Platform, fields["platform"])
        rest = (fields[name] for name in ("address", "name", "created_at", "session_id"))
        return cls(fields["id"], platform, *rest)
