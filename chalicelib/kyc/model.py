"""What a person hands in to be known, how far it is, and which tier it makes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

import msgspec

from chalicelib.kernel import clock, text
from chalicelib.kernel.errors import InvalidRequest

Kind = Literal["identity-document", "proof-of-address", "selfie"]
State = Literal[
    "uploading", "asked", "unknown", "verified", "screened", "accepted", "refused", "needs-more", "expired", "withheld"
]
Shown = Literal["uploading", "checking", "accepted", "refused", "needs-more", "expired"]
Refused = Literal["unreadable", "details-differ", "not-accepted"]
Needs = Mapping[int, tuple[str, ...]]
"""Of each tier that documents make: kinds of documents."""
ImageType = Literal["image/jpeg", "image/png", "application/pdf"]

ASK_AGAIN = (timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=1), timedelta(days=1))
CASE_DUE = timedelta(days=1)
UPLOADED_WITHIN = timedelta(days=1)
REFUSED_KEPT = timedelta(days=90)
"""All of a document that was not accepted. Images and number of others stay as long as the rules say."""
NOTICE_BEFORE, GRACE = timedelta(days=30), timedelta(days=30)
"""A document that expires is told of so long before; the tier falls so long after."""
WAITING = frozenset({"asked", "unknown", "verified", "screened"})
NAME_LETTERS, NUMBER_LETTERS, REASON_LETTERS = 128, 32, 500
MOST_IMAGES, MOST_BYTES, UPLOAD_SECONDS = 4, 10_000_000, 900
_BEGINNINGS = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n", "application/pdf": b"%PDF-"}
_NUMBER = re.compile(rf"[A-Z0-9][A-Z0-9 ./-]{{3,{NUMBER_LETTERS - 1}}}")
_SHOWN: dict[str, Shown] = {
    "uploading": "uploading",
    "accepted": "accepted",
    "refused": "refused",
    "needs-more": "needs-more",
    "expired": "expired",
}
_DAY = Annotated[str, msgspec.Meta(max_length=10, extra_json_schema={"format": "date"})]


class ImageRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: ImageType
    bytes: Annotated[int, msgspec.Meta(ge=1, le=MOST_BYTES)]


class DocumentRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As it is printed. `country`: who issued it, ISO 3166-1. `expires_on`: an identity document has one."""

    kind: Kind
    country: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")]
    number: Annotated[str, msgspec.Meta(min_length=4, max_length=NUMBER_LETTERS)]
    full_name: Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_LETTERS)]
    born_on: _DAY
    images: Annotated[tuple[ImageRequest, ...], msgspec.Meta(min_length=1, max_length=MOST_IMAGES)]
    expires_on: _DAY | None = None


class DocumentDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By hand, where nobody answered. `reason` is kept sealed, for the house alone."""

    decision: Literal["verify", "refuse"]
    reason: Annotated[str, msgspec.Meta(min_length=10, max_length=REASON_LETTERS)]


class UploadView(msgspec.Struct, frozen=True):
    """PUT the image there within fifteen minutes, with exactly these headers."""

    url: str
    headers: dict[str, str]


class HandedInView(msgspec.Struct, frozen=True, omit_defaults=True):
    """Number and name masked. `reason`: why it was refused, or what more it takes."""

    id: str
    kind: Kind
    country: str
    number: str
    full_name: str
    state: Shown
    handed_in_at: str
    expires_on: str = ""
    reason: str = ""
    uploads: tuple[UploadView, ...] = ()


class PersonsDocumentView(msgspec.Struct, frozen=True):
    """For whoever verifies by hand, in clear. `images`: links that are good for five minutes, none before it was
    submitted, and none where `images_changed`: what is there is not what was submitted."""

    id: str
    user_id: str
    kind: Kind
    country: str
    number: str
    full_name: str
    born_on: str
    expires_on: str
    state: State
    handed_in_at: str
    images: tuple[str, ...]
    images_changed: bool


class PersonsDocumentsView(msgspec.Struct, frozen=True):
    """Newest first."""

    documents: list[PersonsDocumentView]


class RequirementView(msgspec.Struct, frozen=True):
    """`since`: when it began to lack; `until`: when the tier falls without it; `tier`: which one needs it."""

    code: str
    tier: int
    why: str
    since: str | None = None
    until: str | None = None


class UnlocksView(msgspec.Struct, frozen=True):
    """How much more than today, in minor units of `currency`."""

    currency: str
    per_payment: int
    day: int
    month: int
    balance: int


class TierView(msgspec.Struct, frozen=True):
    tier: int
    needs: tuple[str, ...]
    lacks: tuple[str, ...]
    unlocks: UnlocksView


class VerificationView(msgspec.Struct, frozen=True):
    tier: int
    currently_due: tuple[RequirementView, ...]
    past_due: tuple[RequirementView, ...]
    future: tuple[RequirementView, ...]
    next_tiers: tuple[TierView, ...]
    disabled_reason: Literal["requirements-past-due"] | None
    documents: tuple[HandedInView, ...]


@dataclass(frozen=True, slots=True)
class Image:
    """`etag`: what S3 called its content when it was handed in."""

    key: str
    type: ImageType
    bytes: int
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What whoever verifies documents answers."""

    state: Literal["verified", "refused", "needs-more"]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """`tries`: how often it was asked about. `told`: the last thing of it that its owner was told."""

    id: str
    user_id: str
    kind: Kind
    country: str
    number: str
    full_name: str
    born_on: str
    expires_on: date | None
    images: tuple[Image, ...]
    state: State
    tries: int
    handed_in_at: datetime
    due_at: datetime | None
    reason: str = ""
    decided_at: datetime | None = None
    told: str = ""
    version: int = 1

    @property
    def shown(self) -> Shown:
        """Whoever waits for a person, or is held back by a list, is not told for what."""
        return _SHOWN.get(self.state, "checking")

    def view(self, uploads: tuple[UploadView, ...] = ()) -> HandedInView:
        return HandedInView(
            self.id,
            self.kind,
            self.country,
            masked(self.number, shown_last=4),
            masked(self.full_name),
            self.shown,
            clock.written(self.handed_in_at),
            self.expires_on.isoformat() if self.expires_on else "",
            self.reason if self.state in ("refused", "needs-more") else "",
            uploads,
        )

    def in_clear(self, images: tuple[str, ...], *, changed: bool = False) -> PersonsDocumentView:
        return PersonsDocumentView(
            self.id,
            self.user_id,
            self.kind,
            self.country,
            self.number,
            self.full_name,
            self.born_on,
            self.expires_on.isoformat() if self.expires_on else "",
            self.state,
            clock.written(self.handed_in_at),
            images,
            changed,
        )

    def next_at(self, at: datetime) -> datetime | None:
        """When to ask again after a try that nobody answered; None once it is a person's work."""
        return at + ASK_AGAIN[self.tries] if self.tries < len(ASK_AGAIN) else None

    @property
    def expires_at(self) -> datetime | None:
        """The day after the last one on which it is good."""
        return clock.read(f"{self.expires_on + timedelta(days=1)}T00:00:00Z") if self.expires_on else None

    @property
    def lapses_at(self) -> datetime | None:
        """When what rests on it falls."""
        return self.expires_at + GRACE if self.expires_at else None

    def stands(self, at: datetime) -> bool:
        return self.state == "accepted" and (self.lapses_at is None or at < self.lapses_at)

    def is_good(self, at: datetime) -> bool:
        return self.state == "accepted" and (self.expires_at is None or at < self.expires_at)

    def fades_at(self, kept: timedelta, at: datetime) -> datetime:
        """When images and number go; of one that is decided about at `at` at the latest."""
        return (self.decided_at or at) + kept

    def next_of_accepted(self, kept: timedelta, at: datetime) -> datetime | None:
        """What happens to it next, once its owner is told that it was accepted; None: nothing does."""
        fades = self.fades_at(kept, at) if self.images else None
        ends, lapses = self.expires_at, self.lapses_at
        warned = ends - NOTICE_BEFORE if ends and self.told != "expires-soon" else None
        return min((one for one in (fades, warned, lapses) if one is not None), default=None)


def checked(wish: DocumentRequest, document_id: str, user_id: str, at: datetime) -> Document:
    """As it is kept. Raises InvalidRequest."""
    number = wish.number.strip().upper()
    if not _NUMBER.fullmatch(number):
        raise InvalidRequest(param="number")
    born, expires = _day(wish.born_on, "born_on"), wish.expires_on
    if not date(1900, 1, 1) <= born <= at.date():
        raise InvalidRequest(param="born_on")
    ends = _day(expires, "expires_on") if expires is not None else None
    if (ends is None and wish.kind == "identity-document") or (ends is not None and not _is_later(ends, at)):
        raise InvalidRequest(param="expires_on")
    images = tuple(
        Image(f"documents/{document_id}/{place}", one.type, one.bytes) for place, one in enumerate(wish.images)
    )
    return Document(
        document_id,
        user_id,
        wish.kind,
        wish.country,
        number,
        _name(wish.full_name),
        born.isoformat(),
        ends,
        images,
        "uploading",
        0,
        at,
        at + UPLOADED_WITHIN,
    )


def tier_made(kinds: Iterable[str], needs: Needs) -> int:
    """The highest tier of which, and of all below it, nothing lacks."""
    had, tier = set(kinds), 0
    for above in sorted(needs):
        if not set(needs[above]) <= had:
            break
        tier = above
    return tier


def without_secrets(document: Document) -> Document:
    return replace(document, images=(), number="")


def is_image(kind: ImageType, beginning: bytes) -> bool:
    return beginning.startswith(_BEGINNINGS[kind])


def masked(written: str, shown_last: int = 0) -> str:
    last = written[-shown_last:] if 0 < shown_last < len(written) else ""
    return ("" if last else written[:1]) + "***" + last


def tidy_reason(typed: str) -> str:
    """Not only spaces. Raises InvalidRequest."""
    tidy = typed.strip()
    if len(tidy) < 10 or text.hides_something(tidy):
        raise InvalidRequest(param="reason")
    return tidy


def _is_later(day: date, at: datetime) -> bool:
    return at.date() <= day <= date(2200, 1, 1)


def _day(typed: str, param: str) -> date:
    try:
        found = date.fromisoformat(typed)
    except ValueError as unreadable:
        raise InvalidRequest(param=param) from unreadable
    if found.isoformat() != typed:
        raise InvalidRequest(param=param)
    return found


def _name(typed: str) -> str:
    tidy = typed.strip()
    if not tidy or text.hides_something(tidy):
        raise InvalidRequest(param="full_name")
    return tidy
