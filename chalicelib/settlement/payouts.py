"""Merchants' money to their banks: it leaves the account in one transaction, the sweep sends it on (`sending`).

    cut-off, or POST ──one transaction──▶ account − , allowance − , clearing + , movement, terms: paid out until now
                                                        │ conditions: reserve, terms, cooling-off, active
                   succeeded ◀── the bank says so ──────┤
    account + , allowance + , failed ◀── it says no ────┘   the next payout takes it again

How much leaves is guessed from reads and proved by conditions; where they prove it wrong, it is drafted once more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.cases import service as cases
from chalicelib.kernel import ids
from chalicelib.kernel.callers import Merchant, Operator
from chalicelib.kernel.errors import (
    CofferError,
    CoolingOff,
    CurrencyMismatch,
    InvalidState,
    MerchantFundsInsufficient,
    NotFound,
    Unavailable,
)
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import allowance, chart
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Change, Draft, Due, Entry, Head, Known, Leg, Movement
from chalicelib.merchants import service as merchants
from chalicelib.policy import calendars
from chalicelib.processors import choosing
from chalicelib.processors.routing import Candidate
from chalicelib.settlement import itemising, model_sending, speed
from chalicelib.settlement import model_payouts as model
from chalicelib.settlement import store_payouts as store
from chalicelib.settlement.model_payouts import PayoutDetailView, PayoutRequest, PayoutTerms, PayoutView

_NOT_YET = (CoolingOff, CurrencyMismatch, InvalidState, NotFound)
"""Nothing is stored of those that are raised: the same key pays out once they are over, and one that has is told so."""


@dataclass
class _Guess:
    """What is assumed, until a condition teaches otherwise."""

    terms: PayoutTerms
    allowance: int
    head: Head
    key: RequestKey | None = None
    acting: tuple[Leg, ...] = ()
    """That whoever asks may still."""

    def learn_terms(self, terms: PayoutTerms) -> None:
        self.terms = terms

    def learn_allowance(self, left: int) -> None:
        self.allowance = left

    @property
    def id(self) -> str:
        return self.key.movement_id("pot") if self.key else model.daily_id(self.terms)

    @property
    def amount(self) -> int:
        return model.payable(self.head.available, self.allowance, self.head.floor, self.terms.reserve)


def pay_out(
    caller: Operator | Merchant, merchant_id: str, request: PayoutRequest, key: RequestKey, at: datetime
) -> Receipt:
    """All that may leave, now. Raises Forbidden and `_NOT_YET`; stores InvalidState, MerchantFundsInsufficient.

    A merchant that is paid daily may ask as well: the cut-off takes the rest.
    """
    if isinstance(caller, Merchant):
        caller.require("payouts")
    accounts = merchants.merchant(caller, merchant_id).account
    if request.currency not in accounts:
        raise CurrencyMismatch(param="currency")
    terms = store.terms(accounts[request.currency])
    if terms is None:
        choosing.require_payers(choosing.payers(request.currency, 1, at))
        raise InvalidState(state="without-payout-terms")
    who = caller.who if isinstance(caller, Merchant) else caller.user_id
    cases.audit(
        who, "merchant.pay_out", merchant_id, "", at, source_address=caller.source_address, currency=request.currency
    )
    try:
        return _committed(terms, key, at, merchants.acting(caller) if isinstance(caller, Merchant) else ())
    except _NOT_YET:
        if first := ledger.answered(key.movement_id("pot"), key):
            return first
        raise


def payouts(
    caller: Operator | Merchant, merchant_id: str, currency: str | None, position: str | None, limit: int, at: datetime
) -> tuple[list[PayoutView], str | None]:
    """Newest first, in one currency (by default the merchant's first), and the position of the next page.

    Raises Forbidden, NotFound, CurrencyMismatch.
    """
    if isinstance(caller, Merchant):
        caller.require("reports")
    accounts = merchants.merchant(caller, merchant_id).account
    account = next(iter(accounts.values())) if currency is None else accounts.get(currency)
    if account is None:
        raise CurrencyMismatch(param="currency")
    found, following = store.newest(account, position, limit)
    known = {one["pk"]: one for one in ledger.movements(found)} if found else {}
    return [model.view(known[one], speed.usual_seconds(known[one], at)) for one in found], following


def payout(caller: Operator | Merchant, payout_id: str, at: datetime) -> PayoutDetailView:
    """As it is now, and what it is made of. Somebody else's is not found. Raises Forbidden, NotFound."""
    if isinstance(caller, Merchant):
        caller.require("reports")
    if not ids.is_id(payout_id, "pot"):
        raise NotFound()
    found = ledger.movement(payout_id)
    if isinstance(caller, Merchant) and found["payee"] != caller.merchant_id:
        raise NotFound()
    return model.detail(found, speed.usual_seconds(found, at), itemising.itemised(found))


def pay_daily(account: str, at: datetime) -> bool:
    """What is there when a cut-off has passed, once for its day; whether something left.

    Nothing leaves on a day that has become a holiday, or where a rule says no: the terms tell why, and the next
    cut-off looks again.
    """
    terms = store.terms(account)
    if terms is None or not terms.is_due(at):
        return False
    why = "" if calendars.is_bank_day(terms.currency, terms.due_day()) else "holiday"
    try:
        left = not why and not _committed(terms, None, at).replayed
    except Unavailable:
        raise
    except CofferError as refusal:
        left, why = False, model.skipped_because(refusal)
    if not left:
        leg = store.skipped(terms, terms.next_due_at(at), why)
        ledger.commit(lambda at, known: Draft(None, (), None, (leg,)), at)
    return left


def _committed(terms: PayoutTerms, key: RequestKey | None, at: datetime, acting: tuple[Leg, ...] = ()) -> Receipt:
    guess = _Guess(terms, allowance.left(terms.account), ledger.head(terms.account), key, acting)
    return ledger.commit(lambda at, known: _draft(guess, at, known), at, key)


def _draft(guess: _Guess, at: datetime, known: Known) -> Draft:
    terms, account = guess.terms, guess.terms.account
    guess.head = known.get(account, guess.head)
    amount, floor, reserve = guess.amount, guess.head.floor, terms.reserve
    refusal = _refusal(guess)
    candidates = () if refusal else choosing.payers(terms.currency, amount, at)
    movement = _movement(guess, candidates, at)
    if refusal:
        return Draft(movement, (), None, refusal=refusal)
    next_due_at = "" if guess.key else terms.next_due_at(at)
    return Draft(
        movement=movement,
        changes=(Change(account, terms.currency, available=-amount, floor=floor, leaves=reserve),),
        entry=_entry(movement, terms, at),
        legs=(
            store.paid(terms, at, next_due_at, guess.learn_terms),
            merchants.trading(terms.merchant_id),
            allowance.pay_out(account, amount, reserve - floor, guess.learn_allowance),
            store.listed(account, movement.id, at),
            *guess.acting,
        ),
    )


def _refusal(guess: _Guess) -> CofferError | None:
    if guess.head.status != "active":
        return InvalidState(state=guess.head.status)
    missing = guess.terms.least - guess.amount
    if missing > 0:
        return MerchantFundsInsufficient(reason="payout", missing=missing, currency=guess.terms.currency)
    return None


def _movement(guess: _Guess, candidates: tuple[Candidate, ...], at: datetime) -> Movement:
    """Raises as `choosing.payer`."""
    terms, key = guess.terms, guess.key
    day = calendars.day_of(terms.currency, at)
    made = Movement(
        id=guess.id,
        kind="payout",
        account=terms.account,
        amount=max(guess.amount, 0),
        currency=terms.currency,
        state="pending",
        at=at,
        fingerprint=key.fingerprint if key else b"",
        due=Due(model_sending.DUE, at),
        facts={
            "payee": terms.merchant_id,
            "schedule": "on_demand" if key else "daily",
            "processor": choosing.payer(candidates) if candidates else "",
            "route": model.route(candidates),
            "reference": "",
            "bank": terms.bank,
            "since": terms.since,
            "expected_on": calendars.bank_day_after(terms.currency, day).isoformat(),
        },
    )
    return replace(made, receipt=model.answer(made)) if key else made


def _entry(movement: Movement, terms: PayoutTerms, at: datetime) -> Entry:
    processor, amount = str(movement.facts["processor"]), movement.amount
    return Entry(
        movement=movement.id,
        kind="payout",
        currency=terms.currency,
        at=at,
        postings={terms.account: -amount, chart.clearing(processor, terms.currency): amount},
        payee=terms.merchant_id,
        text=processor,
    )
