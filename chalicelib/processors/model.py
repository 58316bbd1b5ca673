"""What a payment processor is to Coffer: one interface, whatever it speaks.

A new processor is one module with an `Adapter` and one line in `service`; the contract suite
(`tests/contracts`) then holds it to the same promises as the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal, Protocol

Kind = Literal[
    "topup_succeeded",
    "topup_failed",
    "topup_reversed",
    "topup_disputed",
    "dispute_won",
    "dispute_lost",
    "refund_failed",
    "payout_succeeded",
    "payout_failed",
    "ignored",
    "unreadable",
]
Progress = Literal["pending", "failed", "unknown"]
LineKind = Literal["top-up", "reversal", "payout", "other"]
Secret = Mapping[str, Any]
"""One processor's section of the secret; each adapter says what it holds."""
PAYOUTS = ("wdr", "pot")
"""How the ids begin of what we ask for by `payout`: so a bill of all money tells them from the rest."""
EXPIRED = "expired"
"""The reason of a top-up that nobody paid while it could be paid."""
_LAPSE_MARGIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Intent:
    """What we ask a processor to collect. `topup_id` is its idempotency key there, for ever."""

    topup_id: str
    wallet_id: str
    amount: int
    currency: str
    owner: str = ""
    """Whose wallet it is."""
    method: str | None = None
    reference: str | None = None
    """The processor's own id, once known."""
    pay_until: datetime | None = None
    """When whoever pays must have done so, where the processor can be told: then what is not paid has failed."""

    def lapsed(self, at: datetime) -> bool:
        """Whether nothing that the processor was told to end can be paid any more, with a margin for clocks."""
        return self.pay_until is not None and at > self.pay_until + _LAPSE_MARGIN

    @property
    def metadata(self) -> dict[str, str]:
        """What the processor attaches to the payment and tells us again with every event."""
        ours = {"topup_id": self.topup_id, "wallet_id": self.wallet_id, "owner": self.owner}
        return {name: text for name, text in ours.items() if text}


@dataclass(frozen=True, slots=True)
class Refund:
    """What we ask a processor to send back to where it came from. `refund_id` is its idempotency key there."""

    refund_id: str
    topup_id: str
    amount: int
    currency: str
    collected: int
    """The whole top-up, of which this is a part."""
    reference: str
    """The processor's own id of the top-up."""


@dataclass(frozen=True, slots=True)
class Payout:
    """What we ask a processor to send out. `payout_id` is its idempotency key there."""

    payout_id: str
    destination: str
    """Where to, in the processor's own words; each adapter says which."""
    amount: int
    currency: str


KEY_REFUSED = "401"
"""The reason of every adapter where a processor refuses our key: nothing is done, and no customer is to blame."""


@dataclass(frozen=True, slots=True)
class Created:
    """Never `succeeded`: money moves by what `verify_and_parse` or the queries report, nothing else."""

    status: Progress
    reference: str | None = None
    next_action: Mapping[str, str] | None = None
    reason: str | None = None
    """The processor's own code for a failure, for instance `card_declined`."""


@dataclass(frozen=True, slots=True)
class ProcessorEvent:
    """What a processor says happened. A fact it states is compared with our own, one it does not state is None."""

    event_id: str
    processor: str
    kind: Kind
    occurred_at: datetime
    topup_id: str | None = None
    wallet_id: str | None = None
    owner: str | None = None
    reference: str | None = None
    amount: int | None = None
    """The whole top-up's or payout's, of a refund too."""
    currency: str | None = None
    account: str | None = None
    """Whose account at the processor, and test or live: equals `Adapter.account` or is not ours."""
    reversed_total: int = 0
    """Everything taken back so far, where that is what is told: later reports replace earlier ones."""
    refund_id: str | None = None
    reversed_part: int = 0
    """What this one refund took back, where it is told by itself: counted once for each `refund_id`."""
    payout_id: str | None = None
    dispute_id: str | None = None
    disputed: int = 0
    """What of the top-up its payer disputes at their bank."""
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of a processor's statement. A reversal's and a payout's amount is negative; the fee is what we bear."""

    our_id: str
    """The top-up's, of a reversal too, or the payout's; empty where the processor does not say it."""
    reference: str
    """The processor's own id; a reversal has its own wherever they give it one."""
    kind: LineKind
    amount: int
    fee: int
    currency: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The answer that stops a processor from sending the same event again, in its own form."""

    status: int
    content_type: str
    body: str


class Adapter(Protocol):
    """Amounts in minor units, currencies in capitals. Nothing here writes to our tables.

    Whatever asks for money to move is repeatable: asked twice is one effect. No answer, or one that cannot be read or
    believed, is `unknown`. Questions raise Unavailable then, and answer `ignored` while nothing is final.
    """

    @property
    def name(self) -> str: ...

    @property
    def account(self) -> str: ...

    def create(self, intent: Intent) -> Created:
        """Ask for the money."""

    def query(self, intent: Intent, at: datetime) -> ProcessorEvent:
        """What became of `intent`, findable by our id as well as by theirs."""

    def refund(self, refund: Refund) -> Created:
        """Send a part or all of a top-up back to where it came from."""

    def query_refund(self, refund: Refund, at: datetime) -> ProcessorEvent:
        """What became of `refund`: `topup_reversed`, as a webhook would tell it, or `refund_failed`."""

    def payout(self, payout: Payout) -> Created:
        """Send money out."""

    def query_payout(self, payout: Payout, at: datetime) -> ProcessorEvent:
        """What became of `payout`; the reason `not_found` beside `ignored` says that they have never heard of it."""

    def statement(self, day: date) -> Iterator[StatementLine]:
        """What they booked on `day`, as they count days, in constant memory. Raises Unavailable, on the way too."""

    def verify_and_parse(self, raw: bytes, headers: Mapping[str, str], at: datetime) -> ProcessorEvent:
        """The event in a webhook. Raises InvalidSignature unless `raw` was signed within 300 s of `at`."""

    def acknowledge(self, event: ProcessorEvent) -> Acknowledgement: ...
