"""What makes a processor's word about a withdrawal or payout ours, and when what it never heard of is not there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from chalicelib.processors.model import ProcessorEvent

DUE = "withdrawal"
"""Payouts are due under the older name too: one look finds both."""
SENT_AGAIN_FOR = timedelta(minutes=30)
"""So long what a processor has not heard of is sent again: whatever was sent has arrived well before `NEVER_CAME`."""
NOT_SET_UP = "not_set_up"
"""The reason of what came back because nobody had set its processor up within `NEVER_CAME`."""
NEVER_CAME = timedelta(hours=1)
"""What a processor has still not heard of, so long after it was first sent, is not there."""


def difference(event: ProcessorEvent, movement: Mapping[str, Any], account: str) -> str | None:
    """The first fact that a processor states otherwise than we know it. A success must state them all."""
    ours: dict[str, tuple[str | int, ...]] = {
        "payout_id": (movement["pk"],),
        "amount": (movement["amount"],),
        "currency": (movement["currency"],),
        "account": (account,),
    }
    if known := movement["reference"]:
        ours["reference"] = (known,)
    silent = () if event.kind == "payout_succeeded" else (None,)
    return next((name for name, allowed in ours.items() if getattr(event, name) not in (*allowed, *silent)), None)
