"""How long money takes to go out, and how the banks do that send it: counted once the money's own writes are made.

    withdrawal:  asked for ─────────────────────────────────────────────▶ the bank says that it is paid
    payout:      its oldest payment is settled ──cut-off, or asked for──▶ the bank says that it is paid

A payment is settled moments after it was made, or somebody is called (`SettlementLate`). Payouts that a cut-off makes
and those that a merchant asks for are told apart: how long money rests before it leaves is the terms' with the one, the
merchant's with the other. What only goes out again, since it came back, has no payment and is not measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.kernel import clock
from chalicelib.ledger import history
from chalicelib.processors import health, model_patience

_AT_ONCE = 20
WITHDRAWAL = "withdrawal"
Found = Mapping[str, Any]
"""The movement, as the ledger has it."""


def method(found: Found) -> str:
    """`withdrawal`, `payout-daily` or `payout-on_demand`."""
    return "-".join(part for part in (found["kind"], found.get("schedule")) if part)


def usual_seconds(found: Found, at: datetime) -> int | None:
    """How long this way out usually takes, while it is on its way; None where too few came to say."""
    if found["state"] not in model_patience.UNFINISHED:
        return None
    return usual_of(found["processor"], method(found), at)


def usual_of(processor: str, method: str, at: datetime) -> int | None:
    return health.usual_seconds(health.out(processor), method, at)


def asked(found: Found, seconds: float, at: datetime, *, failed: bool) -> None:
    """One question to its bank; `failed` only by the bank's own fault. What it answers tries a half-open breaker."""
    name = health.out(found["processor"])
    probe = health.standing_or_closed(name, at).phase != "closed"
    health.count(name, method(found), failed=failed, seconds=seconds, at=at, probe=probe)


def paid(found: Found, at: datetime) -> None:
    """The bank says so, for the first time."""

    def measured() -> None:
        began_at = _oldest_settled_at(found) if found["kind"] == "payout" else found["created_at"]
        if began_at:
            seconds = (at - clock.read(began_at)).total_seconds()
            health.arrived(health.out(found["processor"]), method(found), seconds, at)

    health.quietly(measured)


def _oldest_settled_at(payout: Found) -> str | None:
    after = payout["since"] or history.BEGINNING
    covered = history.between(payout["account"], after, payout["created_at"], _AT_ONCE)
    return next((entry["sk"] for entry in covered if entry["kind"] == "settlement"), None)
