"""How much one address and one caller may ask of one process in a minute, by class of route. docs/reference/limits.md

They are there for floods: an app asks some ten times a screen, a busy till once a second, and a process that serves
one address alone answers some hundred requests a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal

from chalicelib.api.model import Route
from chalicelib.kernel.buckets import Limit
from chalicelib.kernel.callers import Caller, Customer, Merchant
from chalicelib.settings import settings

Class = Literal["money", "access", "webhooks", "office", "entering", "public", "unknown"]
Who = Literal["person", "merchant", "operator", "stranger"]

ADDRESS = Limit("address", 6_000)
"""Whatever is asked, by whomever: a carrier's translator has thousands of people behind it, a merchant's server all of
its tills."""
_A_MINUTE: Mapping[Class, Mapping[Who, int]] = {
    "money": {"person": 120, "merchant": 3_000, "operator": 600, "stranger": 600},
    "access": {"person": 300, "merchant": 3_000, "operator": 600, "stranger": 600},
    "webhooks": {"stranger": 6_000},
    "office": {"person": 300, "merchant": 3_000, "operator": 1_200, "stranger": 600},
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


_CLASSES: Mapping[str, Class] = {"money": "money", "access": "access", "webhooks": "webhooks", "office": "office"}


def who(caller: Caller) -> Who:
    if isinstance(caller, Merchant):
        return "merchant"
    return "person" if isinstance(caller, Customer) else "operator"


@cache
def scaled(limit: Limit, factor: int) -> Limit:
    return limit.times(factor)


def factor() -> int:
    """Of the setting RATE_LIMITS; 0 for no limits at all."""
    return int(settings().rate_limits)
