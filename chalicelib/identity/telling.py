"""Telling a person by every way that they have and want: inbox, contacts, devices."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chalicelib.identity import store, store_pushes
from chalicelib.identity.model import User
from chalicelib.notices import service as notices
from chalicelib.notices.model import Params


def tell(
    user: User, kind: str, params: Params, at: datetime, *, once: str = "", strangers: tuple[str, ...] = ()
) -> None:
    """`params` hold nothing personal. `once` names what happened: with the same `at` it is told once.

    `strangers` are contacts to tell as well that are not proved to be theirs. A device that is dead is forgotten.
    """
    reader = replace(user.recipient, devices=store_pushes.devices(user.id), strangers=strangers)
    for dead in notices.tell(reader, kind, params, at, once=once):
        store_pushes.forget(user.id, dead)


def tell_id(user_id: str, kind: str, params: Params, at: datetime, *, once: str = "") -> None:
    """Of somebody who is gone meanwhile, nobody is told."""
    if (user := store.user(user_id)) is not None:
        tell(user, kind, params, at, once=once)
