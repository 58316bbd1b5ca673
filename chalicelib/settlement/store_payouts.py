"""Payouts beside the merchant's head, in the table `ledger`.

<account>   PAYOUTS         the terms, when it was last paid out, the next cut-off (due as `pay-out`)
<account>   PAYOUT#<time>   which payout left then
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import cast

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.cloud_tables import Table
from chalicelib.kernel import clock
from chalicelib.kernel.errors import CoolingOff, NotFound
from chalicelib.ledger.model import Changed, Due, Leg, Taken, Verdict
from chalicelib.ledger.wire import Item, plain_item
from chalicelib.ledger.write import Update, put_once
from chalicelib.settings import settings
from chalicelib.settlement.model_payouts import PayoutTerms, Schedule

DUE = "pay-out"
_TERMS, _PAYOUT = "PAYOUTS", "PAYOUT#"
_KEPT = ("merchant_id", "currency", "schedule", "cut_off", "minimum", "reserve", "bank", "destination", "label")
"""What an agreement replaces, beside its number and when the bank account may be used."""


class _TermsItem(Table):
    setting = "ledger_table"
    merchant_id = UnicodeAttribute()
    currency = UnicodeAttribute()
    schedule = UnicodeAttribute()
    cut_off = UnicodeAttribute()
    minimum = NumberAttribute()
    reserve = NumberAttribute()
    bank = UnicodeAttribute()
    destination = UnicodeAttribute()
    label = UnicodeAttribute()
    usable_at = UnicodeAttribute()
    number = NumberAttribute()
    since = UnicodeAttribute()
    due_at = UnicodeAttribute(null=True)
    skipped = UnicodeAttribute(null=True)


class _PayoutItem(Table):
    setting = "ledger_table"
    payout = UnicodeAttribute()


def terms(account: str) -> PayoutTerms | None:
    item = _TermsItem.find(account, _TERMS)
    return _terms(item.pk, {name: getattr(item, name) for name in _TermsItem.get_attributes()}) if item else None


def agreed(made: PayoutTerms, before: PayoutTerms | None) -> Leg:
    """In the place of `before`; of two at once, one is made."""
    update = _item(made.account).keep("since", "").assign("number", made.number).assign("usable_at", made.usable_at)
    for name in _KEPT:
        update.assign(name, getattr(made, name))
    _schedule(update, made.due_at, made.account)
    if before is None:
        update.require_absent("number")
    else:
        update.require("number", "=", before.number).require("destination", "=", before.destination)
    return Leg(update.remove("skipped").written(), lambda wired: Taken(wired or {}))


def paid(guess: PayoutTerms, at: datetime, next_due_at: str, learn: Callable[[PayoutTerms], None]) -> Leg:
    """By these very terms, cooled off, not paid out since; a daily payout at the cut-off that is due, once.

    `learn`: the terms as they are, where they are others. Refuses with NotFound, CoolingOff (until).
    """
    update = _item(guess.account).require("number", "=", guess.number).require("since", "=", guess.since)
    update.require("usable_at", "<=", clock.written(at)).assign("since", clock.written(at))
    if next_due_at:
        update.require("due_at", "=", guess.due_at).assign("due_at", next_due_at).remove("skipped")

    def explain(wired: Item | None) -> Verdict:
        if wired is None:
            return NotFound()
        now = _terms(guess.account, plain_item(wired))
        if next_due_at and now.due_at != guess.due_at:
            return Taken({})
        if now.usable_at > clock.written(at):
            return CoolingOff(param="bank_account", until=now.usable_at)
        learn(now)
        return Changed()

    return Leg(update.written(), explain)


def skipped(guess: PayoutTerms, next_due_at: str, why: str) -> Leg:
    """Nothing left at this cut-off, once."""
    update = _item(guess.account).require("due_at", "=", guess.due_at).assign("skipped", why)
    return Leg(update.assign("due_at", next_due_at).written(), lambda wired: Taken(wired or {}))


def resealed(guess: PayoutTerms, destination: str) -> Leg:
    """The same bank account under another key; whoever agrees meanwhile finds the terms changed."""
    update = _item(guess.account).require("destination", "=", guess.destination).assign("destination", destination)
    return Leg(update.written(), lambda wired: Taken(wired or {}))


def listed(account: str, payout_id: str, at: datetime) -> Leg:
    """In the list of the account's payouts."""
    put = put_once(settings().ledger_table, {"pk": account, "sk": _PAYOUT + clock.written(at), "payout": payout_id})
    return Leg(put, lambda wired: Changed())


def newest(account: str, position: str | None, limit: int) -> tuple[list[str], str | None]:
    """Ids of payouts, newest first, from `position` on; and the position of the next page."""
    found, following = _PayoutItem.newest(account, _PAYOUT, position, limit)
    return [item.payout for item in found], following


def _schedule(update: Update, due_at: str, account: str) -> None:
    if due_at:
        for name, text in Due(DUE, clock.read(due_at)).attributes(account).items():
            update.assign(name, text)
    else:
        update.remove("due_key", "due_at")


def _item(account: str) -> Update:
    return Update(settings().ledger_table, account, _TERMS)


def _terms(account: str, plain: dict[str, object]) -> PayoutTerms:
    return PayoutTerms(
        account=account,
        merchant_id=str(plain["merchant_id"]),
        currency=str(plain["currency"]),
        schedule=cast(Schedule, plain["schedule"]),
        cut_off=str(plain["cut_off"]),
        minimum=int(str(plain["minimum"])),
        reserve=int(str(plain["reserve"])),
        bank=str(plain["bank"]),
        destination=str(plain["destination"]),
        label=str(plain["label"]),
        usable_at=str(plain["usable_at"]),
        number=int(str(plain["number"])),
        since=str(plain["since"]),
        due_at=str(plain.get("due_at") or ""),
        skipped=str(plain.get("skipped") or ""),
    )
