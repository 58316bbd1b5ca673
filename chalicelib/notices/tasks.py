"""The consumer of the notices queue: a journal entry, as the fan-out sends it, or what the ledger asks somebody."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib import queues


def tell(event: dict[str, Any], tellers: Mapping[str, Callable[[Any], object]]) -> dict[str, Any]:
    """Messages: {"entry": {…}} or {"approval": id}. Who reads it and where they are reached, a room above knows."""

    def one(body: str) -> None:
        ((about, what),) = json.loads(body).items()
        tellers[about](what)

    return queues.consume(event, one)
