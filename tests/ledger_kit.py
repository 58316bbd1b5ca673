"""Small drafts for tests of the ledger: money in, money out, and the two accounts they need."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from chalicelib.kernel import ids
from chalicelib.kernel.errors import CofferError
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import chart, crediting, service
from chalicelib.ledger.model import Change, Draft, Entry, Known, Movement, Spend
from chalicelib.ledger.purchases import Purchase

AT = datetime(2026, 11, 22, 8, 0, 0, tzinfo=UTC)
OWNER = ids.derived("usr", "ana")
WALLET = chart.wallet_of(OWNER, "CNY")
MERCHANT = ids.derived("mer", "tea")
NO_LIMIT = 10**10


def key(text: str = "k1", fingerprint: bytes = b"f" * 16, caller: str = OWNER) -> RequestKey:
    return RequestKey(caller, "POST /v1/payments", text, fingerprint, _refused)


def _refused(error: CofferError) -> Receipt:
    return Receipt(409, f'{{"code":"{error.code}"}}')


def open_wallet(at: datetime = AT) -> None:
    service.open_wallet(WALLET, OWNER, "CNY", 0, at)


def put_in(amount: int, at: datetime, name: str = "t1", wallet: str = WALLET, owner: str = OWNER) -> Receipt:
    """A top-up of `amount`."""
    top_up = ids.derived("top", name)

    def build(at: datetime, known: Known) -> Draft:
        change, credited = crediting.credit(wallet, "CNY", amount, known)
        postings = credited | {chart.clearing("sandbox", "CNY"): -amount}
        return Draft(
            Movement(top_up, "top-up", wallet, amount, "CNY", "succeeded", at),
            (change,),
            Entry(top_up, "top-up", "CNY", at, postings, owner=owner),
        )

    return service.commit(build, at)


def spend(amount: int, at: datetime, request: RequestKey | None = None, **rules: Any) -> Receipt:
    """A payment of `amount`; `rules` are fields of Spend, and `window_seconds`, `confirmed` and `payee` of Purchase."""
    request = request or key()
    movement = request.movement_id("pay")
    purchase = Purchase(
        rules.pop("payee", MERCHANT), amount, movement, rules.pop("window_seconds", 300), rules.pop("confirmed", False)
    )
    terms = {
        "owner": OWNER,
        "epoch": 0,
        "tier": 0,
        "day_limit": NO_LIMIT,
        "month_limit": NO_LIMIT,
        "year_limit": NO_LIMIT,
    } | rules

    def build(at: datetime, known: Known) -> Draft:
        head = known.get(WALLET)
        tier = head.tier if head else terms["tier"]
        allowed = Spend(**{**terms, "tier": tier}, purchase=purchase)
        answer = Receipt(201, f'{{"id":"{movement}"}}')
        return Draft(
            Movement(movement, "payment", WALLET, amount, "CNY", "captured", at, request.fingerprint, answer),
            (Change(WALLET, "CNY", available=-amount, spend=allowed),),
            Entry(movement, "payment", "CNY", at, {WALLET: -amount, chart.settling("CNY"): amount}, owner=OWNER),
        )

    return service.commit(build, at, request)
