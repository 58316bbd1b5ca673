"""An archive of all that is kept of me, and the keys that prove it is ours."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.identity import archive_key, exports, model_exports, step_up
from chalicelib.identity.archive_key import KeysView
from chalicelib.identity.model_exports import ExportView
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import NotFound, StepUpRequired, TooManyRequests

room = Room("identity_exports", function="access")
_LATER = {"Retry-After": str(model_exports.RETRY_AFTER_SECONDS)}


@room.route(
    "POST",
    "/v1/me/exports",
    answers={202: ExportView},
    caller=Customer,
    errors=(StepUpRequired, TooManyRequests),
    summary="Ask for an archive of all that is kept of me",
)
def ask(call: Call[None]) -> Answer:
    step_up.careful(call.customer, call.at)
    return Answer(202, exports.ask(call.customer.user_id, call.at), _LATER)


@room.route(
    "GET",
    "/v1/me/exports",
    answers={200: ExportView},
    caller=Customer,
    listing=True,
    summary="Archives that I asked for, newest first",
)
def listed(call: Call[None]) -> Answer:
    found, following = exports.listed(call.customer.user_id, call.page.cursor, call.page.limit, call.at)
    return Answer(200, call.page.envelope(found, following))


@room.route(
    "GET",
    "/v1/me/exports/{id}",
    answers={200: ExportView},
    caller=Customer,
    errors=(NotFound, StepUpRequired),
    summary="Whether my archive is ready, and where to fetch it",
)
def look(call: Call[None]) -> Answer:
    view = exports.look(call.customer.user_id, call.path["id"], call.at)
    if view.status == "ready":
        step_up.careful(call.customer, call.at)
    return Answer(200, view, _LATER if view.status == "pending" else {})


@room.route("GET", "/v1/keys", answers={200: KeysView}, summary="The public keys that prove our archives")
def keys(call: Call[None]) -> Answer:
    return Answer(200, KeysView([archive_key.public()]))
