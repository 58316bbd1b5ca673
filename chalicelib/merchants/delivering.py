"""One event to one endpoint, at least once: tried by a ladder of waits until its server has it.

pending ──claimed, then asked──▶ 2xx: delivered
   ▲                                │ anything else, or nothing
   └──── due after the next wait ◀──┴── after the last: failed; the endpoint is gone or disabled: dropped

Whoever dies between the claim and the answer is followed by the next attempt: it was put down before the request was
sent. A server that answers 410, or has taken nothing for days, is not asked any more, and somebody looks after it.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from chalicelib import happenings
from chalicelib.cases import service as cases
from chalicelib.kernel import clock, entropy
from chalicelib.kernel.errors import InvalidRequest, TooManyRequests
from chalicelib.merchants import addresses, lanes, model_webhooks, signing, wire
from chalicelib.merchants import store_deliveries as store
from chalicelib.merchants import store_endpoints as endpoints
from chalicelib.merchants import store_events as events
from chalicelib.merchants.model_events import Event
from chalicelib.merchants.model_webhooks import (
    ASKED_AT_MOST,
    ASKED_IN,
    FIRST_LONG,
    LADDER,
    Answered,
    Attempt,
    Delivery,
    Endpoint,
    Why,
)

CASE = "webhook-endpoint-disabled"
_CASE_DUE = timedelta(days=2)
_SETTLED_WITHIN = timedelta(minutes=10)
"""Whoever has claimed a last attempt has its answer by then."""


def begin(endpoint: Endpoint, event_id: str, at: datetime) -> None:
    """At once; to one that fails at the moment, when the sweep comes by: it need not be asked more often."""
    waits = endpoint.failing_since is not None
    due_at = at + LADDER[FIRST_LONG] if waits else at
    if store.put(endpoint.id, event_id, due_at) and waits:
        return
    if (found := store.find(endpoint.id, event_id)) and found.is_due(at):
        lanes.send([(endpoint.id, event_id, clock.written(at))])


def again(endpoint: Endpoint, event_id: str, at: datetime) -> None:
    """Somebody asked for it: at once, whatever has become of it before."""
    store.again(endpoint.id, event_id, at)
    lanes.send([(endpoint.id, event_id, clock.written(at))])


def admit(merchant_id: str, requests: int, at: datetime) -> None:
    """Counts what somebody asks for by hand. Raises TooManyRequests."""
    if not endpoints.count_asked(merchant_id, requests, at):
        left = model_webhooks.asked_since(at) + ASKED_IN - at
        policy = ("webhooks-by-hand-hour", ASKED_AT_MOST, int(ASKED_IN.total_seconds()))
        raise TooManyRequests(policy=policy, retry_after_seconds=math.ceil(left.total_seconds()))


def deliver(endpoint_id: str, event_id: str, at: datetime, patience: wire.Patience | None = None) -> bool:
    """The attempts that are due now; whether it has arrived. Late, twice or for nothing does no harm."""
    found = store.find(endpoint_id, event_id)
    if found is None or not found.is_due(at):
        return False
    endpoint, event = endpoints.find(endpoint_id), events.find(event_id)
    if endpoint is None or event is None or endpoint.state == "disabled" or found.step >= len(LADDER):
        store.ended(found, "failed" if found.step >= len(LADDER) else "dropped")
        return False
    claimed = _claimed(found, at)
    if claimed is None or _attempted(endpoint, event, claimed, at, patience):
        return claimed is not None
    if claimed.step >= FIRST_LONG or claimed.due_at is None:
        return False
    clock.pause(max(0.0, (claimed.due_at - clock.now()).total_seconds()))
    return deliver(endpoint_id, event_id, clock.now(), patience)


def forgive(endpoint: Endpoint) -> None:
    """There is nothing to look after any more."""
    cases.close(CASE, endpoint.id, "resolved", key=clock.written(endpoint.disabled_at) if endpoint.disabled_at else "")


def _claimed(found: Delivery, at: datetime) -> Delivery | None:
    following = model_webhooks.next_at(found.step + 1, at, entropy.fraction())
    return store.claimed(found, following or at + _SETTLED_WITHIN)


def _attempted(
    endpoint: Endpoint, event: Event, claimed: Delivery, at: datetime, patience: wire.Patience | None
) -> bool:
    began, timestamp = clock.now(), int(at.timestamp())
    answered = _asked(endpoint, event, timestamp, at, patience)
    milliseconds = round((clock.now() - began).total_seconds() * 1000)
    following = _next_at(claimed, answered, at)
    attempt = Attempt(event.id, event.type, at, claimed.tries, answered, milliseconds, timestamp, following)
    store.note(endpoint.id, attempt)
    _tell(endpoint, claimed, attempt)
    if answered.outcome == "delivered":
        _arrived(endpoint, claimed)
        return True
    _failed(endpoint, claimed, answered, following, at)
    return False


def _tell(endpoint: Endpoint, claimed: Delivery, attempt: Attempt) -> None:
    answered = attempt.answered
    happenings.tell(
        "merchant-webhook",
        attempt.at,
        "succeeded" if answered.outcome == "delivered" else "failed",
        merchant=endpoint.merchant_id,
        reason="" if answered.outcome == "delivered" else answered.outcome,
        took_ms=attempt.milliseconds,
        once=f"{endpoint.id} {attempt.event_id} {clock.written(attempt.at)} {claimed.tries}",
    )


def _asked(endpoint: Endpoint, event: Event, timestamp: int, at: datetime, patience: wire.Patience | None) -> Answered:
    """Looked up anew, and sent to the very address that was looked at."""
    try:
        place = addresses.place(endpoint.url)
    except InvalidRequest:
        return Answered("address-refused")
    found, body = addresses.reached(place), event.body
    if not found:
        return Answered("address-refused")
    return wire.post(place, found[0], signing.headers(event.id, timestamp, body, endpoint.secrets(at)), body, patience)


def _next_at(claimed: Delivery, answered: Answered, at: datetime) -> datetime | None:
    if answered.outcome == "delivered" or answered.status == 410 or claimed.step >= len(LADDER):
        return None
    asked = at + answered.retry_after if answered.retry_after else at
    return max(claimed.due_at or at, asked)


def _arrived(endpoint: Endpoint, claimed: Delivery) -> None:
    store.ended(claimed, "delivered")
    if endpoint.failing_since:
        endpoints.succeeded(endpoint.id)


def _failed(
    endpoint: Endpoint, claimed: Delivery, answered: Answered, following: datetime | None, at: datetime
) -> None:
    if following is None:
        store.ended(claimed, "failed")
    elif following != claimed.due_at:
        store.put_off(claimed, following)
    if claimed.step >= FIRST_LONG and endpoint.failing_since is None:
        endpoints.failed(endpoint.id, at)
    if answered.status == 410:
        _disable(endpoint, "gone", at)
    elif endpoint.has_failed_for_days(at):
        _disable(endpoint, "failing", at)


def _disable(endpoint: Endpoint, why: Why, at: datetime) -> None:
    """The merchant sees it at the endpoint; an operator gets a case."""
    if endpoints.disable(endpoint.id, why, at):
        facts = {"merchant": endpoint.merchant_id, "reason": why}
        key = clock.written(at)
        cases.open_case(CASE, endpoint.id, facts, due_at=at + _CASE_DUE, at=at, key=key)
