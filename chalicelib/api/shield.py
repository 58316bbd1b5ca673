"""The first shield: every request is counted, in the memory of this process, for its address and for whoever asks.

It costs no call. What it holds back is a flood that meets one process; docs/reference/limits.md says what else stands.
The limits are there for floods: an app asks some ten times a screen, a busy till once a second, and a process that
serves one address alone answers some hundred requests a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Literal

from chalicelib.api import guard
from chalicelib.api.model import Route
from chalicelib.api.request import Request
from chalicelib.kernel import origin, quotas
from chalicelib.kernel.callers import Caller, Customer, Merchant
from chalicelib.kernel.errors import CofferError, TooManyRequests
from chalicelib.kernel.quotas import Buckets, Limit, Quota
from chalicelib.observability import count
from chalicelib.settings import settings

Class = Literal["money", "access", "webhooks", "office", "analysis", "entering", "public", "unknown"]
Who = Literal["person", "merchant", "operator", "stranger"]

ADDRESS = Limit("address", 6_000)
"""Whatever is asked, by whomever: a carrier's translator has thousands of people behind it, a merchant's server all of
its tills."""
_A_MINUTE: Mapping[Class, Mapping[Who, int]] = {
    "money": {"person": 120, "merchant": 3_000, "operator": 600, "stranger": 600},
    "access": {"person": 300, "merchant": 3_000, "operator": 600, "stranger": 600},
    "webhooks": {"stranger": 6_000},
    "office": {"person": 300, "merchant": 3_000, "operator": 1_200, "stranger": 600},
    "analysis": {"operator": 120, "stranger": 600},
    "entering": {"stranger": 120},
    "public": {"stranger": 1_200},
    "unknown": {"stranger": 600},
}
"""`stranger`: an address whose request proves nobody, since it need not, or since its credentials do not."""
LIMITS = {(of, who): Limit(f"{of}-{who}", most) for of, limits in _A_MINUTE.items() for who, most in limits.items()}


ENTERING = frozenset({"/v1/users", "/v1/sessions", "/v1/password-resets"})
"""What a POST to costs a run of Argon2 or a message; infra/firewall.yaml is stricter with them too."""


def class_of(route: Route) -> Class:
    """What anybody may read is `public`; of the rest, the function that answers it, but for the ways in."""
    if route.method == "POST" and route.path in ENTERING:
        return "entering"
    return "public" if route.method == "GET" and not route.callers else _CLASSES[route.function]


_CLASSES: Mapping[str, Class] = {
    "money": "money",
    "access": "access",
    "webhooks": "webhooks",
    "office": "office",
    "analysis": "analysis",
}


def who(caller: Caller) -> Who:
    if isinstance(caller, Merchant):
        return "merchant"
    return "person" if isinstance(caller, Customer) else "operator"


@cache
def scaled(limit: Limit, factor: int) -> Limit:
    return limit.times(factor)


def _factor() -> int:
    """Of the setting RATE_LIMITS; 0 for no limits at all."""
    return int(settings().rate_limits)


_buckets = Buckets()


def forget() -> None:
    """Every bucket is full."""
    _buckets.clear()


def admitted(route: Route, request: Request) -> Caller | None:
    """Who asks, where the route is for somebody. Raises TooManyRequests, and what `guard.admitted` raises.

    Credentials that prove nobody are the address's doing: who tries many is answered 429 in the end.
    """
    of, source, at = class_of(route), request.source_address, request.at
    network = origin.network(source)
    _take(ADDRESS, network, at)
    if not route.callers:
        _take(LIMITS[of, "stranger"], network, at)
        return None
    try:
        caller = guard.admitted(route, request.headers.get("authorization"), source, at)
    except CofferError:
        _take(LIMITS[of, "stranger"], network, at)
        raise
    _take(LIMITS[of, who(caller)], caller.subject, at)
    return caller


def stranger(request: Request) -> None:
    """One more request that no route takes. Raises TooManyRequests."""
    network = origin.network(request.source_address)
    _take(ADDRESS, network, request.at)
    _take(LIMITS["unknown", "stranger"], network, request.at)


def headers(known: Mapping[str, Quota], given: Mapping[str, str]) -> dict[str, str]:
    """RateLimit-Policy and RateLimit of all that is known; what an answer has of it already stands first.

    https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/10/
    """
    first = given.get("RateLimit", "")
    told = [one for one in known.values() if not first.startswith(f'"{one.name}"')]
    fields = {
        "RateLimit-Policy": [f'"{one.name}";q={one.most};w={one.window_seconds}' for one in told],
        "RateLimit": [f'"{one.name}";r={one.left};t={one.seconds}' for one in told],
    }
    return {name: ", ".join([given[name], *said] if name in given else said) for name, said in fields.items() if said}


def _take(limit: Limit, subject: str, at: datetime) -> None:
    if not (factor := _factor()):
        return
    room, quota = _buckets.take(scaled(limit, factor), subject, at)
    if not room:
        count("Throttled", Limit=limit.name)
        policy = (quota.name, quota.most, quota.window_seconds)
        raise TooManyRequests(policy=policy, retry_after_seconds=quota.seconds)
    quotas.note(quota)
