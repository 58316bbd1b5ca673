"""A funding method: where a customer's money may go back to. Its destination is sealed, and shown to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from chalicelib.kernel import clock

Kind = Literal["bank-account", "wechat", "alipay"]
COOLING = timedelta(hours=24)
"""So long after it was added no money leaves for it."""
MOST = 10
_SHOWN, _HIDDEN_AT_LEAST = 4, 4


class FundingMethodView(msgspec.Struct, frozen=True):
    """`label`: masked. Money may leave for it from `usable_at` on."""

    id: str
    processor: str
    kind: Kind
    label: str
    created_at: str
    usable_at: str


@dataclass(frozen=True, slots=True)
class FundingMethod:
    id: str
    user_id: str
    processor: str
    kind: Kind
    destination: str
    """In the processor's own words."""
    created_at: datetime

    @property
    def usable_at(self) -> datetime:
        return self.created_at + COOLING

    @property
    def view(self) -> FundingMethodView:
        created, usable = clock.written(self.created_at), clock.written(self.usable_at)
        return FundingMethodView(self.id, self.processor, self.kind, masked(self.destination), created, usable)


def masked(destination: str) -> str:
    """Its last four characters, where at least as many stay hidden."""
    enough = len(destination) >= _SHOWN + _HIDDEN_AT_LEAST
    return "•••• " + destination[-_SHOWN:] if enough else "••••"
