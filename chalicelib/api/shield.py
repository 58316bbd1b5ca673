"""The first shield: every request is counted, in the memory of this process, for its address and for whoever asks.

It costs no call. What it holds back is a flood that meets one process; docs/reference/limits.md says what else stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from chalicelib.api import guard, limits
from chalicelib.api.limits import ADDRESS, LIMITS
from chalicelib.api.model import Route
from chalicelib.api.request import Request
from chalicelib.kernel import origin, quotas
from chalicelib.kernel.buckets import Buckets, Limit
from chalicelib.kernel.callers import Caller
from chalicelib.kernel.errors import CofferError, TooManyRequests
from chalicelib.kernel.quotas import Quota
from chalicelib.observability import count

_buckets = Buckets()


def forget() -> None:
    """Every bucket is full."""
    _buckets.clear()


def admitted(route: Route, request: Request) -> Caller | None:
    """Who asks, where the route is for somebody. Raises TooManyRequests, and what `guard.admitted` raises.

    Credentials that prove nobody are the address's doing: who tries many is answered 429 in the end.
    """
    of, source, at = limits.class_of(route), request.source_address, request.at
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
    _take(LIMITS[of, limits.who(caller)], caller.subject, at)
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
    if not (factor := limits.factor()):
        return
    room, quota = _buckets.take(limits.scaled(limit, factor), subject, at)
    if not room:
        count("Throttled", Limit=limit.name)
        policy = (quota.name, quota.most, quota.window_seconds)
        raise TooManyRequests(policy=policy, retry_after_seconds=quota.seconds)
    quotas.note(quota)
