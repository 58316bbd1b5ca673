"""People as operators see them: masked, and one sensitive field at a time for a reason; and who the operators are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from chalicelib.identity import names
from chalicelib.identity.model import Identifier, User
from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidRequest

Field = Literal["identifier", "display_name"]
"""What is sealed and may be revealed; a person's own secrets never are."""
Role = Literal["support", "finance", "risk", "admin", "auditor"]
Reason = Annotated[str, msgspec.Meta(min_length=10, max_length=200, description="Kept sealed in the audit log")]
PersonId = Annotated[str, msgspec.Meta(max_length=64, description="`usr_…`")]
SHORTEST_REASON = 10


class SearchRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    identifier: Identifier


class RevealRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    field: Field
    reason: Reason


class EndingRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Reason


class NewOperator(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    person_id: PersonId
    role: Role
    reason: Reason


class RoleChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`customer` takes the role away."""

    role: Literal["support", "finance", "risk", "admin", "auditor", "customer"]
    reason: Reason


class PersonView(msgspec.Struct, frozen=True, omit_defaults=True):
    """`display_name` and `identifier` are masked."""

    id: str
    display_name: str
    identifier: str
    locale: str
    jurisdiction: str
    tier: int
    wallets: tuple[str, ...]
    created_at: str
    sessions: int
    """How many devices are signed in; not more than a hundred are counted."""
    role: str = ""
    """Of an operator, for whoever may see who is one."""

    @classmethod
    def of(cls, user: User, sessions: int, role: str) -> PersonView:
        return cls(
            user.id,
            f"{user.display_name[0]}***",
            names.masked(user.identifier),
            user.locale,
            user.jurisdiction,
            user.tier,
            user.wallets,
            clock.written(user.created_at),
            sessions,
            role,
        )


class RevealView(msgspec.Struct, frozen=True):
    field: Field
    value: str


class PermissionsView(msgspec.Struct, frozen=True):
    """What this operator may do, in the words of the table of roles."""

    id: str
    role: str
    permissions: tuple[str, ...]


class OperatorView(msgspec.Struct, frozen=True):
    """`appointed_by` is an operator's id, or `bootstrap` for the very first."""

    id: str
    role: str
    appointed_at: str
    appointed_by: str


class ColleagueView(msgspec.Struct, frozen=True):
    """An operator as others know them."""

    id: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Appointment:
    """Who has which role, since when, by whom."""

    user_id: str
    role: str
    at: datetime
    by: str

    @property
    def view(self) -> OperatorView:
        return OperatorView(self.user_id, self.role, clock.written(self.at), self.by)


@dataclass(frozen=True, slots=True)
class Standing:
    """An operator as a review sees them: ids, moments and whether a second factor is on, nothing personal.

    `used_at`: when the newest of their sessions was last refreshed, empty if there is none.
    """

    appointed: Appointment
    is_there: bool
    has_factor: bool
    used_at: str


def tidy_reason(typed: str) -> str:
    """Not only spaces. Raises InvalidRequest."""
    reason = typed.strip()
    if len(reason) < SHORTEST_REASON:
        raise InvalidRequest(param="reason")
    return reason
