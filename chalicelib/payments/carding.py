"""Prepaid cards: buying one, seeing what I have, and taking the principal back.

What a card holds is the customer's money, spendable at one merchant alone, and reaches the merchant when it is spent.
A bonus is the merchant's promise: it is posted against `sys:promised`, and nobody is ever paid for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import (
    CofferError,
    CoolingOff,
    CurrencyMismatch,
    GuardianApprovalRequired,
    LimitReached,
    NotFound,
    StepUpRequired,
    TermsChanged,
)
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import cards, chart, consents, crediting, history, lots
from chalicelib.ledger import service as ledger
from chalicelib.ledger.cards import Card, Listed
from chalicelib.ledger.consents import Consent
from chalicelib.ledger.lots import FOR_EVER, Lot, Lots
from chalicelib.ledger.model import Change, Draft, Due, Entry, Known, Line, Movement, Spend
from chalicelib.merchants import cards as plans
from chalicelib.merchants import service as merchants
from chalicelib.merchants.model_cards import Plan
from chalicelib.payments import model_cards, paying
from chalicelib.payments.model_cards import BuyRequest, CardEntryView, CardView
from chalicelib.policy import proving
from chalicelib.policy import service as policy
from chalicelib.policy.model import Decision


@dataclass(slots=True)
class _Purchase:
    """What is bought, and what is known so far of what the customer has."""

    request: BuyRequest
    plan: Plan
    key: RequestKey
    card: Card
    owned: Listed
    principal: int

    @property
    def id(self) -> str:
        return self.key.movement_id("cdp")

    @property
    def total(self) -> int:
        return self.plan.price + self.plan.purchase_fee

    @property
    def is_first(self) -> bool:
        return self.card.lots is None

    def see(self, card: Card) -> None:
        self.card = card

    def count(self, owned: Listed) -> None:
        self.owned = owned


def buy(customer: Customer, request: BuyRequest, key: RequestKey, at: datetime) -> Receipt:
    """Adds to the card that there is. Raises or stores every refusal of `ledger.commit`, and TermsChanged.

    Of CoolingOff, StepUpRequired and GuardianApprovalRequired nothing is stored: the same key buys afterwards.
    """
    plan = plans.plan(request.plan_id)
    if request.wallet_id not in customer.wallet_ids:
        raise NotFound()
    if request.wallet_id != chart.wallet_of(customer.user_id, plan.currency):
        raise CurrencyMismatch(param="wallet_id")
    wanted = _wanted(customer, request, plan, key, at)
    try:
        return ledger.commit(lambda at, known: _draft(customer, wanted, at, known), at, key)
    except (StepUpRequired, CoolingOff, GuardianApprovalRequired) as refusal:
        if first := ledger.answered(wanted.id, key):
            return first
        if isinstance(refusal, GuardianApprovalRequired):
            consents.ask(_consent(customer, wanted, at))
        raise


def mine(customer: Customer, at: datetime) -> list[CardView]:
    owned = cards.listed(customer.user_id).ids
    heads = cards.heads([*owned, *customer.wallet_ids])
    return [_view(customer, card, heads, at) for card in cards.several(owned)]


def card(customer: Customer, card_id: str, at: datetime) -> CardView:
    """Raises NotFound, of somebody else's too."""
    found = own(customer, card_id)
    return _view(customer, found, cards.heads([found.id, *customer.wallet_ids]), at)


def entries(customer: Customer, card_id: str, before: str | None, limit: int) -> tuple[list[CardEntryView], str | None]:
    """Newest first, and the position of the next page."""
    found = own(customer, card_id)
    seen = history.entries(found.id, before, limit + 1)
    shown = [model_cards.entry_view(one, found) for one in seen[:limit]]
    return shown, seen[limit - 1]["sk"] if len(seen) > limit else None


def own(customer: Customer, card_id: str) -> Card:
    """Raises NotFound, of somebody else's too."""
    found = cards.found(card_id) if ids.is_id(card_id, "crd") else None
    if found is None or found.owner != customer.user_id:
        raise NotFound()
    return found


def _view(customer: Customer, card: Card, heads: dict[str, Any], at: datetime) -> CardView:
    wallet = heads.get(chart.wallet_of(customer.user_id, card.currency))
    frozen = wallet is not None and wallet.status == "frozen"
    return model_cards.view(card, heads[card.id].available, lots.good(card.seen, at), frozen=frozen)


def _wanted(customer: Customer, request: BuyRequest, plan: Plan, key: RequestKey, at: datetime) -> _Purchase:
    card_id = chart.card_of(customer.user_id, plan.merchant_id, plan.currency)
    owned, known = cards.listed(customer.user_id), cards.found(card_id)
    if known is None:
        facts = (plan.merchant_id, plan.merchant_name, plan.currency, clock.written(at))
        return _Purchase(request, plan, key, Card(card_id, customer.user_id, *facts), owned, 0)
    return _Purchase(request, plan, key, known, owned, ledger.head(card_id).available)


def _draft(customer: Customer, wanted: _Purchase, at: datetime, known: Known) -> Draft:
    """The tier is the token's until the head has shown another."""
    head = known.get(wanted.request.wallet_id)
    person = replace(customer, tier=head.tier) if head else customer
    decision = policy.decide(person, "payment", wanted.total, at)
    now = _lots_then(wanted, at)
    guarded = paying.needs_consent(person, decision)
    listing = (cards.first_bought(wanted.card, wanted.owned, wanted.count),) if wanted.is_first else ()
    return Draft(
        movement=_movement(person, wanted, now, at, known),
        changes=_changes(person, wanted, decision, known),
        entry=_entry(person, wanted, at),
        legs=(
            plans.offering(wanted.plan),
            merchants.trading(wanted.plan.merchant_id),
            cards.changing(wanted.card, now, wanted.see),
            *listing,
        ),
        last_legs=(consents.using(_consent(person, wanted, at), at),) if guarded else (),
        refusal=_refusal(person, wanted, now, decision, at),
    )


def _refusal(customer: Customer, wanted: _Purchase, now: Lots, decision: Decision, at: datetime) -> CofferError | None:
    agreed, plan = wanted.request.agreed, wanted.plan
    until = plan.until(at)
    shown = (plan.price, plan.bonus, plan.purchase_fee, cards.ends_at(until) if until else None)
    if (agreed.price, agreed.bonus, agreed.fee, _instant(agreed.bonus_expires_at)) != shown:
        return TermsChanged(param="agreed", plan_id=plan.id)
    if refusal := decision.refusal(plan.currency):
        return refusal
    if wanted.is_first and len(wanted.owned.ids) >= cards.MOST_CARDS:
        return cards.full()
    if len(lots.good(now, at)) > lots.MOST_LOTS:
        return LimitReached(limit="bonuses", maximum=lots.MOST_LOTS)
    return proving.unproved(customer, decision, at)


def _instant(written: str | None) -> str | None:
    """As we write it, however they did; what cannot be read is not what was shown."""
    try:
        return clock.written(clock.read(written)) if written else None
    except (ValueError, OverflowError):
        return ""


def _lots_then(wanted: _Purchase, at: datetime) -> Lots:
    until = wanted.plan.until(at) or FOR_EVER
    return lots.more(wanted.card.seen, Lot(until, wanted.plan.bonus))


def _movement(customer: Customer, wanted: _Purchase, now: Lots, at: datetime, known: Known) -> Movement:
    plan, fee = wanted.plan, wanted.plan.purchase_fee
    then = _principal(wanted, known) + plan.price
    answer = model_cards.view(wanted.card, then, lots.good(now, at), purchase_id=wanted.id)
    facts: dict[str, str | int] = {"payee": plan.merchant_id, "owner": customer.user_id, "plan": plan.id}
    return Movement(
        id=wanted.id,
        kind="card-purchase",
        account=wanted.request.wallet_id,
        amount=plan.price,
        currency=plan.currency,
        state="succeeded",
        at=at,
        fingerprint=wanted.key.fingerprint,
        receipt=paying.receipt(answer),
        due=Due("settle", at + paying.SETTLE_GRACE) if fee else None,
        facts=facts | ({"settles": fee, "fee": 0} if fee else {}),
    )


def _principal(wanted: _Purchase, known: Known) -> int:
    head = known.get(wanted.card.id)
    return head.available if head else wanted.principal


def _changes(customer: Customer, wanted: _Purchase, decision: Decision, known: Known) -> tuple[Change, ...]:
    plan, wallet = wanted.plan, wanted.request.wallet_id
    limits, head = decision.limits, known.get(wallet)
    spend = Spend(
        customer.user_id, customer.epoch, customer.tier, limits.day, limits.month, limits.year, lifts=decision.lifted
    )
    paid = Change(wallet, plan.currency, -wanted.total, spend=spend, floor=head.floor if head else 0)
    card, bonus, currency = wanted.card.id, wanted.card.bonus, plan.currency
    if wanted.is_first:
        begun = (Change(card, currency, plan.price, opens=customer.user_id),)
        return (paid, *begun, Change(bonus, currency, plan.bonus, opens=customer.user_id))
    principal = Change(card, currency, plan.price, expected_available=_principal(wanted, known))
    return (paid, principal, *((Change(bonus, currency, plan.bonus),) if plan.bonus else ()))


def _entry(customer: Customer, wanted: _Purchase, at: datetime) -> Entry:
    plan, fee = wanted.plan, wanted.plan.purchase_fee
    postings = {
        wanted.request.wallet_id: -wanted.total,
        wanted.card.id: plan.price,
        chart.settling(plan.currency): fee,
        wanted.card.bonus: plan.bonus,
        chart.promised(plan.merchant_id, plan.currency): -plan.bonus,
    }
    account = chart.merchant_account(plan.merchant_id, plan.currency)
    return Entry(
        movement=wanted.id,
        kind="card-purchase",
        currency=plan.currency,
        at=at,
        postings=crediting.postings(postings),
        owner=customer.user_id,
        payee=plan.merchant_id,
        payee_name=plan.merchant_name,
        line=Line(wanted.id, plan.merchant_id, account, fee, 0) if fee else None,
    )


def _consent(customer: Customer, wanted: _Purchase, at: datetime) -> Consent:
    """What a guardian must have agreed to, under the very key of the purchase."""
    return Consent(
        id=wanted.key.movement_id("apr"),
        owner=customer.user_id,
        account=wanted.request.wallet_id,
        payee=wanted.plan.id,
        payee_name=wanted.plan.merchant_name,
        amount=wanted.total,
        currency=wanted.plan.currency,
        created_at=at,
    )
