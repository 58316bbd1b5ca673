"""Devices that take pushes. A push token is a secret of the app on one device: it is sealed, and its mark names it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from chalicelib.identity import model, secrets, store_pushes
from chalicelib.identity.model import DeviceName
from chalicelib.kernel import clock, ids, text
from chalicelib.kernel.errors import InvalidRequest, NotFound, Unavailable
from chalicelib.notices import service as notices
from chalicelib.notices.model_reach import Device, Platform

MOST_DEVICES = 10

PushToken = Annotated[
    str, msgspec.Meta(min_length=8, max_length=512, description="What the phone's system gave the app")
]


class DeviceRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    push_token: PushToken
    platform: Platform
    name: DeviceName


class DeviceView(msgspec.Struct, frozen=True):
    id: str
    platform: Platform
    name: str
    created_at: str


def register(user_id: str, session_id: str, wish: DeviceRequest, at: datetime) -> DeviceView:
    """The same device again is the same; beyond ten, the refusal says so. It takes pushes until the session ends.

    Raises InvalidRequest, Unavailable (somebody registers it at the same moment, or signs out).
    """
    if text.hides_something(wish.push_token):
        raise InvalidRequest(param="push_token")
    name = model.tidy_name(wish.name, "name")
    device_id = ids.derived("dev", secrets.mark("push", wish.platform, wish.push_token))
    known = {one.id for one in store_pushes.devices(user_id)}
    if device_id not in known and len(known) >= MOST_DEVICES:
        raise InvalidRequest(param="push_token", reason="too-many-devices")
    device = Device(device_id, wish.platform, notices.endpoint(wish.platform, wish.push_token))
    if not store_pushes.keep(user_id, session_id, device, name, at):
        raise Unavailable(retry_after_seconds=1)
    return DeviceView(device_id, wish.platform, name, clock.written(at))


def forget(user_id: str, device_id: str) -> None:
    """Raises NotFound."""
    if not ids.is_id(device_id, "dev") or not store_pushes.forget(user_id, device_id):
        raise NotFound()
