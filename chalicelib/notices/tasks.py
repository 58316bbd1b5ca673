"""The consumer of the notices queue: each message is one journal entry, as the fan-out sends it."""

from __future__ import annotations

from typing import Any

import msgspec

from chalicelib import queues
from chalicelib.notices import service


def tell(event: dict[str, Any]) -> dict[str, Any]:
    """Messages: {"entry": <a journal item>}."""
    return queues.consume(event, _tell)


def _tell(body: str) -> None:
    service.tell_of_entry(msgspec.json.decode(body)["entry"])
