"""A merchant offers prepaid cards: plans that never change once offered, and may be withdrawn."""

from __future__ import annotations

from datetime import datetime

from chalicelib.cases import service as cases
from chalicelib.cases.model import Facts
from chalicelib.kernel import ids, money
from chalicelib.kernel.callers import Merchant, Operator
from chalicelib.kernel.errors import AmountOutOfRange, CurrencyMismatch, InvalidRequest, InvalidState, NotFound
from chalicelib.ledger.model import Changed, Leg, Verdict
from chalicelib.ledger.wire import Item, plain_item
from chalicelib.ledger.write import Update
from chalicelib.merchants import rules, store_cards
from chalicelib.merchants import service as merchants
from chalicelib.merchants.model_cards import NewPlan, Plan
from chalicelib.settings import settings


def offer(caller: Operator | Merchant, merchant_id: str, wanted: NewPlan, at: datetime) -> Plan:
    """Raises Forbidden, NotFound, AmountOutOfRange, CurrencyMismatch, InvalidRequest."""
    _keeper(caller)
    terms = merchants.merchant(caller, merchant_id)
    if wanted.currency not in terms.account:
        raise CurrencyMismatch(param="currency")
    offered = Plan(
        id=ids.new("cpl", at),
        merchant_id=merchant_id,
        merchant_name=terms.name,
        name=rules.tidy_name(wanted.name),
        currency=wanted.currency,
        price=money.check_amount(wanted.price, "price"),
        bonus=wanted.bonus,
        bonus_expires_days=wanted.bonus_expires_days,
        purchase_fee=wanted.purchase_fee,
        created_at=at,
    )
    _check(offered)
    sums = {"price": offered.price, "bonus": offered.bonus, "fee": offered.purchase_fee}
    facts: Facts = {"merchant": merchant_id, "currency": offered.currency, **sums}
    cases.audit(_who(caller), "merchant.offer_card", offered.id, "", at, source_address=caller.source_address, **facts)
    store_cards.put(offered)
    return offered


def listed(
    caller: Operator | Merchant, merchant_id: str, position: str | None, limit: int
) -> tuple[list[Plan], str | None]:
    """Newest first, withdrawn ones too, from `position` on; and the position of the next page, None at the end.

    Raises Forbidden, NotFound.
    """
    if isinstance(caller, Merchant):
        caller.require("cards")
    merchants.merchant(caller, merchant_id)
    return store_cards.of(merchant_id, position, limit)


def withdraw(caller: Operator | Merchant, merchant_id: str, plan_id: str, at: datetime) -> Plan:
    """Nobody buys it any more; cards that were bought stay as they are. Once or many times.

    Raises Forbidden, NotFound.
    """
    _keeper(caller)
    merchants.merchant(caller, merchant_id)
    if plan(plan_id).merchant_id != merchant_id:
        raise NotFound()
    facts: Facts = {"merchant": merchant_id}
    cases.audit(_who(caller), "merchant.withdraw_card", plan_id, "", at, source_address=caller.source_address, **facts)
    store_cards.withdraw(plan_id, merchant_id)
    return plan(plan_id)


def offered(merchant_id: str, position: str | None, limit: int) -> tuple[list[Plan], str | None]:
    """What customers may buy there, newest first; a page may be short. Nothing of an unknown merchant."""
    if not ids.is_id(merchant_id, "mer"):
        raise InvalidRequest(param="merchant_id")
    found, following = store_cards.of(merchant_id, position, limit)
    return [one for one in found if one.status == "offered"], following


def plan(plan_id: str) -> Plan:
    """Raises NotFound."""
    found = store_cards.find(plan_id) if ids.is_id(plan_id, "cpl") else None
    if found is None:
        raise NotFound()
    return found


def offering(plan: Plan) -> Leg:
    """It is still offered, inside the transaction that buys it. Refuses with InvalidState (withdrawn)."""
    update = Update(settings().merchants_table, plan.id, store_cards.PLAN).require("status", "=", "offered")

    def explain(wired: Item | None) -> Verdict:
        status = plain_item(wired)["status"] if wired else "withdrawn"
        return Changed() if status == "offered" else InvalidState(state=status)

    return Leg(update.checked(), explain)


def _check(plan: Plan) -> None:
    """All of it together is an amount too; what a bonus that is none should do is a mistake."""
    for name in ("bonus", "purchase_fee"):
        if plan.price + getattr(plan, name) > money.MAX_AMOUNT:
            raise AmountOutOfRange(param=name, maximum=money.MAX_AMOUNT - plan.price)
    if plan.bonus_expires_days is not None and not plan.bonus:
        raise InvalidRequest(param="bonus_expires_days")


def _keeper(caller: Operator | Merchant) -> None:
    caller.require("cards" if isinstance(caller, Merchant) else "merchants.keep-cards")


def _who(caller: Operator | Merchant) -> str:
    return caller.who if isinstance(caller, Merchant) else caller.user_id
