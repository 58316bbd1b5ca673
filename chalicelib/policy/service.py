"""The rules as other rooms ask for them. Pure: packs are files beside this one, read once."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

import msgspec

from chalicelib.kernel.callers import Customer
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.policy import model
from chalicelib.policy.model import Action, Decision, Large, Limits, Pack

_NEEDS: tuple[tuple[str, ...], ...] = ((), ("identity-document",), ("identity-document", "proof-of-address"))
"""Of tier 0, 1, 2."""


def decide(person: Customer, action: Action, amount: int, at: datetime) -> Decision:
    """Whether `person` may, and within which limits. `amount` in minor units of the jurisdiction's currency."""
    return model.decide(_pack(at), person.jurisdiction, person.tier, action, amount, risky=person.risky)


def large(person: Customer, at: datetime) -> Large:
    """What is large for `person`."""
    return model.large(_pack(at), person.jurisdiction, person.tier, risky=person.risky)


def currency_of(jurisdiction: str, at: datetime) -> str:
    """The currency of a wallet opened there. Raises InvalidRequest if no pack knows the jurisdiction."""
    found = _pack(at).jurisdictions.get(jurisdiction)
    if found is None:
        raise InvalidRequest(param="jurisdiction")
    return found.currency


def least_withdrawal(currency: str, at: datetime) -> int:
    """In minor units."""
    return _pack(at).least_withdrawal.get(currency, 1)


def needs_of(jurisdiction: str, tier: int, at: datetime) -> tuple[str, ...]:
    """All that a person of `tier` has handed in."""
    return _NEEDS[min(tier, len(_NEEDS) - 1)]


def limits_of(jurisdiction: str, tier: int, at: datetime) -> Limits:
    return _pack(at).limits_of(jurisdiction, tier)


def known(jurisdiction: str, at: datetime) -> bool:
    return jurisdiction in _pack(at).jurisdictions


@cache
def packs() -> list[Pack]:
    files = sorted((Path(__file__).parent / "packs").glob("*.json"))
    return [msgspec.json.decode(file.read_bytes(), type=Pack) for file in files]


def _pack(at: datetime) -> Pack:
    return model.effective(packs(), at)
