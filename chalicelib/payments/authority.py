"""What a customer had proved when they asked for a payment that waits for their guardian: it is made under that.

It says no more than their token did, and holds no longer: its epoch is a condition of the payment, so whatever ends
their sessions ends it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from chalicelib.api import problems
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import CofferError
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger.consents import Consent
from chalicelib.payments.model import PayRequest
from chalicelib.payments.paying import Order


@dataclass(frozen=True, slots=True)
class KeptKey(RequestKey):
    """The key itself was not kept, only what followed from it."""

    movement_ids: tuple[str, ...] = ()

    def movement_id(self, prefix: str) -> str:
        return next(one for one in self.movement_ids if one.startswith(f"{prefix}_"))


class Authority(msgspec.Struct, frozen=True):
    request: PayRequest
    payment_id: str
    fingerprint: bytes
    language: str
    request_id: str
    tier: int
    epoch: int
    jurisdiction: str
    risky: bool
    until: datetime | None = None
    """A charge waits no longer for anybody's yes."""
    staff_id: str = ""

    def customer(self, consent: Consent) -> Customer:
        return Customer(
            user_id=consent.owner,
            session_id="",
            wallet_ids=(consent.account,),
            tier=self.tier,
            epoch=self.epoch,
            jurisdiction=self.jurisdiction,
            guarded=True,
            risky=self.risky,
        )

    def key(self, consent: Consent) -> RequestKey:
        """The very one that the payment was asked for under: the same receipt, whoever comes first."""

        def refuse(error: CofferError) -> Receipt:
            return problems.receipt(error, self.language, self.request_id)

        return KeptKey(
            caller=consent.owner,
            route="",
            key="",
            fingerprint=self.fingerprint,
            refuse=refuse,
            movement_ids=(self.payment_id, consent.id),
        )


def written(customer: Customer, order: Order, key: RequestKey) -> str:
    authority = Authority(
        request=order.request,
        payment_id=key.movement_id("pay"),
        fingerprint=key.fingerprint,
        language=key.language,
        request_id=key.request_id,
        tier=customer.tier,
        epoch=customer.epoch,
        jurisdiction=customer.jurisdiction,
        risky=customer.risky,
        until=order.until,
        staff_id=order.staff_id,
    )
    return msgspec.json.encode(authority).decode()


def read(kept: str) -> Authority:
    return msgspec.json.decode(kept, type=Authority)
