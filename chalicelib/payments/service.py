"""Paying, in the order a person would tell it: pay or authorise, capture or void, refund; and what runs out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.kernel import clock, ids, money
from chalicelib.kernel.callers import Customer, Merchant
from chalicelib.kernel.errors import (
    CoolingOff,
    CurrencyMismatch,
    Forbidden,
    GuardianApprovalRequired,
    InvalidRequest,
    InvalidState,
    NotFound,
    StepUpRequired,
)
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import consents
from chalicelib.ledger import service as ledger
from chalicelib.ledger.consents import Consent
from chalicelib.ledger.model import Draft, Known
from chalicelib.ledger.service import Build
from chalicelib.merchants import service as merchants
from chalicelib.merchants import stores
from chalicelib.merchants.model_stores import Store
from chalicelib.payments import (
    acting,
    authority,
    bonused,
    by_family,
    carded,
    couponed,
    credited,
    following,
    model,
    paying,
    pointed,
    refunding,
    sharing,
)
from chalicelib.payments.model import CaptureRequest, PayRequest, RefundRequest
from chalicelib.payments.paying import Order


def pay(customer: Customer, request: PayRequest, key: RequestKey, at: datetime) -> Receipt:
    """One round trip. Raises or stores every refusal of `ledger.commit`, and the checkout's.

    Raises StepUpRequired and CoolingOff, of which nothing is stored: the same key pays after the step-up.
    Raises GuardianApprovalRequired, or CardApprovalRequired where whoever gave the family card must agree, after a
    second one that asks them; once they agree, `pay_agreed` pays.
    """
    request = model.checked(request)
    if request.wallet_id not in customer.wallet_ids:
        raise NotFound()
    order = ordered(request, at)
    receipt = pay_order(customer, order, key, at)
    if order.is_part and receipt.status < 400:
        sharing.look(order, at)
    return receipt


def pay_order(customer: Customer, order: Order, key: RequestKey, at: datetime) -> Receipt:
    """Raises and stores what `pay` does."""
    try:
        return _commit(customer, order, key, at)
    except (StepUpRequired, CoolingOff):
        if first := ledger.answered(key.movement_id("pay"), key):
            return first
        if customer.guarded or order.request.family_card_id is not None:
            _rather_wait(_consent_of(customer, order, key, at), at)
        raise
    except GuardianApprovalRequired:
        asked = authority.written(customer, order, key)
        consents.ask(replace(_consent_of(customer, order, key, at), authority=asked))
        raise


def pay_agreed(consent: Consent, at: datetime) -> Receipt:
    """What was agreed to, under the authority and the key of whoever asked: once, whoever else is at it.

    Raises or stores what `pay` does, but for the step-up: they had done it before anybody was asked.
    """
    asked = authority.read(consent.authority)
    customer, key = asked.customer(consent), asked.key(consent)
    order = replace(ordered(asked.request, at), until=asked.until, staff_id=asked.staff_id)
    return _commit(customer, order, key, at, proved=True)


def payment(caller: Customer | Merchant, payment_id: str) -> dict[str, Any]:
    """As it is now. Somebody else's is not found."""
    found = _visible(caller, payment_id, "pay")
    return model.shown_to_merchant(found) if isinstance(caller, Merchant) else model.view(found)


def payments_of_order(
    merchant: Merchant, reference: str, after: str, limit: int
) -> tuple[list[dict[str, Any]], str | None]:
    """The payments that carry the merchant's `order_reference`, by id; and the position of the next page."""
    merchant.require("payments")
    found, following = of_order(merchant.merchant_id, reference, after, limit)
    return [model.shown_to_merchant(one) for one in found if acting.reaches(merchant, one)], following


def of_order(merchant_id: str, reference: str, after: str, limit: int) -> tuple[list[dict[str, Any]], str | None]:
    """The movements of the payments, by id; and the position of the next page."""
    found = ledger.of_order(paying.order_key(merchant_id, reference), after, limit + 1)
    shown = sorted(ledger.movements(found[:limit]), key=lambda one: str(one["pk"]))
    return shown, found[limit - 1] if len(found) > limit else None


def capture(merchant: Merchant, payment_id: str, request: CaptureRequest, key: RequestKey, at: datetime) -> Receipt:
    """Raises or stores InvalidState unless authorised; AmountOutOfRange beyond what was."""
    try:
        found = _alone(_taken_by(merchant, payment_id, "payments", key))
    except (Forbidden, NotFound) as refusal:
        return acting.followed_before(merchant, payment_id, key.movement_id("cap"), key, refusal)
    amount = model.within(request.amount, found["amount"])
    terms = merchants.terms(merchant.merchant_id, at)

    def build(at: datetime, known: Known) -> Draft:
        return acting.by(merchant, following.capture(found, terms, amount, key, at, known))

    return ledger.commit(build, at, key)


def void(merchant: Merchant, payment_id: str, key: RequestKey, at: datetime) -> Receipt:
    try:
        found = _alone(_taken_by(merchant, payment_id, "payments", key))
    except (Forbidden, NotFound) as refusal:
        return acting.followed_before(merchant, payment_id, key.movement_id("voi"), key, refusal)
    return ledger.commit(lambda at, known: acting.by(merchant, following.void(found, key, at, known)), at, key)


def refund(merchant: Merchant, payment_id: str, request: RefundRequest, key: RequestKey, at: datetime) -> Receipt:
    """Several, up to what was captured. Raises or stores RefundExceedsCapture, MerchantFundsInsufficient, InvalidState.

    Without an amount: what is left now, at least 1, so that nothing left is a refusal and not an empty refund.
    """
    try:
        found = _taken_by(merchant, payment_id, "refunds", key)
    except (Forbidden, NotFound) as refusal:
        return acting.followed_before(merchant, payment_id, key.movement_id("ref"), key, refusal)
    reason = model.as_kept(request.reason, "reason") if request.reason else ""
    amount = max(1, found["refundable"]) if request.amount is None else money.check_amount(request.amount)
    back = refunding.draft_of(found, merchants.terms(merchant.merchant_id, at), amount, reason, key)
    return ledger.commit(lambda at, known: acting.by(merchant, back(at, known)), at, key)


def refund_view(caller: Customer | Merchant, refund_id: str) -> dict[str, Any]:
    found = _visible(caller, refund_id, "ref")
    view: dict[str, Any] = json.loads(found["answer"])
    if isinstance(caller, Merchant):
        return view | model.by_staff(found)
    return view | ({credited.REPAID: found[credited.REPAID]} if credited.REPAID in found else {})


def expire(payment_id: str, at: datetime) -> bool:
    """Releases an authorisation that has run out; whether it did (it may be captured, voided or gone)."""
    found = ledger.movement(payment_id)
    if found["state"] != "authorized" or found["due_at"] > clock.written(at):
        return False
    expiry_id = ids.derived("exp", payment_id)
    try:
        return not ledger.commit(lambda at, known: following.expire(found, expiry_id, at, known), at).replayed
    except InvalidState:
        return False


def _commit(customer: Customer, order: Order, key: RequestKey, at: datetime, *, proved: bool = False) -> Receipt:
    """From the wallet, with help perhaps, or from the card, prepaid or a relative's, that the order names."""

    def plain(at: datetime, known: Known) -> Draft:
        return paying.draft(customer, order, key, at, known, proved=proved)

    if order.request.family_card_id is not None:
        return _with_family_card(customer, order, key, at, proved=proved)
    if order.request.instalments is not None:
        return _in_instalments(plain, customer, order, key, at)
    if order.request.card_id is not None:
        return _with_card(plain, customer, order, key, at)
    return ledger.commit(_helped(plain, customer, order), at, key)


def _helped(plain: Build, customer: Customer, order: Order) -> Build:
    """By a coupon, points or bonuses, where the order names one."""
    if order.request.coupon_id is not None:
        coupon = couponed.found(customer, order)
        return lambda at, known: couponed.draft(plain(at, known), coupon, order, at)
    if order.request.points is not None:
        help = pointed.found(customer, order.request.points)
        return lambda at, known: pointed.draft(plain(at, known), help, order, at)
    if order.request.bonus is not None:
        purse = bonused.Purse(customer, order)
        return lambda at, known: bonused.draft(plain(at, known), purse, order, at)
    return plain


def _in_instalments(plain: Build, customer: Customer, order: Order, key: RequestKey, at: datetime) -> Receipt:
    """A quote is not kept for long: what was agreed to before is answered without it."""
    first = ledger.answered(key.movement_id("pay"), key)
    if first is not None:
        return first
    loan = credited.loan(customer, order, key, at)
    return ledger.commit(lambda at, known: credited.draft(plain(at, known), loan, order, at, known), at, key)


def _with_card(plain: Build, customer: Customer, order: Order, key: RequestKey, at: datetime) -> Receipt:
    guess = carded.guess(customer, order)

    def build(at: datetime, known: Known) -> Draft:
        return carded.draft(plain(at, known), customer, order, at, guess)

    return ledger.commit(build, at, carded.telling(key))


def _with_family_card(customer: Customer, order: Order, key: RequestKey, at: datetime, *, proved: bool) -> Receipt:
    guess, key = by_family.guess(customer, order), by_family.telling(key)

    def build(at: datetime, known: Known) -> Draft:
        return by_family.draft(customer, order, key, at, known, guess, proved=proved)

    return ledger.commit(build, at, key)


def _consent_of(customer: Customer, order: Order, key: RequestKey, at: datetime) -> Consent:
    """What their guardian must have agreed to; of a family card's payment, the card's owner."""
    if order.request.family_card_id is None:
        return paying.consent_of(customer, order, key, at)
    return by_family.consent_of(customer, order, by_family.guess(customer, order).card, key, at)


def _rather_wait(consent: Consent, at: datetime) -> None:
    """Raises GuardianApprovalRequired while it waits or is about to be made: that takes no second step-up."""
    if state := consents.waits(consent, at):
        raise consent.required(state)


def ordered(request: PayRequest, at: datetime) -> Order:
    """What never changes may be read first: a checkout's facts, and a merchant's terms of the last 30 s."""
    if request.checkout_id is not None:
        checkout = merchants.checkout(request.checkout_id)
        amount = sharing.part_of(checkout, request)
        terms = merchants.terms(checkout.merchant_id, at)
        facts = (amount, checkout.currency, checkout.order_reference)
        order = Order(request, terms, *facts, checkout, store_id=checkout.store_id, staff_id=checkout.staff_id)
        for name in model.HELPING:
            if order.held and getattr(request, name) is not None:
                raise InvalidRequest(param=name)
        return order
    amount, currency = money.check_amount(request.amount or 0), money.check_currency(request.currency or "")
    terms = merchants.terms(request.merchant_id or "", at)
    if currency not in terms.account:
        raise CurrencyMismatch(param="currency")
    order = Order(request, terms, amount, currency, request.order_reference or "")
    return order if request.store_id is None else _at(order, stores.known(terms.merchant_id, request.store_id, at))


def _at(order: Order, store: Store) -> Order:
    return replace(order, store_id=store.id, shut=store.status == "closed")


def _movement(movement_id: str, prefix: str) -> dict[str, Any]:
    if not ids.is_id(movement_id, prefix):
        raise NotFound()
    return ledger.movement(movement_id)


def _taken_by(merchant: Merchant, payment_id: str, scope: str, key: RequestKey) -> dict[str, Any]:
    """Raises Forbidden, NotFound: of what was asked before under the key, neither says that it did not happen."""
    merchant.require(scope)
    acting.check_does(key)
    found = _movement(payment_id, "pay")
    if found["payee"] != merchant.merchant_id:
        raise NotFound()
    acting.check_reach(merchant, found)
    return found


def _alone(payment: dict[str, Any]) -> dict[str, Any]:
    """Parts of a shared checkout are taken or given back together. Raises InvalidState (shared)."""
    if "share" in payment:
        raise InvalidState(state="shared")
    return payment


def _visible(caller: Customer | Merchant, movement_id: str, prefix: str) -> dict[str, Any]:
    """A key without the scope learns nothing of what exists."""
    if isinstance(caller, Merchant):
        caller.require("payments")
    found = _movement(movement_id, prefix)
    if isinstance(caller, Customer):
        mine = found["account"] in caller.wallet_ids or _paid_with_family_card(caller, found)
    else:
        mine = found["payee"] == caller.merchant_id
    if not mine:
        raise NotFound()
    if isinstance(caller, Merchant) and caller.store_id:
        acting.check_reach(caller, found if prefix == "pay" else ledger.movement(found["payment"]))
    return found


def _paid_with_family_card(customer: Customer, found: dict[str, Any]) -> bool:
    """Whether it is theirs, or a refund of what was, with another's money."""
    if by_family.FAMILY not in found:
        return False
    payment = ledger.movement(found["payment"]) if "payment" in found else found
    return by_family.payer_of(payment) in customer.wallet_ids
