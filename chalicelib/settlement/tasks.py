"""The consumer of settlement.fifo, the sweep, the cut-offs of payouts, and what is due to be reconciled or fetched."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from chalicelib import queues
from chalicelib.kernel import clock
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Line
from chalicelib.processors import patience
from chalicelib.settlement import service
from chalicelib.settlement.model import batches


def settle(event: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Messages as the fan-out makes them: {"account", "currency", "lines": [a Line's fields]}."""
    return queues.consume(event, lambda body: _settle(body, at), fifo=True)


def sweep(at: datetime) -> int:
    return service.sweep(at)


def send_on(at: datetime) -> int:
    """Withdrawals and payouts that are due: sent, or asked about; returns with how many something happened."""
    from chalicelib.settlement import model_sending, sending

    return patience.sweep(model_sending.DUE, at, lambda movement_id: sending.go_on(movement_id, at))


def look_at_banks(at: datetime) -> int:
    """Which nobody has set up, how the others do, and whether those that failed answer again; returns how many did."""
    from chalicelib.processors import missing
    from chalicelib.settlement import probing

    missing.look(at)
    missing.watch(at)
    return probing.look(at)


GOING_OUT = (send_on, look_at_banks)
"""The sweep's parts that ask banks, each by itself: one that fails stops no other."""


def pay_out(at: datetime) -> int:
    """Merchants whose cut-off has passed are paid out; returns how many."""
    from chalicelib.settlement import payouts, store_payouts

    due = ledger.due(store_payouts.DUE, at)
    return queues.sweep(store_payouts.DUE, due, lambda account: payouts.pay_daily(account, at))


def reconcile(at: datetime) -> int:
    """Returns how many days were reconciled."""
    from chalicelib.settlement import reconciliation

    return reconciliation.run_due(at)


def fetch(at: datetime) -> int:
    """Returns how many statements came."""
    from chalicelib.settlement import fetching

    return fetching.run_due(at)


def _settle(body: str, at: datetime) -> int:
    message = json.loads(body)
    lines = [(Line(**line), message["currency"]) for line in message["lines"]]
    return sum(service.settle(batch, at, clock.read(message["since"])) for batch in batches(lines))
