"""Reports of regular checks as operators see them."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from chalicelib.operations.model_reviews import Finding, Kind, OperatorLine, Reveal, Review, State


class ReviewLineView(msgspec.Struct, frozen=True):
    """`by` is empty of the schedule. `before`: the figures of the report before this one."""

    id: str
    kind: Kind
    state: State
    by: str
    since: str
    until: str
    begun_at: str
    ended_at: str
    figures: dict[str, int]
    before: dict[str, int]


class ReviewFindingView(msgspec.Struct, frozen=True):
    kind: str
    about: str
    facts: dict[str, str | int]
    case_id: str


class ReviewedOperatorView(msgspec.Struct, frozen=True):
    """`may`: permissions that leave a trace in the audit log; `used`: of those, in the last 90 days."""

    id: str
    role: str
    since: str
    used_on: str
    second_factor: bool
    may: int
    used: int
    reveals: int


class UnusedPermissionsView(msgspec.Struct, frozen=True):
    role: str
    permissions: tuple[str, ...]


class ReviewedRevealView(msgspec.Struct, frozen=True):
    at: str
    by: str
    about: str
    field: str
    reason: str


class ReviewView(msgspec.Struct, frozen=True):
    """`gone`: what the report before had found and this one did not; their cases are still somebody's to resolve.

    `digest`: SHA-256 of the report, as the log has it since it was written.
    """

    id: str
    kind: Kind
    state: State
    by: str
    since: str
    until: str
    begun_at: str
    ended_at: str
    former: str
    figures: dict[str, int]
    before: dict[str, int]
    findings: tuple[ReviewFindingView, ...]
    gone: tuple[ReviewFindingView, ...]
    operators: tuple[ReviewedOperatorView, ...]
    unused: tuple[UnusedPermissionsView, ...]
    reveals: tuple[ReviewedRevealView, ...]
    digest: str


def line(one: Review) -> ReviewLineView:
    return ReviewLineView(
        one.id, one.kind, one.state, one.by, one.since, one.until, one.begun_at, one.ended_at, one.figures, one.before
    )


def whole(one: Review, reasons: Mapping[str, str]) -> ReviewView:
    """`reasons`: of what was seen in clear, by the id of its entry."""
    return ReviewView(
        one.id, one.kind, one.state, one.by, one.since, one.until, one.begun_at, one.ended_at, one.former,
        figures=one.figures,
        before=one.before,
        findings=_found(one.findings),
        gone=_found(one.gone),
        operators=tuple(_operator(operator) for operator in one.operators),
        unused=tuple(UnusedPermissionsView(role, left) for role, left in sorted(one.unused.items()) if left),
        reveals=tuple(_reveal(reveal, reasons.get(reveal.id, "")) for reveal in one.reveals),
        digest=one.digest,
    )  # fmt: skip


def _found(findings: tuple[Finding, ...]) -> tuple[ReviewFindingView, ...]:
    return tuple(ReviewFindingView(one.kind, one.about, one.facts, one.case_id) for one in findings)


def _reveal(one: Reveal, reason: str) -> ReviewedRevealView:
    return ReviewedRevealView(one.at, one.by, one.about, one.field, reason)


def _operator(one: OperatorLine) -> ReviewedOperatorView:
    return ReviewedOperatorView(**msgspec.structs.asdict(one))
