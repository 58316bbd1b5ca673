"""Gift cards, in the order a person would tell it: buy one, look at a code, claim it, cancel it; the rest by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.identity import telling
from chalicelib.kernel import clock, ids, money
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import (
    CoolingOff,
    CurrencyMismatch,
    GuardianApprovalRequired,
    InvalidState,
    NotFound,
    StepUpRequired,
    TooManyRequests,
)
from chalicelib.kernel.idempotency import Receipt, RequestKey
from chalicelib.ledger import chart, consents, history
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Draft
from chalicelib.settings import settings
from chalicelib.transfers import gifting
from chalicelib.transfers import model as transfers
from chalicelib.transfers import model_gifts as model
from chalicelib.transfers import store_gifts as store
from chalicelib.transfers.gifting import Wish
from chalicelib.transfers.model_gifts import GiftCardRequest, GiftCardView, GiftClaimRequest, LookRequest, LookView

_NOT_YET = (CoolingOff, GuardianApprovalRequired, NotFound, StepUpRequired)
"""Nothing is stored of them: the same key buys once they are over, and one that has bought is told so."""
_SHOWN = (gifting.KIND, gifting.CLAIM)
"""Kinds of entries by which somebody knows a card: each of them once."""
ENDS_SOON = "gift_card_ends"


def buy(customer: Customer, request: GiftCardRequest, key: RequestKey, at: datetime) -> Receipt:
    """All of it into escrow. Raises or stores every refusal of `ledger.commit`; of `_NOT_YET` nothing.

    Raises InvalidRequest (message), CurrencyMismatch, AmountOutOfRange.
    """
    money.check_currency(request.currency)
    money.check_amount(request.amount)
    _check_wallet(customer, request.wallet_id, request.currency)
    message, gift_id = transfers.tidy_note(request.message, "message"), key.movement_id("gft")
    facts = (request.wallet_id, request.amount, request.currency, message, request.design)
    wish = Wish(*facts, _code(gift_id), key)
    try:
        return _with_code(ledger.commit(lambda at, known: gifting.buying(customer, wish, at, known), at, key))
    except _NOT_YET as refusal:
        if first := ledger.answered(wish.id, key):
            return _with_code(first)
        if isinstance(refusal, GuardianApprovalRequired):
            consents.ask(gifting.consent_of(customer, wish, at))
        raise


def look(customer: Customer, request: LookRequest, at: datetime) -> LookView:
    """What a code is good for. Raises TooManyRequests, NotFound."""
    store.count_look(customer.user_id, at)
    return model.looked_at(_of_code(request.code), customer.user_id, at)


def claim(customer: Customer, request: GiftClaimRequest, key: RequestKey, at: datetime) -> Receipt:
    """All of it, once. Raises TooManyRequests, NotFound (no such code, no such wallet), CurrencyMismatch.

    Raises or stores InvalidState: gift-claimed, cancelled, expired, own-gift-card.
    """
    try:
        store.count_look(customer.user_id, at)
        gift = _of_code(request.code)
        _check_wallet(customer, request.wallet_id, gift["currency"])
        if gift["owner"] == customer.user_id:
            raise InvalidState(state="own-gift-card")
        return ledger.commit(lambda at, known: gifting.claiming(customer, gift, key, at, known), at, key)
    except (TooManyRequests, NotFound):
        if first := ledger.answered(key.movement_id("gfc"), key):
            return first
        raise


def cancel(customer: Customer, gift_id: str, key: RequestKey, at: datetime) -> Receipt:
    """All of it back, while nobody has claimed it. Raises NotFound; raises or stores InvalidState (how it is)."""
    gift = _found(gift_id)
    if gift["account"] not in customer.wallet_ids:
        raise NotFound()
    return ledger.commit(lambda at, known: gifting.back(gift, "cancelled", key, at, known), at, key)


def card(customer: Customer, gift_id: str, at: datetime) -> GiftCardView:
    """As it is now, for whoever bought it and whoever claimed it. Raises NotFound."""
    gift = _found(gift_id)
    if gift["account"] in customer.wallet_ids:
        return _bought(gift, at)
    if "claim" in gift and ledger.movement(gift["claim"])["account"] in customer.wallet_ids:
        return model.received(gift, at)
    raise NotFound()


def listed(customer: Customer, before: str | None, limit: int, at: datetime) -> tuple[list[GiftCardView], str | None]:
    """Mine, bought and received, newest first; and the position of the next page, which may follow a short one."""
    found, following = history.of_kinds(customer.wallet_ids[0], _SHOWN, before, limit)
    moved = _known([entry["movement"] for entry in found])
    claimed = _known([one["gift"] for one in moved.values() if one["kind"] == gifting.CLAIM])
    mine = [moved[entry["movement"]] for entry in found]
    shown = [
        _bought(one, at) if one["kind"] == gifting.KIND else model.received(claimed[one["gift"]], at) for one in mine
    ]
    return shown, following


def go_on(gift_id: str, at: datetime) -> bool:
    """What is due of one that nobody has claimed: its buyer is reminded, then has it back; whether that happened."""
    gift = _found(gift_id)
    if gift["state"] != "open" or gift["due_at"] > clock.written(at):
        return False
    over = at >= model.expires_at(gift)
    if not over:
        told = {"amount": gift["amount"], "currency": gift["currency"], "until": clock.written(model.expires_at(gift))}
        telling.tell_id(gift["owner"], ENDS_SOON, told, clock.read(gift["due_at"]), once=gift_id)
    try:
        ledger.commit(lambda at, known: _next(gift, over, at, known), at)
    except InvalidState:
        return False
    return over


def _next(gift: dict[str, Any], over: bool, at: datetime, known: Any) -> Draft:
    return gifting.back(gift, "returned", None, at, known) if over else Draft(None, (), None, (store.reminded(gift),))


def _check_wallet(customer: Customer, wallet_id: str, currency: str) -> None:
    if wallet_id not in customer.wallet_ids:
        raise NotFound(param="wallet_id")
    if wallet_id != chart.wallet_of(customer.user_id, currency):
        raise CurrencyMismatch(param="currency")


def _of_code(typed: str) -> dict[str, Any]:
    gift_id = store.of_code(model.tidy_code(typed))
    if not gift_id:
        raise NotFound(param="code")
    return ledger.movement(gift_id)


def _found(gift_id: str) -> dict[str, Any]:
    if not ids.is_id(gift_id, "gft"):
        raise NotFound()
    return ledger.movement(gift_id)


def _known(movement_ids: list[str]) -> dict[str, dict[str, Any]]:
    return {one["pk"]: one for one in ledger.movements(movement_ids)} if movement_ids else {}


def _code(gift_id: str) -> str:
    return model.code_of(gift_id, settings().cursor_key)


def _url(code: str) -> str:
    return f"{settings().public_url}/app/#/gift-cards/claim?code={code}"


def _bought(gift: dict[str, Any], at: datetime) -> GiftCardView:
    """A code that the secret of today does not give is not shown: cancelling still brings the money back."""
    code = _code(gift["pk"])
    shown = (code, _url(code)) if store.hashed(code) == gift["hashed"] else ("", "")
    return model.bought(gift, *shown, at)


def _with_code(receipt: Receipt) -> Receipt:
    """A card that was bought, with its code: the stored answer is without."""
    if receipt.status != 201:
        return receipt
    answer = msgspec.json.decode(receipt.body, type=GiftCardView)
    code = _code(answer.id)
    shown = msgspec.structs.replace(answer, code=code, claim_url=_url(code))
    return replace(receipt, body=msgspec.json.encode(shown).decode())
