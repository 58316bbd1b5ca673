"""Incidents and maintenance, for operators."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Operator
from chalicelib.kernel.errors import InvalidState, NotFound
from chalicelib.operations import service
from chalicelib.operations.model import AnnouncementView, IncidentChange, NewIncident, NewWindow

room = Room("operations_office", function="office")


@room.route(
    "GET",
    "/v1/incidents",
    answers={200: AnnouncementView},
    caller=Operator,
    permission="status.see",
    listing=True,
    summary="Incidents, newest first",
)
def incidents(call: Call[None]) -> Answer:
    found, following = service.listed("incident", call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope([one.view for one in found], following))


@room.route(
    "POST",
    "/v1/incidents",
    body=NewIncident,
    answers={201: AnnouncementView},
    caller=Operator,
    permission="status.keep",
    summary="Tell everybody of an incident",
)
def open_incident(call: Call[NewIncident]) -> Answer:
    return Answer(201, service.opened(call.operator, call.body, call.at).view)


@room.route(
    "PATCH",
    "/v1/incidents/{id}",
    body=IncidentChange,
    answers={200: AnnouncementView},
    caller=Operator,
    permission="status.keep",
    errors=(NotFound, InvalidState),
    summary="Say what is new of an incident, or that it is resolved",
)
def change_incident(call: Call[IncidentChange]) -> Answer:
    return Answer(200, service.changed(call.operator, call.path["id"], call.body, call.at).view)


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
    found, following = service.listed("maintenance", call.page.cursor, call.page.limit)
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
