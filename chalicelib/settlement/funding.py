"""Adding a funding method: what a processor of this stage can send to, after a step-up."""

from __future__ import annotations

from datetime import datetime

from chalicelib.identity import funding, step_up
from chalicelib.identity.model_funding import FundingMethod
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.processors import service as processors
from chalicelib.settlement import model_funding
from chalicelib.settlement.model_funding import WAYS, FundingMethodRequest


def add(customer: Customer, wish: FundingMethodRequest, at: datetime) -> FundingMethod:
    """Raises InvalidRequest, StepUpRequired, InvalidState."""
    way = WAYS.get(wish.processor) if wish.processor in processors.known() else None
    if way is None:
        raise InvalidRequest(param="processor")
    destination = model_funding.destination(way, wish.destination)
    step_up.require(customer, at)
    return funding.add(customer.user_id, wish.processor, way.kind, destination, at)
