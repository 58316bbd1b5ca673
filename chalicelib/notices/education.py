"""Short notes on staying safe, as data: which there are, and the moments at which each is shown."""

from __future__ import annotations

from typing import Literal

import msgspec

from chalicelib.kernel import text

Moment = Literal["code", "first-payee", "after-reset"]

NOTES: dict[str, tuple[Moment, ...]] = {
    "codes": ("code", "after-reset"),
    "phishing": ("after-reset",),
    "new-payee": ("first-payee",),
    "qr-swap": ("first-payee",),
    "fake-support": ("first-payee", "after-reset"),
}
"""The note's name → when it matters; its sentences are in `catalogues/education.json`."""

_LINES = {"_code": "codes", "_reset": "fake-support"}
"""How a kind of notice ends → the note whose one line goes with it."""


class NoteView(msgspec.Struct, frozen=True):
    id: str
    title: str
    body: str
    moments: tuple[str, ...]


def notes(moment: str | None, language: str) -> list[NoteView]:
    """All of them, or those of a moment."""
    chosen = {name: moments for name, moments in NOTES.items() if moment is None or moment in moments}
    return [
        NoteView(name, _said(name, "title", language), _said(name, "body", language), moments)
        for name, moments in chosen.items()
    ]


def line(kind: str, language: str) -> str:
    """The one line that goes with a message of this kind; empty for most."""
    name = next((note for ending, note in _LINES.items() if kind.endswith(ending)), None)
    return _said(name, "line", language) if name else ""


def _said(name: str, part: str, language: str) -> str:
    return text.sentence(f"education.{name}.{part}", language)
