"""Devices that take pushes. A push token is a secret of the app on one device: it is sealed, and its mark names it.

One that was removed, and a name that was overwritten, can be had back from the trash.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from pynamodb.transactions import TransactWrite

from chalicelib.identity import model, model_trash, secrets, store_pushes, store_sessions, store_trash, trash
from chalicelib.identity.model_devices import MOST_DEVICES, DeviceRequest, PushDevice
from chalicelib.identity.model_trash import Fields
from chalicelib.kernel import clock, ids, text
from chalicelib.kernel.errors import InvalidRequest, InvalidState, NotFound, Unavailable
from chalicelib.notices import service as notices

_RACES = 3


def register(user_id: str, session_id: str, wish: DeviceRequest, at: datetime) -> PushDevice:
    """The same device again is the same; beyond ten, the refusal says so. It takes pushes until the session ends.

    Raises InvalidRequest, Unavailable (somebody registers it at the same moment, or signs out).
    """
    if text.hides_something(wish.push_token):
        raise InvalidRequest(param="push_token")
    name = model.tidy_name(wish.name, "name")
    device_id = ids.derived("dev", secrets.mark("push", wish.platform, wish.push_token))
    _room_for(user_id, device_id)
    address = notices.endpoint(wish.platform, wish.push_token)
    device = PushDevice(device_id, wish.platform, address, name, clock.written(at), session_id)
    store_pushes.take_over(user_id, device_id)
    _insist(lambda transaction: _kept(transaction, user_id, device, at))
    return device


def listed(user_id: str, position: str | None, limit: int) -> tuple[list[PushDevice], str | None]:
    """From `position` on; and the position of the next page, None at the end."""
    return store_pushes.listed(user_id, position, limit)


def forget(user_id: str, device_id: str, at: datetime) -> None:
    """Into the trash. Raises NotFound."""

    def forgotten(transaction: TransactWrite) -> None:
        device = store_pushes.device(user_id, device_id) if ids.is_id(device_id, "dev") else None
        if device is None:
            raise NotFound()
        store_pushes.forgetting(transaction, user_id, device)
        _keep(transaction, user_id, device, at)

    _insist(forgotten)


def _insist(fill: Callable[[TransactWrite], None]) -> None:
    for _ in range(_RACES):
        if store_trash.all_or_nothing(fill):
            return
    raise Unavailable(retry_after_seconds=1)


def _kept(transaction: TransactWrite, user_id: str, device: PushDevice, at: datetime) -> None:
    """With its name; another one that it had goes into the trash."""
    before = store_pushes.device(user_id, device.id)
    store_pushes.keeping(transaction, user_id, device, before)
    if before and before.name != device.name:
        _keep(transaction, user_id, before, at)


def _keep(transaction: TransactWrite, user_id: str, device: PushDevice, at: datetime) -> None:
    trash.keep(user_id, "push_device", model_trash.masked(device.name), device.fields, at, into=transaction)


def _back(transaction: TransactWrite, user_id: str, fields: Fields, at: datetime) -> None:
    """Raises InvalidRequest where there are ten, InvalidState where somebody else has it meanwhile or it signed out."""
    device = PushDevice.of(fields)
    _room_for(user_id, device.id)
    if store_pushes.owner(device.id) not in (None, user_id):
        raise InvalidState(state="taken")
    if not store_sessions.goes_on(user_id, device.session_id, at):
        raise InvalidState(state="signed_out")
    _kept(transaction, user_id, device, at)


def _room_for(user_id: str, device_id: str) -> None:
    known = {one.id for one in store_pushes.devices(user_id)}
    if device_id not in known and len(known) >= MOST_DEVICES:
        raise InvalidRequest(param="push_token", reason="too-many-devices")


trash.RESTORERS |= {"push_device": _back}
