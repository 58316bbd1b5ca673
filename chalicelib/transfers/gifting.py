"""Gift cards as drafts: bought into escrow, then claimed by whoever brings the code, or back to whoever bought it.

bought:   buyer − escrow +
claimed:  escrow − claimer +
back:     escrow − buyer +    cancelled by the buyer, or nobody claimed it in a year
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

import msgspec

from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import InvalidState
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import chart, consents, crediting
from chalicelib.ledger.consents import Consent
from chalicelib.ledger.model import Change, Draft, Due, Entry, Known, Movement, Party, Spend
from chalicelib.policy import service as policy
from chalicelib.transfers import model_gifts as model
from chalicelib.transfers import moving
from chalicelib.transfers import store_gifts as store
from chalicelib.transfers.model_gifts import Design, Gift, GiftCardView, GiftClaimView
from chalicelib.transfers.store import DUE

KIND, CLAIM, RETURN = "gift-card", "gift-card-claim", "gift-card-return"


@dataclass(frozen=True, slots=True)
class Wish:
    wallet: str
    amount: int
    currency: str
    message: str
    design: Design
    code: str
    key: RequestKey

    @property
    def id(self) -> str:
        return self.key.movement_id("gft")


def buying(customer: Customer, wish: Wish, at: datetime, known: Known) -> Draft:
    """The tier is the token's until the head has shown another."""
    head = known.get(wish.wallet)
    person = replace(customer, tier=head.tier) if head else customer
    decision = policy.decide(person, "transfer", wish.amount, at)
    limits, floor = decision.limits, head.floor if head else 0
    spend = Spend(
        person.user_id, person.epoch, person.tier, limits.day, limits.month, limits.year, lifts=decision.lifted
    )
    guarded = person.guarded and decision.guardian
    return Draft(
        movement=_card(person, wish, at),
        changes=(Change(wish.wallet, wish.currency, available=-wish.amount, spend=spend, floor=floor),),
        entry=Entry(
            movement=wish.id,
            kind=KIND,
            currency=wish.currency,
            at=at,
            postings={wish.wallet: -wish.amount, chart.escrow(wish.currency): wish.amount},
            text=wish.message,
            parties={wish.wallet: Party(person.user_id, "")},
        ),
        legs=(store.coding(wish.code, wish.id),),
        last_legs=(consents.using(consent_of(person, wish, at), at),) if guarded else (),
        refusal=moving.forbidden(person, decision, wish.currency, at),
    )


def consent_of(customer: Customer, wish: Wish, at: datetime) -> Consent:
    """What a guardian must have agreed to, under the very key of the card."""
    return Consent(
        id=wish.key.movement_id("apr"),
        owner=customer.user_id,
        account=wish.wallet,
        payee=wish.id,
        payee_name="",
        amount=wish.amount,
        currency=wish.currency,
        created_at=at,
    )


def claiming(customer: Customer, gift: Gift, key: RequestKey, at: datetime, known: Known) -> Draft:
    """All of it; with the person's own wallet as it must be to act: theirs, active, not revoked."""
    currency, amount = gift["currency"], gift["amount"]
    wallet = chart.wallet_of(customer.user_id, currency)
    head = known.get(wallet)
    change, credited = crediting.credit(wallet, currency, amount, known)
    spend = Spend(customer.user_id, customer.epoch, head.tier if head else customer.tier, 0, 0, 0, counts=False)
    claim = _claim(customer, gift, wallet, key, at)
    facts = {"claimed_by": customer.name, "claim": claim.id}
    return Draft(
        movement=claim,
        changes=(replace(change, spend=spend),),
        entry=Entry(
            movement=claim.id,
            kind=CLAIM,
            currency=currency,
            at=at,
            postings=credited | {chart.escrow(currency): -amount},
            text=model.message_of(gift),
            parties={wallet: Party(customer.user_id, gift["from_name"])},
        ),
        legs=(store.ending(gift, "claimed", at, facts),),
        refusal=InvalidState(state="expired") if at >= model.expires_at(gift) else None,
    )


def back(
    gift: Gift, state: Literal["cancelled", "returned"], key: RequestKey | None, at: datetime, known: Known
) -> Draft:
    """As any credit comes: debt first, and for a closed wallet it waits in `unclaimed`. Without a key by itself."""
    account, currency, amount = gift["account"], gift["currency"], gift["amount"]
    change, credited = crediting.credit(account, currency, amount, known)
    made = _return(gift, state, key, at)
    return Draft(
        movement=made,
        changes=(change,),
        entry=Entry(
            movement=made.id,
            kind=RETURN,
            currency=currency,
            at=at,
            postings=credited | {chart.escrow(currency): -amount},
            text=model.message_of(gift),
            parties={account: Party(gift["owner"], "")},
        ),
        legs=(store.ending(gift, state, at, {}),),
    )


def _card(customer: Customer, wish: Wish, at: datetime) -> Movement:
    """Its answer is without the code, which is added whenever it is given."""
    hashed = store.hashed(wish.code)
    answer = GiftCardView(
        id=wish.id,
        status="open",
        direction="out",
        amount=wish.amount,
        currency=wish.currency,
        design=wish.design,
        created_at=clock.written(at),
        expires_at=clock.written(at + model.LASTS),
        message=wish.message,
    )
    return Movement(
        id=wish.id,
        kind=KIND,
        account=wish.wallet,
        amount=wish.amount,
        currency=wish.currency,
        state="open",
        at=at,
        fingerprint=wish.key.fingerprint,
        receipt=_receipt(answer),
        due=Due(DUE, at + model.LASTS - model.REMINDS),
        facts={"owner": customer.user_id, "from_name": customer.name, "design": wish.design, "hashed": hashed},
    )


def _claim(customer: Customer, gift: Gift, wallet: str, key: RequestKey, at: datetime) -> Movement:
    answer = GiftClaimView(
        id=key.movement_id("gfc"),
        gift_card_id=gift["pk"],
        status="claimed",
        amount=gift["amount"],
        currency=gift["currency"],
        message=model.message_of(gift),
        design=gift["design"],
        created_at=clock.written(at),
        from_=gift["from_name"],
    )
    return Movement(
        id=answer.id,
        kind=CLAIM,
        account=wallet,
        amount=answer.amount,
        currency=answer.currency,
        state="succeeded",
        at=at,
        fingerprint=key.fingerprint,
        receipt=_receipt(answer),
        facts={"owner": customer.user_id, "gift": gift["pk"]},
    )


def _return(gift: Gift, state: str, key: RequestKey | None, at: datetime) -> Movement:
    ended = model.bought({**gift, "state": state, "ended_at": clock.written(at)}, "", "", at)
    return Movement(
        id=key.movement_id("gfr") if key else ids.derived("gfr", gift["pk"]),
        kind=RETURN,
        account=gift["account"],
        amount=gift["amount"],
        currency=gift["currency"],
        state="succeeded",
        at=at,
        fingerprint=key.fingerprint if key else b"",
        receipt=_receipt(ended) if key else None,
        facts={"owner": gift["owner"], "gift": gift["pk"]},
    )


def _receipt(answer: Any) -> Receipt:
    return Receipt(201, msgspec.json.encode(answer).decode())
