"""A till charges a code: paid in one transaction, or waiting for the customer's yes; and ended, as long as it can be.

A charge is known by its payment. Whatever becomes of it takes the payment's id in the ledger, and whoever comes first
has it: paid, refused, declined, expired or reversed, once and for good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.api import problems
from chalicelib.kernel import ids
from chalicelib.kernel.callers import Customer, Merchant
from chalicelib.kernel.errors import (
    CardElsewhere,
    ChargeDeclined,
    CodeMistyped,
    CodeOver,
    CodeUnknown,
    CofferError,
    CoolingOff,
    Forbidden,
    GuardianApprovalRequired,
    InsufficientFunds,
    InvalidState,
    InvalidToken,
    LimitReached,
    NotFound,
    Refusal,
    StepUpRequired,
    TooManyRequests,
    WalletFrozen,
)
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Draft, Known, Movement
from chalicelib.merchants import service as merchants
from chalicelib.merchants.model import Terms
from chalicelib.payments import (
    acting,
    by_family,
    following,
    model,
    model_charges,
    model_codes,
    paying,
    service,
    store_charges,
    store_codes,
)
from chalicelib.payments.authority import KeptKey
from chalicelib.payments.model_charges import (
    Charge,
    ChargeRequest,
    ChargeView,
    Ending,
    ReversalRequest,
    ReversalView,
)
from chalicelib.payments.model_codes import Code
from chalicelib.payments.paying import Order

_OF_THE_WALLET = (CardElsewhere, InsufficientFunds, LimitReached, WalletFrozen)
_OVER = ("closed", "card-offered", "card-ended")
"""States of a wallet, or of a family card, that does not pay."""


def charge(merchant: Merchant, asked: ChargeRequest, key: RequestKey, at: datetime) -> Receipt:
    """201 and the payment, or 202 and a charge that waits for its customer.

    Raises CodeMistyped, TooManyRequests, and what is wrong with the order. Stores every other refusal.
    Whoever may not charge is told what was answered to the same charge before. Raises Forbidden, NotFound.
    """
    merchant.require("payments")
    asked, key = model_charges.checked(asked), _discreet(key)
    if not model_codes.is_sound(asked.code):
        raise CodeMistyped(param="code")
    try:
        asked = _open_to(merchant, asked, key, at)
    except (Forbidden, NotFound, TooManyRequests) as refusal:
        sees = merchant.works_at(asked.store_id or merchant.store_id)
        return acting.told(_answered(key) if sees else None, refusal)
    code = store_codes.code(model_codes.id_of(asked.code))
    if code is None:
        return _unknown(merchant, asked, key, at)
    wanted = model_charges.order_of(asked, code.wallet, merchant.merchant_id, code.family_card)
    order = replace(service.ordered(wanted, at), staff_id=merchant.staff_id)
    try:
        guess = by_family.guess(code.customer, order) if code.family_card else None
        return ledger.commit(lambda at, known: acting.by(merchant, _draft(code, order, key, at, known, guess)), at, key)
    except (StepUpRequired, GuardianApprovalRequired):
        return _wait(merchant, code, order, key, at)
    except CoolingOff:
        return _refuse(_never(order, key, at), key, ChargeDeclined())
    except (InvalidToken, NotFound):
        return _refuse(_never(order, key, at), key, CodeOver(state="ended"))


def seen(caller: Customer | Merchant, charge_id: str, at: datetime) -> ChargeView:
    """As it is now: one whose time is over is ended before anybody is told so. Raises Forbidden, NotFound."""
    kept, movement = _known(caller, charge_id)
    if kept is None:
        return _paid(movement, at)
    if movement is None and kept.until <= at:
        movement = _end(kept.id, kept.merchant_id, "expired", at)
    return kept.view(movement)


def confirm(customer: Customer, charge_id: str, key: RequestKey, at: datetime) -> Receipt:
    """The customer's yes: once, however often it comes. Raises and stores what a payment of their own does."""
    kept, movement = _waiting(customer, charge_id)
    if movement and (ending := movement.get("refusal")) in model_charges.ENDINGS:
        raise InvalidState(state=ending)
    order = replace(service.ordered(kept.request, at), until=kept.until, staff_id=kept.staff_id)
    return service.pay_order(customer, order, _kept_key(kept, key), at)


def decline(customer: Customer, charge_id: str, at: datetime) -> ChargeView:
    """The customer's no, for good; once or many times. Raises NotFound, InvalidState if it is over already."""
    kept, _ = _waiting(customer, charge_id)
    ending: Ending = "declined" if at < kept.until else "expired"
    ended = kept.view(_end(kept.id, kept.merchant_id, ending, at))
    if ended.reason != "declined":
        raise InvalidState(state=ended.reason or ended.status)
    return ended


def reverse(merchant: Merchant, charge_id: str, at: datetime) -> ReversalView:
    """Ends a charge that is not final, for good; once or many times.

    Raises Forbidden, NotFound, InvalidState of what is settled, refunded, or captured by a request of its own.
    """
    _known(merchant, charge_id)
    return _reverse(merchant, charge_id, at)


def reverse_unanswered(
    merchant: Merchant, asked: ReversalRequest, charge_key: RequestKey, at: datetime
) -> ReversalView:
    """The same by the key of a charge that nobody answered: if it never came, it is refused when it comes.

    Whoever is at one store ends what is of that store, and keeps no charge of another from coming.
    """
    merchant.require("payments")
    store_id, charge_id = merchant.at(asked.store_id), charge_key.movement_id("pay")
    if merchant.store_id and store_id:
        store_charges.stop(charge_id, store_id)
        if not _is_there(merchant, charge_id):
            return ReversalView(charge_id, "reversed", 0)
    return _reverse(merchant, charge_id, at, charge_key.language)


def _open_to(merchant: Merchant, asked: ChargeRequest, key: RequestKey, at: datetime) -> ChargeRequest:
    """At the store where it is charged. Raises Forbidden, NotFound (only asked), TooManyRequests (guessing)."""
    asked = msgspec.structs.replace(asked, store_id=merchant.at(asked.store_id))
    acting.check_does(key)
    if seconds := store_codes.guessing_for(merchant.who, at):
        raise TooManyRequests(retry_after_seconds=seconds)
    return asked


def _draft(
    code: Code, order: Order, key: RequestKey, at: datetime, known: Known, guess: by_family.Guess | None
) -> Draft:
    """The payment as its customer would have made it when they showed the code, which it uses up."""
    if guess is None:
        draft = paying.draft(code.customer, order, key, at, known)
    else:
        draft = by_family.draft(code.customer, order, key, at, known, guess, till=True)
    if draft.movement is None:
        return draft
    charge_id = draft.movement.id
    movement = replace(draft.movement, facts={**draft.movement.facts, "code": code.id})
    stopped = store_charges.not_stopped(charge_id, order.store_id)
    legs = (*stopped, store_codes.using(code, charge_id, at), *draft.legs)
    never = ChargeDeclined() if guess and order.held else draft.refusal
    return replace(draft, movement=movement, unless=(store_charges.not_waiting(charge_id),), legs=legs, refusal=never)


def _wait(merchant: Merchant, code: Code, order: Order, key: RequestKey, at: datetime) -> Receipt:
    """The code is used up, and nothing is taken yet."""
    charge_id = key.movement_id("pay")
    owner, name = code.customer.user_id, order.terms.name
    waits = Charge(charge_id, owner, order.request, name, at, key.fingerprint, order.staff_id)
    receipt = Receipt(202, msgspec.json.encode(waits.view()).decode())

    def build(at: datetime, known: Known) -> Draft:
        stopped = store_charges.not_stopped(charge_id, order.store_id)
        legs = (*store_charges.waiting(waits, receipt), *stopped, store_codes.using(code, charge_id, at))
        return acting.by(merchant, Draft(movement=None, changes=(), entry=None, legs=legs))

    try:
        repeated = ledger.commit(build, at, key)
    except Refusal as error:
        return _refuse(_never(order, key, at), key, error)
    return repeated if repeated.replayed else receipt


def _unknown(merchant: Merchant, asked: ChargeRequest, key: RequestKey, at: datetime) -> Receipt:
    """A guess, unless it repeats what was answered before its code was forgotten."""
    charge_id = key.movement_id("pay")
    if first := _answered(key):
        return first
    store_codes.count_wrong(merchant.who, at)
    amount, currency = asked.amount, asked.currency
    never = Movement(charge_id, "payment", merchant.merchant_id, amount, currency, "refused", at, key.fingerprint)
    return _refuse(never, key, CodeUnknown())


def _answered(key: RequestKey) -> Receipt | None:
    """What a charge was answered, paid, refused or waiting. Raises IdempotencyKeyReused."""
    charge_id = key.movement_id("pay")
    return store_charges.answered(charge_id, key) or ledger.answered(charge_id, key)


def _refuse(never: Movement, key: RequestKey, error: Refusal) -> Receipt:
    """Unless a request with its key has been told that it waits."""
    return ledger.refuse(never, key, error, (store_charges.not_waiting(never.id),))


def _never(order: Order, key: RequestKey, at: datetime) -> Movement:
    charge_id = key.movement_id("pay")
    return Movement(charge_id, "payment", order.wallet, order.amount, order.currency, "refused", at, key.fingerprint)


def _end(charge_id: str, merchant_id: str, ending: Ending, at: datetime, language: str = "en") -> dict[str, Any]:
    """Nothing is taken by it any more, unless something was: the movement that has its id, whoever was first."""
    receipt = problems.receipt(InvalidState(state=ending), language, "")
    facts = {"refusal": ending, "payee": merchant_id}
    return ledger.forestall(
        Movement(charge_id, "payment", merchant_id, 0, "", "refused", at, receipt=receipt, facts=facts)
    )


def _reverse(merchant: Merchant, charge_id: str, at: datetime, language: str = "en") -> ReversalView:
    found = _end(charge_id, merchant.merchant_id, "reversed", at, language)
    if found["state"] in ("authorized", "captured"):
        terms, void_id = merchants.terms(merchant.merchant_id, at), model_charges.reversal_id(charge_id)
        ledger.commit(lambda at, known: acting.by(merchant, _taken_back(found, void_id, terms, at, known)), at)
    return ReversalView(charge_id, "reversed", 0 if found["state"] == "refused" else found["amount"])


def _taken_back(found: Mapping[str, Any], void_id: str, terms: Terms, at: datetime, known: Known) -> Draft:
    plain = following.take_back(found, void_id, terms, at, known)
    return by_family.back(found, plain, found["amount"], at) if by_family.FAMILY in found else plain


def _known(caller: Customer | Merchant, charge_id: str) -> tuple[Charge | None, dict[str, Any] | None]:
    """What waits or waited, and what has the charge's id. Raises NotFound of somebody else's, and of other payments."""
    if isinstance(caller, Merchant):
        caller.require("payments")
    if not ids.is_id(charge_id, "pay"):
        raise NotFound()
    kept = store_charges.charge(charge_id)
    movement = next(iter(ledger.movements([charge_id])), None)
    if kept is None and (movement is None or "code" not in movement):
        raise NotFound()
    wallet = kept.wallet if kept else by_family.payer_of(movement or {}) or (movement or {})["account"]
    payee = kept.merchant_id if kept else (movement or {})["payee"]
    if not (wallet in caller.wallet_ids if isinstance(caller, Customer) else payee == caller.merchant_id):
        raise NotFound()
    if isinstance(caller, Merchant) and caller.store_id not in ("", _store(kept, movement)):
        raise NotFound()
    return kept, movement


def _is_there(merchant: Merchant, charge_id: str) -> bool:
    """Whether a charge has come, one that took nothing included. Raises NotFound of another store's."""
    kept, movement = store_charges.charge(charge_id), next(iter(ledger.movements([charge_id])), None)
    refused = movement is not None and movement["state"] == "refused"
    if kept is None and (movement is None or refused):
        return refused
    if _store(kept, movement) != merchant.store_id:
        raise NotFound()
    return True


def _store(kept: Charge | None, movement: Mapping[str, Any] | None) -> str:
    return kept.request.store_id or "" if kept else model.store_of(movement or {"answer": ""})


def _waiting(customer: Customer, charge_id: str) -> tuple[Charge, dict[str, Any] | None]:
    kept, movement = _known(customer, charge_id)
    if kept is None:
        raise NotFound()
    return kept, movement


def _paid(movement: Mapping[str, Any] | None, at: datetime) -> ChargeView:
    """Of one that was paid at once."""
    if movement is None:
        raise NotFound()
    return model_charges.paid_view(movement, merchants.terms(movement["payee"], at).name)


def _kept_key(kept: Charge, key: RequestKey) -> RequestKey:
    """The charge's own: whoever confirms it, and whoever agrees to it, make the one payment."""
    return KeptKey(
        caller=kept.owner,
        route="",
        key="",
        fingerprint=kept.fingerprint,
        refuse=key.refuse,
        language=key.language,
        request_id=key.request_id,
        movement_ids=(kept.id, model_charges.consent_id(kept.id)),
    )


def _discreet(key: RequestKey) -> RequestKey:
    """What the customer's wallet lacks is kept, and not told to the till."""

    def refuse(error: CofferError) -> Receipt:
        over = isinstance(error, InvalidState) and error.params.get("state") in _OVER
        return key.refuse(ChargeDeclined() if over or isinstance(error, _OF_THE_WALLET) else error)

    return replace(key, refuse=refuse)
