"""Disputes of payments, in the order a person would tell it: begin one, see it, take it back; answer it, or agree."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.disputes import clocks, deciding, model, store
from chalicelib.disputes.model import AnswerRequest, DisputeRequest, DisputeView
from chalicelib.kernel import clock, ids, money
from chalicelib.kernel.callers import Customer, Merchant
from chalicelib.kernel.errors import InvalidState, NotFound
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import allowance, chart, items
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Draft, Due, Known, Leg, Movement
from chalicelib.merchants import events
from chalicelib.merchants import service as merchants
from chalicelib.payments import acting, following
from chalicelib.payments.paying import receipt


class _Guess:
    """How much of it the merchant's allowance has."""

    def __init__(self, amount: int) -> None:
        self.amount = self.held = amount

    def learn(self, left: int) -> None:
        self.held = max(0, min(self.amount, left))


def begin(customer: Customer, payment_id: str, wish: DisputeRequest, key: RequestKey, at: datetime) -> Receipt:
    """Only what is disputed is put aside. Raises InvalidRequest, AmountOutOfRange, NotFound.

    Raises or stores InvalidState (disputed, expired: too long ago, or not captured), RefundExceedsCapture.
    """
    words = model.tidy(wish.text)
    payment = _paid_by(customer, payment_id)
    amount = max(1, payment["refundable"]) if wish.amount is None else money.check_amount(wish.amount)
    name = merchants.terms(payment["payee"], at).name
    said = {"payee_name": name, "order_reference": json.loads(payment["answer"])["order_reference"]}
    guess, late = _Guess(amount), clock.read(payment["created_at"]) + model.WITHIN <= at

    def build(at: datetime, known: Known) -> Draft:
        dispute = _movement(customer, payment, wish.reason, amount, guess.held, key, at)
        told = items.movement_item(dispute)
        answer = model.view(told, said)
        sides = (customer.user_id, payment["payee"])
        return Draft(
            movement=_answered(dispute, answer),
            changes=(),
            entry=None,
            legs=(
                following.disputing(payment_id, amount, dispute.id),
                *_aside(payment, guess),
                *store.opening(dispute.id, sides, {**said, "text": words}, at),
                events.disputed(told, told["created_at"], at),
            ),
            refusal=InvalidState(state="expired") if late else None,
        )

    return ledger.commit(build, at, key)


def dispute(caller: Customer | Merchant, dispute_id: str) -> DisputeView:
    """Somebody else's is not found. Forbidden to a key that may not see payments."""
    if isinstance(caller, Merchant):
        caller.require("payments")
    return _view(caller, _of(caller, dispute_id))


def listed(caller: Customer | Merchant, before: str | None, limit: int) -> tuple[list[DisputeView], str | None]:
    """Newest first, and the position of the next page; of somebody at one store a page may hold fewer."""
    house = isinstance(caller, Merchant)
    if isinstance(caller, Merchant):
        caller.require("payments")
    found, following_page = store.listed(caller.subject, before, limit)
    return [model.view(one, said, house=house) for one, said in found if _reaches(caller, one)], following_page


def withdraw(customer: Customer, dispute_id: str, at: datetime) -> DisputeView:
    """All is as before. Once more is as good. Raises NotFound, InvalidState."""
    found = _of(customer, dispute_id)
    if found["state"] != "withdrawn":
        deciding.release(found, "withdrawn", "customer", at)
    return dispute(customer, dispute_id)


def answer(merchant: Merchant, dispute_id: str, wish: AnswerRequest, at: datetime) -> DisputeView:
    """Once; the same answer again is that answer. Raises InvalidRequest, Forbidden, NotFound, InvalidState."""
    words = model.tidy(wish.text)
    found = _theirs(merchant, dispute_id)
    if found["state"] != "answered" or store.said(dispute_id).get("answer") != words:
        legs = (store.answering(found, at), store.saying(dispute_id, words), *_acting(merchant))
        ledger.commit(lambda at, known: Draft(None, (), None, legs), at)
    return _view(merchant, store.found(dispute_id))


def agree(merchant: Merchant, dispute_id: str, key: RequestKey, at: datetime) -> Receipt:
    """The refund at once. Raises Forbidden, NotFound; raises or stores InvalidState, MerchantFundsInsufficient."""
    found = _theirs(merchant, dispute_id)
    return deciding.refund(found, "merchant", at, key, _acting(merchant))


def _movement(
    customer: Customer, payment: dict[str, Any], reason: str, amount: int, held: int, key: RequestKey, at: datetime
) -> Movement:
    return Movement(
        id=key.movement_id("dsp"),
        kind="dispute",
        account=payment["account"],
        amount=amount,
        currency=payment["currency"],
        state="open",
        at=at,
        fingerprint=key.fingerprint,
        due=Due(store.DUE, at),
        facts={
            "payment": payment["pk"],
            "payee": payment["payee"],
            "owner": customer.user_id,
            "reason": reason,
            "held": held,
            "untold": "opened",
            "answer_by": clock.written(at + model.ANSWER_WITHIN),
            "decide_by": clock.written(clocks.decide_by(customer.jurisdiction, at)),
        },
    )


def _answered(dispute: Movement, answer: DisputeView) -> Movement:
    return replace(dispute, receipt=receipt(answer))


def _aside(payment: dict[str, Any], guess: _Guess) -> tuple[Leg, ...]:
    account = chart.merchant_account(payment["payee"], payment["currency"])
    return (allowance.put_aside(account, guess.held, guess.learn),) if guess.held else ()


def _acting(merchant: Merchant) -> tuple[Leg, ...]:
    """Somebody at a till acts only while they may."""
    return merchants.acting(merchant) if merchant.staff else ()


def _paid_by(customer: Customer, payment_id: str) -> dict[str, Any]:
    """With their own money. Raises NotFound."""
    found = ledger.movement(payment_id) if ids.is_id(payment_id, "pay") else None
    if found is None or found["account"] not in customer.wallet_ids:
        raise NotFound()
    return found


def _of(caller: Customer | Merchant, dispute_id: str) -> dict[str, Any]:
    """Raises NotFound."""
    found = store.found(dispute_id)
    mine = found["payee"] if isinstance(caller, Merchant) else found["owner"]
    if mine != caller.subject or not _reaches(caller, found):
        raise NotFound()
    return found


def _view(caller: Customer | Merchant, found: store.Dispute) -> DisputeView:
    return model.view(found, store.said(found["pk"]), house=isinstance(caller, Merchant))


def _theirs(merchant: Merchant, dispute_id: str) -> dict[str, Any]:
    merchant.require("refunds")
    return _of(merchant, dispute_id)


def _reaches(caller: Customer | Merchant, dispute: store.Dispute) -> bool:
    """Whoever is at one store sees what was paid there."""
    if isinstance(caller, Customer) or not caller.store_id:
        return True
    return acting.reaches(caller, ledger.movement(dispute["payment"]))
