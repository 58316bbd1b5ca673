"""The consumer of the notices queue: each message is one journal entry, as the fan-out sends it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib import queues


def tell(event: dict[str, Any], tell_of_entry: Callable[[Mapping[str, Any]], None]) -> dict[str, Any]:
    """Messages: {"entry": {…}}. Who reads it and where they are reached, a room above knows."""
    return queues.consume(event, lambda body: tell_of_entry(json.loads(body)["entry"]))
