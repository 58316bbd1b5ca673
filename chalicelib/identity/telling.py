"""Telling a person by every way that they have and want: inbox, contacts, devices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.identity import store_pushes
from chalicelib.identity.model import User
from chalicelib.notices import model as notices_model
from chalicelib.notices import service as notices
from chalicelib.notices.model import Params
from chalicelib.notices.model_reach import Device, Recipient


def tell(
    user: User,
    kind: str,
    params: Params,
    at: datetime,
    *,
    once: str = "",
    strangers: tuple[str, ...] = (),
    devices: tuple[Device, ...] | None = None,
) -> None:
    """`params` hold nothing personal. `once` names what happened: with the same `at` it is told once.

    `strangers` are contacts to tell as well that are not proved to be theirs, `devices` those of before, where what
    happened has taken them away. A device that is dead is forgotten.
    """
    taking = store_pushes.devices(user.id) if devices is None else devices
    reader = replace(user.recipient, devices=taking, strangers=strangers)
    _forget(user.id, notices.tell(reader, kind, params, at, once=once))


def tell_id(user_id: str, kind: str, params: Params, at: datetime, *, once: str = "") -> None:
    """Of somebody who is gone meanwhile, nobody is told."""
    user, devices = store_pushes.person_and_devices(user_id)
    if user is not None:
        reader = replace(user.recipient, devices=devices)
        _forget(user_id, notices.tell(reader, kind, params, at, once=once))


def tell_of_entry(entry: Mapping[str, Any]) -> None:
    """The notice of a journal entry to the owner of its account, once however often it is delivered."""
    notice, owner = notices_model.told_by(entry), entry.get("owner")
    if notice and owner:
        user, devices = store_pushes.person_and_devices(owner)
        reader = replace(user.recipient, devices=devices) if user else Recipient(owner)
        _forget(owner, notices.told(reader, notice))


def _forget(user_id: str, dead: tuple[str, ...]) -> None:
    for device_id in dead:
        store_pushes.forget(user_id, device_id)
