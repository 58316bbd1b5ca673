"""Deleting my account, and having it back."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.identity import deletion
from chalicelib.identity.model import TokensView
from chalicelib.identity.model_deletion import DeletionRequest, RestoreRequest
from chalicelib.identity.routes import user_agent
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import BalanceLeft, InvalidCredentials, InvalidState, TooManyRequests, WalletFrozen

room = Room("identity_deletion", function="access")


@room.route(
    "DELETE",
    "/v1/me",
    body=DeletionRequest,
    answers={204: None},
    caller=Customer,
    errors=(BalanceLeft, InvalidCredentials, InvalidState, TooManyRequests, WalletFrozen),
    summary="Delete my account, to be restored within thirty days",
)
def delete(call: Call[DeletionRequest]) -> Answer:
    deletion.delete(call.customer.user_id, call.body.password, call.at)
    return Answer(204)


@room.route(
    "POST",
    "/v1/users/restore",
    body=RestoreRequest,
    answers={201: TokensView},
    errors=(InvalidCredentials, TooManyRequests),
    summary="Restore my deleted account and sign in",
)
def restore(call: Call[RestoreRequest]) -> Answer:
    return Answer(201, deletion.restore(call.body, user_agent(call), call.source_address, call.at))
