"""Top-ups of which nobody knows whether they were paid: how old the oldest is, for whoever is on call.

A question is due at fixed times after the start (`model_patience`), so what is asked next in more than five minutes has
been silent for that long, and what is asked in more than an hour, for an hour. Of each kind a few of each shard are
looked at: in an outage there are thousands, and any of them says that it goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from chalicelib.kernel import clock
from chalicelib.ledger import service as ledger
from chalicelib.observability import gauge
from chalicelib.processors.model_patience import ASK_AGAIN

_LOOKED_AT = 3
_READ_AT_ONCE = 100
_LAPSED = ASK_AGAIN[2] + timedelta(minutes=5)
"""A code that was not paid has lapsed, and the question after an hour has found that out."""


def watch(at: datetime) -> int:
    ages = [at - clock.read(found["created_at"]) for found in _looked_at(at) if _is_unheard(found, at)]
    gauge("OldestUnknownTopUpSeconds", max(ages, default=timedelta()).total_seconds())
    return len(ages)


def _looked_at(at: datetime) -> list[dict[str, Any]]:
    known = dict.fromkeys(one for pause in ASK_AGAIN[1:3] for one in ledger.due_after("topup", at + pause, _LOOKED_AT))
    waiting = list(known)
    starts = range(0, len(waiting), _READ_AT_ONCE)
    return [one for start in starts for one in ledger.movements(waiting[start : start + _READ_AT_ONCE])]


def _is_unheard(found: Mapping[str, Any], at: datetime) -> bool:
    silent = found["state"] == "unknown"
    return silent or (found["state"] == "pending" and at - clock.read(found["created_at"]) > _LAPSED)
