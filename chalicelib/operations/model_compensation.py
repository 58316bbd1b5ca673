"""Making up for an incident: a coupon for each person whom it hit, proposed by one operator, approved by another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from chalicelib.kernel import clock
from chalicelib.rewards.model import Template, Words

State = Literal["proposed", "approved", "declined", "done"]
Why = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class NewCompensation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    template_id: Annotated[str, msgspec.Meta(max_length=64)]
    reason: Why


class CompensationDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    approve: bool
    note: Why


class CompensationPreview(msgspec.Struct, frozen=True):
    """What it would be: `most_each` and `cost` in minor units, if everybody used all of theirs. `enough`: whether the
    template's budget is."""

    incident_id: str
    template_id: str
    name: Words
    people: int
    most_each: int
    cost: int
    currency: str
    left: int
    enough: bool


class RefusedView(msgspec.Struct, frozen=True):
    """`why` so many got none: `not-found` (they have left), `coupons-exhausted`, `invalid-state` (stopped, over)."""

    why: str
    people: int


class CompensationView(msgspec.Struct, frozen=True):
    """`cost`: what was approved at most; `issued_cost`: what the coupons that were issued can cost. `reason` is not in
    receipts: what people wrote is none."""

    id: str
    incident_id: str
    status: State
    template_id: str
    people: int
    most_each: int
    cost: int
    currency: str
    proposed_by: str
    proposed_at: str
    decided_by: str
    decided_at: str
    issued: int
    issued_cost: int
    refused: tuple[RefusedView, ...]
    finished_at: str
    reason: str


@dataclass(frozen=True, slots=True)
class Compensation:
    """`reason` is sealed. `position`: the last person whom it came to; `refused`: why → how many."""

    id: str
    incident_id: str
    state: State
    template_id: str
    people: int
    most_each: int
    currency: str
    reason: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None
    issued: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    position: str = ""
    finished_at: datetime | None = None
    due_at: datetime | None = None
    version: int = 1

    @property
    def cost(self) -> int:
        return self.people * self.most_each

    @property
    def stands(self) -> bool:
        """Another may be proposed only once this one was declined."""
        return self.state != "declined"

    def is_due(self, at: datetime) -> bool:
        return self.due_at is not None and self.due_at <= at

    def once_key(self, person: str) -> str:
        """One coupon for each person and incident."""
        return f"incident {self.incident_id} {person}"


def preview(incident_id: str, of: Template, people: int, left: int) -> CompensationPreview:
    most = of.worth.most
    total = people * most
    return CompensationPreview(
        incident_id, of.id, of.name, people, most, total, of.worth.currency, left, left >= people
    )


def view(one: Compensation, reason: str = "") -> CompensationView:
    return CompensationView(
        id=one.id,
        incident_id=one.incident_id,
        status=one.state,
        template_id=one.template_id,
        people=one.people,
        most_each=one.most_each,
        cost=one.cost,
        currency=one.currency,
        proposed_by=one.proposed_by,
        proposed_at=clock.written(one.proposed_at),
        decided_by=one.decided_by,
        decided_at=clock.written(one.decided_at) if one.decided_at else "",
        issued=one.issued,
        issued_cost=one.issued * one.most_each,
        refused=tuple(RefusedView(why, many) for why, many in sorted(one.refused.items())),
        finished_at=clock.written(one.finished_at) if one.finished_at else "",
        reason=reason,
    )
