"""What I deleted or overwrote, and having it back."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.identity import model_preferences, preferences, step_up, trash
from chalicelib.identity.model_trash import TrashView
from chalicelib.identity.routes import Person, person_of
from chalicelib.kernel.errors import InvalidState, NotFound, StepUpRequired

room = Room("identity_trash", function="access")


@room.route(
    "GET",
    "/v1/me/trash",
    answers={200: TrashView},
    caller=Person,
    permission="account.own",
    listing=True,
    summary="What I deleted or overwrote and can have back",
)
def listed(call: Call[None]) -> Answer:
    found, following = trash.listed(person_of(call).user_id, call.page.cursor, call.page.limit, call.at)
    return Answer(200, call.page.envelope([one.view(call.language) for one in found], following))


@room.route(
    "POST",
    "/v1/me/trash/{id}/restore",
    answers={204: None},
    caller=Person,
    permission="account.own",
    errors=(NotFound, InvalidState, StepUpRequired),
    summary="Put back what I deleted or overwrote",
)
def restore(call: Call[None]) -> Answer:
    person, trash_id = person_of(call), call.path["id"]
    if trash.kind_of(person.user_id, trash_id) in model_preferences.GUARDING:
        step_up.careful(person, call.at)
    preferences.put_back(person.user_id, trash_id, call.at)
    return Answer(204)
