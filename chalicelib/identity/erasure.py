"""Thirty days after its deletion an account is erased: what is personal goes, the books keep their sums.

Every step may be repeated: whoever dies in the middle is followed by the next sweep. Entries and movements name people
by ids alone, which lead to nobody afterwards. Consents stay, under the same id: they prove what was agreed, and say
nothing of whom.
"""

from __future__ import annotations

from datetime import datetime
from typing import get_args

from chalicelib import queues
from chalicelib.cases import service as cases
from chalicelib.identity import (
    above,
    guardians,
    store,
    store_codes,
    store_deletion,
    store_lockout,
    store_pushes,
    store_sign_ups,
)
from chalicelib.identity.model_codes import Purpose
from chalicelib.identity.model_deletion import Ending
from chalicelib.notices import service as notices

SPARED = ("CONSENT#",)


def erase_due(at: datetime) -> int:
    """Returns how many accounts were erased."""
    return queues.sweep("erase", store_deletion.due(store_deletion.ERASE, at), lambda user_id: erase(user_id, at))


def erase(user_id: str, at: datetime) -> bool:
    """False if it was restored, or its time is not over."""
    ending = store_deletion.begin_erasing(user_id, at)
    if ending is None:
        return False
    cases.audit("sweep", "account.erase", user_id, "", at)
    above.forget(user_id, ending.logins, at)
    guardians.forget(user_id, at)
    notices.forget(user_id)
    for device in store_pushes.devices(user_id):
        store_pushes.forget(user_id, device.id)
    _forget_names(ending, at)
    store_deletion.erase(ending, SPARED)
    return True


def _forget_names(ending: Ending, at: datetime) -> None:
    """What was sent to them, and who tried to come in by them."""
    for purpose in get_args(Purpose):
        for whose in (*ending.logins, ending.user_id):
            store_codes.revoke(purpose, whose)
    store_lockout.forget(ending.user_id)
    for login in ending.logins:
        store_lockout.forget(store.whose(None, login))
        store_sign_ups.forget(login, at)
