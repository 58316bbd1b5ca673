"""Checks of the whole, as what is kept tells of them; `checking` makes them."""

from __future__ import annotations

from datetime import datetime

from chalicelib import observability
from chalicelib.kernel import clock
from chalicelib.operations import model_probes as model
from chalicelib.operations import store_probes as store
from chalicelib.operations.model_probes import ProbesView


def shown() -> ProbesView:
    return store.probes().view


def listen(at: datetime) -> int:
    """Called every minute by another function: checks that have stopped say nothing themselves."""
    newest = store.probes().newest
    if newest is None or at - clock.read(newest.begun_at) < model.SILENT_AFTER:
        return 0
    observability.count("ProbeSilent")
    return 1
