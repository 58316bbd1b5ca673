"""Red packets as people see them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.identity.model_payees import Checked
from chalicelib.kernel import clock
from chalicelib.transfers.model import Amount, Currency, Note
from chalicelib.transfers.splitting import Split

MOST_SHARES, MOST_NAMED = 100, 20
LASTS = timedelta(hours=24)
Status = Literal["open", "claimed", "expired", "returned"]


class PacketRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For whoever has the link, or for those of `payee_checks` alone; without `shares`, one each, or one."""

    amount: Amount
    currency: Currency
    split: Split
    shares: Annotated[int, msgspec.Meta(extra_json_schema={"minimum": 1, "maximum": MOST_SHARES})] | None = None
    payee_checks: Annotated[list[Checked], msgspec.Meta(max_length=MOST_NAMED)] = []
    greeting: Note = ""


class PacketSentView(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    status: Literal["open"]
    split: Split
    amount: int
    currency: str
    shares: int
    created_at: str
    expires_at: str
    greeting: str = ""
    link: str = ""
    """What somebody needs beside the id to open it; nothing of one for named people."""


class ClaimRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`link`: as whoever sent the packet was given it; not needed by those whom it is for by name."""

    link: Annotated[str, msgspec.Meta(max_length=64)] = ""


class ClaimView(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    red_packet_id: str
    status: Literal["claimed"]
    amount: int
    currency: str
    name: str
    """Who sent it, masked."""
    created_at: str
    greeting: str = ""


class OpenedView(msgspec.Struct, frozen=True):
    """One share that somebody has; `best` of the largest, once every share is somebody's or time is over."""

    name: str
    amount: int
    at: str
    best: bool
    mine: bool


class PacketView(msgspec.Struct, frozen=True):
    id: str
    status: Status
    split: Split
    name: str
    """Who sent it, masked."""
    sent: bool
    """Whether that is me."""
    amount: int
    currency: str
    shares: int
    claimed: int
    claimed_amount: int
    greeting: str
    created_at: str
    expires_at: str
    link: str
    """For whoever sent it."""
    claims: list[OpenedView]
    """In the order of time; empty for those who have not opened it and whom it could still be for."""


Taken = Mapping[str, Any]


def expires_at(packet: Mapping[str, Any]) -> datetime:
    return clock.read(packet["created_at"]) + LASTS


def view(packet: Mapping[str, Any], taken: Sequence[Taken], wallet: str, at: datetime) -> PacketView:
    """`taken`: every share that is somebody's, or went back (without a `wallet`)."""
    sent = packet["account"] == wallet
    opened = sorted((one for one in taken if "wallet" in one), key=lambda one: str(one["at"]))
    over = len(taken) == packet["shares"] or at >= expires_at(packet)
    best = max((one["amount"] for one in opened), default=0) if over and packet["split"] == "lucky" else 0
    seen = sent or over or any(one["wallet"] == wallet for one in opened)
    first = json.loads(packet["answer"])
    return PacketView(
        id=packet["pk"],
        status=_status(packet, len(opened), at),
        split=packet["split"],
        name=packet["from_name"],
        sent=sent,
        amount=packet["amount"],
        currency=packet["currency"],
        shares=packet["shares"],
        claimed=len(opened),
        claimed_amount=sum(one["amount"] for one in opened),
        greeting=first.get("greeting", ""),
        created_at=packet["created_at"],
        expires_at=clock.written(expires_at(packet)),
        link=first.get("link", "") if sent else "",
        claims=[_opened(one, best, wallet) for one in opened] if seen else [],
    )


def _status(packet: Mapping[str, Any], claimed: int, at: datetime) -> Status:
    if claimed == packet["shares"]:
        return "claimed"
    if packet["state"] == "ended":
        return "returned"
    return "expired" if at >= expires_at(packet) else "open"


def _opened(one: Taken, best: int, wallet: str) -> OpenedView:
    return OpenedView(one["name"], one["amount"], one["at"], one["amount"] == best, one["wallet"] == wallet)
