"""What the ledger keeps and the rules that decide. No AWS, no clock of its own.

A `Draft` is one movement of money, ready to become one transaction. A room makes it from a moment and from
what is `known` of the heads (nothing, at first); where a condition proves it wrong, the old head becomes known
and the room makes it once more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from chalicelib.kernel import clock, ids
from chalicelib.kernel.errors import (
    CofferError,
    CurrencyMismatch,
    InsufficientFunds,
    InvalidState,
    InvalidToken,
    LimitReached,
    NotFound,
    ProbableDuplicate,
    WalletFrozen,
)
from chalicelib.kernel.idempotency import Receipt
from chalicelib.ledger.purchases import Purchase
from chalicelib.ledger.wire import Item, plain_item

Status = Literal["active", "frozen", "closed"]
BY_HOUSE, BY_OWNER = "by_house", "by_owner"
"""Who froze a wallet: an attribute of its head while their freeze holds. It is active when neither does."""
HOUSE_AT, REVIEW_AT = "house_at", "review_at"
"""When the house froze it, which tells its freeze from the next one, and by when it looks again. Gone with it."""
SHARDS = 16


@dataclass(frozen=True, slots=True)
class Head:
    """The changing part of an account: what it holds now and what decides its next movement."""

    account: str
    owner: str
    currency: str
    status: Status
    available: int
    held: int
    debt: int
    floor: int
    tier: int
    epoch: int
    last_at: str
    reason: str
    """Why it is not active, for its owner to read: the house's, as long as that holds."""
    by_house: bool
    """Whether a freeze of the house's holds."""
    sums: Mapping[str, int]
    slots: Mapping[str, bytes]
    review_at: str = ""
    """By when the house looks again at its freeze."""

    @classmethod
    def of(cls, wired: Item) -> Head:
        plain = plain_item(wired)
        return cls(
            account=plain["pk"],
            owner=plain["owner"],
            currency=plain["currency"],
            status=plain["status"],
            available=plain["available"],
            held=plain["held"],
            debt=plain["debt"],
            floor=plain["floor"],
            tier=plain["tier"],
            epoch=plain["epoch"],
            last_at=plain["last_at"],
            reason=plain.get("reason", "by-owner" if BY_OWNER in plain else ""),
            by_house=BY_HOUSE in plain,
            sums={name: amount for name, amount in plain.items() if _is_sum(name)},
            slots={name: slot for name, slot in plain.items() if name[0] == "p" and name[1:].isdigit()},
            review_at=plain.get(REVIEW_AT, ""),
        )


Known = Mapping[str, Head]


Lifts = Callable[[Mapping[str, int]], object]
"""What would let through that so much is spent in a day, a month and a year; as a refusal tells it."""


@dataclass(frozen=True, slots=True)
class Spend:
    """What an owner's debit must satisfy, beyond the money being there."""

    owner: str
    epoch: int | None
    """None where it is not the owner's session that pays."""
    tier: int
    day_limit: int
    month_limit: int
    year_limit: int
    purchase: Purchase | None = None
    counts: bool = True
    """Whether it counts towards the limits: what was counted on its way to a card does not count twice."""
    lifts: Lifts | None = field(default=None, compare=False)
    to_house: bool = False
    """What the owner owes the house: paid from a frozen wallet too."""

    def exceeded(self, head: Head, amount: int, at: datetime) -> LimitReached | None:
        """By `amount` more; the shortest time first."""
        now = {limit: head.sums.get(name, 0) + amount for limit, name, _ in self.limits(at)}
        for limit, _, most in self.limits(at):
            if now[limit] > most:
                lifts = self.lifts(now) if self.lifts else None
                return LimitReached(limit=limit, maximum=most, currency=head.currency, lifts=lifts)
        return None

    def limits(self, at: datetime) -> tuple[tuple[str, str, int], ...]:
        """Of a day, a month and a year: its name, its sum's on the head, the most it may come to."""
        return (
            ("day", day_sum(at), self.day_limit),
            ("month", month_sum(at), self.month_limit),
            ("year", year_sum(at), self.year_limit),
        )


@dataclass(frozen=True, slots=True)
class Change:
    """What a movement does to one head; deltas in minor units."""

    account: str
    currency: str
    available: int = 0
    held: int = 0
    debt: int = 0
    spend: Spend | None = None
    expected_debt: int | None = None
    """Credits repay debt first, so they must know it: an equality condition."""
    expected_available: int | None = None
    """What takes all there is and owes the rest must know what there is: an equality condition."""
    floor: int = 0
    """Assumed; an equality condition of every debit."""
    settles: bool = False
    """Carries out what was promised before: asks neither status nor floor."""
    closed: bool = False
    """What would have come to it goes elsewhere, because it is closed: an equality condition."""
    opens: str = ""
    """Whose account it is that begins with this; where it has begun meanwhile, that is what is known then."""
    leaves: int | None = None
    """Of a payout: what must be left of an account that nobody has frozen or closed."""

    @property
    def spent(self) -> int:
        return -self.available

    @property
    def checks_floor(self) -> bool:
        return self.available < 0 and not self.settles


@dataclass(frozen=True, slots=True)
class Line:
    """One capture (+) or refund (−) to settle with a merchant, once."""

    movement: str
    merchant: str
    account: str
    amount: int
    fee: int


@dataclass(frozen=True, slots=True)
class Due:
    """Something that must still happen: what, from when on."""

    kind: str
    at: datetime

    def attributes(self, item_id: str) -> dict[str, str]:
        return {"due_key": due_key(self.kind, shard_of(item_id)), "due_at": clock.written(self.at)}


@dataclass(frozen=True, slots=True)
class Movement:
    """A payment, top-up, refund …: its state and totals, and the receipt of the request that made it."""

    id: str
    kind: str
    account: str
    amount: int
    currency: str
    state: str
    at: datetime
    fingerprint: bytes = b""
    receipt: Receipt | None = None
    due: Due | None = None
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Party:
    """One of the two people of an entry: whose copy it is, and what the other is called in it (masked)."""

    owner: str
    other: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal. Postings (address → signed amount) sum to zero."""

    movement: str
    kind: str
    currency: str
    at: datetime
    postings: Mapping[str, int]
    owner: str = ""
    text: str = ""
    payee: str = ""
    payee_name: str = ""
    paid_by: str = ""
    """The payee as it was called then; who paid with the owner's money, masked."""
    line: Line | None = None
    sequence: str = ""
    """Tells entries of one movement and kind apart, where there can be several."""
    parties: Mapping[str, Party] = field(default_factory=dict)
    """Between two people, by account: each has a copy of their own."""

    @property
    def id(self) -> str:
        return ids.derived("ent", self.movement, self.kind, self.sequence)


@dataclass(frozen=True, slots=True)
class Taken:
    """The movement (or event) exists: this is a repetition."""

    item: Item


@dataclass(frozen=True, slots=True)
class Behind:
    """The account's last entry is not older than this one."""

    last_at: str


@dataclass(frozen=True, slots=True)
class Misjudged:
    """What was assumed of the head is not so; here is what is."""

    head: Head


@dataclass(frozen=True, slots=True)
class Changed:
    """The reason is already gone: something else won in between."""


Verdict = CofferError | Taken | Behind | Misjudged | Changed
Explain = Callable[[Item | None], Verdict]


@dataclass(frozen=True, slots=True)
class Leg:
    """One write of a transaction and what its failing means. Rooms hand in their own (a checkout, a coupon …)."""

    write: Mapping[str, Any]
    explain: Explain


@dataclass(frozen=True, slots=True)
class Draft:
    movement: Movement | None
    changes: tuple[Change, ...]
    entry: Entry | None
    legs: tuple[Leg, ...] = ()
    refusal: CofferError | None = None
    """A rule has already said no: nothing is sent but the refusal."""
    last_legs: tuple[Leg, ...] = ()
    """Their refusals speak after the head's."""
    unless: tuple[Leg, ...] = ()
    """What the key may have been answered with elsewhere: conditions of a refusal too."""
    also: tuple[Draft, ...] = ()
    """What else the same transaction books, in another currency: changes, an entry and legs; nobody's movement."""

    def __post_init__(self) -> None:
        if self.entry and sum(self.entry.postings.values()) != 0:
            raise ValueError("postings of an entry sum to zero")


def day_sum(at: datetime) -> str:
    return f"d{at.date().toordinal() - 700_000:x}"


def month_sum(at: datetime) -> str:
    return f"m{at.year * 12 + at.month - 24_000:x}"


def year_sum(at: datetime) -> str:
    return f"y{at.year - 2_000:x}"


def _is_sum(name: str) -> bool:
    return name[0] in "dmy" and name not in ("debt", "due_key", "due_at")


def shard_of(item_id: str) -> int:
    return ids.packed(item_id)[-1] % SHARDS


def due_key(kind: str, shard: int) -> str:
    return f"{kind}#{shard:02d}"


def month_after(at: datetime) -> datetime:
    """The first instant of the following month."""
    first = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first.replace(year=at.year + 1, month=1) if at.month == 12 else first.replace(month=at.month + 1)


def judge(change: Change, at: datetime, wired: Item | None) -> Verdict:
    """Why the change was not made, from the old head; in a deliberate order: who, what, how much, how often, when."""
    if wired is None:
        return NotFound()
    head = Head.of(wired)
    if change.opens:
        return Misjudged(head)
    for rule in (_who, _what, _assumed, _how_much, _how_often, _when):
        if (verdict := rule(change, head, at)) is not None:
            return verdict
    return Changed()


def _who(change: Change, head: Head, at: datetime) -> Verdict | None:
    if change.spend is None:
        return None
    if change.spend.owner != head.owner:
        return NotFound()
    return InvalidToken() if change.spend.epoch not in (None, head.epoch) else None


def _what(change: Change, head: Head, at: datetime) -> Verdict | None:
    if change.currency != head.currency:
        return CurrencyMismatch(param="currency")
    if change.leaves is not None:
        return Misjudged(head) if head.status != "active" else None
    if change.spend is None:
        fits = change.settles or change.closed == (head.status == "closed")
        return None if fits else Misjudged(head)
    if head.status == "frozen" and not change.spend.to_house:
        return WalletFrozen(reason=head.reason)
    return InvalidState(state="closed") if head.status == "closed" else None


def _assumed(change: Change, head: Head, at: datetime) -> Verdict | None:
    if change.spend and change.spend.tier != head.tier:
        return Misjudged(head)
    if change.expected_debt is not None and change.expected_debt != head.debt:
        return Misjudged(head)
    if change.expected_available is not None and change.expected_available != head.available:
        return Misjudged(head)
    if change.checks_floor and change.floor != head.floor:
        return Misjudged(head)
    return None


def _when(change: Change, head: Head, at: datetime) -> Verdict | None:
    return Behind(head.last_at) if head.last_at >= clock.written(at) else None


def _how_much(change: Change, head: Head, at: datetime) -> Verdict | None:
    if change.leaves is not None and head.available + change.available < change.leaves:
        return Misjudged(head)
    missing = head.floor - head.available - change.available if change.checks_floor else 0
    if missing > 0:
        return Misjudged(head) if change.spend is None else InsufficientFunds(missing=missing, currency=head.currency)
    return InvalidState(state="released") if head.held + change.held < 0 else None


def _how_often(change: Change, head: Head, at: datetime) -> Verdict | None:
    spend = change.spend
    if spend is None:
        return None
    if spend.counts and (exceeded := spend.exceeded(head, change.spent, at)):
        return exceeded
    if spend.purchase is None or spend.purchase.confirmed:
        return None
    mark = head.slots.get(spend.purchase.slot, b"")
    first, last = spend.purchase.looks_alike(at)
    return ProbableDuplicate(payment_id=ids.unpacked("pay", mark[11:])) if first <= mark <= last else None
