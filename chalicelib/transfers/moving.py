"""Transfers as drafts: sent at once, or put in escrow first; and out of it again, onwards or back.

at once:  payer − payee +
waiting:  payer − escrow +, then one of
            completed   escrow − payee +
            cancelled   escrow − payer +   by the payer
            returned    escrow − payer +   nobody claimed it, or the payee's wallet is closed
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec

from chalicelib.identity.model_payees import Check, Reason
from chalicelib.kernel import clock
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import (
    CofferError,
    CoolingOff,
    InvalidOrExpired,
    InvalidState,
    StepUpRequired,
)
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import acquaintance, chart, consents, crediting
from chalicelib.ledger.consents import Consent
from chalicelib.ledger.model import Change, Draft, Due, Entry, Known, Leg, Movement, Party, Spend
from chalicelib.policy import service as policy
from chalicelib.policy.model import Decision
from chalicelib.transfers import model, store
from chalicelib.transfers.model import Delay, TransferView
from chalicelib.transfers.store import Invited

KIND = "transfer"
Found = Mapping[str, Any]
"""A transfer's movement as the ledger keeps it: only what never changes is taken from it, the rest are conditions."""
BackBy = Literal["cancelled", "unclaimed", "payee-closed"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is sent to whom, as it will be kept."""

    check: Check
    wallet: str
    amount: int
    currency: str
    note: str
    delay: Delay
    key: RequestKey
    split: str = ""
    """The shared bill that it pays a part of."""

    @property
    def id(self) -> str:
        return self.key.movement_id("trf")

    def fresh(self, at: datetime) -> bool:
        """What a bill says of whoever made it does not age, however far the last entry's clock was ahead."""
        return bool(self.split) or self.check.exp > at.timestamp()


@dataclass(frozen=True, slots=True)
class _Half:
    """What a transfer does to accounts, as far as it is drafted."""

    changes: tuple[Change, ...]
    postings: dict[str, int]
    legs: tuple[Leg, ...] = ()


class Stranger:
    """Whether the ledger has said that the payer has never paid the payee, whatever the check found."""

    def __init__(self) -> None:
        self.known = False

    def learn(self) -> None:
        self.known = True


def draft(customer: Customer, wish: Wish, stranger: Stranger, at: datetime, known: Known) -> Draft:
    """The tier is the token's until the head has shown another."""
    head = known.get(wish.wallet)
    person = replace(customer, tier=head.tier) if head else customer
    decision = policy.decide(person, "transfer", wish.amount, at)
    reason, wait = model.waits(_reason(person, wish, stranger), wish.delay)
    guarded = person.guarded and decision.guardian
    paid = _Half((_debit(person, wish, decision, head.floor if head else 0),), {wish.wallet: -wish.amount})
    whole = _held(paid, wish, at) if wait else _at_once(paid, wish, stranger, known)
    return Draft(
        movement=_movement(person, wish, reason, wait, at),
        changes=whole.changes,
        entry=_entry(person, wish, "transfer-scheduled" if wait else KIND, whole.postings, at),
        legs=whole.legs,
        last_legs=(consents.using(consent_of(person, wish, at), at),) if guarded else (),
        refusal=_refusal(person, wish, decision, known, at),
    )


def consent_of(customer: Customer, wish: Wish, at: datetime) -> Consent:
    """What a guardian must have agreed to, under the very key of the transfer."""
    return Consent(
        id=wish.key.movement_id("apr"),
        owner=customer.user_id,
        account=wish.wallet,
        payee=wish.check.payee or wish.check.mark,
        payee_name=wish.check.name,
        amount=wish.amount,
        currency=wish.currency,
        created_at=at,
    )


def complete(found: Found, at: datetime, known: Known) -> Draft:
    """To whoever it is for; back, if their wallet was closed meanwhile. From then on the two know each other."""
    to, currency, amount = found["to"], found["currency"], found["amount"]
    head = known.get(to)
    if head and (head.status == "closed" or head.currency != currency):
        return back(found, "payee-closed", at, known)
    change, credited = crediting.credit(to, currency, amount, known)
    postings = credited | {chart.escrow(currency): -amount}
    entry = Entry(
        movement=found["pk"],
        kind="transfer-completed",
        currency=currency,
        at=at,
        postings=postings,
        text=_note(found),
        parties={to: Party(found["to_owner"], found["from_name"])},
    )
    facts = {"to": to, "to_owner": found["to_owner"]}
    legs = (store.ending(found["pk"], "completed", at, facts), acquaintance.made(found["account"], to))
    return Draft(None, (change,), entry, legs)


def back(found: Found, by: BackBy, at: datetime, known: Known) -> Draft:
    """As any credit comes: debt first, and for a closed wallet it waits in `unclaimed`."""
    account, currency, amount = found["account"], found["currency"], found["amount"]
    state, facts = ("cancelled", {}) if by == "cancelled" else ("returned", {"ended_by": by})
    change, credited = crediting.credit(account, currency, amount, known)
    entry = Entry(
        movement=found["pk"],
        kind=f"transfer-{state}",
        currency=currency,
        at=at,
        postings=credited | {chart.escrow(currency): -amount},
        text=_note(found),
        parties={account: Party(found["owner"], found["to_name"])},
    )
    return Draft(None, (change,), entry, (store.ending(found["pk"], state, at, facts),))


def _note(found: Found) -> str:
    return str(json.loads(found["answer"]).get("note", ""))


def _reason(customer: Customer, wish: Wish, stranger: Stranger) -> Reason:
    """The check's, and what has shown since."""
    return wish.check.reason or model.reason_of(invites=False, is_new=stranger.known, easy=False, risky=customer.risky)


def _refusal(customer: Customer, wish: Wish, decision: Decision, known: Known, at: datetime) -> CofferError | None:
    """What forbids it whatever the wallet holds. A guardian may take longer to agree than a check is good for."""
    if not wish.fresh(at) and not (customer.guarded and decision.guardian):
        return InvalidOrExpired(param="payee_check")
    payee = known.get(wish.check.payee)
    if payee and payee.status == "closed":
        return InvalidState(state="payee-closed")
    return forbidden(customer, decision, wish.currency, at)


def forbidden(customer: Customer, decision: Decision, currency: str, at: datetime) -> CofferError | None:
    """What the rules say to money that leaves for people; the token says how a cooling-off and a step-up stand."""
    if refusal := decision.refusal(currency):
        return refusal
    if not decision.step_up:
        return None
    if decision.large and customer.cooling_until > at.timestamp():
        return CoolingOff(until=clock.written(datetime.fromtimestamp(customer.cooling_until, UTC)))
    return None if customer.stepped_up_until > at.timestamp() else StepUpRequired(methods=customer.ways)


def _at_once(paid: _Half, wish: Wish, stranger: Stranger, known: Known) -> _Half:
    """Only to whom something has arrived before: a condition."""
    change, credited = crediting.credit(wish.check.payee, wish.currency, wish.amount, known)
    met = acquaintance.required(wish.wallet, wish.check.payee, stranger.learn)
    return _Half((*paid.changes, change), paid.postings | credited, (met,))


def _held(paid: _Half, wish: Wish, at: datetime) -> _Half:
    check, postings = wish.check, paid.postings | {chart.escrow(wish.currency): wish.amount}
    if not check.invites:
        return _Half(paid.changes, postings)
    invited = Invited(check.mark, check.sealed, wish.key.language, check.payer_name)
    return _Half(paid.changes, postings, store.inviting(wish.id, invited, at))


def _movement(customer: Customer, wish: Wish, reason: Reason, wait: timedelta, at: datetime) -> Movement:
    check, completes_at = wish.check, at + wait
    answer = TransferView(
        id=wish.id,
        status="scheduled" if wait else "completed",
        direction="out",
        name=check.name,
        amount=wish.amount,
        currency=wish.currency,
        created_at=clock.written(at),
        wallet_id=wish.wallet,
        note=wish.note,
        completes_at=clock.written(completes_at) if wait else "",
        reason=reason,
        explanation=model.explanation(reason, wish.key.language),
        invitation=check.invites,
        split_id=wish.split,
    )
    return Movement(
        id=wish.id,
        kind=KIND,
        account=wish.wallet,
        amount=wish.amount,
        currency=wish.currency,
        state=answer.status,
        at=at,
        fingerprint=wish.key.fingerprint,
        receipt=Receipt(201, msgspec.json.encode(answer).decode()),
        due=Due(store.DUE, completes_at) if wait else None,
        facts={
            "owner": customer.user_id,
            "from_name": check.payer_name,
            "to_name": check.name,
            **({"waited": 1} if wait else {}),
            **({"split": wish.split} if wish.split else {}),
            **({} if check.invites else {"to": check.payee, "to_owner": check.payee_owner}),
        },
    )


def _debit(customer: Customer, wish: Wish, decision: Decision, floor: int) -> Change:
    limits = decision.limits
    spend = Spend(
        customer.user_id, customer.epoch, customer.tier, limits.day, limits.month, limits.year, lifts=decision.lifted
    )
    return Change(wish.wallet, wish.currency, available=-wish.amount, spend=spend, floor=floor)


def _entry(customer: Customer, wish: Wish, kind: str, postings: dict[str, int], at: datetime) -> Entry:
    """What waits is its payer's alone to see."""
    check, parties = wish.check, {wish.wallet: Party(customer.user_id, wish.check.name)}
    if kind == KIND:
        parties[check.payee] = Party(check.payee_owner, check.payer_name)
    return Entry(wish.id, kind, wish.currency, at, postings, text=wish.note, parties=parties)
