"""What the bank's server sends back, whoever's dialect it speaks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Answer = tuple[int, dict[str, Any]]
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Sent:
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def as_json(status: int, told: Mapping[str, Any]) -> Sent:
    return Sent(status, JSON, json.dumps(told).encode())


def as_lines(lines: list[dict[str, Any]]) -> Sent:
    """JSON, a line each."""
    body = "".join(json.dumps(one) + "\n" for one in lines)
    return Sent(200, {"Content-Type": "application/x-ndjson"}, body.encode())
