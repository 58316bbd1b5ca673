"""Family cards, in the order a person would tell it: give one, take it or not, look, change, end; and what is told.

How a card is paid with is in `by_family`. What a card allows is read to be shown; of a payment it is a condition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import msgspec

from chalicelib.identity import payee_checks, telling
from chalicelib.identity.model_payees import Check
from chalicelib.kernel import clock, money
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import (
    AmountOutOfRange,
    CoolingOff,
    CurrencyMismatch,
    InvalidOrExpired,
    InvalidRequest,
    InvalidState,
    NotFound,
    StepUpRequired,
)
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import chart, standing
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Draft, Known, Leg, Movement
from chalicelib.merchants import service as merchants
from chalicelib.notices.model import Params
from chalicelib.payments import model, model_family, store_family
from chalicelib.payments.model_family import (
    FamilyCard,
    FamilyCardChange,
    FamilyCardView,
    FamilyPaymentView,
    NewFamilyCard,
    PaymentStatus,
    Role,
)
from chalicelib.policy import service as policy


def offer(customer: Customer, wish: NewFamilyCard, key: RequestKey, at: datetime) -> Receipt:
    """Theirs to accept; they are told within a minute.

    Raises StepUpRequired, CoolingOff, NotFound (the wallet), CurrencyMismatch, AmountOutOfRange, InvalidOrExpired (the
    check), InvalidRequest (name, oneself, without an account), TooManyRequests, InvalidToken. Stores LimitReached
    (family_cards), WalletFrozen, InvalidState (closed).
    """
    card_id = key.movement_id("fam")
    if first := ledger.answered(card_id, key):
        return first
    _prove(customer, at)
    if wish.wallet_id not in customer.wallet_ids:
        raise NotFound(param="wallet_id")
    if wish.wallet_id != chart.wallet_of(customer.user_id, money.check_currency(wish.currency)):
        raise CurrencyMismatch(param="currency")
    card = _card(customer, wish, _check(customer, wish, at), card_id, at)
    legs = store_family.offering(card, at)
    movement = _movement(card, key, at)

    def build(at: datetime, known: Known) -> Draft:
        return Draft(movement, (), None, legs=(standing.acting_as_known(customer, card.wallet, known), *legs))

    return ledger.commit(build, at, key)


def card(customer: Customer, card_id: str, at: datetime) -> FamilyCardView:
    """As it is now, to both sides. Raises NotFound."""
    return _known(customer, card_id).view(customer.user_id, at)


def listed(customer: Customer, before: str | None, limit: int, at: datetime) -> tuple[list[FamilyCardView], str | None]:
    """Those that I gave and those that I hold, newest first, and the position of the next page."""
    found, following = store_family.listed(customer.user_id, before, limit)
    return [one.view(customer.user_id, at) for one in found], following


def payments(
    customer: Customer, card_id: str, before: str | None, limit: int, at: datetime
) -> tuple[list[FamilyPaymentView], str | None]:
    """What was paid with it, to both sides, newest first. Raises NotFound."""
    found, following = store_family.payments(_known(customer, card_id).id, before, limit)
    known = {one["pk"]: one for one in ledger.movements(found)} if found else {}
    return [_payment(known[one], at) for one in found if one in known], following


def accept(customer: Customer, card_id: str, at: datetime) -> FamilyCardView:
    """Once more is as good as once. Raises NotFound, InvalidState (ended)."""
    found = _held(customer, card_id)
    _once(at, "card-active", store_family.accepting(found, at))
    return card(customer, card_id, at)


def decline(customer: Customer, card_id: str, at: datetime) -> FamilyCardView:
    """An offer; once more is as good as once. Raises NotFound, InvalidState (accepted)."""
    found = _held(customer, card_id)
    if found.status == "active":
        raise InvalidState(state="card-active")
    _once(at, "card-ended", *store_family.ending(found, "holder", "declined", at, tell="owner"))
    return card(customer, card_id, at)


def end(customer: Customer, card_id: str, at: datetime) -> FamilyCardView:
    """By either side and for good: what is being paid with it goes through first, or never. Raises NotFound."""
    _end(_known(customer, card_id), customer.user_id, at)
    return card(customer, card_id, at)


def change(customer: Customer, card_id: str, wish: FamilyCardChange, at: datetime) -> FamilyCardView:
    """By its owner; who lets more be paid than before proves that it is them, in a session that goes on: a token
    outlives its session by minutes.

    Raises NotFound, InvalidState (ended, changed), StepUpRequired, CoolingOff, AmountOutOfRange, InvalidRequest,
    InvalidToken, WalletFrozen.
    """
    found = _known(customer, card_id)
    if found.owner != customer.user_id:
        raise NotFound()
    if found.status == "ended":
        raise InvalidState(state="card-ended")
    if looser := model_family.loosens(found, wish):
        _prove(customer, at)
    now = _changed(found, wish)
    _check_cap(customer, now.cap, at)

    def build(at: datetime, known: Known) -> Draft:
        acting = (standing.acting_as_known(customer, found.wallet, known),) if looser else ()
        return Draft(None, (), None, legs=(*acting, store_family.changing(found, now, at)))

    if now != found:
        ledger.commit(build, at)
    return card(customer, card_id, at)


def end_all(user_id: str, at: datetime) -> None:
    """Of somebody who is erased, on both sides; may be repeated."""
    for one in store_family.every_one_of(user_id):
        _end(one, user_id, at)


def go_on(card_id: str, at: datetime) -> bool:
    """Tells whoever is to be told. Once or many times; whatever comes meanwhile is due again."""
    found = store_family.card(card_id)
    if found is None or not found.due_at or found.due_at > clock.written(at):
        return False
    for side, said in found.says.items():
        _tell(found, cast(Role, side), *said.split())
    return _try(at, store_family.told(found))


def _card(customer: Customer, wish: NewFamilyCard, check: Check, card_id: str, at: datetime) -> FamilyCard:
    cap = money.check_amount(wish.monthly_cap, "monthly_cap")
    _check_cap(customer, cap, at)
    return FamilyCard(
        id=card_id,
        owner=customer.user_id,
        owner_name=check.payer_name,
        holder=check.payee_owner,
        holder_name=check.name,
        jurisdiction=customer.jurisdiction,
        tier=customer.tier,
        currency=wish.currency,
        created_at=clock.written(at),
        name=model_family.tidy_name(wish.name),
        cap=cap,
        approval_above=model_family.above_of(wish.approval_above),
        categories=model_family.kinds(wish.categories),
        says={"holder": f"offered {clock.written(at)}"},
    )


def _check(customer: Customer, wish: NewFamilyCard, at: datetime) -> Check:
    found = payee_checks.read(customer, wish.payee_check)
    if found.exp <= at.timestamp():
        raise InvalidOrExpired(param="payee_check")
    if found.invites:
        raise InvalidRequest(param="payee_check", reason="no-account")
    if found.payee_owner == customer.user_id:
        raise InvalidRequest(param="payee_check", reason="oneself")
    if found.currency != wish.currency:
        raise CurrencyMismatch(param="currency")
    return found


def _check_cap(customer: Customer, cap: int, at: datetime) -> None:
    """What nobody in easy mode pays without their guardian, no card of theirs pays either. Raises AmountOutOfRange."""
    most = policy.large(customer, at).guardian_above if customer.guarded else None
    if most is not None and cap > most:
        raise AmountOutOfRange(param="monthly_cap", maximum=most)


def _prove(customer: Customer, at: datetime) -> None:
    """Raises StepUpRequired, CoolingOff."""
    if customer.cooling_until > at.timestamp():
        raise CoolingOff(until=clock.written(datetime.fromtimestamp(customer.cooling_until, UTC)))
    if customer.stepped_up_until <= at.timestamp():
        raise StepUpRequired(methods=customer.ways)


def _movement(card: FamilyCard, key: RequestKey, at: datetime) -> Movement:
    """No money moves by it."""
    receipt = Receipt(201, msgspec.json.encode(card.view(card.owner, at)).decode())
    return Movement(
        id=card.id,
        kind=store_family.KIND,
        account=card.wallet,
        amount=card.cap,
        currency=card.currency,
        state="offered",
        at=at,
        fingerprint=key.fingerprint,
        receipt=receipt,
        facts={"owner": card.owner},
    )


def _changed(card: FamilyCard, wish: FamilyCardChange) -> FamilyCard:
    now = card
    if wish.monthly_cap is not None:
        now = replace(now, cap=money.check_amount(wish.monthly_cap, "monthly_cap"))
    if wish.approval_above is not msgspec.UNSET:
        now = replace(now, approval_above=model_family.above_of(wish.approval_above))
    if wish.categories is not None:
        now = replace(now, categories=model_family.kinds(wish.categories))
    return now if wish.name is None else replace(now, name=model_family.tidy_name(wish.name))


def _end(found: FamilyCard, user_id: str, at: datetime) -> None:
    mine = found.owner == user_id
    by, other = ("owner", "holder") if mine else ("holder", "owner")
    _once(at, "card-ended", *store_family.ending(found, by, "ended", at, tell=other))


def _payment(movement: Mapping[str, Any], at: datetime) -> FamilyPaymentView:
    seen = model.view(movement)
    return FamilyPaymentView(
        payment_id=movement["pk"],
        merchant_id=movement["payee"],
        merchant_name=merchants.terms(movement["payee"], at).name,
        amount=movement["amount"],
        currency=movement["currency"],
        status=cast(PaymentStatus, seen["status"]),
        at=movement["created_at"],
        refunded=seen["refunded"],
    )


def _tell(card: FamilyCard, side: Role, said: str, moment: str) -> None:
    """Without the card's name: what strangers write goes into no message of ours."""
    reader, other = (card.owner, card.holder_name) if side == "owner" else (card.holder, card.owner_name)
    told: Params = {"person": other, "amount": card.cap, "currency": card.currency}
    telling.tell_id(reader, f"family_card_{said}", told, clock.read(moment), once=f"{card.id} {side} {said}")


def _once(at: datetime, done: str, *legs: Leg) -> None:
    """`done`: the state in which it is already."""
    try:
        ledger.commit(lambda at, known: Draft(None, (), None, legs=legs), at)
    except InvalidState as refusal:
        if refusal.params["state"] != done:
            raise


def _try(at: datetime, *legs: Leg) -> bool:
    try:
        ledger.commit(lambda at, known: Draft(None, (), None, legs=legs), at)
    except InvalidState:
        return False
    return True


def _known(customer: Customer, card_id: str) -> FamilyCard:
    found = store_family.card(card_id)
    if found is None or customer.user_id not in (found.owner, found.holder):
        raise NotFound()
    return found


def _held(customer: Customer, card_id: str) -> FamilyCard:
    found = _known(customer, card_id)
    if found.holder != customer.user_id:
        raise NotFound()
    return found
