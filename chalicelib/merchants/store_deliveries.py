"""Deliveries and their attempts, in the table `merchants`, under the endpoint that they go to."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.cloud_tables import Table, absent, made
from chalicelib.identity import vault
from chalicelib.kernel import clock
from chalicelib.merchants import store_due
from chalicelib.merchants.model_events import KEPT
from chalicelib.merchants.model_webhooks import (
    ATTEMPTS_KEPT,
    Answered,
    Attempt,
    Delivery,
    DeliveryState,
    Outcome,
)
from chalicelib.merchants.store_due import DueItem

DUE = "delivery"
_DELIVERY, _ATTEMPT = "DELIVERY#", "ATTEMPT#"
_LOOKED_AT, _OF_EACH = 500, 50
"""So many of a shard are looked at in a minute, and so many of one endpoint sent on: others come to their turn."""


class _DeliveryItem(DueItem):
    state = UnicodeAttribute()
    step = NumberAttribute()
    tries = NumberAttribute()
    expires_at_seconds = NumberAttribute()


class _AttemptItem(Table):
    setting = "merchants_table"
    event_type = UnicodeAttribute()
    number = NumberAttribute()
    outcome = UnicodeAttribute()
    status = NumberAttribute(null=True)
    milliseconds = NumberAttribute()
    answer = UnicodeAttribute()
    timestamp = NumberAttribute()
    next_at = UnicodeAttribute(null=True)
    expires_at_seconds = NumberAttribute()


def put(endpoint_id: str, event_id: str, due_at: datetime) -> bool:
    """The event is to go there; once: False if it is or was on its way already."""
    item = _DeliveryItem(
        endpoint_id,
        _DELIVERY + event_id,
        state="pending",
        step=0,
        tries=0,
        due_key=store_due.key(DUE, endpoint_id),
        due_at=clock.written(due_at),
        expires_at_seconds=int((due_at + KEPT).timestamp()),
    )
    return made(lambda: item.save(absent()))


def again(endpoint_id: str, event_id: str, due_at: datetime) -> None:
    """From the first step on, whatever has become of it."""
    actions: list[Action] = [
        _DeliveryItem.state.set("pending"),
        _DeliveryItem.step.set(0),
        _DeliveryItem.tries.set(_DeliveryItem.tries | 0),
        _DeliveryItem.due_key.set(store_due.key(DUE, endpoint_id)),
        _DeliveryItem.due_at.set(clock.written(due_at)),
        _DeliveryItem.expires_at_seconds.set(int((due_at + KEPT).timestamp())),
    ]
    _DeliveryItem(endpoint_id, _DELIVERY + event_id).update(actions)


def find(endpoint_id: str, event_id: str) -> Delivery | None:
    item = _DeliveryItem.find(endpoint_id, _DELIVERY + event_id)
    return _delivery(item) if item else None


def claimed(delivery: Delivery, due_at: datetime) -> Delivery | None:
    """Written before the attempt, so that whoever dies in it is followed by somebody then; None if it was another's."""
    actions: list[Action] = [
        _DeliveryItem.step.set(delivery.step + 1),
        _DeliveryItem.tries.set(delivery.tries + 1),
        _DeliveryItem.due_at.set(clock.written(due_at)),
    ]
    return _made(delivery, actions)


def put_off(delivery: Delivery, next_at: datetime) -> None:
    _made(delivery, [_DeliveryItem.due_at.set(clock.written(next_at))])


def ended(delivery: Delivery, state: DeliveryState) -> None:
    """Nothing is due any more."""
    actions = [_DeliveryItem.state.set(state), _DeliveryItem.due_key.remove(), _DeliveryItem.due_at.remove()]
    _made(delivery, list(actions))


def due(at: datetime) -> list[tuple[str, str, str]]:
    """Endpoint, event, and since when; of no endpoint so many that others wait for them."""
    found: list[tuple[str, str, str]] = []
    taken: dict[str, int] = {}
    for endpoint_id, position, due_at in store_due.due(DUE, at, _LOOKED_AT):
        taken[endpoint_id] = taken.get(endpoint_id, 0) + 1
        if taken[endpoint_id] <= _OF_EACH:
            found.append((endpoint_id, position.removeprefix(_DELIVERY), due_at))
    return found


def note(endpoint_id: str, attempt: Attempt) -> None:
    answered = attempt.answered
    item = _AttemptItem(
        endpoint_id,
        f"{_ATTEMPT}{clock.written(attempt.at)}#{attempt.event_id}",
        event_type=attempt.event_type,
        number=attempt.number,
        outcome=answered.outcome,
        status=answered.status,
        milliseconds=attempt.milliseconds,
        answer=vault.seal(endpoint_id, "answer", answered.answer),
        timestamp=attempt.timestamp,
        next_at=clock.written(attempt.next_at) if attempt.next_at else None,
        expires_at_seconds=int((attempt.at + ATTEMPTS_KEPT).timestamp()),
    )
    made(lambda: item.save(absent()))


def attempts(endpoint_id: str, position: str | None, limit: int) -> tuple[list[Attempt], str | None]:
    """Newest first."""
    found, following = _AttemptItem.newest(endpoint_id, _ATTEMPT, position, limit)
    return [_attempt(item) for item in found], following


def _made(delivery: Delivery, actions: list[Action]) -> Delivery | None:
    """Unless somebody has claimed it since it was read, or sent it anew."""
    item = _DeliveryItem(delivery.endpoint_id, _DELIVERY + delivery.event_id)
    mine = (_DeliveryItem.tries == delivery.tries) & (_DeliveryItem.step == delivery.step)
    pending = _DeliveryItem.state == "pending"
    return _delivery(item) if made(lambda: item.update(actions, mine & pending)) else None


def _delivery(item: _DeliveryItem) -> Delivery:
    due_at = clock.read(item.due_at) if item.due_at else None
    event_id, state = item.sk.removeprefix(_DELIVERY), cast(DeliveryState, item.state)
    return Delivery(item.pk, event_id, state, int(item.step), int(item.tries), due_at)


def _attempt(item: _AttemptItem) -> Attempt:
    at, _, event_id = item.sk.removeprefix(_ATTEMPT).partition("#")
    status = None if item.status is None else int(item.status)
    answer = vault.opened(item.pk, "answer", item.answer)
    return Attempt(
        event_id=event_id,
        event_type=item.event_type,
        at=clock.read(at),
        number=int(item.number),
        answered=Answered(cast(Outcome, item.outcome), status, answer),
        milliseconds=int(item.milliseconds),
        timestamp=int(item.timestamp),
        next_at=clock.read(item.next_at) if item.next_at else None,
    )
