"""What happens that moves no money, told to whoever counts and watches, by one queue (`docs/reference/events.md`).

Telling never holds up and never fails what it tells of: without the queue a happening is lost, and that is counted.
Movements of money are not told here: their journal is read.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from typing import Literal

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import queues
from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import Unavailable
from chalicelib.observability import count
from chalicelib.settings import settings

Kind = Literal[
    "sign-up", "sign-in", "password-reset", "reveal", "processor-webhook", "merchant-webhook", "top-up-started",
    "case-opened", "case-finished", "payment", "top-up", "transfer", "withdrawal",
]  # fmt: skip
"""Of `payment` and what follows it only those that were refused or failed: the others are read from the journal."""
Outcome = Literal["started", "succeeded", "refused", "failed"]
_LONGEST = 64


def tell(
    kind: Kind,
    at: datetime,
    outcome: Outcome,
    *,
    user_id: str = "",
    actor: str = "",
    merchant: str = "",
    processor: str = "",
    method: str = "",
    channel: str = "",
    region: str = "",
    country: str = "",
    device: str = "",
    card: str = "",
    reason: str = "",
    currency: str = "",
    amount: int | None = None,
    took_ms: int | None = None,
    once: str = "",
) -> None:
    """Words are codes, never what somebody typed. `device` and `card`: any id of it, told as a hash.
    `actor`: who of the house did it to `user_id`; `country`: of the address that they came from. `once`: what it
    follows from; told twice with the same it counts once, when it was told first.
    `amount`: minor units of `currency`."""
    told = {
        "id": ids.derived("evt", kind, once) if once else ids.new("evt", at),
        "kind": kind,
        "at": clock.written(at),
        "outcome": outcome,
        "person": pseudonym(user_id),
        "actor": pseudonym(actor),
        "merchant": merchant,
        "processor": processor,
        "method": method[:_LONGEST],
        "channel": channel,
        "region": region,
        "country": country,
        "device": pseudonym(device),
        "card": pseudonym(card),
        "reason": reason[:_LONGEST],
        "currency": currency,
        "amount": amount,
        "took_ms": took_ms,
        "once": bool(once) or None,
    }
    body = json.dumps({"happened": [{name: value for name, value in told.items() if value not in ("", None)}]})
    try:
        queues.send(settings().happened_queue_url, [{"MessageBody": body}])
    except (BotoCoreError, ClientError, Unavailable):
        count("HappeningLost")


def pseudonym(of: str) -> str:
    """The same for the same person for ever: its key is never turned. Nobody comes back from it without the key."""
    if not of:
        return ""
    key = settings().pseudonym_key.encode()
    return hmac.new(key, b"pseudonym\0" + of.encode(), hashlib.sha256).hexdigest()[:24]
