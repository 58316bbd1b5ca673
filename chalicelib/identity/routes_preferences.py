"""What I have chosen, my devices for pushes, and notes on staying safe."""

from __future__ import annotations

from typing import get_args

import msgspec

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.identity import model_preferences, preferences, pushing, service, step_up
from chalicelib.identity.model_devices import DeviceRequest, DeviceView
from chalicelib.identity.model_preferences import PreferencesRequest, PreferencesView
from chalicelib.identity.routes import Person, person_of
from chalicelib.kernel.errors import InvalidRequest, InvalidState, NotFound, StepUpRequired
from chalicelib.notices import education
from chalicelib.notices.education import Moment, NoteView

room = Room("identity_preferences", function="access")


class NotesView(msgspec.Struct, frozen=True):
    notes: tuple[NoteView, ...]


@room.route(
    "GET",
    "/v1/me/preferences",
    answers={200: PreferencesView},
    caller=Person,
    permission="account.own",
    summary="What I have chosen",
)
def chosen(call: Call[None]) -> Answer:
    return Answer(200, model_preferences.view(service.profile(person_of(call).user_id)))


@room.route(
    "PATCH",
    "/v1/me/preferences",
    body=PreferencesRequest,
    answers={200: PreferencesView},
    caller=Person,
    permission="account.own",
    errors=(InvalidState, StepUpRequired),
    summary="Choose: mode of the app, notices, reminders, my phrase",
)
def change(call: Call[PreferencesRequest]) -> Answer:
    if call.body.guards:
        step_up.careful(person_of(call), call.at)
    return Answer(200, model_preferences.view(preferences.change(person_of(call).user_id, call.body, call.at)))


@room.route(
    "POST",
    "/v1/me/devices",
    body=DeviceRequest,
    answers={201: DeviceView},
    caller=Person,
    permission="account.own",
    summary="Take pushes on this device",
)
def register(call: Call[DeviceRequest]) -> Answer:
    person = person_of(call)
    return Answer(201, pushing.register(person.user_id, person.session_id, call.body, call.at).view)


@room.route(
    "GET",
    "/v1/me/devices",
    answers={200: DeviceView},
    caller=Person,
    permission="account.own",
    listing=True,
    summary="My devices that take pushes",
)
def listed_devices(call: Call[None]) -> Answer:
    found, following = pushing.listed(person_of(call).user_id, call.page.cursor, call.page.limit)
    return Answer(200, call.page.envelope([one.view for one in found], following))


@room.route(
    "DELETE",
    "/v1/me/devices/{id}",
    answers={204: None},
    caller=Person,
    permission="account.own",
    errors=(NotFound, StepUpRequired),
    summary="Take no more pushes on a device",
)
def forget(call: Call[None]) -> Answer:
    step_up.careful(person_of(call), call.at)
    pushing.forget(person_of(call).user_id, call.path["id"], call.at)
    return Answer(204)


@room.route(
    "GET",
    "/v1/education",
    answers={200: NotesView},
    query=("moment",),
    parameters={"moment": {"schema": {"enum": list(get_args(Moment))}}},
    summary="Notes on staying safe, all or those of a moment",
)
def notes(call: Call[None]) -> Answer:
    moment = call.query.get("moment")
    if moment is not None and moment not in get_args(Moment):
        raise InvalidRequest(param="moment")
    return Answer(200, NotesView(tuple(education.notes(moment, call.language))))
