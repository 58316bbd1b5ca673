"""Giving somebody's mistakenly deleted records back to them: proposed by one operator, approved by another.

What comes back is what they can judge themselves: their notices, their consents, and what was in their trash, which is
in it again for thirty days. Nothing that opens an account comes back, and nothing to an account that is deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.kernel import clock
from chalicelib.operations.model_backups import Wired, is_alive

State = Literal["proposed", "approved", "declined", "done", "refused"]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
_COMES_BACK: Mapping[str, tuple[str, ...]] = {"identity": ("TRASH#", "CONSENT#"), "notices": ("INBOX#",)}
TABLES = tuple(_COMES_BACK)
_IN_THE_TRASH = timedelta(days=30)


class NewGivingBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    user_id: Annotated[str, msgspec.Meta(max_length=64)]
    reason: Reason


class GivingBackDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    approve: bool
    note: Reason


class GivingBack(msgspec.Struct, frozen=True):
    """`reason` is sealed for it. `given`: how many items were missing and came back."""

    id: str
    state: State
    backup: str
    user_id: str
    proposed_by: str
    proposed_at: str
    reason: str
    decided_by: str = ""
    decided_at: str = ""
    ended_at: str = ""
    given: int = 0
    why: str = ""
    number: int = 0


class GivingBackView(msgspec.Struct, frozen=True):
    id: str
    state: State
    backup_id: str
    user_id: str
    reason: str
    proposed_by: str
    proposed_at: str
    decided_by: str
    decided_at: str
    ended_at: str
    given: int
    why: str


def view(one: GivingBack, reason: str) -> GivingBackView:
    return GivingBackView(
        one.id, one.state, one.backup, one.user_id, reason, one.proposed_by, one.proposed_at,
        one.decided_by, one.decided_at, one.ended_at, one.given, one.why,
    )  # fmt: skip


def comes_back(table: str, item: Wired, user_id: str, at: datetime) -> bool:
    mine = item["pk"]["S"] == user_id and item["sk"]["S"].startswith(_COMES_BACK[table])
    return mine and is_alive(item, at)


def as_given(item: Wired, at: datetime) -> dict[str, Any]:
    """What was in the trash is in it from now on."""
    if not item["sk"]["S"].startswith("TRASH#"):
        return dict(item)
    again = {"deleted_at": {"S": clock.written(at)}, "due_at": {"S": clock.written(at + _IN_THE_TRASH)}}
    return {**item, **again}
