"""What a payment processor is to Coffer: one interface, whatever it speaks.

A new processor is one module with an `Adapter` and one line in `service`; the contract suite
(`tests/contracts`) then holds it to the same promises as the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Kind = Literal["topup_succeeded", "topup_failed", "topup_reversed", "ignored", "unreadable"]
Progress = Literal["pending", "failed", "unknown"]


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

    @property
    def metadata(self) -> dict[str, str]:
        """What the processor attaches to the payment and tells us again with every event."""
        ours = {"topup_id": self.topup_id, "wallet_id": self.wallet_id, "owner": self.owner}
        return {name: text for name, text in ours.items() if text}


@dataclass(frozen=True, slots=True)
class Created:
    """Never `succeeded`: money is credited by what `verify_and_parse` or `query` report, nothing else."""

    status: Progress
    reference: str | None = None
    next_action: Mapping[str, str] | None = None
    reason: str | None = None
    """The processor's own code for a failure, for instance `card_declined`."""


@dataclass(frozen=True, slots=True)
class ProcessorEvent:
    """What a processor says happened. A fact it does not state is None: then nothing matches, nothing is credited."""

    event_id: str
    processor: str
    kind: Kind
    occurred_at: datetime
    topup_id: str | None = None
    wallet_id: str | None = None
    owner: str | None = None
    reference: str | None = None
    amount: int | None = None
    currency: str | None = None
    account: str | None = None
    """Whose account at the processor, and test or live: equals `Adapter.account` or is not ours."""
    reversed_total: int = 0
    """Everything taken back so far, not this time's part: later reports replace earlier ones."""
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The answer that stops a processor from sending the same event again, in its own form."""

    status: int
    content_type: str
    body: str


class Adapter(Protocol):
    """Amounts in minor units, currencies in capitals. Nothing here writes to our tables."""

    @property
    def name(self) -> str: ...

    @property
    def account(self) -> str: ...

    def create(self, intent: Intent) -> Created:
        """Ask for the money. Repeating it is safe; no answer in time gives `unknown`."""

    def query(self, intent: Intent, at: datetime) -> ProcessorEvent:
        """What became of `intent`; `ignored` while nothing is final. Raises Unavailable if it does not answer."""

    def refund(self, refund_id: str, reference: str, amount: int, currency: str) -> Created:
        """Send `amount` back to where it came from. Repeating it with the same `refund_id` is safe."""

    def verify_and_parse(self, raw: bytes, headers: Mapping[str, str], at: datetime) -> ProcessorEvent:
        """The event in a webhook. Raises InvalidSignature unless `raw` was signed within 300 s of `at`."""

    def acknowledge(self, event: ProcessorEvent) -> Acknowledgement: ...
