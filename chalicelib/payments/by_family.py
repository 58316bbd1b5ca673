"""A payment with a family card, and what is given back of one, as drafts.

It is a payment like any other (`paying.draft`) but for whose money it is: the owner's wallet is debited, within its
own limits, and the card counts it. Whoever holds the card stands as they must to pay themselves, and learns nothing of
the owner's wallet but that it pays or does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.kernel import clock
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import (
    CardDeclined,
    CofferError,
    CurrencyMismatch,
    InsufficientFunds,
    InvalidState,
    LimitReached,
    NotFound,
    WalletFrozen,
)
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import chart, consents, model, standing
from chalicelib.ledger.consents import Consent
from chalicelib.ledger.model import Change, Draft, Known, Leg, Movement, Spend, Verdict
from chalicelib.ledger.purchases import Purchase
from chalicelib.ledger.wire import Item
from chalicelib.merchants.model import PAYER
from chalicelib.payments import paying, store_family
from chalicelib.payments.model import PaymentView
from chalicelib.payments.model_family import FamilyCard
from chalicelib.payments.paying import Order
from chalicelib.policy import proving
from chalicelib.policy import service as policy
from chalicelib.policy.model import Decision

FAMILY = "family"
"""The fact of a payment's movement that a family card paid: its id."""
ROOM = "room"
"""The fact of what gives back that the card has so much again."""
_OF_THE_OWNER = (InsufficientFunds, LimitReached, WalletFrozen)
_OWN = ("wallet_id", store_family.PARAM)
"""Params of refusals that are the holder's to know."""


@dataclass(slots=True)
class Guess:
    """What is known so far of the card."""

    card: FamilyCard

    def see(self, card: FamilyCard) -> None:
        self.card = card


def guess(customer: Customer, order: Order) -> Guess:
    """A card that the customer holds. Raises NotFound, CurrencyMismatch."""
    found = store_family.card(order.request.family_card_id or "")
    if found is None or found.holder != customer.user_id:
        raise NotFound(param=store_family.PARAM)
    if order.currency != found.currency or order.wallet != found.holder_wallet:
        raise CurrencyMismatch(param="currency")
    return Guess(found)


def telling(key: RequestKey) -> RequestKey:
    """What the owner's wallet lacks is theirs to know, and kept in their ledger alone."""

    def refuse(error: CofferError) -> Receipt:
        return key.refuse(CardDeclined(param=store_family.PARAM) if _is_the_owners(error) else error)

    return replace(key, refuse=refuse)


def draft(
    customer: Customer,
    order: Order,
    key: RequestKey,
    at: datetime,
    known: Known,
    guess: Guess,
    *,
    proved: bool = False,
    till: bool = False,
) -> Draft:
    """`proved`: whoever pays did all that it takes when they asked, and the card's owner was asked too.

    `till`: the answer is for a till, to which neither card nor names are told.
    """
    card, holder, head = guess.card, _as_known(customer, order.wallet, known), known.get(guess.card.wallet)
    plain = paying.draft(holder, order, key, at, known, proved=True)
    if plain.movement is None or plain.entry is None:
        return plain
    owner = _owner(card, head.tier if head else card.tier)
    decision = policy.decide(owner, "payment", order.amount, at)
    is_agreed = proved or order.amount > card.approval_above
    unproved = None if proved else proving.unproved(holder, policy.decide(holder, "payment", order.amount, at), at)
    payment_id = plain.movement.id
    return replace(
        plain,
        movement=_movement(plain.movement, card, till=till),
        changes=(_debit(owner, order, decision, head.floor if head else 0),),
        entry=replace(
            plain.entry,
            owner=card.owner,
            paid_by=card.holder_name,
            postings={card.wallet: -order.amount, chart.settling(order.currency): order.amount},
        ),
        legs=(
            _acting(holder, order.wallet),
            *plain.legs,
            _spending(guess, order, payment_id, decision, at, is_agreed=is_agreed),
            store_family.paid(card, payment_id, at),
        ),
        last_legs=(consents.using(consent_of(customer, order, card, key, at), at),) if is_agreed else (),
        refusal=order.refusal(decision, at) or unproved,
    )


def consent_of(customer: Customer, order: Order, card: FamilyCard, key: RequestKey, at: datetime) -> Consent:
    """What the card's owner must have agreed to, under the very key of the payment."""
    asked = paying.consent_of(customer, order, key, at)
    return replace(asked, decider=card.owner, asker=card.holder_name, card=card.id)


def back(payment: Mapping[str, Any], plain: Draft, amount: int, at: datetime) -> Draft:
    """`plain`: what gives so much back of any payment. In the month in which it was paid the card has room again."""
    if plain.movement is None:
        return plain
    same = model.month_sum(clock.read(payment["created_at"])) == model.month_sum(at)
    facts = {**plain.movement.facts, FAMILY: payment[FAMILY], **({ROOM: amount} if same else {})}
    room = (store_family.giving_back(payment[FAMILY], amount, at),) if same else ()
    return replace(plain, movement=replace(plain.movement, facts=facts), legs=(*plain.legs, *room))


def payer_of(payment: Mapping[str, Any]) -> str:
    """The wallet that says who paid; "" where no family card did."""
    return str(payment.get(PAYER, ""))


def _is_the_owners(error: CofferError) -> bool:
    if error.param in _OWN:
        return False
    closed = isinstance(error, InvalidState) and error.params.get("state") == "closed"
    return closed or isinstance(error, _OF_THE_OWNER)


def _as_known(customer: Customer, wallet: str, known: Known) -> Customer:
    """Whether a guardian must agree is asked of nobody who pays with another's money."""
    head = known.get(wallet)
    return replace(customer, tier=head.tier if head else customer.tier, guarded=False)


def _owner(card: FamilyCard, tier: int) -> Customer:
    return Customer(card.owner, "", (card.wallet,), tier, 0, card.jurisdiction)


def _movement(plain: Movement, card: FamilyCard, *, till: bool) -> Movement:
    facts = {**plain.facts, "owner": card.owner, FAMILY: card.id, PAYER: card.holder_wallet}
    lent = replace(plain, account=card.wallet, facts=facts)
    if till:
        return lent
    answer = msgspec.json.decode(plain.receipt.body if plain.receipt else "", type=PaymentView)
    told = msgspec.structs.replace(answer, family_card_id=card.id, paid_by=card.holder_name)
    return replace(lent, receipt=paying.receipt(told))


def _debit(owner: Customer, order: Order, decision: Decision, floor: int) -> Change:
    """What looks like it was paid a moment ago, on the card."""
    limits, (wallet,) = decision.limits, owner.wallet_ids
    spend = Spend(owner.user_id, None, owner.tier, limits.day, limits.month, limits.year, lifts=decision.lifted)
    return Change(wallet, order.currency, available=-order.amount, spend=spend, floor=floor)


def _spending(guess: Guess, order: Order, payment_id: str, decision: Decision, at: datetime, *, is_agreed: bool) -> Leg:
    purchase = Purchase(
        payee=order.terms.merchant_id,
        amount=order.amount,
        movement=payment_id,
        window_seconds=decision.duplicate_window_seconds,
        confirmed=order.request.confirm_duplicate,
    )
    return store_family.spending(guess.card, purchase, order.terms.category, at, guess.see, is_agreed=is_agreed)


def _acting(holder: Customer, wallet: str) -> Leg:
    """As they must stand to pay themselves, and what is wrong with their own wallet is theirs to know."""
    leg = standing.acting(holder, wallet)

    def explain(wired: Item | None) -> Verdict:
        verdict = leg.explain(wired)
        if isinstance(verdict, WalletFrozen | InvalidState):
            verdict.param = "wallet_id"
        return verdict

    return replace(leg, explain=explain)
