"""Deliveries that are due, into the queue that a function of their own reads, in lanes of their endpoint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from chalicelib import queues
from chalicelib.settings import settings

_LANES = 4
"""How many deliveries to one endpoint are under way at once, at most: a slow one holds up itself."""


def send(due: Sequence[tuple[str, str, str]]) -> None:
    """Each (endpoint, event, since when it is due), once, however often it is found."""
    queues.send(settings().deliveries_queue_url, [_message(*one) for one in due])


def _message(endpoint_id: str, event_id: str, due_at: str) -> dict[str, str]:
    return {
        "MessageBody": json.dumps({"endpoint": endpoint_id, "event": event_id}),
        "MessageGroupId": f"{endpoint_id}#{ord(event_id[-1]) % _LANES}",
        "MessageDeduplicationId": hashlib.sha256(f"{endpoint_id} {event_id} {due_at}".encode()).hexdigest(),
    }
