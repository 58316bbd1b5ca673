"""Who asks, and under which key. Refused before anything else is looked at."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.api import problems
from chalicelib.api.model import Call, Route
from chalicelib.kernel.callers import Caller, Customer, Merchant, Operator
from chalicelib.kernel.capabilities import Begins
from chalicelib.kernel.errors import (
    CofferError,
    Forbidden,
    IdempotencyKeyInvalid,
    InvalidRequest,
    InvalidToken,
    SecondFactorRequired,
)
from chalicelib.kernel.idempotency import Receipt, RequestKey, fingerprint

Authenticator = Callable[[str, datetime], Caller]

MERCHANT_KEY_PREFIX = "mk_"
_CREDENTIALS = re.compile(r"Bearer +([A-Za-z0-9\-._~+/]{1,4096}=*)", re.IGNORECASE)
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
REPLAY, ONLY = "Idempotency-Replay", "only"
_authenticators: dict[Any, Any] = {}
"""By kind of caller; under `Session` what looks whether a session goes on."""
Session = Customer | Operator


def authenticate_with(
    *,
    customer: Callable[[str, datetime], Customer],
    operator: Callable[[str, datetime], Operator],
    merchant: Callable[[str, datetime], Merchant],
    going_on: Callable[[Session, datetime], None] | None = None,
) -> None:
    """Who proves callers, from now on, and whether their session goes on; each raises InvalidToken."""
    _authenticators.update({Customer: customer, Operator: operator, Merchant: merchant, Session: going_on})


Pause = Callable[[Begins, RequestKey | None, str, datetime], None]
_pauses: list[Pause] = []


def pause_with(pause: Pause) -> None:
    """Who knows what rests, from now on: told what a route begins, the key and the language."""
    _pauses[:] = [pause]


_beginnings: list[Callable[[datetime], object]] = []


def begin_with(listen: Callable[[datetime], object]) -> None:
    """Who is told when each request begins, from now on, before its view; must not raise."""
    _beginnings[:] = [listen]


def begin(at: datetime) -> None:
    for listen in _beginnings:
        listen(at)


def require_open(route: Route, call: Call[Any]) -> None:
    """Raises Maintenance where what `route` begins rests just now. What was begun before is let through."""
    if route.begins and route.begins.waits:
        for pause in _pauses:
            pause(route.begins, call.request_key, call.language, call.at)


def admitted(route: Route, authorization: str | None, source_address: str, at: datetime) -> Caller:
    """Who asks, where the route is for them. Raises InvalidToken, Forbidden (another kind, or an ungranted role).

    Money asks for the auth epoch as a condition. *access* has none: there a session that is over is looked up.
    """
    caller = caller_of(authorization, route.callers, at)
    looked_up = route.function == "access" and not route.after_the_end and not isinstance(caller, Merchant)
    if looked_up and (going_on := _authenticators.get(Session)):
        going_on(caller, at)
    if isinstance(caller, Customer):
        return caller
    if isinstance(caller, Operator):
        caller.require(route.permission)
    return replace(caller, source_address=source_address)


def caller_of(authorization: str | None, kinds: frozenset[type[Caller]], at: datetime) -> Caller:
    """Who `authorization` proves; InvalidToken if nobody, Forbidden if somebody of another kind.

    What only operators may do takes their second factor; what every person may do for themselves does not.
    """
    credentials = _CREDENTIALS.fullmatch(authorization or "")
    if credentials is None:
        raise _unproved(kinds, authorization)
    token = credentials[1]
    caller = _proved(token, kinds & _possible(token), at)
    if isinstance(caller, Operator) and not caller.second_factor and Customer not in kinds:
        raise SecondFactorRequired
    if caller is not None:
        return caller
    if _proved(token, _possible(token) - kinds, at) is not None:
        raise Forbidden
    raise _unproved(kinds, authorization)


def request_key(call: Call[Any], subject: str, *, replays: bool = False) -> RequestKey:
    """The key of a call that moves money; IdempotencyKeyInvalid without a proper Idempotency-Key.

    `replays`: whether the route can tell what was answered and do nothing. InvalidRequest if it is asked to and cannot.
    """
    given = call.headers.get("idempotency-key")
    if given is None or not _KEY.fullmatch(given):
        raise IdempotencyKeyInvalid(param="Idempotency-Key")
    how = call.headers.get(REPLAY)
    if how is not None and (how != ONLY or not replays):
        raise InvalidRequest(param=REPLAY)
    language, request_id = call.language, call.request_id

    def refuse(error: CofferError) -> Receipt:
        return problems.receipt(error, language, request_id)

    known_by = fingerprint(call.method, call.target, call.raw)
    route = f"{call.method} {call.target}"
    return RequestKey(subject, route, given, known_by, refuse, language, request_id, only_replay=how == ONLY)


def _possible(token: str) -> frozenset[type[Caller]]:
    return frozenset({Merchant}) if token.startswith(MERCHANT_KEY_PREFIX) else frozenset({Customer, Operator})


def _unproved(kinds: frozenset[type[Caller]], authorization: str | None) -> InvalidToken:
    """A till cannot sign in again: where an API key was meant, readable or not, the answer speaks of that."""
    meant = (authorization or "").rpartition(" ")[2].startswith(MERCHANT_KEY_PREFIX)
    return InvalidToken(credential="api-key") if meant or kinds == {Merchant} else InvalidToken()


def _proved(token: str, kinds: frozenset[Any], at: datetime) -> Caller | None:
    for kind in kinds:
        try:
            caller: Caller = _authenticators[kind](token, at)
        except InvalidToken:
            continue
        return caller
    return None
