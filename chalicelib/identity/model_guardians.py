"""Guardians: an easy-mode person's relative or friend, who must agree to their large payments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from chalicelib.identity import names
from chalicelib.identity.model import Identifier, User
from chalicelib.kernel import clock
from chalicelib.ledger.consents import Consent, State

LEAVING, LEAVING_HOURS = timedelta(hours=24), 24
ASKED_FOR = timedelta(days=7)

Step = Literal["asked", "accepted", "ending", "leaving", "gone"]
"""ending: to be told, then leaving for a day; gone: to be told, then over."""


class GuardianRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    identifier: Identifier


class GuardianView(msgspec.Struct, frozen=True):
    status: Literal["none", "asked", "accepted", "leaving"]
    identifier: str = ""
    """Masked."""
    leaves_at: str = ""
    display_name: str = ""
    """Once they have accepted: before, nobody learns whether they are known."""


class WardView(msgspec.Struct, frozen=True):
    id: str
    display_name: str
    identifier: str
    """Masked."""
    status: Literal["asked", "accepted", "leaving"]


class ApprovalView(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    status: State
    ward_id: str
    payee_id: str
    payee_name: str
    amount: int
    currency: str
    created_at: str
    expires_at: str
    family_card_id: str = ""
    """The family card of mine that is to pay; of a ward's payment none."""
    person: str = ""
    """Who wants to pay with it, masked."""


@dataclass(frozen=True, slots=True)
class Bond:
    """Between a ward and whom they named; `at` is when its step began, `contact` what the ward typed."""

    ward_id: str
    guardian_id: str
    contact: str
    step: Step
    at: datetime
    due_at: datetime | None = None

    def stands(self, at: datetime) -> bool:
        """An old question is no question any more."""
        return self.step != "gone" and (self.step != "asked" or at < self.at + ASKED_FOR)

    @property
    def status(self) -> Literal["asked", "accepted", "leaving"]:
        match self.step:
            case "asked" | "accepted":
                return self.step
            case _:
                return "leaving"


def guardian_view(bond: Bond | None, guardian: User | None, at: datetime) -> GuardianView:
    if bond is None or not bond.stands(at):
        return GuardianView("none")
    leaves_at = clock.written(bond.at + LEAVING) if bond.status == "leaving" else ""
    return GuardianView(bond.status, names.masked(bond.contact), leaves_at, guardian.display_name if guardian else "")


def ward_view(ward: User, bond: Bond) -> WardView:
    return WardView(ward.id, ward.display_name, names.masked(ward.identifier), bond.status)


def approval_view(consent: Consent, at: datetime) -> ApprovalView:
    return ApprovalView(
        id=consent.id,
        status=consent.state_at(at),
        ward_id="" if consent.card else consent.owner,
        payee_id=consent.payee,
        payee_name=consent.payee_name,
        amount=consent.amount,
        currency=consent.currency,
        created_at=clock.written(consent.created_at),
        expires_at=clock.written(consent.ends_at),
        family_card_id=consent.card,
        person=consent.asker,
    )
