"""Scoring what happened; and what was done to a wallet, told to its owner by every way they have.

The office's own role reads no contact.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import partial
from typing import Any

from chalicelib import queues
from chalicelib.identity import above, telling
from chalicelib.ledger import service as ledger
from chalicelib.risk import deciding, leaving, scoring, service, settling, store, store_scores


def score(event: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Messages: {"entries": [an item of the journal]}, {"happened": [a happening]}."""
    return queues.consume(event, lambda body: scoring.score(json.loads(body), at))


def sweep(at: datetime) -> int:
    """Tells owners, and takes further what nobody has looked at again in time."""
    above.lend("risk", leaving.forget, leaving.told)
    risen = queues.sweep("freeze-reviews", store.overdue(at), lambda wallet_id: service.rise(wallet_id, at))
    risen += queues.sweep("risk-scores", store_scores.overdue(at), lambda score_id: deciding.look(score_id, at))
    settle = partial(settling.settle, at=at)
    risen += queues.sweep("risk-decisions", store_scores.unsettled(at), settle)
    return risen + queues.sweep("freezes", store.due(at), lambda wallet_id: _tell(wallet_id, at))


def _tell(wallet_id: str, at: datetime) -> bool:
    """The inbox has it: it is told on from there, and again after a crash that may have come before all was sent."""
    found = store.untold(wallet_id)
    if found is None or found.at > at:
        return False
    telling.tell_id(ledger.head(wallet_id).owner, found.kind, found.params, found.at, once=found.once)
    freeze = store.freeze(wallet_id)
    return store.told(found, freeze.review_at if freeze and freeze.lifted_at is None else None)
