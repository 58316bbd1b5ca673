"""The consumer of the notices queue: each message is one journal entry, as the fan-out sends it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib import queues

Listener = Callable[[Mapping[str, Any]], None]


def tell(event: dict[str, Any], *listeners: Listener) -> dict[str, Any]:
    """Messages: {"entry": {…}}. Who reads it and where they are reached, rooms above know: each hears it, in order."""

    def heard(body: str) -> None:
        entry = json.loads(body)["entry"]
        for listener in listeners:
            listener(entry)

    return queues.consume(event, heard)
