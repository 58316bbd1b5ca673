"""The head of an account as no room makes it: closed though it holds money, or active again at a stroke."""

from __future__ import annotations

from chalicelib.ledger import items, model, store
from chalicelib.ledger.write import Update
from chalicelib.settings import settings


def close(account: str, reason: str = "asked") -> None:
    _write(account, "closed", reason)


def activate(account: str) -> None:
    _write(account, "active", "")


def _write(account: str, status: model.Status, reason: str) -> None:
    update = Update(settings().ledger_table, account, items.HEAD).assign("status", status)
    update.assign("reason", reason) if reason else update.remove("reason")
    made, _ = store.update(update.remove(model.BY_HOUSE, model.BY_OWNER, model.HOUSE_AT).written())
    assert made
