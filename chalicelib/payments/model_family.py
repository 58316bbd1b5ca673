"""Family cards: a relative pays merchants from my wallet, up to so much a month, and both see every payment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal, cast

import msgspec

from chalicelib.identity.model_payees import Checked
from chalicelib.kernel import clock, masking, text
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.kernel.money import MAX_AMOUNT
from chalicelib.ledger import chart, model
from chalicelib.merchants.model_categories import CATEGORIES, Category
from chalicelib.payments.model import Amount, Currency

Status = Literal["offered", "active", "ended"]
Role = Literal["owner", "holder"]
PaymentStatus = Literal["captured", "partially_refunded", "refunded", "voided"]
MOST_GIVEN = 10
OFFERED_A_DAY = 20
NAME_BYTES = 40
NEVER = MAX_AMOUNT
"""Above this nobody pays anyway: nobody is asked."""

Above = Annotated[int, msgspec.Meta(ge=0, le=MAX_AMOUNT)]
Categories = Annotated[
    list[Category], msgspec.Meta(description="Empty: shops of every kind", max_length=len(CATEGORIES))
]
CardName = Annotated[
    str,
    msgspec.Meta(
        description="What both call it. It is kept for ever, so e-mail addresses and phone numbers in it become ***",
        extra_json_schema={"maxLength": NAME_BYTES},
    ),
]


class NewFamilyCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who may pay from `wallet_id`, and how much each calendar month (UTC).

    `approval_above`: I am asked about each payment above it, of 0 about every one; without it about none.
    """

    wallet_id: str
    payee_check: Checked
    monthly_cap: Amount
    currency: Currency
    name: CardName = ""
    categories: Categories = []
    approval_above: Above | None = None


class FamilyCardChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays as it is; `approval_above` null: I am asked about no payment."""

    monthly_cap: Amount | None = None
    approval_above: Above | msgspec.UnsetType | None = msgspec.UNSET
    categories: Categories | None = None
    name: CardName | None = None


class FamilyCardStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class FamilyCardView(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    status: Status
    role: Role
    """`owner`: my wallet pays; `holder`: I pay with it."""
    name: str
    person: str
    """The other side, masked."""
    monthly_cap: int
    spent_this_month: int
    left_this_month: int
    currency: str
    categories: tuple[str, ...]
    created_at: str
    approval_above: int | None = None
    """The owner is asked about each payment above it; about none where it is missing."""
    wallet_id: str = ""
    """Mine: of the holder the one that says who pays."""
    ended_at: str = ""
    ended_by: Literal["", "owner", "holder"] = ""


class FamilyPaymentView(msgspec.Struct, frozen=True, omit_defaults=True):
    payment_id: str
    merchant_id: str
    merchant_name: str
    amount: int
    currency: str
    status: PaymentStatus
    at: str
    refunded: int = 0


@dataclass(frozen=True, slots=True)
class FamilyCard:
    """As the ledger keeps it. Whose it is never changes; what it allows, and how it stands, are conditions.

    `says`: side → what nobody has told them yet, and since when.
    """

    id: str
    owner: str
    owner_name: str
    holder: str
    holder_name: str
    jurisdiction: str
    tier: int
    currency: str
    created_at: str
    name: str
    cap: int
    approval_above: int
    categories: str
    """A space around each; "" for all."""
    status: Status = "offered"
    ended_at: str = ""
    ended_by: Literal["", "owner", "holder"] = ""
    spent: Mapping[str, int] = field(default_factory=dict)
    slots: Mapping[str, bytes] = field(default_factory=dict)
    says: Mapping[str, str] = field(default_factory=dict)
    due_at: str = ""

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> FamilyCard:
        return cls(
            id=kept["pk"],
            **{name: kept[name] for name in FACTS},
            ended_at=kept.get("ended_at", ""),
            ended_by=cast(Literal["", "owner", "holder"], kept.get("ended_by", "")),
            spent={name: amount for name, amount in kept.items() if _is(name, "m")},
            slots={name: mark for name, mark in kept.items() if _is(name, "p")},
            says={side: kept[f"says_{side}"] for side in SIDES if f"says_{side}" in kept},
            due_at=kept.get("due_at", ""),
        )

    @property
    def state(self) -> str:
        """As a refusal says it."""
        return f"card-{self.status}"

    @property
    def wallet(self) -> str:
        """Which pays."""
        return chart.wallet_of(self.owner, self.currency)

    @property
    def holder_wallet(self) -> str:
        """Which says who pays."""
        return chart.wallet_of(self.holder, self.currency)

    @property
    def began(self) -> datetime:
        return clock.read(self.created_at)

    def spent_in(self, at: datetime) -> int:
        return self.spent.get(model.month_sum(at), 0)

    def covers(self, category: str) -> bool:
        return not self.categories or spaced(category) in self.categories

    def view(self, user_id: str, at: datetime) -> FamilyCardView:
        mine, spent = self.owner == user_id, self.spent_in(at)
        return FamilyCardView(
            id=self.id,
            status=self.status,
            role="owner" if mine else "holder",
            name=self.name,
            person=self.holder_name if mine else self.owner_name,
            monthly_cap=self.cap,
            spent_this_month=spent,
            left_this_month=max(0, self.cap - spent) if self.status == "active" else 0,
            currency=self.currency,
            categories=tuple(self.categories.split()),
            created_at=self.created_at,
            approval_above=None if self.approval_above == NEVER else self.approval_above,
            wallet_id=self.wallet if mine else self.holder_wallet,
            ended_at=self.ended_at,
            ended_by=self.ended_by,
        )


SIDES = ("owner", "holder")
FACTS = (
    *("owner", "owner_name", "holder", "holder_name", "jurisdiction", "tier", "currency", "created_at"),
    *("name", "cap", "approval_above", "categories", "status"),
)


def spaced(category: str) -> str:
    return f" {category} "


def kinds(categories: list[Category]) -> str:
    """As they are kept: each once, in the order of the list."""
    return "".join(map(spaced, dict.fromkeys(categories)))


def tidy_name(typed: str) -> str:
    """As it is kept. Raises InvalidRequest if it is too long, or holds what nobody sees."""
    if text.hides_something(typed):
        raise InvalidRequest(param="name")
    return masking.without_contacts(text.capped(typed.strip(), NAME_BYTES, "name"))


def loosens(card: FamilyCard, wish: FamilyCardChange) -> bool:
    """Whether more can be paid with it than before, or more unasked."""
    above = card.approval_above if wish.approval_above is msgspec.UNSET else above_of(wish.approval_above)
    wider = wish.categories is not None and bool(card.categories) and not _within(wish.categories, card)
    return (wish.monthly_cap or 0) > card.cap or above > card.approval_above or wider


def above_of(wish: int | None) -> int:
    return NEVER if wish is None else wish


def _within(categories: list[Category], card: FamilyCard) -> bool:
    return all(map(card.covers, categories or CATEGORIES))


def _is(name: str, kind: str) -> bool:
    """Whether an attribute is a month's sum (`m…`, hexadecimal) or a slot (`p…`)."""
    return name[0] == kind and bool(name[1:]) and all(letter in "0123456789abcdef" for letter in name[1:])
