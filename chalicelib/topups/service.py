"""Topping up, in the order a person would tell it: ask for it, see how it stands, hear from the processor, ask again.

store the movement ──▶ call the processor ──▶ store its answer
        └─ the same key meanwhile: in flight, 409 ─┘   after a crash: whoever comes when the lease is over goes on
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

import msgspec

from chalicelib.cases import service as cases
from chalicelib.kernel import clock, ids, money
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import CurrencyMismatch, InFlight, InvalidRequest, LimitReached, NotFound, Unavailable
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import chart, standing
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Changed, Draft, Due, Movement
from chalicelib.policy import service as policy
from chalicelib.policy.model import Decision
from chalicelib.processors import service as processors
from chalicelib.processors.model import Acknowledgement, Adapter, Intent
from chalicelib.topups import events, model, store
from chalicelib.topups.model import TopupRequest, TopupView


def start(customer: Customer, request: TopupRequest, key: RequestKey, at: datetime) -> Receipt:
    """Raises InFlight while another request with this key talks to the processor; stores LimitReached, InvalidState."""
    money.check_currency(request.currency)
    money.check_amount(request.amount)
    if request.wallet_id not in customer.wallet_ids:
        raise NotFound()
    if request.wallet_id != chart.wallet_of(customer.user_id, request.currency):
        raise CurrencyMismatch(param="currency")
    adapter = _chosen(request.processor)
    movement = _movement(customer, request, adapter, key, at)
    decision = policy.decide(customer, "top-up", request.amount, at)
    refusal = _refusal(decision, request.currency)
    legs = (standing.check(customer, request.wallet_id, request.amount, decision.limits.balance),)
    receipt = ledger.commit(lambda at, known: Draft(movement, (), None, legs, refusal), at, key)
    if receipt.status:
        return receipt
    if receipt.replayed and (answer := _taken_over(movement.id, key, at)):
        return answer
    intent = Intent(movement.id, movement.account, movement.amount, movement.currency, customer.user_id, request.method)
    return _ask(adapter, intent, key, at)


def topup(customer: Customer, topup_id: str) -> TopupView:
    """Somebody else's is not found."""
    if not ids.is_id(topup_id, "top"):
        raise NotFound()
    found = ledger.movement(topup_id)
    if found["kind"] != "top-up" or found["account"] not in customer.wallet_ids:
        raise NotFound()
    return model.view(found)


def receive(processor: str, raw: bytes, headers: Mapping[str, str], at: datetime) -> Acknowledgement:
    """A webhook. Raises NotFound, or InvalidSignature before anything is called or written."""
    adapter = processors.adapter(processor)
    event = adapter.verify_and_parse(raw, headers, at)
    events.apply(event, raw, at)
    return adapter.acknowledge(event)


def ask_again(topup_id: str, at: datetime) -> bool:
    """Of a top-up that has been silent: what the processor says has its webhook's effect; whether there was one.

    Raises Unavailable if the processor is silent still; it will be asked again.
    """
    found = ledger.movement(topup_id)
    if found["state"] not in model.UNFINISHED or found.get("due_at", "~") > clock.written(at):
        return False
    due_at, created_at = found["due_at"], clock.read(found["created_at"])
    try:
        event = processors.adapter(found["processor"]).query(model.intent_of(found), at)
    except Unavailable:
        _postpone(topup_id, due_at, created_at, at)
        raise
    if event.kind == "ignored":
        _postpone(topup_id, due_at, created_at, at)
        return False
    return events.apply(event, msgspec.json.encode(asdict(event)), at) == "made"


def _chosen(name: str) -> Adapter:
    try:
        return processors.adapter(name)
    except NotFound as problem:
        raise InvalidRequest(param="processor") from problem


def _movement(customer: Customer, request: TopupRequest, adapter: Adapter, key: RequestKey, at: datetime) -> Movement:
    next_at = model.ask_again_at(at, at)
    return Movement(
        id=key.movement_id("top"),
        kind="top-up",
        account=request.wallet_id,
        amount=request.amount,
        currency=request.currency,
        state="pending",
        at=at,
        fingerprint=key.fingerprint,
        due=Due("topup", next_at) if next_at else None,
        facts={
            "owner": customer.user_id,
            "processor": adapter.name,
            "processor_account": adapter.account,
            "reference": "",
            "reversed_total": 0,
            "lease_until": clock.written(at + model.LEASE),
        },
    )


def _refusal(decision: Decision, currency: str) -> LimitReached | None:
    if decision.allowed:
        return None
    return LimitReached(limit=decision.reasons[0], maximum=decision.limits.top_up, currency=currency)


def _taken_over(topup_id: str, key: RequestKey, at: datetime) -> Receipt | None:
    """The answer if it has come meanwhile; None if this request may go on in the place of one that died."""
    found = ledger.movement(topup_id)
    if "answer" in found:
        return Receipt(found["answer_status"], found["answer"], replayed=True)
    if clock.written(at) < found["lease_until"]:
        raise InFlight(retry_after_seconds=model.RETRY_AFTER_SECONDS)
    leg = store.lease(topup_id, found["lease_until"], at + model.LEASE)
    ledger.commit(lambda at, known: Draft(None, (), None, (leg,)), at)
    return None


def _ask(adapter: Adapter, intent: Intent, key: RequestKey, at: datetime) -> Receipt:
    """Repeating it is safe: the processor knows the intent by our id. The first answer stored is everybody's."""
    created = adapter.create(intent)
    receipt = model.answer(intent, adapter.name, created, at)
    moved = False

    def judge(found: Mapping[str, object]) -> Changed:
        nonlocal moved
        moved = True
        return Changed()

    def build(at: datetime, known: object) -> Draft:
        return Draft(None, (), None, (store.answered(intent.topup_id, created, receipt, moved, judge),))

    stored = ledger.commit(build, at, key)
    return stored if stored.replayed else receipt


def _postpone(topup_id: str, due_at: str, created_at: datetime, at: datetime) -> None:
    next_at = model.ask_again_at(created_at, at)
    if next_at is None:
        cases.open_case("top-up-unknown", topup_id, {}, due_at=at + events.CASE_DUE, at=at)
    leg = store.asked_again(topup_id, due_at, next_at)
    ledger.commit(lambda at, known: Draft(None, (), None, (leg,)), at)
