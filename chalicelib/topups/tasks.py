"""The sweep's part: top-ups that have been silent for too long, and money that goes back."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.processors import patience
from chalicelib.topups import service

_FOUND_FOR = timedelta(days=90)


def ask_again(at: datetime) -> int:
    """Asks the processors about every top-up that is due; returns how many are known now."""
    return patience.sweep("topup", at, lambda topup_id: service.ask_again(topup_id, at))


def send_back(at: datetime) -> int:
    """What came twice: sent back, or asked about; returns with how much something happened."""
    from chalicelib.topups import returns, store_returns

    return patience.sweep(store_returns.DUE, at, lambda return_id: returns.go_on(return_id, at))


def watch(at: datetime) -> int:
    """Measures how long a top-up has been without a word from its processor; returns how many are."""
    from chalicelib.topups import unheard

    return unheard.watch(at)


def forget_failed(at: datetime) -> int:
    """When a top-up failed can be found for ninety days."""
    from chalicelib import queues
    from chalicelib.ledger import service as ledger
    from chalicelib.topups import store

    return queues.sweep(store.FAILED, ledger.due(store.FAILED, at - _FOUND_FOR), service.forget_failure)


SWEEP = (ask_again, send_back, watch, forget_failed)
"""Its parts, each by itself: one that fails stops no other."""
