"""What a merchant says of its business, and what came of asking whether it is so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec

from chalicelib.kernel import clock, text
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.merchants.rules import URL_LETTERS, VISIBLE

CheckState = Literal["asked", "unknown", "needs_more", "verified", "refused"]
Requirement = Literal["legal_name", "registration_number", "country", "representative_name", "website"]
BusinessField = Literal["legal_name", "registration_number", "representative_name"]
"""What comes masked, and may be revealed."""
ASK_AGAIN = (timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=1), timedelta(days=1))
CASE_DUE = timedelta(days=1)
NAME_LETTERS, NUMBER_LETTERS, REASON_LETTERS = 128, 32, 500
_NUMBER = re.compile(rf"[A-Z0-9][A-Z0-9 ./-]{{3,{NUMBER_LETTERS - 1}}}")
_COUNTRY = re.compile(r"[A-Z]{2}")
WAITS, LACKS, REJECTED = "verification-pending", "requirements-due", "rejected"
"""Why a merchant that is not active takes no payments."""
Named = Annotated[str, msgspec.Meta(extra_json_schema={"minLength": 1, "maxLength": NAME_LETTERS})]
Number = Annotated[str, msgspec.Meta(extra_json_schema={"minLength": 4, "maxLength": NUMBER_LETTERS})]
Country = Annotated[str, msgspec.Meta(extra_json_schema={"pattern": "^[A-Z]{2}$"})]
Site = Annotated[str, msgspec.Meta(extra_json_schema={"format": "uri", "maxLength": URL_LETTERS})]


class Business(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As it is registered. `country`: ISO 3166-1, two letters."""

    legal_name: Named
    registration_number: Number
    country: Country
    representative_name: Named
    website: Site | None = None


class BusinessChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was due, or was wrong; the rest stays. It is asked about again."""

    legal_name: Named | None = None
    registration_number: Number | None = None
    country: Country | None = None
    representative_name: Named | None = None
    website: Site | None = None


class VerificationDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By hand, whatever was answered or was not; `version`: of what was seen of the business."""

    decision: Literal["verify", "refuse"]
    version: Annotated[int, msgspec.Meta(ge=1)]
    reason: Annotated[str, msgspec.Meta(extra_json_schema={"minLength": 1, "maxLength": REASON_LETTERS})]


class BusinessReveal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    field: BusinessField
    reason: Annotated[str, msgspec.Meta(min_length=10, max_length=200, description="Kept sealed in the audit log")]


class BusinessFieldView(msgspec.Struct, frozen=True):
    field: BusinessField
    value: str


class BusinessView(msgspec.Struct, frozen=True):
    """Names and number masked. `version`: another with every change; `checked_at`: when it was last answered."""

    legal_name: str
    registration_number: str
    country: str
    representative_name: str
    website: str | None
    state: CheckState
    currently_due: tuple[str, ...]
    checked_at: str | None
    version: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What whoever verifies businesses answers. `due`: what is lacking where it needs more."""

    state: Literal["needs_more", "verified", "refused"]
    due: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """A business and how far its verification is. `tries`: how often it was asked about as it is now."""

    merchant_id: str
    business: Business
    state: CheckState
    tries: int
    asked_at: datetime
    due: tuple[str, ...] = ()
    checked_at: datetime | None = None
    due_at: datetime | None = None
    version: int = 1

    @property
    def view(self) -> BusinessView:
        said = self.business
        return BusinessView(
            legal_name=masked(said.legal_name),
            registration_number=masked(said.registration_number, shown_last=4),
            country=said.country,
            representative_name=masked(said.representative_name),
            website=said.website,
            state=self.state,
            currently_due=self.due,
            checked_at=clock.written(self.checked_at) if self.checked_at else None,
            version=self.version,
        )

    def next_at(self, at: datetime) -> datetime | None:
        """When to ask again after a try that nobody answered; None once it is a person's work."""
        return at + ASK_AGAIN[self.tries] if self.tries < len(ASK_AGAIN) else None


def checked(said: Business) -> Business:
    """As it is kept. Raises InvalidRequest."""
    number = said.registration_number.strip().upper()
    if not _NUMBER.fullmatch(number):
        raise InvalidRequest(param="registration_number")
    if not _COUNTRY.fullmatch(said.country):
        raise InvalidRequest(param="country")
    if said.website is not None and not _is_site(said.website):
        raise InvalidRequest(param="website")
    return Business(
        legal_name=_name(said.legal_name, "legal_name"),
        registration_number=number,
        country=said.country,
        representative_name=_name(said.representative_name, "representative_name"),
        website=said.website,
    )


def with_changes(said: Business, wish: BusinessChange) -> Business:
    """Raises InvalidRequest."""
    given = {name: value for name in said.__struct_fields__ if (value := getattr(wish, name)) is not None}
    return checked(msgspec.structs.replace(said, **given))


def masked(written: str, shown_last: int = 0) -> str:
    """Enough for whoever wrote it to recognise it."""
    last = written[-shown_last:] if 0 < shown_last < len(written) else ""
    return ("" if last else written[:1]) + "***" + last


def reason(written: str) -> str:
    tidy = written.strip()
    if not 1 <= len(tidy) <= REASON_LETTERS or text.hides_something(tidy):
        raise InvalidRequest(param="reason")
    return tidy


def joined(due: Sequence[str]) -> str | None:
    return " ".join(due) or None


def _name(written: str, param: str) -> str:
    tidy = written.strip()
    if not 1 <= len(tidy) <= NAME_LETTERS or text.hides_something(tidy):
        raise InvalidRequest(param=param)
    return tidy


def _is_site(url: str) -> bool:
    return bool(VISIBLE.fullmatch(url)) and url.startswith("https://") and "@" not in url and "." in url[8:]
