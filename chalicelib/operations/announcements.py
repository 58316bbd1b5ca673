"""What to tell when something is wrong: ready sentences, a set for each page of `infra/runbooks/`.

Of `affected` alone the gaps (`{what}`, `{since}`) are filled in by whoever sends it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

from chalicelib.operations.model import Bodies, Severity, Titles


class Ready(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An incident's title, its body at each of its steps, and what those are told whom it has hit."""

    severity: Severity
    title: Titles
    investigating: Bodies
    identified: Bodies
    monitoring: Bodies
    resolved: Bodies
    affected: Bodies


@cache
def ready() -> Mapping[str, Ready]:
    """Name of a runbook → its sentences."""
    raw = (Path(__file__).parent / "announcements.json").read_bytes()
    return msgspec.json.decode(raw, type=dict[str, Ready])
