"""What should be true, in plain dictionaries: wallets, purchases, holds, lines, written down apart from the product.

Nothing here calls the product. The limits are those of the sandbox's pack for CNY, tier 0.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

PER_MOVEMENT, PER_DAY, PER_MONTH, PER_TOP_UP = 1_000_000, 3_000_000, 10_000_000, 1_000_000
PER_YEAR = 120_000_000
PERIODS = (("day", 10, PER_DAY), ("month", 7, PER_MONTH), ("year", 4, PER_YEAR))
"""How much of a date names one, and how much may be spent in it."""
LEAST_WITHDRAWAL, METHOD_COOLS_SECONDS = 1_000, 86_400
MOST_HELD, STEP_UP_ABOVE, STEP_UP_ABOVE_AT_RISK = 5_000_000, 500_000, 50_000
DESTINATIONS = {"pot": "GB33BUKB20201555555555", "wdr": "DE89370400440532013000"}
"""Where merchants' money and customers' goes, by how the ids begin."""
DUPLICATE_SECONDS, AUTHORISATION_DAYS, SLOTS = 300, 7, 8


Slots = dict[int, tuple[str, int, float, str]]
"""Slot → payee, amount, time, payment of the last purchase there."""


class Violation(BaseException):
    """The product broke a promise; the text says which. Found in the middle of a commit, it must pass the product's
    own handlers untouched, hence no Exception."""


def hold(promise: bool, what: str, **facts: Any) -> None:
    """Raises Violation unless `promise`."""
    if not promise:
        raise Violation(what + "".join(f"\n  {name}: {fact}" for name, fact in facts.items()))


@dataclass
class Wallet:
    account: str
    owner: str
    available: int = 0
    held: int = 0
    debt: int = 0
    epoch: int = 0
    status: str = "active"
    not_active_until: float = -1.0
    """When it was last seen frozen or closed, in seconds of the true clock."""
    days: dict[str, int] = field(default_factory=dict)
    slots: Slots = field(default_factory=dict)
    lows: list[tuple[float, int]] = field(default_factory=list)
    """(seconds, available) after each movement."""
    moments: list[tuple[str, tuple[int, int, int]]] = field(default_factory=list)
    """(entry's time, balance) after each movement."""

    def seen_since(self, seconds: float) -> list[int]:
        """All that was available at some time from `seconds` until now."""
        return since(self.lows, seconds, 0)

    @property
    def buckets(self) -> tuple[int, int, int]:
        return self.available, self.held, self.debt


@dataclass
class Shop:
    id: str
    account: str
    basis_points: int
    fixed: int
    floor: int
    balance: int = 0
    allowance: int = 0
    lows: list[tuple[float, int]] = field(default_factory=list)
    """(seconds, allowance) after each change."""
    reserve: int = 0
    minimum: int = 1
    daily: bool = False
    category: str = "other"
    paid_days: set[str] = field(default_factory=set)
    """Bank days of its scheduled payouts."""

    def fee(self, amount: int) -> int:
        """Hundredths of a per cent, half up, and the fixed part; never more than the amount."""
        return min(amount, (amount * self.basis_points + 5_000) // 10_000 + self.fixed)


@dataclass
class Payment:
    id: str
    wallet: str
    shop: str
    amount: int
    state: str
    at: float
    captured: int = 0
    refunded: int = 0
    checkout: str = ""
    held_once: bool = False
    """It was authorised first."""
    part: bool = False
    """Of a checkout that several people pay."""

    @property
    def refundable(self) -> int:
        return self.captured - self.refunded


@dataclass
class Line:
    account: str
    amount: int
    fee: int
    batch: str = ""


@dataclass
class Method:
    """Where a customer's money may go to."""

    owner: str
    processor: str
    open: bool = False
    usable_at: str = ""
    shut_at: float = -1.0
    """When it was last seen shut, in seconds of the true clock."""


@dataclass
class Wish:
    """A request that may move money, as its sender means it; `movement` is the id that the product must give it."""

    kind: str
    movement: str
    wallet: str
    amount: int
    shop: str = ""
    payment: str = ""
    checkout: str = ""
    code: str = ""
    """Of a charge: the code that it uses up."""
    manual: bool = False
    confirmed: bool = False
    takes_all: bool = False
    """A refund or capture without an amount: all there is."""
    epochs: list[int] = field(default_factory=list)
    """Of the tokens it was sent with."""
    steps: list[int] = field(default_factory=list)
    """Likewise: until when their bearer had stepped up, in seconds since 1970."""
    unasked: list[int] = field(default_factory=list)
    """Likewise: up to what amount no step-up is asked of their bearer."""
    cools: list[int] = field(default_factory=list)
    """Likewise: until when nothing leaves after a reset."""
    method: str = ""
    """Of a withdrawal: where to."""
    card: str = ""
    """Which one is bought, pays, or is taken back."""
    plan: str = ""
    """Of the purchase of a card."""
    coupon: str = ""
    """Which one helps to pay."""
    points: int = 0
    """How many help to pay."""
    family: str = ""
    """Whose card pays: the id of what its owner gave."""
    gift: str = ""
    """Which gift card is claimed, or had back."""
    offer: str = ""
    """Of a top-up: which bonus it is to bring."""
    bonus: int = 0
    """How much bonuses of top-ups pay."""
    answer: bytes = b""
    """The final answer, once one was given."""


def keep_method(methods: dict[str, Method], found: dict[str, Any], waits: float, seconds: float) -> None:
    """As it is stored now; `waits`: for how long it cools off, at least."""
    method = methods.setdefault(found["pk"], Method(found["owner"], found["processor"]))
    hold((found["owner"], found["processor"]) == (method.owner, method.processor), "whose it is stays", found=found)
    if found["state"] == "open" and not method.open:
        hold(waits >= METHOD_COOLS_SECONDS, "a new method cools off", found=found, waits=waits)
    method.open, method.usable_at = found["state"] == "open", found["usable_at"]
    method.shut_at = method.shut_at if method.open else seconds


def since(history: list[tuple[float, int]], seconds: float, first: int) -> list[int]:
    """The values that held at some time from `seconds` on; `first` held before all."""
    found = []
    for when, value in reversed(history):
        found.append(value)
        if when < seconds:
            return found
    return [*found, first]


def slot_of(payee: str, amount: int) -> int:
    return hashlib.sha256(f"{payee} {amount}".encode()).digest()[0] % SLOTS
