"""Telling whoever got a coupon for an incident: what happened, why, what mended it, and that we are sorry.

The words come with the message: whoever tells need not read incidents.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.identity import service as identity
from chalicelib.identity import telling
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound


def tell(message: Mapping[str, Any]) -> None:
    """{"incident": id, "words": {"en": {"title", "cause", "remedy", "coupon"}, "zh": …},
    "to": [[person, when it was issued, until when it is good]]}."""
    once = f"compensation {message['incident']}"
    for person, issued_at, until in message["to"]:
        if language := _language(person):
            params = {**message["words"][language], "until": until}
            telling.tell_id(person, "incident_compensated", params, clock.read(issued_at), once=once)


def _language(person: str) -> str | None:
    """None of somebody who has left."""
    try:
        return "zh" if identity.profile(person).recipient.language == "zh" else "en"
    except NotFound:
        return None
