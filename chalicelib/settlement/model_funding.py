"""Which processors send money to a customer, in which currencies, and how each writes down where to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated

import msgspec

from chalicelib.identity.model_funding import FundingMethodView, Kind
from chalicelib.kernel import money
from chalicelib.kernel.errors import InvalidRequest


@dataclass(frozen=True, slots=True)
class Way:
    kind: Kind
    currencies: frozenset[str]
    form: re.Pattern[str]


_BANK = Way("bank-account", frozenset(money.EXPONENTS), re.compile(r"[A-Z0-9]{8,34}"))
WAYS: Mapping[str, Way] = MappingProxyType(
    {
        "sandbox": _BANK,
        "harbour": _BANK,
        "wechatpay": Way("wechat", frozenset({"CNY"}), re.compile(r"[A-Za-z0-9_-]{16,64}")),
        "alipay": Way("alipay", frozenset({"CNY"}), re.compile(r"2088[0-9]{12}|[A-Za-z0-9_-]{16,64}")),
    }
)
"""Stripe sends to our own accounts alone (docs.stripe.com/api/payouts)."""


class FundingMethodRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`destination`: an account's number or IBAN, an openid at WeChat, a number or openid at Alipay."""

    processor: Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
    destination: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


class FundingMethodsView(msgspec.Struct, frozen=True):
    """All of them: nobody has more than fit on a page."""

    data: list[FundingMethodView]
    has_more: bool = False
    next_cursor: str | None = None


def destination(way: Way, typed: str) -> str:
    """As it is kept: without the spaces that people put into a number. Raises InvalidRequest."""
    tidy = typed.replace(" ", "")
    written = tidy.upper() if way.kind == "bank-account" else tidy
    if not way.form.fullmatch(written):
        raise InvalidRequest(param="destination")
    return written
