"""Subscribing to the status page: an address is told of nothing before its owner has opened the link that went there.

Whether an address is known never shows: the same answer, and the same steps.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.identity import names, secrets, throttle, vault
from chalicelib.identity.throttle import Limit
from chalicelib.kernel import entropy, ids, origin
from chalicelib.kernel.errors import InvalidOrExpired, InvalidRequest
from chalicelib.notices import service as notices
from chalicelib.operations import model_on_call, store_subscribers
from chalicelib.operations.model_subscribers import CONFIRM_WITHIN, NewSubscription, Subscriber
from chalicelib.settings import settings

_BYTES = 16
_TO_AN_ADDRESS = (Limit("subscriptions-hour", 3, timedelta(hours=1)), Limit("subscriptions-day", 6, timedelta(days=1)))
_FROM_AN_ADDRESS = (Limit("subscriptions-from-hour", 60, timedelta(hours=1)),)
"""Many people share one address behind a carrier's translator."""


def ask(wish: NewSubscription, source_address: str, at: datetime) -> None:
    """Sends a link to the address. Raises InvalidRequest, TooManyRequests."""
    contact = _email(wish.email)
    throttle.check(_FROM_AN_ADDRESS, origin.network(source_address), at)
    throttle.check(_TO_AN_ADDRESS, contact, at)
    vault.ready()
    mark = secrets.mark("subscriber", contact)
    known, code = store_subscribers.find(ids.derived("sub", mark)), _code()
    fresh = Subscriber(
        ids.derived("sub", mark),
        contact,
        wish.language,
        known.end_code if known else _code(),
        model_on_call.mark(code),
        at + CONFIRM_WITHIN,
    )
    if (known and known.confirmed) or not store_subscribers.ask(fresh, at):
        _again(replace(fresh, language=known.language if known else wish.language), at)
    else:
        hours = int(CONFIRM_WITHIN / timedelta(hours=1))
        _send(fresh, "status_confirm", {"link": _link("confirm", fresh.id, code), "hours": hours}, at)


def confirm(subscriber_id: str, typed: str, at: datetime) -> None:
    """The same link again is answered again. Raises InvalidOrExpired."""
    one = _found(subscriber_id)
    if one is None or not hmac.compare_digest(one.code, model_on_call.mark(typed)):
        raise InvalidOrExpired(param="code")
    if one.confirmed:
        return
    if one.code_until <= at or not store_subscribers.confirm(one, at):
        raise InvalidOrExpired(param="code")


def end(subscriber_id: str, typed: str) -> None:
    """Of somebody who is gone already there is nothing left to do. Raises InvalidOrExpired."""
    one = _found(subscriber_id)
    if one is None:
        return
    if not hmac.compare_digest(one.end_code.encode(), typed.encode()):
        raise InvalidOrExpired(param="code")
    store_subscribers.end(one.id)


def link_to_end(one: Subscriber) -> str:
    """What stands in every message."""
    return _link("end", one.id, one.end_code)


def _again(one: Subscriber, at: datetime) -> None:
    """They are told already, which only they learn."""
    store_subscribers.ask_again(one, at)
    _send(one, "status_known", {"link": link_to_end(one)}, at)


def _send(to: Subscriber, kind: str, params: dict[str, str | int], at: datetime) -> None:
    notices.send(to.contact, to.language, kind, params, at)


def _found(subscriber_id: str) -> Subscriber | None:
    return store_subscribers.find(subscriber_id) if ids.is_id(subscriber_id, "sub") else None


def _email(typed: str) -> str:
    """Raises InvalidRequest: no address, or a telephone number."""
    try:
        contact = names.canonical(typed)
    except InvalidRequest:
        raise InvalidRequest(param="email") from None
    if "@" not in contact:
        raise InvalidRequest(param="email")
    return contact


def _code() -> str:
    return base64.urlsafe_b64encode(entropy.token(_BYTES)).decode().rstrip("=")


def _link(deed: str, subscriber_id: str, code: str) -> str:
    return f"{settings().public_url}/status/#/{deed}/{subscriber_id}/{code}"
