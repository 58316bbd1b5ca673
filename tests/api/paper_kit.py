"""Reading the PDFs of ours back."""

from __future__ import annotations

import re
from typing import NamedTuple


class Piece(NamedTuple):
    """`x` and `y` in points, `y` from below."""

    x: float
    y: float
    size: float
    text: str


def pages_of(document: bytes) -> list[list[Piece]]:
    """What stands on each page, in order."""
    streams = re.findall(rb"stream\n(BT\n.*?ET)\nendstream", document, re.DOTALL)
    return [[_piece(*found) for found in re.findall(_SHOWN, stream)] for stream in streams]


def texts_of(document: bytes) -> list[str]:
    return [piece.text for page in pages_of(document) for piece in page]


_SHOWN = rb"/F(\d) ([\d.]+) Tf 1 0 0 1 (-?[\d.]+) (-?[\d.]+) Tm <([0-9a-f]*)> Tj"


def _piece(font: bytes, size: bytes, x: bytes, y: bytes, told: bytes) -> Piece:
    text = bytes.fromhex(told.decode()).decode("utf-16-be" if font == b"3" else "cp1252")
    return Piece(float(x), float(y), float(size), text)
