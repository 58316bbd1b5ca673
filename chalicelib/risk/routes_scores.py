"""Scores and what a person says of them, and trials of rules on what was, for operators."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound, SecondPersonRequired
from chalicelib.risk import deciding, trying
from chalicelib.risk.model_scores import DecisionRequest, ScoreView
from chalicelib.risk.model_trials import TrialRequest, TrialView

room = Room("risk_scores", function="office")


@room.route(
    "GET",
    "/v1/risk/scores",
    answers={200: ScoreView},
    caller=Operator,
    permission="risk.see",
    listing=True,
    query=("state",),
    summary="Scores of one state: open ones soonest due first, others newest first",
)
def listed(call: Call[None]) -> Answer:
    page = call.page
    found, following = deciding.listed(call.operator, call.query.get("state"), page.cursor, page.limit, call.language)
    return Answer(200, page.envelope(found, following))


@room.route(
    "GET",
    "/v1/risk/scores/{id}",
    answers={200: ScoreView},
    caller=Operator,
    permission="risk.see",
    errors=(NotFound,),
    summary="One score, with its reasons",
)
def one(call: Call[None]) -> Answer:
    return Answer(200, deciding.seen(call.operator, call.path["id"], call.language))


@room.route(
    "POST",
    "/v1/risk/scores/{id}/decision",
    body=DecisionRequest,
    answers={200: ScoreView},
    caller=Operator,
    permission="risk.decide",
    errors=(NotFound, InvalidState, SecondPersonRequired),
    summary="Say what it was: what is held or frozen stays so, or goes back",
)
def decide(call: Call[DecisionRequest]) -> Answer:
    return Answer(200, deciding.decide(call.operator, call.path["id"], call.body, call.at, call.language))


@room.route(
    "POST",
    "/v1/risk/trials",
    body=TrialRequest,
    answers={200: TrialView},
    caller=Operator,
    permission="risk.see",
    summary="What would have happened, had these rules been on",
)
def trial(call: Call[TrialRequest]) -> Answer:
    return Answer(200, trying.tried(call.body, call.at, call.language))
