"""A draft as the items of one transaction: heads, movement, journal, in the order that failures are looked at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from chalicelib.kernel import clock, ids
from chalicelib.ledger import chart, model
from chalicelib.ledger.model import Change, Changed, Draft, Due, Entry, Leg, Movement, Spend, Taken, Verdict
from chalicelib.ledger.wire import Item, item
from chalicelib.ledger.write import Update, put_once
from chalicelib.settings import settings

HEAD, MOVEMENT, ALLOWANCE, CONSENT, FUNDING = "HEAD", "MOVEMENT", "ALLOWANCE", "CONSENT", "FUNDING"
CARD, CARDS, BONUS = "CARD", "CARDS", "BONUS"
FAMILY, FAMILY_PAID = "FAMILY", "FAMILY-PAID#"
POINTS, SPENT, EARNED, UNDONE = "POINTS", "SPENT", "EARNED#", "UNDONE#"
PAID, PART = "PAID", "PART#"
BELOW = "BELOW#"


def legs(draft: Draft, at: datetime) -> list[Leg]:
    """Every write of the draft, with the meaning of its failure. The rooms' own refusals speak before the head's."""
    whole = (draft, *draft.also)
    first = [*_movement(draft), *draft.unless, *(leg for one in whole for leg in one.legs)]
    heads = [leg for one in whole for leg in _heads(one, at)]
    return [*first, *heads, *draft.last_legs, *(leg for one in whole for leg in (*_entries(one), *_below(one)))]


def movement_item(movement: Movement) -> dict[str, Any]:
    stored: dict[str, Any] = {
        "pk": movement.id,
        "sk": MOVEMENT,
        "kind": movement.kind,
        "account": movement.account,
        "amount": movement.amount,
        "currency": movement.currency,
        "state": movement.state,
        "created_at": clock.written(movement.at),
        **movement.facts,
    }
    if movement.fingerprint:
        stored["fingerprint"] = movement.fingerprint
    if movement.receipt:
        stored |= {"answer_status": movement.receipt.status, "answer": movement.receipt.body}
    if movement.due:
        stored |= movement.due.attributes(movement.id)
    return stored


def entry_item(entry: Entry, account: str) -> dict[str, Any]:
    stored: dict[str, Any] = {
        "pk": account,
        "sk": clock.written(entry.at),
        "id": entry.id,
        "movement": entry.movement,
        "kind": entry.kind,
        "currency": entry.currency,
        "postings": entry.postings,
    }
    stored |= {
        name: text for name in ("owner", "text", "payee", "payee_name", "paid_by") if (text := getattr(entry, name))
    }
    if party := entry.parties.get(account):
        stored |= {"owner": party.owner, "person": party.other}
    if line := entry.line:
        stored["line"] = {
            "movement": line.movement,
            "merchant": line.merchant,
            "account": line.account,
            "amount": line.amount,
            "fee": line.fee,
        }
    return stored


def new_head(
    account: str, owner: str, currency: str, at: datetime, *, tier: int, floor: int, available: int = 0
) -> dict[str, Any]:
    return {
        "pk": account,
        "sk": HEAD,
        "owner": owner,
        "currency": currency,
        "status": "active",
        "tier": tier,
        "epoch": 0,
        "available": available,
        "held": 0,
        "debt": 0,
        "floor": floor,
        "last_at": clock.written(at),
    }


def opening(change: Change, at: datetime) -> dict[str, Any]:
    """The account begins with what it is given."""
    head = new_head(change.account, change.opens, change.currency, at, tier=0, floor=0, available=change.available)
    closes = Due("close", model.month_after(at)).attributes(change.account)
    return put_once(settings().ledger_table, head | closes)


def head_update(change: Change, at: datetime) -> dict[str, Any]:
    """The conditions are `model.judge`, told to DynamoDB."""
    update = Update(settings().ledger_table, change.account, HEAD)
    update.assign("last_at", clock.written(at)).require("last_at", "<", clock.written(at))
    update.require("currency", "=", change.currency)
    for bucket in ("available", "held", "debt"):
        if delta := getattr(change, bucket):
            update.add(bucket, delta)
    if change.checks_floor:
        update.require("floor", "=", change.floor).require("available", ">=", change.floor - change.available)
    if change.leaves is not None:
        update.require("available", ">=", change.leaves - change.available)
    if change.held < 0:
        update.require("held", ">=", -change.held)
    if change.expected_debt is not None:
        update.require("debt", "=", change.expected_debt)
    if change.expected_available is not None:
        update.require("available", "=", change.expected_available)
    if change.spend:
        _spend(update, change.spend, change.spent, at)
    elif change.leaves is not None:
        update.require("status", "=", "active")
    elif not change.settles:
        update.require("status", "=" if change.closed else "<>", "closed")
    for name, text in Due("close", model.month_after(at)).attributes(change.account).items():
        update.keep(name, text)
    return update.written()


def _spend(update: Update, spend: Spend, amount: int, at: datetime) -> None:
    update.require("owner", "=", spend.owner)
    if spend.epoch is not None:
        update.require("epoch", "=", spend.epoch)
    update.require("status", *(("<>", "closed") if spend.to_house else ("=", "active")))
    update.require("tier", "=", spend.tier)
    for _, name, limit in spend.limits(at) if spend.counts else ():
        update.count(name, amount).require_at_most(name, limit - amount)
    if purchase := spend.purchase:
        update.assign(purchase.slot, purchase.mark(at))
        if not purchase.confirmed:
            update.require_outside(purchase.slot, *purchase.looks_alike(at))


def _movement(draft: Draft) -> Iterator[Leg]:
    if draft.movement:
        yield Leg(put_once(settings().ledger_table, movement_item(draft.movement)), _taken)


def _heads(draft: Draft, at: datetime) -> Iterator[Leg]:
    for change in draft.changes:

        def explain(wired: Item | None, change: Change = change) -> Verdict:
            return model.judge(change, at, wired)

        yield Leg(opening(change, at) if change.opens else head_update(change, at), explain)


def _entries(draft: Draft) -> Iterator[Leg]:
    """One copy for each account with a head; the same id on all of them, counted once."""
    if draft.entry:
        for change in draft.changes:
            yield Leg(put_once(settings().journal_table, entry_item(draft.entry, change.account)), _squeezed)


def _below(draft: Draft) -> Iterator[Leg]:
    """Notes whom the draft may take below zero: a customer into debt or by credit, a merchant by refunds (`owing`)."""
    for change in draft.changes:
        below = any(ids.is_id(change.account, kind) for kind in ("mac", "cra"))
        below = below and change.available < 0 and change.leaves is None
        if (change.debt > 0 or below) and chart.is_money(change.currency):
            noted = item({"pk": BELOW + change.currency, "sk": change.account})
            yield Leg({"Put": {"TableName": settings().ledger_table, "Item": noted}}, lambda wired: Changed())


def _taken(wired: Item | None) -> Verdict:
    return Taken(wired or {})


def _squeezed(wired: Item | None) -> Verdict:
    """An entry at this very instant: the head's `last_at` says where to go on."""
    return Changed()
