"""A picture of a report: bars or lines of one measure, as a PNG. Loaded only where something is drawn."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

WIDTH, HEIGHT = 800, 400
MOST_BARS, MOST_LINES = 12, 6
_LEFT, _RIGHT, _TOP, _BOTTOM = 90, 20, 74, 76
_INK, _PALE, _PAPER = "#1f2933", "#d5dbe1", "#ffffff"
_COLOURS = ("#1f5fa8", "#c2541b", "#2f7d4f", "#7a3e9d", "#a8801f", "#444c56")
_STEPS = (1, 2, 2.5, 5, 10)
Box = tuple[float, float]
Chart = Literal["bars", "lines"]


class Point(NamedTuple):
    """`series`: of lines, which one it is on."""

    label: str
    series: str
    value: float


class Plate(NamedTuple):
    """`axis`: what is measured, `across`: by what."""

    title: str
    axis: str
    across: str
    points: Sequence[Point]


def drawn(plate: Plate, chart: Chart) -> bytes:
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    pen = ImageDraw.Draw(picture)
    low, high, step = scale([one.value for one in plate.points])
    _frame(pen, plate, low, high, step)
    (_bars if chart == "bars" else _lines)(pen, plate.points, low, high)
    kept = io.BytesIO()
    picture.save(kept, "PNG", optimize=True)
    return kept.getvalue()


def scale(values: Sequence[float]) -> tuple[float, float, float]:
    """From where to where an axis goes that holds nought and all of them, and its steps: round numbers."""
    low, high = min([0.0, *values]), max([0.0, *values])
    if low == high:
        high = 1.0
    rough, power = (high - low) / 5, 1.0
    while power * 10 <= rough:
        power *= 10
    while power > rough:
        power /= 10
    step = next(power * one for one in _STEPS if power * one >= rough)
    return low // step * step, -(-high // step) * step, step


def plain(text: str) -> bool:
    """Whether the font has every letter of it: nothing but Latin is in it."""
    return all(" " <= letter <= "~" for letter in text)


def latin(text: str) -> str:
    return "".join(letter if plain(letter) else "?" for letter in text)


def short(value: float) -> str:
    for unit, name in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if abs(value) >= unit:
            return f"{value / unit:.4g}{name}"
    return f"{value:.4g}"


def _frame(pen: ImageDraw, plate: Plate, low: float, high: float, step: float) -> None:
    _write(pen, (_LEFT, 10), plate.title, 18)
    _write(pen, (_LEFT, 34), plate.axis, 13)
    _write(pen, (WIDTH - _RIGHT - _wide(pen, plate.across, 13), HEIGHT - 20), plate.across, 13)
    for place in range(round((high - low) / step) + 1):
        value = low + place * step
        y = _y(value, low, high)
        pen.line([(_LEFT, y), (WIDTH - _RIGHT, y)], fill=_INK if abs(value) < step / 2 else _PALE)
        said = short(0 if abs(value) < step / 2 else value)
        _write(pen, (_LEFT - 8 - _wide(pen, said, 13), y - 8), said, 13)


def _bars(pen: ImageDraw, points: Sequence[Point], low: float, high: float) -> None:
    """Each with its figure above it; two rows of labels, so that neighbours do not touch."""
    shown = points[:MOST_BARS]
    room = (WIDTH - _LEFT - _RIGHT) / max(1, len(shown))
    for place, one in enumerate(shown):
        middle, top, foot = _LEFT + room * (place + 0.5), _y(one.value, low, high), _y(0, low, high)
        half = min(40.0, room * 0.36)
        pen.rectangle([middle - half, min(top, foot), middle + half, max(top, foot)], fill=_COLOURS[0])
        _centred(pen, middle, min(top, foot) - 17, short(one.value), room)
        row = place % 2 if len(shown) > 6 else 0
        _centred(pen, middle, HEIGHT - _BOTTOM + 6 + 18 * row, one.label, room * (1.9 if len(shown) > 6 else 0.98))


def _lines(pen: ImageDraw, points: Sequence[Point], low: float, high: float) -> None:
    """The largest series, with their names beneath; six labels at most are written."""
    labels = list(dict.fromkeys(one.label for one in points))
    across = {label: _x(place, len(labels)) for place, label in enumerate(labels)}
    for place, name in enumerate(series(points)):
        colour = _COLOURS[place % len(_COLOURS)]
        path: list[Box] = [(across[one.label], _y(one.value, low, high)) for one in points if one.series == name]
        pen.line(path, fill=colour, width=2)
        for x, y in path:
            pen.ellipse([x - 3, y - 3, x + 3, y + 3], fill=colour)
        _write(pen, (_LEFT + 115 * place, HEIGHT - 38), _cut(pen, name, 13, 110), 13, colour)
    for place in sorted({round(part * (len(labels) - 1) / 5) for part in range(6)} if labels else ()):
        _centred(pen, across[labels[place]], HEIGHT - _BOTTOM + 6, labels[place], 120)


def series(points: Sequence[Point]) -> list[str]:
    """The largest, so many as can be told apart."""
    sizes: dict[str, float] = {}
    for one in points:
        sizes[one.series] = sizes.get(one.series, 0) + abs(one.value)
    return sorted(sizes, key=lambda name: (-sizes[name], name))[:MOST_LINES]


def _x(place: int, of: int) -> float:
    wide = WIDTH - _LEFT - _RIGHT - 60
    return _LEFT + 30 + (wide * place / (of - 1) if of > 1 else wide / 2)


def _y(value: float, low: float, high: float) -> float:
    return HEIGHT - _BOTTOM - (value - low) / (high - low) * (HEIGHT - _TOP - _BOTTOM)


def _centred(pen: ImageDraw, middle: float, y: float, text: str, most: float) -> None:
    told = _cut(pen, text, 13, most)
    _write(pen, (middle - _wide(pen, told, 13) / 2, y), told, 13)


def _cut(pen: ImageDraw, text: str, size: int, most: float) -> str:
    while len(text) > 1 and _wide(pen, text, size) > most:
        text = text[:-2].rstrip() + "~" if not text.endswith("~") else text[:-2] + "~"
    return text


def _wide(pen: ImageDraw, text: str, size: int) -> float:
    from PIL import ImageFont

    return pen.textlength(text, font=ImageFont.load_default(size))


def _write(pen: ImageDraw, at: Box, text: str, size: int, colour: str = _INK) -> None:
    from PIL import ImageFont

    pen.text(at, text, fill=colour, font=ImageFont.load_default(size))
