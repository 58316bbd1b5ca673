"""A quote: the whole schedule, the rate and the total, before anybody agrees to anything."""

from __future__ import annotations

from datetime import datetime

from chalicelib.credit import lines, model, store
from chalicelib.credit.model import LATE_BASIS_POINTS, LEAST_PRINCIPAL, VALID, InstalmentQuote
from chalicelib.credit.model_views import InstalmentQuoteRequest, InstalmentQuoteView
from chalicelib.credit.plan import Plan
from chalicelib.kernel import clock, ids, money
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import (
    AmountOutOfRange,
    CreditLimitReached,
    CreditUnavailable,
    CurrencyMismatch,
    InvalidRequest,
    InvalidState,
    NotFound,
)
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Head
from chalicelib.policy import service as policy
from chalicelib.policy.pack import Credit


def quote(customer: Customer, wish: InstalmentQuoteRequest, language: str, at: datetime) -> InstalmentQuoteView:
    """Kept for 15 minutes. Raises CreditUnavailable, CreditLimitReached, AmountOutOfRange, CurrencyMismatch,
    InvalidRequest (no such plan)."""
    wallet, rules = lines.wallet_of(customer), policy.credit_of(customer.jurisdiction, at)
    money.check_amount(wish.amount)
    if wish.plan not in model.offered(wish.kind):
        raise InvalidRequest(param="plan")
    if wish.currency != wallet.currency:
        raise CurrencyMismatch(param="currency")
    if wish.amount < LEAST_PRINCIPAL:
        raise AmountOutOfRange(param="amount", minimum=LEAST_PRINCIPAL)
    made = _made(wish, rules, policy.rules(customer.jurisdiction, at).id, at)
    _fits(customer, wallet, made, rules, at)
    store.put_quote(customer.user_id, made)
    texts = policy.texts_of(customer.jurisdiction, at)
    return InstalmentQuoteView(
        made, made.hash, [getattr(texts[name], language, texts[name].en) for name in made.disclosures]
    )


def agreed(customer: Customer, quote_id: str, quote_hash: str, kind: str, at: datetime) -> InstalmentQuote:
    """What was quoted to them. Raises NotFound, InvalidRequest (another hash, another kind), InvalidState (expired),
    CreditUnavailable (guarded, tier, overdue, no-line)."""
    found = store.quote(customer.user_id, quote_id) if ids.is_id(quote_id, "quo") else None
    if found is None:
        raise NotFound(param="quote_id")
    if found.hash != quote_hash:
        raise InvalidRequest(param="quote_hash")
    if found.kind != kind:
        raise InvalidRequest(param="quote_id")
    if clock.read(found.expires_at) <= at:
        raise InvalidState(state="expired")
    _may(customer, lines.wallet_of(customer), found, policy.credit_of(customer.jurisdiction, at), at)
    return found


def _fits(customer: Customer, wallet: Head, made: InstalmentQuote, rules: Credit, at: datetime) -> None:
    """A look ahead: what decides is the account's floor, once it is agreed to."""
    line = _may(customer, wallet, made, rules, at)
    left = line.limit + ledger.head(line.account).available
    if made.lent > left:
        raise CreditLimitReached(available=max(0, left), currency=made.currency)


def _may(customer: Customer, wallet: Head, made: InstalmentQuote, rules: Credit, at: datetime) -> store.Line:
    lines.check(customer, wallet, made.kind, rules)
    line = store.line(lines.account_of(customer, wallet))
    if line is None or not line.open:
        raise CreditUnavailable(reason="no-line")
    if lines.overdue(store.plans(line.account), at):
        raise CreditUnavailable(reason="overdue")
    return line


def _made(wish: InstalmentQuoteRequest, rules: Credit, pack: str, at: datetime) -> InstalmentQuote:
    price, parts, annual = model.priced(
        wish.kind, wish.plan, wish.amount, rules.highest_annual_rate_basis_points, at.date()
    )
    at_once = parts[0].amount if wish.plan == "four" else 0
    return InstalmentQuote(
        id=ids.new("quo", at),
        kind=wish.kind,
        plan=wish.plan,
        amount=wish.amount,
        currency=wish.currency,
        at_once=at_once,
        instalments=model.instalments(Plan(parts, price.yearly_basis_points, at.date())),
        yearly_basis_points=price.yearly_basis_points,
        annual_rate_basis_points=annual,
        interest=sum(one.interest for one in parts),
        fee=sum(one.fee for one in parts),
        total=sum(one.amount for one in parts),
        late_fee_basis_points=LATE_BASIS_POINTS,
        most_late_fee_each=rules.most_late_fee_per_instalment,
        most_late_fees=rules.most_late_fee_in_all,
        grace_days=rules.grace_days,
        withdrawal_days=rules.withdrawal_days,
        disclosures=rules.disclosures,
        rules=pack,
        created_at=clock.written(at),
        expires_at=clock.written(at + VALID),
    )
