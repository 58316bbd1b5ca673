"""A case is work that a person must do by a time; it is open until somebody resolves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from chalicelib.kernel import clock

State = Literal["open", "resolved"]
Facts = Mapping[str, str | int]


class ResolveRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    note: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class CaseView(msgspec.Struct, frozen=True):
    id: str
    kind: str
    subject: str
    state: State
    owner: str | None
    opened_at: str
    due_at: str
    facts: dict[str, str | int]
    note: str | None
    closed_as: str | None = None
    """Of a case that nobody resolved: how what it was about came right by itself."""


@dataclass(frozen=True, slots=True)
class Case:
    """`subject` is the id of what it is about; `owner` the operator who has it. Facts hold nothing personal.

    `about`: the person whose affair it is, if it is one's; as an operator they neither see it nor work on it.
    """

    id: str
    kind: str
    subject: str
    state: State
    opened_at: datetime
    due_at: datetime
    owner: str | None = None
    note: str | None = None
    facts: Facts = field(default_factory=dict)
    closed_as: str | None = None
    """How what it was about came right by itself."""
    about: str = ""

    @property
    def view(self) -> CaseView:
        opened, due = clock.written(self.opened_at), clock.written(self.due_at)
        told = (self.id, self.kind, self.subject, self.state, self.owner, opened, due, dict(self.facts), self.note)
        return CaseView(*told, self.closed_as)
