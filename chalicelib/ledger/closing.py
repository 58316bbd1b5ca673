"""Monthly closings: they bound every fold, prune a head's sums and compare the head with its journal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chalicelib import queues
from chalicelib.kernel import clock
from chalicelib.ledger import history, items, model, service, store
from chalicelib.ledger.history import CLOSING, Balance
from chalicelib.ledger.model import Head
from chalicelib.ledger.write import Update, put_once
from chalicelib.observability import page
from chalicelib.settings import settings


def close_due(at: datetime) -> int:
    """Closes the last month of every account that moved in it; returns how many."""
    return queues.sweep("close", service.due("close", at), lambda account: close(account, at))


def close(account: str, at: datetime) -> bool:
    """The month before `at`. The head's `last_at` moves to the month's end, so that no late entry can enter it."""
    head = service.head(account)
    end = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0) - clock.MICROSECOND
    balance = history.balance_at(account, min(end, clock.read(head.last_at)))
    now = history.fold(account, balance, history.between(account, clock.written(end), head.last_at))
    if now != Balance(head.available, head.held, head.debt):
        page("LedgerDrift", account=account)
        return False
    return not store.transact([_closing(account, end, balance), _pruned(head, end, at)])


def _closing(account: str, end: datetime, balance: Balance) -> dict[str, Any]:
    sums = {"available": balance.available, "held": balance.held, "debt": balance.debt}
    return put_once(settings().ledger_table, {"pk": account, "sk": CLOSING + clock.written(end), **sums})


def _pruned(head: Head, end: datetime, at: datetime) -> dict[str, Any]:
    """Conditioned on `last_at`: an account that moved meanwhile is closed at the next turn."""
    first = {"d": model.day_sum(at.replace(day=1)), "m": model.month_sum(at), "y": model.year_sum(at)}
    past = [name for name in head.sums if name < first[name[0]]]
    update = Update(settings().ledger_table, head.account, items.HEAD).require("last_at", "=", head.last_at)
    update.assign("last_at", max(head.last_at, clock.written(end)))
    return update.remove("due_key", "due_at", *past).written()
