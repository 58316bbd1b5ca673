"""What is agreed to when a plan begins."""

from __future__ import annotations

from typing import Annotated

import msgspec

from chalicelib.payments.model import Amount, Currency, Reference, Text

Id = Annotated[str, msgspec.Meta(max_length=64)]


class InstalmentPlanRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A quote that is agreed to, by its hash. Of a purchase also what is bought, as with `POST /v1/payments`: a
    checkout, or `merchant_id`, `amount`, `currency` and `order_reference`. Of a loan nothing else.
    """

    wallet_id: Id
    quote_id: Id
    quote_hash: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    checkout_id: Id | None = None
    merchant_id: Id | None = None
    amount: Amount | None = None
    currency: Currency | None = None
    order_reference: Reference | None = None
    store_id: Id | None = None
    description: Text = ""
    confirm_duplicate: bool = False

    @property
    def buys(self) -> bool:
        named = (self.checkout_id, self.merchant_id, self.order_reference, self.store_id)
        return any(one is not None for one in named)
