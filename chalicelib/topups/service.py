"""Topping up, in the order a person would tell it: ask for it, see how it stands, hear from the processor, ask again.

store the movement ──▶ call a processor (`asking`) ──▶ store its answer
        └─ the same key meanwhile: in flight, 409 ─┘   after a crash: whoever comes when the lease is over goes on
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.cases import service as cases
from chalicelib.kernel import clock, ids, money
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import (
    CurrencyMismatch,
    InFlight,
    InvalidRequest,
    Maintenance,
    NotFound,
    Unavailable,
)
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import chart, standing
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Draft, Due, Movement
from chalicelib.policy import service as policy
from chalicelib.processors import choosing, health, missing, model_patience
from chalicelib.processors import service as processors
from chalicelib.processors.choosing import Choice
from chalicelib.processors.model import Acknowledgement, Intent, ProcessorEvent
from chalicelib.processors.routing import Wish
from chalicelib.topups import asking, events, model, model_route, promising, speed, store, telling
from chalicelib.topups.asking import Turn
from chalicelib.topups.model import TopupRequest, TopupView


def start(customer: Customer, request: TopupRequest, key: RequestKey, at: datetime) -> Receipt:
    """Raises InFlight while another request with this key talks to the processor; stores LimitReached, InvalidState."""
    money.check_currency(request.currency)
    money.check_amount(request.amount)
    if request.wallet_id not in customer.wallet_ids:
        raise NotFound()
    if request.wallet_id != chart.wallet_of(customer.user_id, request.currency):
        raise CurrencyMismatch(param="currency")
    try:
        choice = _chosen(customer, request, key.language, at)
    except (InvalidRequest, Maintenance):
        before = ledger.answered(key.movement_id("top"), key)
        if before is None or not before.status:
            raise
        return before
    movement = _movement(customer, request, choice, key, at)
    decision = policy.decide(customer, "top-up", request.amount, at)
    refusal = decision.refusal(request.currency)
    legs = (standing.check(customer, request.wallet_id, request.amount, decision.limits.balance, decision.lifted),)
    if request.bonus_id is None:
        receipt = ledger.commit(lambda at, known: Draft(movement, (), None, legs, refusal), at, key)
    else:
        receipt = promising.begin(customer, movement, request.bonus_id, legs, refusal, key, at)
    if receipt.status:
        return receipt
    if not receipt.replayed:
        telling.started(movement, customer.device, request.method)
        return asking.ask(_begun(movement, request, choice), key, at)
    taken_over = _taken_over(movement.id, request, key, at)
    return taken_over if isinstance(taken_over, Receipt) else asking.ask(taken_over, key, at)


def topup(customer: Customer, topup_id: str, at: datetime) -> TopupView:
    """Somebody else's is not found."""
    if not ids.is_id(topup_id, "top"):
        raise NotFound()
    found = ledger.movement(topup_id)
    if found["kind"] != "top-up" or found["account"] not in customer.wallet_ids:
        raise NotFound()
    waits = found["state"] in model.UNFINISHED
    return model.view(found, health.usual_seconds(found["processor"], found.get("method", ""), at) if waits else None)


def receive(processor: str, raw: bytes, headers: Mapping[str, str], at: datetime) -> Acknowledgement:
    """A webhook. Raises NotFound, or InvalidSignature before anything is called or written."""
    adapter = processors.adapter(processor)
    event = adapter.verify_and_parse(raw, headers, at)
    if events.apply(event, raw, at) == "made":
        _count(event, event.topup_id or "", event.occurred_at, at)
    return adapter.acknowledge(event)


def ask_again(topup_id: str, at: datetime) -> bool:
    """Of a top-up that has been silent: what the processor says has its webhook's effect; whether there was one.

    Raises Unavailable if the processor is silent still; it will be asked again.
    """
    found = ledger.movement(topup_id)
    if found["state"] not in model.UNFINISHED or found.get("due_at", "~") > clock.written(at):
        return False
    due_at, created_at = found["due_at"], clock.read(found["created_at"])
    if not processors.is_set_up(found["processor"]):
        missing.say(found["processor"], at)
        _postpone(topup_id, due_at, created_at, at)
        return False
    try:
        event = processors.adapter(found["processor"]).query(model.intent_of(found), at)
    except Unavailable:
        _postpone(topup_id, due_at, created_at, at)
        raise
    if event.kind == "ignored":
        _postpone(topup_id, due_at, created_at, at)
        return False
    effect = events.apply(event, msgspec.json.encode(asdict(event)), at)
    if effect == "quarantined":
        _postpone(topup_id, due_at, created_at, at)
    if effect == "made":
        _count(event, topup_id, created_at, at)
    return effect == "made"


def forget_failure(topup_id: str) -> bool:
    """That it failed is not found by its time any more; the movement stays."""
    found = ledger.movement(topup_id)
    if found["state"] != "failed" or "due_at" not in found:
        return False
    leg = store.forgotten(topup_id, found["due_at"])
    return not ledger.commit(lambda at, known: Draft(None, (), None, (leg,)), clock.now()).replayed


def _chosen(customer: Customer, request: TopupRequest, language: str, at: datetime) -> Choice:
    wish = Wish(request.currency, customer.jurisdiction, request.amount, request.method)
    return choosing.choose(wish, request.processor, at, language)


def _movement(customer: Customer, request: TopupRequest, choice: Choice, key: RequestKey, at: datetime) -> Movement:
    adapter = processors.adapter(choice.first.processor)
    next_at = model_patience.ask_again_at(at, at)
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
            "method": choice.first.method,
            "route": model_route.written(model_route.route(choice.candidates)),
            "lease_until": clock.written(at + model.LEASE),
        },
    )


def _begun(movement: Movement, request: TopupRequest, choice: Choice) -> Turn:
    facts = {"pk": movement.id, "account": movement.account, "created_at": clock.written(movement.at), **movement.facts}
    return _turn(facts, request, str(movement.facts["lease_until"]), first=True, probed=choice.probed)


def _taken_over(topup_id: str, request: TopupRequest, key: RequestKey, at: datetime) -> Receipt | Turn:
    """The answer if it has come meanwhile; otherwise this request's turn in the place of one that died."""
    found = ledger.movement(topup_id)
    if "answer" in found:
        return Receipt(found["answer_status"], found["answer"], replayed=True)
    if clock.written(at) < found["lease_until"]:
        raise InFlight(retry_after_seconds=model.RETRY_AFTER_SECONDS)
    until = at + model.LEASE
    leg = store.lease(topup_id, found["processor"], found["lease_until"], until)
    ledger.commit(lambda at, known: Draft(None, (), None, (leg,)), at)
    return _turn(found, request, clock.written(until), first=False)


def _turn(found: Mapping[str, Any], request: TopupRequest, lease_until: str, *, first: bool, probed: str = "") -> Turn:
    """`found`: the movement, as it is stored. A processor is told the same however often it is asked."""
    until = clock.read(found["created_at"]) + model.PAY_WITHIN
    owner, method = found["owner"], request.method
    return Turn(
        Intent(found["pk"], found["account"], request.amount, request.currency, owner, method, pay_until=until),
        processors.adapter(found["processor"]),
        method=found.get("method", ""),
        route=model_route.read(found.get("route", "")),
        tried=model_route.read(found.get("tried", "")),
        lease_until=lease_until,
        first=first,
        probed=probed,
    )


def _count(event: ProcessorEvent, topup_id: str, since: datetime, at: datetime) -> None:
    if event.kind == "topup_succeeded":
        speed.heard(topup_id, event.processor, since, at)
    elif event.kind == "topup_failed":
        speed.failed()


def _postpone(topup_id: str, due_at: str, created_at: datetime, at: datetime) -> None:
    next_at = model_patience.ask_again_at(created_at, at)
    if next_at is None:
        cases.open_case("top-up-unknown", topup_id, {}, due_at=at + model_patience.CASE_DUE, at=at)
    leg = store.asked_again(topup_id, due_at, next_at)
    ledger.commit(lambda at, known: Draft(None, (), None, (leg,)), at)
