"""Agreeing with a merchant how it is paid out, by an operator and in the audit log before it holds.

Another bank account than the one that is kept cools off: nothing is paid out until then, and what was not sent yet
comes back. The first one needs no cooling-off: there is nobody it could have been taken from.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chalicelib.cases import sealing
from chalicelib.cases import service as cases
from chalicelib.identity.model_funding import masked
from chalicelib.kernel import clock, ids
from chalicelib.kernel.callers import Merchant, Operator
from chalicelib.kernel.errors import CurrencyMismatch, InvalidRequest, InvalidState, NotFound
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Draft
from chalicelib.merchants import service as merchants
from chalicelib.merchants import working
from chalicelib.processors import choosing
from chalicelib.settlement import model_payouts as model
from chalicelib.settlement import store_payouts as store
from chalicelib.settlement.model_payouts import PayoutTerms, PayoutTermsRequest


def agree(operator: Operator, merchant_id: str, currency: str, wish: PayoutTermsRequest, at: datetime) -> PayoutTerms:
    """Raises NotFound, CurrencyMismatch, SecondPersonRequired (they work there), InvalidRequest, InvalidState (somebody
    else has just agreed otherwise)."""
    account = _account(operator, merchant_id, currency)
    working.check_stranger(operator, merchant_id)
    choosing.payer(choosing.payers(currency, max(1, wish.minimum), at))
    before = store.terms(account)
    made = _bank(_terms(account, merchant_id, currency, wish, before, at), wish, before, at).scheduled(before, at)
    cases.audit(
        operator.user_id, "merchant.agree_payouts", merchant_id, wish.reason, at,
        source_address=operator.source_address, currency=currency, schedule=made.schedule, cut_off=made.cut_off,
        minimum=made.minimum, reserve=made.reserve, bank=made.bank,
    )  # fmt: skip
    leg = store.agreed(made, before)
    if ledger.commit(lambda at, known: Draft(None, (), None, (leg,)), at).replayed:
        raise InvalidState(state="changed")
    return made


def terms(caller: Operator | Merchant, merchant_id: str, currency: str) -> PayoutTerms:
    """Raises Forbidden, NotFound, CurrencyMismatch."""
    if isinstance(caller, Merchant):
        caller.require("reports")
    found = store.terms(_account(caller, merchant_id, currency))
    if found is None:
        raise NotFound()
    return found


def _account(caller: Operator | Merchant, merchant_id: str, currency: str) -> str:
    accounts = merchants.merchant(caller, merchant_id).account
    if currency not in accounts:
        raise CurrencyMismatch(param="currency")
    return accounts[currency]


def _terms(
    account: str, merchant_id: str, currency: str, wish: PayoutTermsRequest, before: PayoutTerms | None, at: datetime
) -> PayoutTerms:
    return PayoutTerms(
        account=account,
        merchant_id=merchant_id,
        currency=currency,
        schedule=wish.schedule,
        cut_off=wish.cut_off,
        minimum=wish.minimum,
        reserve=wish.reserve,
        bank=before.bank if before else "",
        destination=before.destination if before else "",
        label=before.label if before else "",
        usable_at=before.usable_at if before else clock.written(at),
        number=before.number + 1 if before else 1,
        since=before.since if before else "",
    )


def _bank(made: PayoutTerms, wish: PayoutTermsRequest, before: PayoutTerms | None, at: datetime) -> PayoutTerms:
    """With the bank account that was named, unless it is the one that is kept."""
    if wish.bank_account is None:
        if before is None:
            raise InvalidRequest(param="bank_account")
        return made
    named = model.tidy_account(wish.bank_account)
    if before and sealing.opened(made.account, model.SEALED, before.destination) == named:
        return made
    return replace(
        made,
        bank=ids.derived("bnk", made.account, str(made.number)),
        destination=sealing.sealed(made.account, model.SEALED, named),
        label=masked(named),
        usable_at=clock.written(at + model.COOLING if before else at),
    )
