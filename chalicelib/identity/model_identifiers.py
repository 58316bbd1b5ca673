"""A person's names, and the change of one: what proves it, and how long it waits where only half is proved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from chalicelib.identity import names
from chalicelib.identity.model import Code, Identifier, User
from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.notices.model import channel_of

WAIT, WAIT_HOURS = timedelta(hours=72), 72
COOLING = timedelta(hours=24)

Slot = Literal["identifier", "second_contact"]
Step = Literal["proved", "waiting", "changed"]
"""proved: to be told, then waiting; changed: to be told, then over."""


class ChangeRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    identifier: Identifier


class ChangeProof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without `old_code` the change waits 72 hours."""

    identifier: Identifier
    new_code: Code
    old_code: Code | None = None


class SentView(msgspec.Struct, frozen=True):
    status: Literal["verification_sent"]


class ContactView(msgspec.Struct, frozen=True):
    kind: Literal["email", "phone"]
    identifier: str
    """Masked."""


class PendingView(msgspec.Struct, frozen=True):
    identifier: str
    """Masked: the one that comes, or that goes."""
    removal: bool
    takes_effect_at: str


class ContactsView(msgspec.Struct, frozen=True):
    identifiers: tuple[ContactView, ...]
    pending: PendingView | None


class ChangeView(msgspec.Struct, frozen=True):
    status: Literal["changed", "waiting"]
    takes_effect_at: str


@dataclass(frozen=True, slots=True)
class Change:
    """`identifier` takes the place of `old`; with no `old_mark` it is added, and `old` only proves who asks.

    With no `identifier`, `old` goes.
    """

    user_id: str
    slot: Slot
    identifier: str
    mark: str
    old: str
    old_mark: str

    @property
    def removes(self) -> bool:
        return not self.identifier

    @property
    def shown(self) -> str:
        """What comes or goes, masked."""
        return names.masked(self.identifier or self.old)


@dataclass(frozen=True, slots=True)
class Pending:
    """A change on its way; `at` is when its step began, `due_at` when the next one is due."""

    change: Change
    step: Step
    at: datetime
    due_at: datetime

    @property
    def effective_at(self) -> datetime:
        return self.at if self.step == "changed" else self.at + WAIT

    @property
    def view(self) -> PendingView:
        return PendingView(self.change.shown, self.change.removes, clock.written(self.effective_at))


def slot_for(user: User, identifier: str) -> tuple[Slot, str]:
    """Where a new name goes and the contact it takes the place of; "" if it is one more.

    Raises InvalidRequest if it is theirs already.
    """
    if identifier in user.contacts:
        raise InvalidRequest(param="identifier", reason="yours-already")
    if channel_of(identifier) == channel_of(user.identifier):
        return "identifier", user.identifier
    return "second_contact", user.second_contact


def contact_view(contact: str) -> ContactView:
    return ContactView("email" if channel_of(contact) == "email" else "phone", names.masked(contact))
