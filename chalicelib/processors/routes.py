"""What can be chosen to top up with."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import CurrencyMismatch, InvalidRequest
from chalicelib.processors import offers
from chalicelib.processors.model_offers import OffersView

room = Room("processors", function="money")


@room.route(
    "GET",
    "/v1/processors",
    answers={200: OffersView},
    caller=Customer,
    query=("currency",),
    parameters={"currency": {"required": True}},
    errors=(CurrencyMismatch,),
    summary="Ways to top up a wallet of a currency, whether they work now and how long they usually take",
)
def offered(call: Call[None]) -> Answer:
    if "currency" not in call.query:
        raise InvalidRequest(param="currency")
    return Answer(200, offers.offers(call.query["currency"], call.customer.jurisdiction, call.at))
