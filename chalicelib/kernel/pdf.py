"""Plain pages of text as PDF 1.4 (ISO 32000-1), with nothing embedded: Helvetica, and STSong-Light for Chinese.

Readers have both of them or show their own in their place; digits keep their widths, so that columns of amounts end at
one edge.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 595, 842
"""A4, in points."""
_MARK = "\ufeff"
_LATIN, _CJK_LATIN, _WIDEST, _CUT = 556, 500, 1000, "…"
_LETTERS = {
    "ijl'": 222,
    " ,.:;/![]ftI\\": 278,
    "-()`r": 333,
    "*": 389,
    "cksvxyzJ": 500,
    "+<=>~": 584,
    "FTZ": 611,
    "&ABEKPSVXY": 667,
    "wCDHNRU": 722,
    "GOQ": 778,
    "mM": 833,
    "%": 889,
    "W": 944,
    "@": 1015,
}
_BOLDER = 1.07
"""So much wider is a bold word, more or less."""
_WIDTHS = {letter: width for letters, width in _LETTERS.items() for letter in letters}
"""Helvetica's, in thousandths of its size; of its other letters none is wider than a digit."""
_FONTS = {"F1": "Helvetica", "F2": "Helvetica-Bold"}
_CHINESE = (
    "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H /DescendantFonts ["
    "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /W [1 95 500] "
    "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> "
    "/FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] "
    "/ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >> >>] >>"
)


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of a line: `x` in points from the left, to which it is ranged with `right`."""

    x: float
    text: str
    size: float = 9
    bold: bool = False
    right: bool = False


Line = Sequence[Text]


def document(title: str, pages: Iterable[Sequence[tuple[float, Line]]]) -> bytes:
    """`pages`: of each its lines, with how far below the top (in points) each of them stands."""
    streams = [_stream(lines) for lines in pages]
    kids = " ".join(f"{6 + 2 * at} 0 R" for at in range(len(streams)))
    fonts = [
        f"<< /Type /Font /Subtype /Type1 /BaseFont /{one} /Encoding /WinAnsiEncoding >>" for one in _FONTS.values()
    ]
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(streams)} /MediaBox [0 0 {WIDTH} {HEIGHT}] >>".encode(),
        *(one.encode() for one in (*fonts, _CHINESE)),
    ]
    for at, stream in enumerate(streams):
        resources = "<< /Font << /F1 3 0 R /F2 4 0 R /F3 5 0 R >> >>"
        bodies.append(f"<< /Type /Page /Parent 2 0 R /Resources {resources} /Contents {7 + 2 * at} 0 R >>".encode())
        bodies.append(f"<< /Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream")
    bodies.append(f"<< /Title <{_hex(_MARK + title)}> >>".encode())
    return _file(bodies)


def _file(bodies: Sequence[bytes]) -> bytes:
    """Objects one after the other, and the table of where each of them begins."""
    written, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), list[int]()
    for number, body in enumerate(bodies, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(written)
    written += f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n".encode()
    written += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    trailer = f"<< /Size {len(bodies) + 1} /Root 1 0 R /Info {len(bodies)} 0 R >>"
    return bytes(written + f"trailer\n{trailer}\nstartxref\n{start}\n%%EOF\n".encode())


def _stream(lines: Sequence[tuple[float, Line]]) -> bytes:
    parts = [_shown(piece, HEIGHT - down) for down, line in lines for piece in line]
    return b"BT\n" + b"\n".join(parts) + b"\nET"


def _shown(piece: Text, y: float) -> bytes:
    font, told = _written(piece)
    wide = width(piece.text, piece.size) * (_BOLDER if piece.bold and _is_latin(piece.text) else 1)
    x = piece.x - wide if piece.right else piece.x
    return f"/{font} {piece.size:g} Tf 1 0 0 1 {x:.1f} {y:.1f} Tm <{told}> Tj".encode()


def _written(piece: Text) -> tuple[str, str]:
    if _is_latin(piece.text):
        return "F2" if piece.bold else "F1", piece.text.encode("cp1252").hex()
    return "F3", _hex(piece.text)


def width(text: str, size: float) -> float:
    """In points, as it is set when it is not bold; rather more than less of letters beyond ASCII."""
    if not _is_latin(text):
        return sum(_CJK_LATIN if letter.isascii() else _WIDEST for letter in text) * size / 1000
    other = {letter: _LATIN if letter.isascii() or letter in "¥£€" else _WIDEST for letter in text}
    return sum(_WIDTHS.get(letter, other[letter]) for letter in text) * size / 1000


def fitted(text: str, size: float, room: float) -> str:
    """So much of the text as fits into `room` points; what was cut ends with `…`."""
    if width(text, size) <= room:
        return text
    kept = text
    while kept and width(kept + _CUT, size) > room:
        kept = kept[:-1]
    return kept + _CUT


def _is_latin(text: str) -> bool:
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _hex(text: str) -> str:
    return text.encode("utf-16-be").hex()
