"""Documents that people agree to, each in dated versions, and what they said of them and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import msgspec

from chalicelib.kernel import clock

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
Version = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="A date")]


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    document: str
    version: str
    in_force_from: datetime
    title: dict[str, str]
    summary: dict[str, str]
    """Language → sentence, both of them."""

    def view(self, language: str) -> DocumentView:
        since = clock.written(self.in_force_from)
        return DocumentView(self.document, self.version, since, self.title[language], self.summary[language])


class DocumentView(msgspec.Struct, frozen=True):
    document: str
    version: str
    in_force_from: str
    title: str
    summary: str


class DocumentsView(msgspec.Struct, frozen=True):
    """All of them: there are few."""

    data: list[DocumentView]
    has_more: bool = False
    next_cursor: str | None = None


class ConsentRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    document: Name
    version: Version
    given: bool
    """False takes it back."""


class Agreed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A yes, before there is somebody who says it."""

    document: Name
    version: Version


Agreements = Annotated[
    tuple[Agreed, ...],
    msgspec.Meta(
        min_length=1,
        max_length=8,
        description="Documents in force (`GET /v1/documents`) that are agreed to by signing up",
    ),
]


class ConsentView(msgspec.Struct, frozen=True):
    id: str
    document: str
    version: str
    given: bool
    at: str


@dataclass(frozen=True, slots=True)
class Consent:
    id: str
    user_id: str
    document: str
    version: str
    given: bool
    at: datetime

    @property
    def view(self) -> ConsentView:
        return ConsentView(self.id, self.document, self.version, self.given, clock.written(self.at))


def in_force(documents: Iterable[Document], at: datetime) -> list[Document]:
    """Of each document the newest version that has begun."""
    found: dict[str, Document] = {}
    for one in sorted(documents, key=lambda document: document.in_force_from):
        if one.in_force_from <= at:
            found[one.document] = one
    return list(found.values())
