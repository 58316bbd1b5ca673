"""A customer's money back to where it may go: it leaves the wallet in one transaction, the sweep sends it on.

    POST ──one transaction──▶ wallet − , clearing + , movement, receipt, due
                                                        │ sweep (`sending`): ask the processor, then ask about it
                  succeeded ◀── it says so ─────────────┤
     wallet + , clearing − , failed ◀── it says no ─────┘

So no answer to a customer ever hangs on a bank, and a second delivery finds the receipt.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from chalicelib.kernel import clock, ids, money
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import (
    AmountOutOfRange,
    CofferError,
    CoolingOff,
    CurrencyMismatch,
    GuardianApprovalRequired,
    InvalidState,
    NotFound,
    StepUpRequired,
)
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import chart, consents, funding
from chalicelib.ledger import service as ledger
from chalicelib.ledger.consents import Consent
from chalicelib.ledger.funding import Funding
from chalicelib.ledger.model import Change, Draft, Due, Entry, Known, Movement, Spend
from chalicelib.policy import service as policy
from chalicelib.policy.model import Decision
from chalicelib.processors import service as processors
from chalicelib.settlement import model_sending, speed
from chalicelib.settlement import model_withdrawals as model
from chalicelib.settlement.model_funding import WAYS
from chalicelib.settlement.model_withdrawals import (
    WithdrawalOffersView,
    WithdrawalOfferView,
    WithdrawalRequest,
    WithdrawalView,
)

_NOT_YET = (AmountOutOfRange, CoolingOff, GuardianApprovalRequired, NotFound, StepUpRequired)
"""Nothing is stored of them: the same key withdraws once they are over, and one that has withdrawn is told so."""


@dataclass(frozen=True, slots=True)
class _Wish:
    request: WithdrawalRequest
    method: Funding
    key: RequestKey

    @property
    def id(self) -> str:
        return self.key.movement_id("wdr")


def start(customer: Customer, request: WithdrawalRequest, key: RequestKey, at: datetime) -> Receipt:
    """Raises or stores every refusal of `ledger.commit`; of `_NOT_YET` nothing is stored."""
    money.check_currency(request.currency)
    money.check_amount(request.amount)
    if request.wallet_id not in customer.wallet_ids:
        raise NotFound()
    if request.wallet_id != chart.wallet_of(customer.user_id, request.currency):
        raise CurrencyMismatch(param="currency")
    wish = _Wish(request, funding.found(request.funding_method_id, customer.user_id), key)
    if request.currency not in WAYS[wish.method.processor].currencies:
        raise CurrencyMismatch(param="funding_method_id")
    if not processors.is_set_up(wish.method.processor):
        if first := ledger.answered(wish.id, key):
            return first
        raise InvalidState(state="not-set-up")
    try:
        return ledger.commit(lambda at, known: _draft(customer, wish, at, known), at, key)
    except _NOT_YET as refusal:
        if first := ledger.answered(wish.id, key):
            return first
        if isinstance(refusal, GuardianApprovalRequired):
            consents.ask(_consent(customer, wish, at))
        raise


def withdrawal(customer: Customer, withdrawal_id: str, at: datetime) -> WithdrawalView:
    """As it is now. Somebody else's is not found."""
    if not ids.is_id(withdrawal_id, "wdr"):
        raise NotFound()
    found = ledger.movement(withdrawal_id)
    if found["account"] not in customer.wallet_ids:
        raise NotFound()
    return model.view(found, speed.usual_seconds(found, at))


def offers(customer: Customer, at: datetime) -> WithdrawalOffersView:
    """Every way that is configured, for wallets of the customer's currency."""
    currency = policy.currency_of(customer.jurisdiction, at)
    least = policy.least_withdrawal(customer.jurisdiction, at)
    most = policy.decide(customer, "withdrawal", least, at).limits.per_movement
    return WithdrawalOffersView(
        [
            WithdrawalOfferView(name, way.kind, currency, least, most, speed.usual_of(name, speed.WITHDRAWAL, at))
            for name in processors.names()
            if (way := WAYS.get(name)) and currency in way.currencies
        ]
    )


def _draft(customer: Customer, wish: _Wish, at: datetime, known: Known) -> Draft:
    """The tier is the token's until the head has shown another."""
    head = known.get(wish.request.wallet_id)
    person = replace(customer, tier=head.tier) if head else customer
    decision = policy.decide(person, "withdrawal", wish.request.amount, at)
    guarded = person.guarded and decision.guardian
    return Draft(
        movement=_movement(person, wish, at),
        changes=(_debit(person, wish, decision, head.floor if head else 0),),
        entry=_entry(person, wish, at),
        legs=(funding.usable(wish.method, at),),
        refusal=_refusal(person, wish.request, decision, at),
        last_legs=(consents.using(_consent(person, wish, at), at),) if guarded else (),
    )


def _refusal(customer: Customer, request: WithdrawalRequest, decision: Decision, at: datetime) -> CofferError | None:
    """What forbids it whatever the wallet holds; of a cooling-off and a step-up the token says how they stand."""
    least = policy.least_withdrawal(customer.jurisdiction, at)
    if request.amount < least:
        return AmountOutOfRange(param="amount", minimum=least)
    if refusal := decision.refusal(request.currency):
        return refusal
    if customer.cooling_until > at.timestamp():
        until = clock.written(datetime.fromtimestamp(customer.cooling_until, UTC))
        return CoolingOff(param="wallet_id", until=until)
    unproved = decision.step_up and customer.stepped_up_until <= at.timestamp()
    return StepUpRequired(methods=customer.ways) if unproved else None


def _movement(customer: Customer, wish: _Wish, at: datetime) -> Movement:
    made = Movement(
        id=wish.id,
        kind="withdrawal",
        account=wish.request.wallet_id,
        amount=wish.request.amount,
        currency=wish.request.currency,
        state="pending",
        at=at,
        fingerprint=wish.key.fingerprint,
        due=Due(model_sending.DUE, at),
        facts={
            "owner": customer.user_id,
            "processor": wish.method.processor,
            "reference": "",
            "funding_method": wish.method.id,
        },
    )
    return replace(made, receipt=model.answer(made))


def _debit(customer: Customer, wish: _Wish, decision: Decision, floor: int) -> Change:
    limits, request = decision.limits, wish.request
    spend = Spend(
        customer.user_id, customer.epoch, customer.tier, limits.day, limits.month, limits.year, lifts=decision.lifted
    )
    return Change(request.wallet_id, request.currency, available=-request.amount, spend=spend, floor=floor)


def _entry(customer: Customer, wish: _Wish, at: datetime) -> Entry:
    request, processor = wish.request, wish.method.processor
    to = chart.clearing(processor, request.currency)
    return Entry(
        movement=wish.id,
        kind="withdrawal",
        currency=request.currency,
        at=at,
        postings={request.wallet_id: -request.amount, to: request.amount},
        owner=customer.user_id,
        text=processor,
    )


def _consent(customer: Customer, wish: _Wish, at: datetime) -> Consent:
    """What a guardian must have agreed to, under the very key of the withdrawal."""
    return Consent(
        id=wish.key.movement_id("apr"),
        owner=customer.user_id,
        account=wish.request.wallet_id,
        payee=wish.method.id,
        payee_name=wish.method.processor,
        amount=wish.request.amount,
        currency=wish.request.currency,
        created_at=at,
    )
