"""What a person deleted or overwrote: restorable for thirty days, then gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from chalicelib.kernel import clock, text

KEPT = timedelta(days=30)
Fields = Mapping[str, str]


class TrashView(msgspec.Struct, frozen=True):
    id: str
    kind: str
    what: str
    """A sentence for its owner, with what it was masked."""
    deleted_at: str
    gone_at: str


@dataclass(frozen=True, slots=True)
class Trashed:
    """`fields` are all that putting it back takes; `shown` is what its owner may see of it."""

    id: str
    user_id: str
    kind: str
    shown: str
    fields: Fields
    deleted_at: datetime

    @property
    def gone_at(self) -> datetime:
        return self.deleted_at + KEPT

    def view(self, language: str) -> TrashView:
        word = f"trash.{self.kind}.{self.shown}"
        shown = text.sentence(word, language) if text.has(word) else self.shown
        what = text.sentence(f"trash.{self.kind}", language, shown=shown)
        return TrashView(self.id, self.kind, what, clock.written(self.deleted_at), clock.written(self.gone_at))


def masked(plain: str) -> str:
    """Enough for its owner to recognise it: the first letter."""
    return f"{plain[:1]}***"
