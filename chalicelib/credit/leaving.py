"""Whoever is erased has no line any more, nor its score; their plans are over, and stay as books do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.credit import lines, model_views, store
from chalicelib.credit.score import Score
from chalicelib.credit.store import Line
from chalicelib.kernel import clock
from chalicelib.ledger import service as ledger


def forget(user_id: str, logins: tuple[str, ...], at: datetime) -> None:
    """May be repeated."""
    for line in store.lines_of(user_id):
        ledger.open_credit(line.account, user_id, line.currency, 0, at)
        store.put_line(replace(line, limit=0, score=Score(0, ()), assessed_at=clock.written(at), open=False))


def told(user_id: str, logins: tuple[str, ...]) -> Mapping[str, Any]:
    """What their archive has of it: each line with its score, each plan with its schedule."""
    return {"credit.json": [_told(line) for line in store.lines_of(user_id)]}


def _told(line: Line) -> dict[str, Any]:
    plans = [msgspec.to_builtins(model_views.plan_view(one, clock.now())) for one in store.plans(line.account)]
    score = msgspec.to_builtins(lines.score_view(line))
    facts = {"currency": line.currency, "limit": line.limit, "assessed_at": line.assessed_at}
    return {**facts, "score": score, "plans": plans}
