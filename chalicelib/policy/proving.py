"""What somebody must prove before a large or risky movement, by their token alone."""

from __future__ import annotations

from datetime import UTC, datetime

from chalicelib.kernel import clock
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import CofferError, CoolingOff, StepUpRequired
from chalicelib.policy.model import Decision


def unproved(customer: Customer, decision: Decision, at: datetime) -> CofferError | None:
    """What a large or risky payment lacks: the end of a cooling-off, or a fresh step-up. By the token alone."""
    if not decision.step_up:
        return None
    now = at.timestamp()
    if decision.large and customer.cooling_until > now:
        return CoolingOff(until=clock.written(datetime.fromtimestamp(customer.cooling_until, UTC)))
    return None if customer.stepped_up_until > now else StepUpRequired(methods=customer.ways)
