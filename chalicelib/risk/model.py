"""A freeze: who froze which wallet, why, and by when somebody looks at it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from chalicelib.kernel import clock
from chalicelib.kernel.errors import InvalidRequest

Reason = Literal["stolen_phone", "unusual_activity", "disputed_payment", "legal_order", "under_review"]
"""Each has a sentence for the owner, in both languages; what the operator knows beyond it is a note for the house."""
SHORTEST_NOTE, LONGEST_NOTE = 10, 200
Note = Annotated[
    str,
    msgspec.Meta(
        min_length=SHORTEST_NOTE, max_length=LONGEST_NOTE, description="For the audit log, where it is sealed"
    ),
]
WalletId = Annotated[str, msgspec.Meta(max_length=64, description="`wal_…`")]
USUAL_HOURS, MOST_HOURS = 72, 720


class FreezeRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    wallet_id: WalletId
    reason: Reason
    note: Note
    review_hours: Annotated[int, msgspec.Meta(ge=1, le=MOST_HOURS)] = USUAL_HOURS


class KeepRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the wallet stays frozen, and when somebody looks at it again."""

    note: Note
    review_hours: Annotated[int, msgspec.Meta(ge=1, le=MOST_HOURS)] = USUAL_HOURS


class LiftRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    note: Note


class FreezeView(msgspec.Struct, frozen=True):
    """`status` is the wallet's; the rest is the last freeze that an operator made, lifted or not.

    `note` is what the operator knew, for the house alone.
    """

    wallet_id: str
    status: str
    reason: str
    note: str
    case_id: str
    frozen_at: str
    frozen_by: str
    review_at: str
    lifted_at: str | None
    lifted_by: str | None


@dataclass(frozen=True, slots=True)
class Freeze:
    """`note` as it is kept: sealed."""

    wallet_id: str
    reason: str
    case_id: str
    frozen_at: datetime
    frozen_by: str
    review_at: datetime
    lifted_at: datetime | None = None
    lifted_by: str | None = None
    note: str = ""

    @property
    def key(self) -> str:
        """What tells it from other freezes of the wallet."""
        return " ".join((clock.written(self.frozen_at), self.reason, self.frozen_by))

    def untold(self, kind: str, at: datetime) -> Untold:
        key = f"{self.key} {clock.written(self.review_at)}"
        return Untold(self.wallet_id, kind, at, key, clock.written(self.review_at))

    def view(self, status: str, note: str) -> FreezeView:
        frozen, review = clock.written(self.frozen_at), clock.written(self.review_at)
        lifted = clock.written(self.lifted_at) if self.lifted_at else None
        return FreezeView(
            self.wallet_id,
            status,
            self.reason,
            note,
            self.case_id,
            frozen,
            self.frozen_by,
            review,
            lifted,
            self.lifted_by,
        )


@dataclass(frozen=True, slots=True)
class Untold:
    """What stands in the owner's inbox and is still to be told by their other ways."""

    wallet_id: str
    kind: str
    at: datetime
    key: str
    """Of the freeze, and of the time when it is looked at again."""
    review_at: str = ""

    @property
    def params(self) -> dict[str, str | int]:
        return {"review_at": self.review_at}

    @property
    def once(self) -> str:
        return f"{self.kind} {self.key}"


def tidy_note(typed: str) -> str:
    """Not only spaces. Raises InvalidRequest."""
    note = typed.strip()
    if len(note) < SHORTEST_NOTE:
        raise InvalidRequest(param="note")
    return note
