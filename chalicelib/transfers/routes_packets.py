"""Red packets."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.capabilities import Begins
from chalicelib.kernel.errors import (
    AmountOutOfRange,
    CoolingOff,
    CurrencyMismatch,
    GuardianApprovalRequired,
    InsufficientFunds,
    InvalidOrExpired,
    InvalidState,
    LimitReached,
    NotFound,
    StepUpRequired,
    WalletFrozen,
)
from chalicelib.kernel.idempotency import Receipt
from chalicelib.transfers import packets
from chalicelib.transfers.model_packets import ClaimRequest, ClaimView, PacketRequest, PacketSentView, PacketView

room = Room("transfers_packets", function="money")


@room.route(
    "POST",
    "/v1/red-packets",
    body=PacketRequest,
    answers={201: PacketSentView},
    caller=Customer,
    moves_money=True,
    begins=Begins("transfers", receipt="rpk"),
    summary="Send a red packet to some people, or to whoever has its link",
    errors=(
        *(NotFound, AmountOutOfRange, CurrencyMismatch, LimitReached, InsufficientFunds, WalletFrozen, InvalidState),
        *(InvalidOrExpired, StepUpRequired, CoolingOff, GuardianApprovalRequired),
    ),
)
def send(call: Call[PacketRequest]) -> Receipt:
    return packets.send(call.customer, call.body, call.key, call.at)


@room.route(
    "POST",
    "/v1/red-packets/{id}/claims",
    body=ClaimRequest,
    answers={201: ClaimView},
    caller=Customer,
    moves_money=True,
    begins=Begins("transfers", receipt="rpc"),
    summary="Open a red packet and have my share",
    errors=(NotFound, CurrencyMismatch, InvalidState, WalletFrozen),
)
def claim(call: Call[ClaimRequest]) -> Receipt:
    return packets.claim(call.customer, call.path["id"], call.body, call.key, call.at)


@room.route(
    "GET",
    "/v1/red-packets/{id}",
    answers={200: PacketView},
    caller=Customer,
    query=("link",),
    parameters={"link": {"description": "As whoever sent it was given it; needed before I have opened it"}},
    summary="A red packet, and who has what of it",
    errors=(NotFound,),
)
def packet(call: Call[None]) -> Answer:
    return Answer(200, packets.packet(call.customer, call.path["id"], call.query.get("link", ""), call.at))
