"""The consumer of the notices queue: a journal entry, as the fan-out sends it, or what another room has to say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from chalicelib import queues

Listener = Callable[[Any], object]


def tell(event: dict[str, Any], listeners: Mapping[str, Iterable[Listener]]) -> dict[str, Any]:
    """Messages: {"entry": [{…}, …]}, {"approval": id}, {"status": {…}} or {"miss": {…}}: one thing, or several.

    Who reads it, rooms above know: each of them hears it, in order.
    """

    def hear(about: str, one: Any) -> None:
        for listener in listeners[about]:
            listener(one)

    def heard(body: str) -> None:
        ((about, what),) = json.loads(body).items()
        queues.each(what if isinstance(what, list) else [what], partial(hear, about))

    return queues.consume(event, heard)
