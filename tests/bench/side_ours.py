"""Coffer itself: the whole `app.app`, as Lambda runs it, over the tables, queues and streams of the local cloud."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from app import app
from chalicelib import cloud
from chalicelib.identity import tokens
from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Operator
from chalicelib.ledger import chart, crediting, history
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Draft, Entry, Known, Movement
from chalicelib.merchants import service as merchants
from chalicelib.merchants.model import NewMerchant
from tests.api.caller import Caller
from tests.bench.storm import Facts

CURRENCY = "CNY"
SETTLED_WITHIN_SECONDS = 90.0


class Ours:
    writes = 1
    """One transaction."""

    def __init__(self) -> None:
        """Imports and endpoint data are loaded here, once; workers forked from here open connections of their own."""
        cloud.client("dynamodb").close()

    def prepare(self, funds: list[int], amount: int) -> list[dict[str, Any]]:
        at = clock.now()
        merchant = merchants.join(Operator("usr_bench", "ses_bench", "admin"), NewMerchant("Storm", [CURRENCY], 60), at)
        return [_order(_wallet(balance, at), merchant.merchant_id, amount) for balance in funds]

    def deliver(self, order: dict[str, Any], key: str) -> tuple[int, bytes]:
        body = {name: value for name, value in order.items() if name != "token"}
        caller = Caller(app).bearing(order["token"])
        reply = caller.post("/v1/payments", body, idempotency_key=key)
        return reply.status, reply.raw

    def count(self, orders: list[dict[str, Any]], funds: int) -> list[Facts]:
        payments = {order["wallet_id"]: _payments(order["wallet_id"]) for order in orders}
        _await_settlement([one for found in payments.values() for one in found])
        return [_facts(order["wallet_id"], funds, payments[order["wallet_id"]]) for order in orders]

    def drop(self) -> None:
        """What was paid stays paid."""


def _order(owned: tuple[str, str], merchant_id: str, amount: int) -> dict[str, Any]:
    wallet, token = owned
    return {
        "wallet_id": wallet,
        "merchant_id": merchant_id,
        "amount": amount,
        "currency": CURRENCY,
        "order_reference": f"order-{wallet[-12:]}",
        "token": token,
    }


def _wallet(balance: int, at: datetime) -> tuple[str, str]:
    """A customer with money and an access token, as signing up and topping up leave them."""
    user = ids.new("usr", at)
    wallet = chart.wallet_of(user, CURRENCY)
    ledger.open_wallet(wallet, user, CURRENCY, 0, at)
    ledger.commit(lambda at, known: _top_up(wallet, balance, at, known), at + clock.MICROSECOND)
    token = tokens.issue(
        user_id=user,
        session_id=ids.new("ses", at),
        wallets=(wallet,),
        tier=0,
        epoch=0,
        jur="CN",
        role="customer",
        at=at,
    )
    return wallet, token


def _top_up(wallet: str, amount: int, at: datetime, known: Known) -> Draft:
    topup_id = ids.derived("top", "bench", wallet)
    change, credited = crediting.credit(wallet, CURRENCY, amount, known)
    postings = credited | {chart.clearing("bench", CURRENCY): -amount}
    movement = Movement(topup_id, "bench", wallet, amount, CURRENCY, "succeeded", at)
    return Draft(movement, (change,), Entry(topup_id, "top-up", CURRENCY, at, postings))


def _payments(wallet: str) -> list[str]:
    """Ids of the payments in the wallet's journal, each as often as it took money."""
    found = history.between(wallet, history.BEGINNING, "9")
    return [entry["movement"] for entry in found if entry["postings"].get(wallet, 0) < 0]


def _await_settlement(payments: list[str]) -> None:
    """As long as the stream and its consumers may take; what is not settled then counts as never."""
    until = time.monotonic() + SETTLED_WITHIN_SECONDS
    while time.monotonic() < until and any("settled_by" not in one for one in _movements(payments)):
        time.sleep(0.5)


def _movements(payments: Iterable[str]) -> list[Mapping[str, Any]]:
    waiting = sorted(set(payments))
    return [one for start in range(0, len(waiting), 100) for one in ledger.movements(waiting[start : start + 100])]


def _facts(wallet: str, funds: int, payments: list[str]) -> Facts:
    recorded = [one for one in _movements(payments) if one["state"] == "captured"]
    settled = sum("settled_by" in one for one in recorded)
    return Facts(taken=funds - ledger.head(wallet).available, recorded=len(recorded), settled=settled)
