"""Deleting my account, and having it back."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.identity import deletion
from chalicelib.identity.model import TokensView
from chalicelib.identity.model_deletion import DeletionRequest, RestoreRequest
from chalicelib.identity.model_factors import ChallengeView
from chalicelib.identity.routes import arrival
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import BalanceLeft, InvalidCredentials, InvalidState, TooManyRequests, WalletFrozen

room = Room("identity_deletion", function="access")


@room.route(
    "DELETE",
    "/v1/me",
    body=DeletionRequest,
    answers={204: None},
    after_the_end=True,
    caller=Customer,
    errors=(BalanceLeft, InvalidCredentials, InvalidState, TooManyRequests, WalletFrozen),
    summary="Delete my account, to be restored within thirty days",
)
def delete(call: Call[DeletionRequest]) -> Answer:
    who = call.customer
    deletion.delete(who.user_id, call.body.password, call.source_address, call.at, who.session_id)
    return Answer(204)


@room.route(
    "POST",
    "/v1/users/restore",
    body=RestoreRequest,
    answers={201: TokensView, 202: ChallengeView},
    errors=(InvalidCredentials, TooManyRequests),
    summary="Restore my deleted account and sign in",
)
def restore(call: Call[RestoreRequest]) -> Answer:
    let_in = deletion.restore(call.body, arrival(call, call.body.device_name, call.body.device_token), call.at)
    return Answer(202 if isinstance(let_in, ChallengeView) else 201, let_in)
