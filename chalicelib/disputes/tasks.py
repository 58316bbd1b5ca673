"""What a dispute's clocks bring about, and who is told what became of it."""

from __future__ import annotations

from datetime import datetime

from chalicelib import queues
from chalicelib.ledger import service as ledger


def sweep(at: datetime) -> int:
    """Lends identity's part, which comes after it, what forgets the words of people who are erased."""
    from chalicelib.disputes import going_on, leaving, store
    from chalicelib.identity import above

    above.lend("disputes", leaving.forget, leaving.told)
    return queues.sweep("disputes", ledger.due(store.DUE, at), lambda dispute_id: going_on.go_on(dispute_id, at))
