"""Payee checks: who it is, before anything is sent. What they find is signed, so that the transfer reads nothing."""

from __future__ import annotations

from datetime import datetime

import msgspec

from chalicelib.identity import calling, payee_checks, payees, tokens
from chalicelib.identity.model_payees import Check, Reason
from chalicelib.identity.payee_checks import GOOD_FOR
from chalicelib.identity.payees import Look, Payee
from chalicelib.kernel import clock
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.ledger import acquaintance, chart
from chalicelib.policy import service as policy
from chalicelib.transfers import model
from chalicelib.transfers.model import CheckRequest, CheckView


def check(person: Customer, wish: CheckRequest, language: str, at: datetime) -> CheckView:
    """Known and unknown take the same AWS calls. Raises InvalidRequest (of oneself too), TooManyRequests."""
    look = payees.look(person, wish.identifier, at)
    found = look.payee
    if found and found.user_id == person.user_id:
        raise InvalidRequest(param="identifier", reason="oneself")
    currency = policy.currency_of(found.jurisdiction if found else person.jurisdiction, at)
    wallet = _wallet(found, currency)
    met = acquaintance.known(chart.wallet_of(person.user_id, currency), wallet or look.mark)
    reason = model.reason_of(invites=found is None, is_new=not met, easy=look.asker.easy, risky=person.risky)
    signed = _signed(look, wallet, currency, reason, at)
    return CheckView(
        payee_check=tokens.signed(payee_checks.TYPE, msgspec.json.encode(signed)),
        expires_at=clock.written(at + GOOD_FOR),
        name=signed.name,
        match=model.match(wish.name, found.name if found else None),
        new_payee=not met,
        invitation=found is None,
        currency=currency,
        delay_hours=model.COOLING_HOURS if reason else 0,
        reason=reason,
        explanation=model.explanation(reason, language),
    )


def _signed(look: Look, wallet: str, currency: str, reason: Reason, at: datetime) -> Check:
    found = look.payee
    return Check(
        payer=look.asker.user_id,
        payer_name=calling.masked(look.asker.name),
        name=calling.masked(found.name) if found else model.short(look.shown),
        currency=currency,
        exp=int((at + GOOD_FOR).timestamp()),
        reason=reason,
        payee=wallet,
        payee_owner=found.user_id if found else "",
        mark="" if found else look.mark,
        sealed="" if found else look.sealed,
    )


def _wallet(found: Payee | None, currency: str) -> str:
    return chart.wallet_of(found.user_id, currency) if found else ""
