"""The consumer of the alarms' queue, and operations' part of the sweep."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chalicelib import queues
from chalicelib.operations import (
    affected,
    alarms,
    backups,
    model_alarms,
    paging,
    probes,
    store_affected,
    store_compensation,
    store_pages,
    store_updates,
    updating,
)


def alarmed(event: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Messages: what CloudWatch publishes when an alarm changes; what cannot be read is a dead letter."""
    return queues.consume(event, lambda body: alarms.heard(model_alarms.read(body), at))


def sweep(at: datetime) -> int:
    """Pages without an answer go on to the next; so do who was affected, what makes up for it, and what is told.
    Silence is noticed."""
    from chalicelib.operations import compensation

    paged = queues.sweep("pages", store_pages.due(at), lambda page_id: paging.go_on(page_id, at))
    searched = queues.sweep("affected", store_affected.due(at), lambda incident_id: affected.go_on(incident_id, at))
    issued = queues.sweep("compensation", store_compensation.due(at), lambda one: compensation.go_on(one, at))
    told = queues.sweep("updates", store_updates.due(at), lambda update_id: updating.go_on(update_id, at))
    return paged + searched + issued + told + probes.listen(at) + backups.listen(at)
