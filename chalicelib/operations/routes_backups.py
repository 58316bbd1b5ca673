"""Backups, drills, and giving somebody's records back, for operators."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound, SecondPersonRequired
from chalicelib.operations import backups, drills, giving_back, model_backups
from chalicelib.operations.model_backups import BackupView
from chalicelib.operations.model_drills import DrillView, NewDrill
from chalicelib.operations.model_giving_back import GivingBackDecision, GivingBackView, NewGivingBack

room = Room("operations_backups", function="office")


@room.route(
    "GET",
    "/v1/backups",
    answers={200: BackupView},
    caller=Operator,
    permission="backups.see",
    listing=True,
    summary="Backups, newest first",
)
def listed(call: Call[None]) -> Answer:
    found, following = backups.listed(call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope([model_backups.view(one) for one in found], following))


@room.route(
    "POST",
    "/v1/backups",
    answers={202: BackupView},
    caller=Operator,
    permission="backups.ask",
    errors=(InvalidState,),
    summary="Ask for a backup; it begins within five minutes",
)
def ask(call: Call[None]) -> Answer:
    return Answer(202, model_backups.view(backups.asked(call.operator, call.at)))


@room.route(
    "GET",
    "/v1/backups/{id}",
    answers={200: BackupView},
    caller=Operator,
    permission="backups.see",
    errors=(NotFound,),
    summary="One backup: its tables, their hashes, until when nobody removes it",
)
def one(call: Call[None]) -> Answer:
    return Answer(200, model_backups.view(backups.one(call.path["id"])))


@room.route(
    "POST",
    "/v1/backups/{id}/givings-back",
    body=NewGivingBack,
    answers={201: GivingBackView},
    caller=Operator,
    permission="backups.propose-giving-back",
    errors=(NotFound, InvalidState, SecondPersonRequired),
    summary="Propose to give somebody's deleted records back; somebody else approves it",
)
def propose(call: Call[NewGivingBack]) -> Answer:
    return Answer(201, giving_back.propose(call.operator, call.path["id"], call.body, call.at))


@room.route(
    "GET",
    "/v1/givings-back",
    answers={200: GivingBackView},
    caller=Operator,
    permission="backups.see-givings-back",
    listing=True,
    summary="Whose deleted records were to be given back, newest first",
)
def givings_back(call: Call[None]) -> Answer:
    found, following = giving_back.listed(call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope(found, following))


@room.route(
    "POST",
    "/v1/givings-back/{id}/decision",
    body=GivingBackDecision,
    answers={200: GivingBackView},
    caller=Operator,
    permission="backups.decide-giving-back",
    errors=(NotFound, InvalidState, SecondPersonRequired),
    summary="Approve or decline giving somebody's deleted records back",
)
def decide(call: Call[GivingBackDecision]) -> Answer:
    return Answer(200, giving_back.decide(call.operator, call.path["id"], call.body, call.at))


@room.route(
    "GET",
    "/v1/backup-drills",
    answers={200: DrillView},
    caller=Operator,
    permission="backups.see",
    listing=True,
    summary="Restore drills, newest first",
)
def drilled(call: Call[None]) -> Answer:
    found, following = drills.listed(call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope([drills.told(drill) for drill in found], following))


@room.route(
    "POST",
    "/v1/backup-drills",
    body=NewDrill,
    answers={202: DrillView},
    caller=Operator,
    permission="backups.ask",
    errors=(NotFound, InvalidState),
    summary="Ask for a restore drill, of the newest whole backup if none is named; it begins within five minutes",
)
def drill(call: Call[NewDrill]) -> Answer:
    return Answer(202, drills.told(drills.asked(call.operator, call.body.backup_id, call.at)))


@room.route(
    "GET",
    "/v1/backup-drills/{id}",
    answers={200: DrillView},
    caller=Operator,
    permission="backups.see",
    errors=(NotFound,),
    summary="One restore drill: how long it took, what was compared, what was found",
)
def one_drill(call: Call[None]) -> Answer:
    return Answer(200, drills.told(drills.one(call.path["id"])))
