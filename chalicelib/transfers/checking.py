"""Payee checks: who it is, before anything is sent. What they find is signed, so that the transfer reads nothing."""

from __future__ import annotations

from datetime import datetime

import msgspec

from chalicelib.identity import calling, payees, tokens
from chalicelib.identity.payees import Look, Payee
from chalicelib.kernel import clock
from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import InvalidOrExpired, InvalidRequest, InvalidToken
from chalicelib.ledger import acquaintance, chart
from chalicelib.policy import service as policy
from chalicelib.transfers import model
from chalicelib.transfers.model import Check, CheckRequest, CheckView

_read = msgspec.json.Decoder(Check)


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
        payee_check=tokens.signed(model.TYPE, msgspec.json.encode(signed)),
        expires_at=clock.written(at + model.GOOD_FOR),
        name=signed.name,
        match=model.match(wish.name, found.name if found else None),
        new_payee=not met,
        invitation=found is None,
        currency=currency,
        delay_hours=model.COOLING_HOURS if reason else 0,
        reason=reason,
        explanation=model.explanation(reason, language),
    )


def read(person: Customer, written: str, param: str = "payee_check") -> Check:
    """What a check of theirs found, expired or not. Raises InvalidOrExpired."""
    try:
        found = _read.decode(tokens.payload_of(written, model.TYPE))
    except (InvalidToken, msgspec.MsgspecError) as unreadable:
        raise InvalidOrExpired(param=param) from unreadable
    if found.payer != person.user_id:
        raise InvalidOrExpired(param=param)
    return found


def _signed(look: Look, wallet: str, currency: str, reason: model.Reason, at: datetime) -> Check:
    found = look.payee
    return Check(
        payer=look.asker.user_id,
        payer_name=calling.masked(look.asker.name),
        name=calling.masked(found.name) if found else model.short(look.shown),
        currency=currency,
        exp=int((at + model.GOOD_FOR).timestamp()),
        reason=reason,
        payee=wallet,
        payee_owner=found.user_id if found else "",
        mark="" if found else look.mark,
        sealed="" if found else look.sealed,
    )


def _wallet(found: Payee | None, currency: str) -> str:
    return chart.wallet_of(found.user_id, currency) if found else ""
