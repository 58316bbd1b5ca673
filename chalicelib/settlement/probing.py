"""Trying a bank whose breaker for what goes out is half-open, without anybody's money.

It is asked about a payout that never was. Whoever says so is there, and after two answers payouts go through it again.
"""

from __future__ import annotations

from datetime import datetime

from chalicelib import queues
from chalicelib.kernel import ids
from chalicelib.kernel.errors import Unavailable
from chalicelib.processors import choosing, health
from chalicelib.processors import service as processors
from chalicelib.processors.model import Payout
from chalicelib.processors.routing import Terms

NEVER = ids.derived("pot", "never")
"""The payout that never was."""


def look(at: datetime) -> int:
    """The sweep's part: of the banks that the rules name for payouts; returns how many answered."""
    terms_of = choosing.rules(at).among(processors.names()).processors
    tried = [(name, terms) for name, terms in terms_of.items() if terms.payouts and _is_half_open(name, at)]
    return queues.sweep("probe", tried, lambda one: _answers(*one, at))


def _is_half_open(processor: str, at: datetime) -> bool:
    return health.standing_or_closed(health.out(processor), at).phase == "half-open"


def _answers(processor: str, terms: Terms, at: datetime) -> bool:
    try:
        processors.adapter(processor).query_payout(Payout(NEVER, "", 1, next(iter(terms.payouts))), at)
    except Unavailable:
        health.heard(health.out(processor), False, at)
        return False
    health.heard(health.out(processor), True, at)
    return True
