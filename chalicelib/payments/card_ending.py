"""What ends on a card: its customer takes all of the principal back, or a bonus runs out, a week after a reminder.

Nothing but spending and taking back ever lessens the principal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib import queues
from chalicelib.identity import telling
from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import InvalidState
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import cards, chart, crediting, lots
from chalicelib.ledger import service as ledger
from chalicelib.ledger.cards import Card
from chalicelib.ledger.lots import Lot
from chalicelib.ledger.model import Change, Draft, Entry, Known, Movement, Spend
from chalicelib.notices.model import Params
from chalicelib.payments import carding, paying
from chalicelib.payments.model_cards import CashOutView

LATE = timedelta(days=2)
"""A reminder so late after its time is none: whoever bought so short a bonus has just read when it ends."""


class _Changed(Exception):
    """Somebody else has changed what was seen: the next sweep looks again."""


class _NothingOver(Exception):
    """Somebody else has taken it off the card, or it is not over yet."""


@dataclass(slots=True)
class _Guess:
    card: Card
    principal: int = 0

    def see(self, card: Card) -> None:
        self.card = card


def cash_out(customer: Customer, card_id: str, key: RequestKey, at: datetime) -> Receipt:
    """All of the principal to the wallet, and all of the bonus away, whatever has become of the merchant.

    Raises NotFound; stores WalletFrozen, InvalidState (empty).
    """
    guess = _Guess(carding.own(customer, card_id), ledger.head(card_id).available)
    return ledger.commit(lambda at, known: _cashing_out(customer, guess, key, at, known), at, key)


def expire(card_id: str, at: datetime) -> bool:
    """Takes off the card what is over of its bonus; whether there was any."""
    found = cards.found(card_id)
    if found is None:
        return False
    guess = _Guess(found)
    try:
        ledger.commit(lambda at, known: _expiring(guess, at), at)
    except _NothingOver:
        return False
    return True


def remind(card_id: str, at: datetime) -> bool:
    """Tells the owner what of the bonus soon is over, once of each lot; whether there was anything to say or to skip.

    Told first, then written: whoever dies in between tells once more, and the notice's `once` lets that be.
    """
    found = cards.found(card_id)
    soon = cards.unreminded(found, at) if found else ()
    if found is None or not soon:
        return False
    for lot in soon:
        _tell(found, lot, at)
    guess = _Guess(found)
    try:
        ledger.commit(lambda at, known: _reminding(guess, found, soon[-1].until), at)
    except _Changed:
        return False
    return True


def end_due(at: datetime) -> int:
    """Takes off what is over, and reminds of what soon is; returns of how many cards."""
    return queues.sweep("card-bonus", cards.due(at), lambda card_id: expire(card_id, at) + remind(card_id, at))


def _tell(card: Card, lot: Lot, at: datetime) -> None:
    when = clock.read(cards.reminds_at(lot.until))
    if when + LATE < at:
        return
    told: Params = {
        "payee": card.merchant_name,
        "amount": lot.left,
        "currency": card.currency,
        "until": cards.ends_at(lot.until),
    }
    telling.tell_id(card.owner, "reminder_card_bonus", told, when, once=f"card-bonus {card.id}")


def _reminding(guess: _Guess, told: Card, until: str) -> Draft:
    if guess.card != told:
        raise _Changed
    return Draft(None, (), None, (cards.reminding(told, until, guess.see),))


def _cashing_out(customer: Customer, guess: _Guess, key: RequestKey, at: datetime, known: Known) -> Draft:
    card, head = guess.card, known.get(guess.card.id)
    principal, bonus = head.available if head else guess.principal, lots.total(guess.card.seen)
    wallet = chart.wallet_of(customer.user_id, card.currency)
    answer = CashOutView(
        id=key.movement_id("cdr"),
        status="succeeded",
        card_id=card.id,
        wallet_id=wallet,
        amount=principal,
        bonus_reversed=bonus,
        currency=card.currency,
        created_at=clock.written(at),
    )
    change, credited = crediting.credit(wallet, card.currency, principal, known)
    tier = known[wallet].tier if wallet in known else customer.tier
    asked = Spend(customer.user_id, customer.epoch, tier, 0, 0, 0, counts=False)
    emptied = Change(card.id, card.currency, -principal, expected_available=principal)
    postings = {**credited, card.id: -principal, **_reversed(card, bonus)}
    return Draft(
        movement=_movement(customer, card, answer, key, at),
        changes=(replace(change, spend=asked), emptied, *_without(card, bonus)),
        entry=_entry(card, "card-refund", answer.id, postings, at, customer.user_id),
        legs=(cards.changing(card, (), guess.see),),
        refusal=None if principal else InvalidState(state="empty"),
    )


def _expiring(guess: _Guess, at: datetime) -> Draft:
    card = guess.card
    gone = lots.total(lots.over(card.seen, at))
    if not gone:
        raise _NothingOver
    movement = ids.derived("cdx", card.id, clock.written(at))
    return Draft(
        movement=None,
        changes=(Change(card.id, card.currency, settles=True), *_without(card, gone)),
        entry=_entry(card, "card-expiry", movement, _reversed(card, gone), at),
        legs=(cards.changing(card, lots.good(card.seen, at), guess.see),),
    )


def _without(card: Card, bonus: int) -> tuple[Change, ...]:
    return (Change(card.bonus, card.currency, -bonus),) if bonus else ()


def _reversed(card: Card, bonus: int) -> dict[str, int]:
    return {card.bonus: -bonus, chart.promised(card.merchant_id, card.currency): bonus}


def _movement(customer: Customer, card: Card, answer: CashOutView, key: RequestKey, at: datetime) -> Movement:
    return Movement(
        id=answer.id,
        kind="card-refund",
        account=answer.wallet_id,
        amount=answer.amount,
        currency=answer.currency,
        state=answer.status,
        at=at,
        fingerprint=key.fingerprint,
        receipt=paying.receipt(answer),
        facts={"payee": card.merchant_id, "owner": customer.user_id},
    )


def _entry(card: Card, kind: str, movement: str, postings: dict[str, int], at: datetime, owner: str = "") -> Entry:
    return Entry(
        movement=movement,
        kind=kind,
        currency=card.currency,
        at=at,
        postings=crediting.postings(postings),
        owner=owner,
        payee=card.merchant_id,
        payee_name=card.merchant_name,
    )
