"""Merchants' payouts: the terms they are made by, how much leaves, and what people see of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.kernel import clock, ids, money
from chalicelib.kernel.errors import CofferError, InvalidRequest
from chalicelib.kernel.idempotency import Receipt
from chalicelib.ledger.model import Movement
from chalicelib.processors.routing import NO_PAYOUT_BANK, Candidate

Schedule = Literal["daily", "on_demand"]
Status = Literal["pending", "succeeded", "failed", "unknown"]
COOLING = timedelta(hours=72)
"""So long after a merchant's bank account was changed nothing is paid out."""
BANK_CHANGED = "bank_account_changed"
SEALED = "payout_destination"
"""The name under which a bank account is sealed for the merchant's account."""
RETRY_AFTER_SECONDS = 60
_ACCOUNT = re.compile(r"[A-Z0-9]{8,34}")
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")
Currency = Annotated[str, msgspec.Meta(extra_json_schema=money.CURRENCY_SCHEMA)]
Sum = Annotated[int, msgspec.Meta(ge=0, le=money.MAX_AMOUNT)]
Reason = Annotated[str, msgspec.Meta(min_length=10, max_length=200, description="Kept sealed in the audit log")]


class PayoutTermsRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`cut_off`: a time of the banks' own day, `16:00`. Without a `bank_account` the one that is kept stays."""

    schedule: Schedule
    reason: Reason
    cut_off: Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "16:00"
    minimum: Sum = 0
    reserve: Sum = 0
    bank_account: Annotated[str, msgspec.Meta(min_length=1, max_length=80)] | None = None


class PayoutTermsView(msgspec.Struct, frozen=True):
    """`bank_account` is masked. `skipped`: why nothing was paid out at the last cut-off, if so."""

    merchant_id: str
    currency: str
    schedule: Schedule
    cut_off: str
    minimum: int
    reserve: int
    bank_account: str
    usable_at: str
    next_cut_off: str | None
    skipped: str | None


class PayoutRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    currency: Currency


class PayoutView(msgspec.Struct, frozen=True):
    """What left for the merchant's bank. It covers what was settled later than `after`, up to `created_at`."""

    id: str
    status: Status
    merchant_id: str
    amount: int
    currency: str
    schedule: Schedule
    processor: str
    route: str
    """Whom the rules named, the cheapest first, each with what it costs us or why it was passed over."""
    after: str
    created_at: str
    expected_on: str
    ended_at: str | None = None
    reason: str | None = None
    """Why it failed; the money is back in the merchant's account."""
    usual_seconds: int | None = None
    """While it is on its way: how long it usually takes, three times of four, from the settlement of the oldest payment
    in a payout to its being paid; null where that is not known."""


class PayoutDetailView(PayoutView, frozen=True, kw_only=True):
    """`carried` + `gross` − `refunds` − `fees` + `adjustments` + `returned` − `kept` = `amount`."""

    carried: int
    """What the account held after the payout before."""
    gross: int
    refunds: int
    fees: Mapping[str, int]
    """By what they were charged for."""
    adjustments: int
    returned: int
    """Of payouts that failed."""
    kept: int
    """The reserve, and what refunds under way will take."""
    settlements: int
    """How many batches it covers."""
    oldest_settled_at: str | None
    """When the first of them was settled: from then on `usual_seconds` counts."""


@dataclass(frozen=True, slots=True)
class PayoutTerms:
    """What was agreed for one account, and how far it is paid out. `number` counts the agreements."""

    account: str
    merchant_id: str
    currency: str
    schedule: Schedule
    cut_off: str
    minimum: int
    reserve: int
    bank: str
    """Which bank account; another one has another id."""
    destination: str
    """The bank account, sealed."""
    label: str
    usable_at: str
    number: int
    since: str = ""
    """When it was last paid out."""
    due_at: str = ""
    """The next cut-off; empty on demand."""
    skipped: str = ""

    @property
    def least(self) -> int:
        return max(1, self.minimum)

    def is_due(self, at: datetime) -> bool:
        return self.due_at != "" and self.due_at <= clock.written(at)

    def next_due_at(self, at: datetime) -> str:
        from chalicelib.policy import calendars

        if self.schedule == "on_demand":
            return ""
        return clock.written(calendars.cut_off_after(self.currency, time.fromisoformat(self.cut_off), at))

    def scheduled(self, before: PayoutTerms | None, at: datetime) -> PayoutTerms:
        """A cut-off that has passed and was not looked at yet keeps its day."""
        waits = self.schedule == "daily" and before is not None and before.is_due(at)
        return replace(self, due_at=before.due_at if before and waits else self.next_due_at(at))

    def due_day(self) -> date:
        from chalicelib.policy import calendars

        return calendars.day_of(self.currency, clock.read(self.due_at))

    @property
    def view(self) -> PayoutTermsView:
        return PayoutTermsView(
            merchant_id=self.merchant_id,
            currency=self.currency,
            schedule=self.schedule,
            cut_off=self.cut_off,
            minimum=self.minimum,
            reserve=self.reserve,
            bank_account=self.label,
            usable_at=self.usable_at,
            next_cut_off=self.due_at or None,
            skipped=self.skipped or None,
        )


def tidy_account(typed: str) -> str:
    """An account's number or IBAN as it is kept: without spaces, in capitals. Raises InvalidRequest."""
    written = typed.replace(" ", "").upper()
    if not _ACCOUNT.fullmatch(written):
        raise InvalidRequest(param="bank_account")
    return written


def daily_id(terms: PayoutTerms) -> str:
    """One for each merchant, currency and bank day, however often the schedule fires."""
    return ids.derived("pot", terms.merchant_id, terms.currency, terms.due_day().isoformat())


def payable(available: int, allowance: int, floor: int, reserve: int) -> int:
    """What may leave: above the reserve, without what refunds have drawn that are not settled yet."""
    return min(min(available, allowance + floor) - reserve, money.MAX_AMOUNT)


def skipped_because(refusal: CofferError) -> str:
    """Why nothing was paid out at a cut-off: the error's code, or that there is no bank to do it."""
    return NO_PAYOUT_BANK if refusal.params.get("state") == NO_PAYOUT_BANK else refusal.code


def route(candidates: Iterable[Candidate]) -> str:
    """`sandbox=0 harbour=open`: only who pays out that currency."""
    asked = (one for one in candidates if one.why != "currency")
    return " ".join(f"{one.processor}={_UNSAFE.sub('_', one.why)}" for one in asked)


def answer(movement: Movement) -> Receipt:
    """What is told, now and whenever the same key comes again."""
    stored = {"pk": movement.id, "created_at": clock.written(movement.at), **movement.facts}
    shared = {name: getattr(movement, name) for name in ("amount", "currency", "state")}
    return Receipt(201, msgspec.json.encode(view({**stored, **shared})).decode())


def view(movement: Mapping[str, Any], usual_seconds: int | None = None) -> PayoutView:
    """As the ledger has it now."""
    return PayoutView(**_facts(movement), usual_seconds=usual_seconds)


def detail(movement: Mapping[str, Any], usual_seconds: int | None, told: Mapping[str, Any]) -> PayoutDetailView:
    """`told`: the fields that only the detail has."""
    return PayoutDetailView(**_facts(movement), usual_seconds=usual_seconds, **told)


def _facts(movement: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": movement["pk"],
        "status": movement["state"],
        "merchant_id": movement["payee"],
        "amount": movement["amount"],
        "currency": movement["currency"],
        "schedule": movement["schedule"],
        "processor": movement["processor"],
        "route": movement["route"],
        "after": movement["since"],
        "created_at": movement["created_at"],
        "expected_on": movement["expected_on"],
        "ended_at": movement.get("ended_at"),
        "reason": movement.get("reason"),
    }
