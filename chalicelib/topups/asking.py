"""Asking a top-up's processors, one after the other, until one has it or has refused it for good.

    the movement names a processor ──▶ call it ──▶ its answer is everybody's
              ▲                            │
              └─ another, before its call ─┘ a no that another need not give: silence is none

It moves on only while somebody waits for the answer: whoever was told `unknown` may have paid elsewhere meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.kernel import clock
from chalicelib.kernel.errors import InFlight, InvalidState, NotFound, Unavailable
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Changed, Draft, Verdict
from chalicelib.processors import health, routing, wire
from chalicelib.processors import service as processors
from chalicelib.processors.model import Adapter, Created, Intent
from chalicelib.topups import model, model_route, speed, store, telling
from chalicelib.topups.model_route import Step, Steps

PATIENCE = timedelta(seconds=4)
"""After this nobody else is asked: one more call at its slowest, in a single attempt, ends before the function."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One request's turn to ask one processor about one top-up."""

    intent: Intent
    adapter: Adapter
    method: str
    route: Steps
    tried: Steps
    lease_until: str
    first: bool
    """Nobody can have asked this processor before, so a connection that never stood is a no."""
    probed: str = ""

    @property
    def following(self) -> str | None:
        return model_route.following(self.route, (*(step.processor for step in self.tried), self.adapter.name))


@dataclass(frozen=True, slots=True)
class _Called:
    processor: str
    method: str
    created: Created
    seconds: float
    at: datetime
    probe: bool


def ask(turn: Turn, key: RequestKey, at: datetime) -> Receipt:
    """Raises InFlight if another request has the top-up now. What was asked is counted once it is answered."""
    calls = [_called(turn)]
    while (moved := _moved_on(turn, calls[-1].created, at)) is not None:
        turn = moved
        calls.append(_called(turn))
    receipt = _answered(turn, calls[-1].created, key, at)
    for call in calls:
        failed = routing.own_fault(call.created)
        health.count(call.processor, call.method, failed=failed, seconds=call.seconds, at=call.at, probe=call.probe)
    return receipt


def _called(turn: Turn) -> _Called:
    """Repeating it is safe: the processor knows the intent by our id. What breaks on our side of it is silence too."""
    began = clock.now()
    try:
        with wire.at_most(1 if turn.tried else wire.ATTEMPTS):
            created = turn.adapter.create(turn.intent)
    except Unavailable:
        created = Created("unknown")
    seconds = (clock.now() - began).total_seconds()
    name = turn.adapter.name
    return _Called(name, turn.method, created, seconds, began, probe=turn.probed == name)


def _moved_on(turn: Turn, created: Created, at: datetime) -> Turn | None:
    """The turn at the next processor, once the movement names it; None if this answer stands."""
    if not routing.may_move_on(created, first=turn.first) or clock.now() - at > PATIENCE:
        return None
    if (adapter := _next(turn)) is None:
        return None
    tried = (*turn.tried, Step(turn.adapter.name, created.reason or ""))

    def build(at: datetime, known: object) -> Draft:
        move = store.moved_on(turn.intent.topup_id, turn.adapter.name, turn.lease_until, adapter, tried, at)
        return Draft(None, (), None, (move,))

    try:
        ledger.commit(build, at)
    except InvalidState:
        return None
    return replace(turn, adapter=adapter, tried=tried, first=True)


def _next(turn: Turn) -> Adapter | None:
    try:
        return processors.adapter(turn.following) if turn.following else None
    except NotFound:
        return None


def _answered(turn: Turn, created: Created, key: RequestKey, at: datetime) -> Receipt:
    """The first answer stored is everybody's; a webhook may have been quicker than it.

    Where that is of a processor asked before, it has the money: what this one offers to pay with is not passed on.
    """
    never_sent = turn.first and created.reason == routing.NOT_REACHED
    said = replace(created, status="failed") if never_sent else created
    lease_until = turn.lease_until if never_sent else None
    began, receipt, state, processor = at, Receipt(0, ""), "pending", turn.adapter.name
    usual = health.usual_seconds(turn.adapter.name, turn.method, at) if said.status in model.UNFINISHED else None

    def judge(found: Mapping[str, Any]) -> Verdict:
        nonlocal state, processor
        if found["state"] != "succeeded" and (found["state"], found["processor"]) != ("failed", turn.adapter.name):
            return InFlight(retry_after_seconds=model.RETRY_AFTER_SECONDS)
        state, processor = found["state"], found["processor"]
        return Changed()

    def build(at: datetime, known: object) -> Draft:
        nonlocal receipt
        overtaken = processor != turn.adapter.name
        known_by_now = Created("pending") if overtaken else _as_far_as(said, state)
        receipt = model.answer(turn.intent, processor, known_by_now, None if overtaken else usual, began)
        told = store.Told(turn.adapter.name, said, receipt, state, lease_until)
        return Draft(None, (), None, (store.answered(turn.intent.topup_id, told, judge, at),))

    stored = ledger.commit(build, at, key)
    if said.status == "failed" and state == "pending" and not stored.replayed:
        speed.failed()
        telling.declined(turn.intent, turn.adapter.name, turn.method, at)
    return stored if stored.replayed else receipt


def _as_far_as(created: Created, state: str) -> Created:
    """A no that has been overtaken by its money is told as what it looks like a moment before."""
    return Created("pending", created.reference) if (created.status, state) == ("failed", "succeeded") else created
