"""A score that is kept: why it was given, what was done, and what a person said of it. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec

from chalicelib.kernel import clock, ids, text
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.risk.model import Note
from chalicelib.risk.model_rules import Outcome, reaches
from chalicelib.risk.model_scoring import FAILED, Reason, Score
from chalicelib.risk.model_seen import Place, moment

State = Literal["open", "noted", "decided"]
"""Open: a person is to decide. Noted: nothing waits for anybody, though a person may still say what it was."""
STATES: tuple[State, ...] = ("open", "noted", "decided")
Label = Literal["fraud", "legitimate", "unsure"]
Deed = Literal["watched", "asked-to-prove", "to-review", "held", "frozen"]
REVIEW_WITHIN: dict[Outcome, timedelta] = {
    "review": timedelta(hours=72),
    "hold": timedelta(hours=24),
    "freeze": timedelta(hours=24),
}
"""By when somebody looks: sooner where money waits for it."""
RISES_EVERY = timedelta(hours=24)


NOTE, APPEAL_NOTE = "note", "appeal_note"
"""The names under which notes are sealed: their attributes'."""


class DecisionRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`fraud` keeps what was held or frozen as it is; the others give it back: in doubt it is theirs. What was called
    fraud a second person may call another thing, once."""

    label: Label
    note: Note


class Kept(msgspec.Struct, frozen=True):
    """As it was given. `at` is the event's own time."""

    id: str
    at: str
    scored_at: str
    score: Score
    place: Place = Place()

    @property
    def state(self) -> State:
        return "open" if reaches(self.score.outcome, "review") else "noted"

    @property
    def due_at(self) -> datetime:
        """Of an open one: by when somebody looks."""
        return clock.read(self.scored_at) + REVIEW_WITHIN[self.score.outcome]

    @property
    def key(self) -> str:
        """Of whose memory learns from what a person says."""
        return f"P#{self.score.seen.person}" if self.score.seen.person else ""

    @property
    def rules(self) -> list[str]:
        return [reason.rule for reason in self.score.reasons]


class Standing(msgspec.Struct, frozen=True):
    """What became of it. `held` was put aside in `held_in`. `label` is the last word: of `appealed_by` where a second
    person took back that it was fraud."""

    state: State
    due_at: str
    deed: Deed | None = None
    held: int = 0
    held_in: str = ""
    frozen: str = ""
    case_id: str = ""
    label: Label | None = None
    decided_at: str = ""
    decided_by: str = ""
    note: str = ""
    appealed_at: str = ""
    appealed_by: str = ""
    appeal_note: str = ""

    @property
    def last_by(self) -> str:
        return self.appealed_by or self.decided_by


class Done(msgspec.Struct, frozen=True):
    """What was done at once."""

    deed: Deed
    held: int = 0
    held_in: str = ""
    frozen: str = ""


class ReasonView(msgspec.Struct, frozen=True):
    """`shadow`: of a rule on trial; it led to nothing."""

    rule: str
    points: int
    text: str
    shadow: bool


class ScoreView(msgspec.Struct, frozen=True, omit_defaults=True):
    """`would`: what it would have led to with the rules that are on trial. `held_amount` was put aside in `held_in`.
    `appealed_by`: the second person, whose `label` stands in the place of `fraud`."""

    id: str
    state: State
    outcome: Outcome
    would: Outcome
    points: int
    weight_percent: int
    kind: str
    at: str
    scored_at: str
    reasons: list[ReasonView]
    due_at: str = ""
    deed: Deed | None = None
    amount: int = 0
    currency: str = ""
    movement_id: str = ""
    wallet_id: str = ""
    peer_wallet_id: str = ""
    merchant_id: str = ""
    processor: str = ""
    held_amount: int = 0
    held_in: str = ""
    frozen_wallet_id: str = ""
    case_id: str = ""
    label: Label | None = None
    decided_at: str = ""
    decided_by: str = ""
    note: str = ""
    appealed_at: str = ""
    appealed_by: str = ""
    appeal_note: str = ""


StateFilter = Annotated[str, msgspec.Meta(description="open, noted or decided")]


def kept(score: Score, place: Place, at: datetime) -> Kept:
    """Once for each event: its id follows from that."""
    happened = clock.written(moment(score.seen.at))
    return Kept(ids.derived("scr", score.seen.id), happened, clock.written(at), score, place)


def state_of(wanted: str | None) -> State:
    """Raises InvalidRequest."""
    for state in STATES:
        if wanted in (state, None):
            return state
    raise InvalidRequest(param="state")


def said(reason: Reason, language: str) -> str:
    if FAILED in reason.facts:
        return text.sentence("risk.reasons.failed", language)
    return text.sentence(f"risk.reasons.{reason.rule}", language, **reason.facts)


def view(one: Kept, now: Standing, note: str, language: str, appeal_note: str = "") -> ScoreView:
    score, seen, place = one.score, one.score.seen, one.place
    reasons = [ReasonView(each.rule, each.points, said(each, language), each.shadow) for each in score.reasons]
    return ScoreView(
        id=one.id,
        state=now.state,
        outcome=score.outcome,
        would=score.would,
        points=score.points,
        weight_percent=score.weight,
        kind=seen.kind,
        at=one.at,
        scored_at=one.scored_at,
        reasons=reasons,
        due_at=now.due_at if now.state == "open" else "",
        deed=now.deed,
        amount=seen.amount,
        currency=seen.currency,
        movement_id=place.movement,
        wallet_id=place.wallet,
        peer_wallet_id=place.peer_wallet,
        merchant_id=seen.merchant,
        processor=seen.processor,
        held_amount=now.held,
        held_in=now.held_in,
        frozen_wallet_id=now.frozen,
        case_id=now.case_id,
        label=now.label,
        decided_at=now.decided_at,
        decided_by=now.decided_by,
        note=note,
        appealed_at=now.appealed_at,
        appealed_by=now.appealed_by,
        appeal_note=appeal_note,
    )
