"""The consumer of the notices queue: each message is one journal entry, as the fan-out sends it."""

from __future__ import annotations

import json
from typing import Any

from chalicelib import queues
from chalicelib.notices import service


def tell(event: dict[str, Any]) -> dict[str, Any]:
    """Messages: {"entry": {…}}."""
    return queues.consume(event, _tell)


def _tell(body: str) -> None:
    service.tell_of_entry(json.loads(body)["entry"])
