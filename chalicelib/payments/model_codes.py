"""Payment codes: eighteen digits that a customer shows and a till charges, once and within a minute."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from chalicelib.kernel import clock, entropy, ids
from chalicelib.kernel.callers import Customer
from chalicelib.payments.model_charges import ChargeView

PREFIX, CHANCE_DIGITS = "71", 15
"""Of two digits that no other wallet's codes begin with; what follows is chance, and a check digit."""
LIFETIME = timedelta(seconds=60)
WRONG_AT_MOST, WINDOW = 60, timedelta(minutes=15)
"""Codes that nobody shows, which one API key, or one person at tills, may bring."""
_CODE = re.compile(rf"{PREFIX}[0-9]{{{CHANCE_DIGITS + 1}}}")
_NINE = 9

CodeStatus = Literal["open", "used", "replaced", "expired"]


class NewPaymentCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """With `family_card_id`, that card pays what the till charges."""

    wallet_id: str
    family_card_id: str | None = None


class PaymentCodeView(msgspec.Struct, frozen=True, omit_defaults=True):
    """`code` is told this once: only a hash of it is kept."""

    id: str
    code: str
    wallet_id: str
    created_at: str
    expires_at: str
    family_card_id: str = ""


class ShownCodeView(msgspec.Struct, frozen=True, omit_defaults=True):
    """What has become of a code; `charge` once a till has used it."""

    id: str
    status: CodeStatus
    wallet_id: str
    created_at: str
    expires_at: str
    charge: ChargeView | None = None
    family_card_id: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """What is kept of a code: not the code. `customer`: as they had proved themselves when it was shown.

    Its id is a hash of it. Nobody needs more than one: it is good for a minute, once, and to a merchant's key alone.
    """

    id: str
    customer: Customer
    created_at: datetime
    stored: CodeStatus = "open"
    used_by: str = ""
    family_card: str = ""
    """Which pays, where it is not the wallet."""

    @property
    def wallet(self) -> str:
        return self.customer.wallet_ids[0]

    @property
    def expires_at(self) -> datetime:
        return self.created_at + LIFETIME

    def status(self, at: datetime) -> CodeStatus:
        """Nobody writes down that it expired."""
        return "expired" if self.stored == "open" and self.expires_at <= at else self.stored

    def view(self, at: datetime, charge: ChargeView | None) -> ShownCodeView:
        created, expires = clock.written(self.created_at), clock.written(self.expires_at)
        return ShownCodeView(self.id, self.status(at), self.wallet, created, expires, charge, self.family_card)


def fresh() -> str:
    body = PREFIX + entropy.digits(CHANCE_DIGITS)
    return body + _check_digit(body)


def is_sound(typed: str) -> bool:
    """Whether it could be one: a mistyped digit, or two that changed places, mostly shows."""
    return _CODE.fullmatch(typed) is not None and _check_digit(typed[:-1]) == typed[-1]


def id_of(code: str) -> str:
    return ids.derived("cod", code)


def _check_digit(body: str) -> str:
    """By Luhn (ISO/IEC 7812-1, annex B)."""
    doubled = [2 * int(digit) if place % 2 == 0 else int(digit) for place, digit in enumerate(reversed(body))]
    return str(-sum(one - _NINE if one > _NINE else one for one in doubled) % 10)
