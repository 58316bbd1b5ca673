"""The consumer of the alarms' queue, and operations' part of the sweep."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chalicelib import queues
from chalicelib.operations import alarms, model_alarms, paging, probes, store_pages


def alarmed(event: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Messages: what CloudWatch publishes when an alarm changes; what cannot be read is a dead letter."""
    return queues.consume(event, lambda body: alarms.heard(model_alarms.read(body), at))


def sweep(at: datetime) -> int:
    """Pages that nobody has answered go on to the next; checks that have stopped are told of."""
    return queues.sweep("pages", store_pages.due(at), lambda page_id: paging.go_on(page_id, at)) + probes.listen(at)
