"""The consumers of `events` and `deliveries.fifo`, and the sweep's part: what is due to be recorded, delivered or
asked about."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from chalicelib import queues


def record(event: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Messages of the fan-out, {"entries": [{"id", "movement", "kind", "payee", "sk"}]}, or of the sweep, {"event"}."""
    return queues.consume(event, lambda body: _record(json.loads(body), at))


def deliver(event: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Messages: {"endpoint", "event"}."""
    return queues.consume(event, lambda body: _deliver(json.loads(body), at), fifo=True)


def sweep(at: datetime) -> int:
    """Sends on what is due; returns how many deliveries and events that was. First of all it lends identity's part,
    which comes after it, what forgets the roles of people who are erased."""
    from chalicelib.identity import above
    from chalicelib.merchants import lanes, leaving, onboarding, store_deliveries, store_events
    from chalicelib.settings import settings

    above.lend("merchants", leaving.forget, leaving.told)
    due, events = store_deliveries.due(at), store_events.due(at)
    lanes.send(due)
    queues.send(settings().events_queue_url, [{"MessageBody": json.dumps({"event": one})} for one in events])
    return len(due) + len(events) + onboarding.ask_due(at)


def _record(message: dict[str, Any], at: datetime) -> object:
    from chalicelib.merchants import events

    return events.tell(message["event"], at) if "event" in message else events.record(message["entries"], at)


def _deliver(message: dict[str, Any], at: datetime) -> object:
    from chalicelib.merchants import delivering

    return delivering.deliver(message["endpoint"], message["event"], at)
