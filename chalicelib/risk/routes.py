"""Freezes, scores and what a person says of them, the rules and trials of them, for operators."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound, SecondPersonRequired
from chalicelib.risk import deciding, ruling, service, trying
from chalicelib.risk.model import FreezeRequest, FreezeView, KeepRequest, LiftRequest
from chalicelib.risk.model_rules import RiskRuleRequest, RiskRuleView
from chalicelib.risk.model_scores import DecisionRequest, ScoreView
from chalicelib.risk.model_trials import TrialRequest, TrialView

room = Room("risk", function="office")


@room.route(
    "POST",
    "/v1/freezes",
    body=FreezeRequest,
    answers={201: FreezeView},
    caller=Operator,
    permission="freezes.keep",
    errors=(NotFound, InvalidState),
    summary="Freeze a wallet, for a reason that its owner may read",
)
def freeze(call: Call[FreezeRequest]) -> Answer:
    return Answer(201, service.frozen(call.operator, call.body, call.at))


@room.route(
    "GET",
    "/v1/freezes/{wallet_id}",
    answers={200: FreezeView},
    caller=Operator,
    permission="freezes.see",
    errors=(SecondPersonRequired,),
    summary="The last freeze of a wallet",
)
def seen(call: Call[None]) -> Answer:
    return Answer(200, service.seen(call.operator, call.path["wallet_id"]))


@room.route(
    "POST",
    "/v1/freezes/{wallet_id}/lift",
    body=LiftRequest,
    answers={200: FreezeView},
    caller=Operator,
    permission="freezes.keep",
    errors=(InvalidState, SecondPersonRequired),
    summary="Lift a freeze",
)
def lift(call: Call[LiftRequest]) -> Answer:
    return Answer(200, service.lifted(call.operator, call.path["wallet_id"], call.body.note, call.at))


@room.route(
    "POST",
    "/v1/freezes/{wallet_id}/keep",
    body=KeepRequest,
    answers={200: FreezeView},
    caller=Operator,
    permission="freezes.keep",
    errors=(InvalidState,),
    summary="Write down why a wallet stays frozen, and when it is looked at again",
)
def keep(call: Call[KeepRequest]) -> Answer:
    return Answer(200, service.kept(call.operator, call.path["wallet_id"], call.body, call.at))


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
def scores(call: Call[None]) -> Answer:
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
def score(call: Call[None]) -> Answer:
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


@room.route(
    "GET",
    "/v1/risk/rules",
    answers={200: RiskRuleView},
    caller=Operator,
    permission="risk.see",
    listing=True,
    summary="Every rule, with its parameters and how often it was right",
)
def rules(call: Call[None]) -> Answer:
    return Answer(200, call.page.envelope(*ruling.listed(call.page.cursor, call.page.limit, call.language)))


@room.route(
    "PATCH",
    "/v1/risk/rules/{name}",
    body=RiskRuleRequest,
    answers={200: RiskRuleView},
    caller=Operator,
    permission="risk.keep",
    errors=(NotFound, InvalidState),
    summary="Turn a rule on or off, put it on trial, or set its parameters",
)
def change_rule(call: Call[RiskRuleRequest]) -> Answer:
    return Answer(200, ruling.changed(call.operator, call.path["name"], call.body, call.at, call.language))
