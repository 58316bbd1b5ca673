"""Telling whoever got a coupon for an incident: what happened, why, what mended it, and that we are sorry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.identity import service as identity
from chalicelib.identity import telling
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound
from chalicelib.operations import incidents


def tell(message: Mapping[str, Any]) -> None:
    """{"incident": id, "name": {"en", "zh"}, "to": [[person, when it was issued, until when it is good]]}."""
    incident = incidents.found(message["incident"])
    for person, issued_at, until in message["to"]:
        language = _language(person)
        if language is None or incident.cause is None or incident.remedy is None:
            continue
        params = {
            "title": getattr(incident.said.title, language),
            "cause": getattr(incident.cause, language),
            "remedy": getattr(incident.remedy, language),
            "coupon": message["name"][language],
            "until": until,
        }
        once = f"compensation {incident.id}"
        telling.tell_id(person, "incident_compensated", params, clock.read(issued_at), once=once)


def _language(person: str) -> str | None:
    """None of somebody who has left."""
    try:
        return "zh" if identity.profile(person).recipient.language == "zh" else "en"
    except NotFound:
        return None
