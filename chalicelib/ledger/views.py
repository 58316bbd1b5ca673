"""Wallets, entries and statements as their owner sees them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from chalicelib.kernel import clock, sheet, text
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.ledger import chart
from chalicelib.ledger.history import Balance, Statement
from chalicelib.ledger.model import Head

MONTH = "[12][0-9]{3}-(0[1-9]|1[0-2])"


class WalletView(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    currency: str
    status: str
    available: int
    held: int
    debt: int = 0
    """Owed after a reversed top-up; credits repay it first."""
    reason: str = ""
    """Why it is frozen, for its owner to read."""
    reason_code: str = ""
    """`by-owner`: its owner can take that back; anything else is for whoever froze it."""
    needed: str = ""
    """What is needed of its owner, to read."""
    review_at: str = ""
    """By when somebody looks at it again; if nobody does, it rises to a second person by itself."""


class WalletsView(msgspec.Struct, frozen=True):
    """All of them: nobody has more than fit on a page."""

    data: list[WalletView]
    has_more: bool = False
    next_cursor: str | None = None


class EntryView(msgspec.Struct, frozen=True, omit_defaults=True):
    """`amount` is what `available` changed by, `held` what was put aside (+) or released (−)."""

    id: str
    kind: str
    movement_id: str
    at: str
    amount: int
    currency: str
    held: int = 0
    debt: int = 0
    merchant_id: str = ""
    merchant_name: str = ""
    """As the merchant was called then; of payments, authorisations and captures."""
    order_reference: str = ""
    processor: str = ""
    """Of a top-up: who brought it."""
    person: str = ""
    """Of money from person to person: the other one, masked. `amount` says whose it is now."""
    note: str = ""
    """What its sender wrote beside it."""
    paid_by: str = ""
    """Of a payment with a family card of mine: who paid, masked."""


class BalanceView(msgspec.Struct, frozen=True):
    wallet_id: str
    at: str
    currency: str
    available: int
    held: int
    debt: int


class SumsView(msgspec.Struct, frozen=True):
    available: int
    held: int
    debt: int


class StatementView(msgspec.Struct, frozen=True):
    wallet_id: str
    month: str
    currency: str
    opening: SumsView
    closing: SumsView
    entries: list[EntryView]


def wallet(head: Head, language: str) -> WalletView:
    code = head.reason
    reason = text.sentence(key, language) if text.has(key := f"freezes.{code}") else code
    needed = text.sentence(key, language) if text.has(key := f"freezes.needed.{code}") else ""
    sums = head.available, head.held, head.debt
    return WalletView(head.account, head.currency, head.status, *sums, reason, code, needed, head.review_at)


def entry(found: Mapping[str, Any]) -> EntryView:
    account, postings = found["pk"], found["postings"]
    payee, text, between = found.get("payee", ""), found.get("text", ""), "person" in found
    return EntryView(
        id=found["id"],
        kind=found["kind"],
        movement_id=found["movement"],
        at=found["sk"],
        amount=postings.get(account, 0),
        currency=found["currency"],
        held=postings.get(chart.held(account), 0),
        debt=-postings.get(chart.debt(account), 0),
        merchant_id=payee,
        merchant_name=found.get("payee_name", ""),
        order_reference=text if payee else "",
        processor="" if payee or between else text,
        person=found.get("person", ""),
        note=text if between else "",
        paid_by=found.get("paid_by", ""),
    )


def balance(head: Head, at: datetime, then: Balance) -> BalanceView:
    return BalanceView(head.account, clock.written(at), head.currency, then.available, then.held, then.debt)


def statement(head: Head, found: Statement) -> StatementView:
    return StatementView(
        wallet_id=found.account,
        month=found.starts_at[:7],
        currency=head.currency,
        opening=_sums(found.opening),
        closing=_sums(found.closing),
        entries=[entry(one) for one in found.entries],
    )


def statement_csv(view: StatementView) -> str:
    """RFC 4180; a cell that a spreadsheet would take for a formula is neutralised."""
    names = EntryView.__struct_fields__
    return sheet.written(names, ([getattr(one, name) for name in names] for one in view.entries))


def past(text: str, at: datetime, param: str) -> datetime:
    """Raises InvalidRequest unless RFC 3339 and not after `at`: the future has no balance."""
    try:
        found = clock.read(text.replace(" ", "+"))
    except (ValueError, OverflowError) as unreadable:
        raise InvalidRequest(param=param) from unreadable
    if found > at:
        raise InvalidRequest(param=param)
    return found


def month(text: str, at: datetime) -> datetime:
    """The first instant of `YYYY-MM`, written as MONTH says, of a month that has begun. Raises InvalidRequest."""
    if not re.fullmatch(MONTH, text):
        raise InvalidRequest(param="month")
    found = datetime(int(text[:4]), int(text[5:]), 1, tzinfo=UTC)
    if found > at:
        raise InvalidRequest(param="month")
    return found


def _sums(then: Balance) -> SumsView:
    return SumsView(then.available, then.held, then.debt)
