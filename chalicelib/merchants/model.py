"""Merchants as agreed (`Terms`), their API keys, and checkouts: an order to be paid, at most once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, get_args

import msgspec

from chalicelib.kernel import clock, money, text
from chalicelib.kernel.money import EXPONENTS, MAX_AMOUNT
from chalicelib.merchants.model_categories import Category
from chalicelib.merchants.model_onboarding import Business
from chalicelib.merchants.model_shares import Shared, Split, SplitView
from chalicelib.merchants.rules import URL_LETTERS

Status = Literal["pending", "active", "suspended"]
NOT_VERIFIED = "not-verified"
PAYER = "payer"
"""The fact of a payment with a family card: the wallet of whoever paid."""
CheckoutStatus = Literal["open", "paid", "expired", "cancelled"]
ShownStatus = Literal[CheckoutStatus, "voided"]
"""`voided`: a deposit was left, and all of it went back."""
Capture = Literal["automatic", "manual"]
KeyState = Literal["active", "expired", "revoked"]
Scope = Literal["payments", "refunds", "checkouts", "reports", "payouts", "stores", "staff", "keys", "cards"]
"""What an API key may be used for; `payouts` asks for money, `keys` makes and revokes other keys, `cards` keeps plans
of prepaid cards."""
MOST_SCOPES = len(get_args(Scope))
USUAL_OVERLAP_HOURS, LONGEST_OVERLAP_HOURS = 24, 168
Amount = Annotated[int, msgspec.Meta(extra_json_schema=money.AMOUNT_SCHEMA)]
Currency = Annotated[str, msgspec.Meta(extra_json_schema=money.CURRENCY_SCHEMA)]
Reference = Annotated[str, msgspec.Meta(extra_json_schema={"minLength": 1, "maxLength": text.REFERENCE_BYTES})]
Moment = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]
Address = Annotated[str, msgspec.Meta(extra_json_schema={"format": "uri", "maxLength": URL_LETTERS})]


class NewMerchant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`fee_fixed` and `floor` are minor units of each currency; `floor` ≤ 0 is how far refunds may go below zero."""

    name: Annotated[str, msgspec.Meta(extra_json_schema={"minLength": 1})]
    currencies: Annotated[
        list[Currency], msgspec.Meta(min_length=1, max_length=len(EXPONENTS), extra_json_schema={"uniqueItems": True})
    ]
    fee_basis_points: Annotated[int, msgspec.Meta(ge=0, le=10_000)]
    fee_fixed: Annotated[int, msgspec.Meta(ge=0, le=MAX_AMOUNT)] = 0
    floor: Annotated[int, msgspec.Meta(ge=-MAX_AMOUNT, le=0)] = 0
    business: Business | None = None
    """Given, it is verified before the merchant takes payments; without it whoever asks vouches for the merchant."""
    category: Category = "other"


class NewKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    scopes: Annotated[list[Scope], msgspec.Meta(min_length=1, max_length=MOST_SCOPES)]


class RotateKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long the old key goes on working beside the new one."""

    overlap_hours: Annotated[int, msgspec.Meta(ge=0, le=LONGEST_OVERLAP_HOURS)] = USUAL_OVERLAP_HOURS


class NewCheckout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    amount: Amount
    currency: Currency
    order_reference: Reference
    expires_at: Moment | None = None
    return_url: Address | None = None
    store_id: str | None = None
    capture: Capture = "automatic"
    """`manual`: whoever pays leaves a deposit, held until the merchant captures or voids it."""
    split: Split | None = None
    """Several people pay it together, within 7 days, and nothing is taken before it is full."""


class RequirementsView(msgspec.Struct, frozen=True):
    """What is lacking of the business, and why the merchant takes no payments, if it takes none."""

    currently_due: tuple[str, ...] = ()
    disabled_reason: str | None = None


class MerchantView(msgspec.Struct, frozen=True):
    """`accounts`: currency → id of the ledger account."""

    id: str
    name: str
    status: Status
    accounts: Mapping[str, str]
    fee_basis_points: int
    fee_fixed: int
    floor: int
    created_at: str
    requirements: RequirementsView = RequirementsView()
    category: Category = "other"


class KeyView(msgspec.Struct, frozen=True):
    """`key` is shown this once; only its hash is kept."""

    id: str
    key: str
    scopes: tuple[Scope, ...]
    created_at: str


class RotatedKeyView(msgspec.Struct, frozen=True):
    """`key` is shown this once. The key `replaces` is refused from `replaced_ends_at` on."""

    id: str
    key: str
    scopes: tuple[Scope, ...]
    created_at: str
    replaces: str
    replaced_ends_at: str


class MakerView(msgspec.Struct, frozen=True):
    """`status` is `revoked` once they work there no more: the key they have seen goes on until somebody ends it."""

    staff_id: str
    name: str
    status: str


class KnownKeyView(msgspec.Struct, frozen=True):
    """All that can still be told of a key; `expires_at` once it was rotated. `maker`: whoever of the staff made it, by
    another key too; null where an operator did."""

    id: str
    last_four: str
    scopes: tuple[Scope, ...]
    state: KeyState
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    maker: MakerView | None = None


class CheckoutView(msgspec.Struct, frozen=True, omit_defaults=True):
    """`payment_id` and `paid_at` are for the merchant and whoever paid; `held_until` for a customer who may pay.

    `capture`: `manual` is a deposit, held when it is paid, and captured or voided by the merchant.
    """

    id: str
    status: ShownStatus
    code_url: str
    amount: int
    currency: str
    order_reference: str
    merchant_id: str
    merchant_name: str
    expires_at: str
    created_at: str
    return_url: str = ""
    payment_id: str = ""
    paid_at: str = ""
    store_id: str = ""
    capture: Capture = "automatic"
    held_until: str = ""
    """When a deposit that is paid now goes back at the latest."""
    split: SplitView | None = None


class SettlementView(msgspec.Struct, frozen=True):
    """A batch of `lines` captures and refunds: `gross` − `fees` = `net`, what the account received."""

    id: str
    at: str
    gross: int
    fees: int
    net: int
    currency: str
    lines: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed with a merchant. `account`: currency → id of the ledger account."""

    merchant_id: str
    name: str
    status: Status
    account: Mapping[str, str]
    fee_basis_points: int
    fee_fixed: int
    floor: int
    created_at: datetime
    currently_due: tuple[str, ...] = ()
    disabled_reason: str = ""
    category: Category = "other"

    @property
    def shut(self) -> str:
        """Why it takes no payments, as a refusal says it; "" while it does."""
        return "" if self.status == "active" else refusal_of(self.status)

    @property
    def view(self) -> MerchantView:
        return MerchantView(
            self.merchant_id,
            self.name,
            self.status,
            self.account,
            self.fee_basis_points,
            self.fee_fixed,
            self.floor,
            clock.written(self.created_at),
            RequirementsView(self.currently_due, self.disabled_reason or None),
            self.category,
        )


@dataclass(frozen=True, slots=True)
class Till:
    """Who signed in where, and what that holds by: their role's marker, their account's, and their wallet."""

    staff_id: str
    person: str
    wallet: str
    staff_since: str
    person_since: str
    store_id: str = ""
    device_name: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """What is kept of an API key."""

    id: str
    merchant_id: str
    scopes: tuple[Scope, ...]
    digest: bytes
    created_at: datetime
    last_four: str = ""
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    till: Till | None = None
    """Of a session of somebody at a till; no API key then."""
    made_by: str = ""
    """Of the staff, who may have kept its text."""
    used_on: str = ""
    """The last day that it was used on, the one that it was made on left out."""

    def state(self, at: datetime) -> KeyState:
        """By time, whoever has or has not cleaned up."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= at else "active"

    def shown(self, text: str) -> KeyView:
        return KeyView(self.id, text, self.scopes, clock.written(self.created_at))

    def rotated(self, text: str, replaced: Key) -> RotatedKeyView:
        """This key, shown once, beside the one that it replaces."""
        ends_at = clock.written(replaced.expires_at) if replaced.expires_at else ""
        return RotatedKeyView(self.id, text, self.scopes, clock.written(self.created_at), replaced.id, ends_at)

    def known(self, at: datetime, maker: MakerView | None = None) -> KnownKeyView:
        expires = clock.written(self.expires_at) if self.expires_at else None
        revoked = clock.written(self.revoked_at) if self.revoked_at else None
        created = clock.written(self.created_at)
        return KnownKeyView(self.id, self.last_four, self.scopes, self.state(at), created, expires, revoked, maker)


@dataclass(frozen=True, slots=True)
class Checkout:
    """The facts of an order, which never change."""

    id: str
    merchant_id: str
    merchant_name: str
    amount: int
    currency: str
    order_reference: str
    created_at: datetime
    expires_at: datetime
    return_url: str = ""
    store_id: str = ""
    capture: Capture = "automatic"
    staff_id: str = ""
    max_payers: int = 0
    """Of one that several people pay; 0: one pays it whole."""
    least: int = 1
    """Of each part, but the last."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What has become of a checkout, as stored: nobody writes down that it expired."""

    stored: CheckoutStatus = "open"
    payment_id: str = ""
    paid_at: str = ""
    shared: Shared | None = None


def refusal_of(status: str) -> str:
    return NOT_VERIFIED if status == "pending" else status


def status_of(stored: CheckoutStatus, expires_at: str, at: datetime) -> CheckoutStatus:
    return "expired" if stored == "open" and expires_at <= clock.written(at) else stored


def checkout_view(checkout: Checkout, progress: Progress, code_url: str, at: datetime) -> CheckoutView:
    expires_at = clock.written(checkout.expires_at)
    return CheckoutView(
        id=checkout.id,
        status=status_of(progress.stored, expires_at, at),
        code_url=code_url,
        amount=checkout.amount,
        currency=checkout.currency,
        order_reference=checkout.order_reference,
        merchant_id=checkout.merchant_id,
        merchant_name=checkout.merchant_name,
        expires_at=expires_at,
        created_at=clock.written(checkout.created_at),
        return_url=checkout.return_url,
        payment_id=progress.payment_id,
        paid_at=progress.paid_at,
        store_id=checkout.store_id,
        capture=checkout.capture,
    )


def settlement_view(entry: Mapping[str, Any], gross_from: str, fees_to: str) -> SettlementView:
    """From a journal entry of kind `settlement` and the addresses of its postings; its text counts the lines."""
    postings = entry["postings"]
    gross, fees = -postings.get(gross_from, 0), postings.get(fees_to, 0)
    return SettlementView(
        entry["movement"], entry["sk"], gross, fees, gross - fees, entry["currency"], int(entry["text"])
    )


def payers(payment: Mapping[str, Any]) -> frozenset[str]:
    """Wallets whose owners paid it: the one that was debited, and the one that said who pays with a family card."""
    return frozenset({payment["account"], payment.get(PAYER, payment["account"])})
