"""What the code on a counter leads to: a sign that anybody may read, as anybody may read the one above the door."""

from __future__ import annotations

from chalicelib.api.blueprint import Answer, Call, Room
from chalicelib.kernel.errors import NotFound
from chalicelib.merchants import stores
from chalicelib.merchants.model_stores import ShopView

room = Room("merchants_shops", function="money")


@room.route(
    "GET",
    "/v1/stores/{store_id}",
    answers={200: ShopView},
    errors=(NotFound,),
    summary="Whom the code on a counter pays",
)
def shop(call: Call[None]) -> Answer:
    return Answer(200, stores.shop(call.path["store_id"]))
