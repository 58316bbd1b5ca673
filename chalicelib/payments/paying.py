"""A payment as a draft: captured at once and due to be settled, or held until the merchant captures it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from chalicelib.kernel import clock, ids, money
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import CofferError, InvalidState
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import chart
from chalicelib.ledger.consents import Consent, using
from chalicelib.ledger.model import Change, Draft, Due, Entry, Head, Known, Leg, Line, Movement, Spend
from chalicelib.ledger.purchases import Purchase
from chalicelib.merchants import service as merchants
from chalicelib.merchants import shares, stores
from chalicelib.merchants.model import Checkout, Terms
from chalicelib.payments.model import PaymentView, PayRequest
from chalicelib.policy import proving
from chalicelib.policy import service as policy
from chalicelib.policy.model import Decision

SETTLE_GRACE = timedelta(minutes=5)
"""How long the stream may take before the sweep looks after a line."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is paid to whom, whichever way it was asked for."""

    request: PayRequest
    terms: Terms
    amount: int
    currency: str
    reference: str
    checkout: Checkout | None = None
    until: datetime | None = None
    """Whoever must say yes to it has so long."""
    store_id: str = ""
    shut: bool = False
    """Whether that store is closed."""
    staff_id: str = ""
    """Who asked for it at a till."""

    @property
    def wallet(self) -> str:
        return self.request.wallet_id

    @property
    def is_part(self) -> bool:
        """Of a checkout that several people pay."""
        return self.checkout is not None and self.checkout.max_payers > 0

    @property
    def held(self) -> bool:
        """Until a merchant takes it, or every part is there."""
        return self.is_part or (self.checkout or self.request).capture == "manual"

    def refusal(self, decision: Decision, at: datetime) -> CofferError | None:
        """What forbids it whatever the wallet holds."""
        if self.until is not None and self.until <= at:
            return InvalidState(state="expired")
        if self.terms.shut:
            return InvalidState(state=self.terms.shut)
        if self.shut:
            return InvalidState(state=stores.CLOSED)
        return decision.refusal(self.currency)


def draft(
    customer: Customer, order: Order, key: RequestKey, at: datetime, known: Known, *, proved: bool = False
) -> Draft:
    """The tier is the token's until the head has shown another.

    `proved`: whoever pays did all that it takes when they asked; what it still takes is their guardian's consent.
    """
    payment_id, head = key.movement_id("pay"), known.get(order.wallet)
    person = replace(customer, tier=head.tier) if head else customer
    decision = policy.decide(person, "payment", order.amount, at)
    movement = _movement(person, order, payment_id, key, at, decision)
    consent = consent_of(person, order, key, at) if proved or needs_consent(person, decision) else None
    return Draft(
        movement=movement,
        changes=(_debit(person, order, payment_id, decision, head),),
        entry=_entry(person, order, movement),
        legs=_legs(person, order, payment_id, at),
        last_legs=(using(consent, at),) if consent else (),
        refusal=order.refusal(decision, at) or (None if proved else proving.unproved(person, decision, at)),
    )


def _legs(customer: Customer, order: Order, payment_id: str, at: datetime) -> tuple[Leg, ...]:
    if order.checkout is None:
        return ()
    if order.is_part:
        return (shares.joining(order.checkout, payment_id, customer.user_id, order.amount, at),)
    return (merchants.paying(order.checkout, payment_id, at),)


def needs_consent(customer: Customer, decision: Decision) -> bool:
    return customer.guarded and decision.guardian


def consent_of(customer: Customer, order: Order, key: RequestKey, at: datetime) -> Consent:
    """What the customer's guardian must have agreed to, under the very key of the payment."""
    return Consent(
        id=key.movement_id("apr"),
        owner=customer.user_id,
        account=order.wallet,
        payee=order.terms.merchant_id,
        payee_name=order.terms.name,
        amount=order.amount,
        currency=order.currency,
        created_at=at,
    )


def line(movement_id: str, terms: Terms, amount: int, currency: str) -> Line:
    """The settlement line of a capture; the fee is by today's terms."""
    fee = fee_of(terms, amount)
    return Line(movement_id, terms.merchant_id, terms.account[currency], amount, fee)


def fee_of(terms: Terms, amount: int) -> int:
    """Never more than the amount itself."""
    return min(amount, money.part(amount, terms.fee_basis_points) + terms.fee_fixed)


def receipt(view: msgspec.Struct) -> Receipt:
    return Receipt(201, msgspec.json.encode(view).decode())


def order_key(merchant_id: str, reference: str) -> str:
    return ids.derived("ord", merchant_id, reference)


def _movement(
    customer: Customer, order: Order, payment_id: str, key: RequestKey, at: datetime, decision: Decision
) -> Movement:
    expires_at = at + timedelta(days=decision.authorisation_days)
    if order.is_part and order.checkout:
        expires_at = order.checkout.expires_at
    answer = _answer(order, payment_id, at, expires_at)
    return Movement(
        id=answer.id,
        kind="payment",
        account=order.wallet,
        amount=order.amount,
        currency=order.currency,
        state=answer.status,
        at=at,
        fingerprint=key.fingerprint,
        receipt=receipt(answer),
        due=_due(order, at, expires_at),
        facts={
            **({"share": order.request.checkout_id or ""} if order.is_part else {}),
            "payee": order.terms.merchant_id,
            "owner": customer.user_id,
            "order_key": order_key(order.terms.merchant_id, order.reference),
            "captured": answer.captured,
            "refundable": answer.captured,
            "fee": 0 if order.held else fee_of(order.terms, order.amount),
            **({"staff_id": order.staff_id} if order.staff_id else {}),
        },
    )


def _due(order: Order, at: datetime, expires_at: datetime) -> Due | None:
    """Of a part, what must still happen is due of its checkout."""
    if order.is_part:
        return None
    return Due("expire", expires_at) if order.held else Due("settle", at + SETTLE_GRACE)


def _answer(order: Order, payment_id: str, at: datetime, expires_at: datetime) -> PaymentView:
    return PaymentView(
        id=payment_id,
        status="authorized" if order.held else "captured",
        wallet_id=order.wallet,
        merchant_id=order.terms.merchant_id,
        amount=order.amount,
        currency=order.currency,
        captured=0 if order.held else order.amount,
        refunded=0,
        order_reference=order.reference,
        created_at=clock.written(at),
        description=order.request.description,
        checkout_id=order.request.checkout_id or "",
        expires_at=clock.written(expires_at) if order.held else "",
        store_id=order.store_id,
    )


def _entry(customer: Customer, order: Order, movement: Movement) -> Entry:
    to = chart.held(order.wallet) if order.held else chart.settling(order.currency)
    return Entry(
        movement=movement.id,
        kind="authorisation" if order.held else "payment",
        currency=order.currency,
        at=movement.at,
        postings={order.wallet: -order.amount, to: order.amount},
        owner=customer.user_id,
        text=order.reference,
        payee=order.terms.merchant_id,
        payee_name=order.terms.name,
        line=None if order.held else line(movement.id, order.terms, order.amount, order.currency),
    )


def _debit(customer: Customer, order: Order, payment_id: str, decision: Decision, head: Head | None) -> Change:
    purchase = Purchase(
        payee=order.terms.merchant_id,
        amount=order.amount,
        movement=payment_id,
        window_seconds=decision.duplicate_window_seconds,
        confirmed=order.request.confirm_duplicate,
    )
    most, who = decision.limits, (customer.user_id, customer.epoch, customer.tier)
    spend = Spend(*who, most.day, most.month, most.year, purchase, lifts=decision.lifted)
    return Change(
        order.wallet,
        order.currency,
        available=-order.amount,
        held=order.amount if order.held else 0,
        spend=spend,
        floor=head.floor if head else 0,
    )
