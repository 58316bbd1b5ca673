"""Incidents and maintenance, for operators."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound
from chalicelib.operations import incidents as kept
from chalicelib.operations import service
from chalicelib.operations.model import AnnouncementView, IncidentChange, NewIncident, NewWindow
from chalicelib.operations.model_incidents import DeedView, IncidentView, SentencesView

room = Room("operations_office", function="office")


@room.route(
    "GET",
    "/v1/incidents",
    answers={200: IncidentView},
    caller=Operator,
    permission="status.see",
    listing=True,
    summary="Incidents and drafts of alarms, newest first",
)
def incidents(call: Call[None]) -> Answer:
    found, following = kept.listed(call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope([one.view for one in found], following))


@room.route(
    "POST",
    "/v1/incidents",
    body=NewIncident,
    answers={201: IncidentView},
    caller=Operator,
    permission="status.keep",
    summary="Tell everybody of an incident",
)
def open_incident(call: Call[NewIncident]) -> Answer:
    return Answer(201, kept.opened(call.operator, call.body, call.at).view)


@room.route(
    "PATCH",
    "/v1/incidents/{id}",
    body=IncidentChange,
    answers={200: IncidentView},
    caller=Operator,
    permission="status.keep",
    errors=(NotFound, InvalidState),
    summary="Say what is new of an incident, or that it is resolved",
)
def change_incident(call: Call[IncidentChange]) -> Answer:
    return Answer(200, kept.changed(call.operator, call.path["id"], call.body, call.at).view)


@room.route(
    "GET",
    "/v1/incidents/{id}",
    answers={200: IncidentView},
    caller=Operator,
    permission="status.see",
    errors=(NotFound,),
    summary="An incident, with its times",
)
def incident(call: Call[None]) -> Answer:
    return Answer(200, kept.found(call.path["id"]).view)


@room.route(
    "GET",
    "/v1/incidents/{id}/history",
    answers={200: DeedView},
    caller=Operator,
    permission="status.see",
    listing=True,
    errors=(NotFound,),
    summary="Who did what when in an incident, and what was said, newest first",
)
def incident_history(call: Call[None]) -> Answer:
    found, following = kept.history(call.path["id"], call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope([one.view for one in found], following))


@room.route(
    "POST",
    "/v1/incidents/{id}/take",
    answers={200: IncidentView},
    caller=Operator,
    permission="status.keep",
    errors=(NotFound, InvalidState),
    summary="Take an incident up: nobody else is paged then",
)
def take_incident(call: Call[None]) -> Answer:
    return Answer(200, kept.taken(call.operator, call.path["id"], call.at).view)


@room.route(
    "GET",
    "/v1/incident-sentences",
    answers={200: SentencesView},
    caller=Operator,
    permission="status.see",
    summary="Ready sentences for incidents, by the name of their runbook",
)
def sentences(call: Call[None]) -> Answer:
    return Answer(200, SentencesView(kept.sentences()))


@room.route(
    "GET",
    "/v1/maintenance-windows",
    answers={200: AnnouncementView},
    caller=Operator,
    permission="status.see",
    listing=True,
    summary="Maintenance windows, newest first",
)
def windows(call: Call[None]) -> Answer:
    found, following = service.listed(call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope([one.view for one in found], following))


@room.route(
    "POST",
    "/v1/maintenance-windows",
    body=NewWindow,
    answers={201: AnnouncementView},
    caller=Operator,
    permission="status.keep",
    summary="Announce maintenance",
)
def schedule(call: Call[NewWindow]) -> Answer:
    return Answer(201, service.scheduled(call.operator, call.body, call.at).view)


@room.route(
    "POST",
    "/v1/maintenance-windows/{id}/cancel",
    answers={200: AnnouncementView},
    caller=Operator,
    permission="status.keep",
    errors=(NotFound, InvalidState),
    summary="Cancel maintenance, or end it early",
)
def cancel(call: Call[None]) -> Answer:
    return Answer(200, service.cancelled(call.operator, call.path["id"], call.at).view)
