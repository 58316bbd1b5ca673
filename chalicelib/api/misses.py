"""Requests for money that we ended badly: answered 5xx, or a payment after its second. Somebody above may hear of them.

The same ones count as `Bad` in `measuring`; there they are figures, here it is known whom they hit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from chalicelib.api import problems
from chalicelib.api.measuring import SLOW_MILLISECONDS
from chalicelib.api.model import Answer, Call, Route
from chalicelib.api.request import Request
from chalicelib.kernel import clock
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import CofferError, Maintenance
from chalicelib.kernel.idempotency import Receipt

LATE = "late"


class Miss(msgspec.Struct, frozen=True):
    """`movement`: the id that it has, or would have; `code`: of the error, or LATE; `at`: when it was asked for.

    `person`, `currency` and `processor` are empty, and `amount` is 0, where the request does not say.
    """

    capability: str
    movement: str
    person: str
    processor: str
    amount: int
    currency: str
    code: str
    at: str


Hear = Callable[[Miss], object]
_hearing: list[Hear] = []


def tell_to(hear: Hear) -> None:
    """Who hears of each, from now on, before its answer goes out; must not raise."""
    _hearing[:] = [hear]


def watched(route: Route, request: Request, call: Call[Any]) -> Answer | Receipt:
    """What the view answers, or raises."""
    try:
        answer = route.view(call)
    except Exception as error:
        known = error if isinstance(error, CofferError) else problems.recognised(error)
        if problems.STATUS[type(known)] >= 500 and not isinstance(known, Maintenance):
            _tell(route, call, known.code)
        raise
    if route.capability == "payments" and request.waited_milliseconds(clock.now()) > SLOW_MILLISECONDS:
        _tell(route, call, LATE)
    return answer


def _tell(route: Route, call: Call[Any], code: str) -> None:
    if not (route.begins and route.begins.receipt and call.request_key):
        return
    miss = Miss(
        capability=route.begins.capability,
        movement=call.request_key.movement_id(route.begins.receipt),
        person=call.asked_by.user_id if isinstance(call.asked_by, Customer) else "",
        processor=getattr(call.body, "processor", None) or "",
        amount=getattr(call.body, "amount", None) or 0,
        currency=getattr(call.body, "currency", None) or "",
        code=code,
        at=clock.written(call.at),
    )
    for hear in _hearing:
        hear(miss)
