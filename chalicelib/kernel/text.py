"""Every sentence a person reads, in English and 简体中文, from `catalogues/*.json` (key → language → sentence)."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from pathlib import Path

from chalicelib.kernel.errors import InvalidRequest

LANGUAGES = ("en", "zh")
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
"""Unicode's general categories of what nobody sees: controls, formats and overrides, separators of lines."""
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and a symbol that look like a space: fillers of Hangul, and Braille without a dot."""
_JOINED = re.compile("(?<=[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f])\u200d(?=[\U0001f000-\U0001faff\u2600-\u27bf])")
"""What joins two pictographs into one that everybody sees: a cook, a family."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
TEXT_BYTES, REFERENCE_BYTES = 100, 64
"""As written in JSON: an item of the ledger that carries both stays within 1,024 bytes."""


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    sentences: dict[str, dict[str, str]] = {}
    for file in sorted((Path(__file__).parent / "catalogues").glob("*.json")):
        sentences.update(json.loads(file.read_text(encoding="utf-8")))
    return sentences


def sentence(key: str, language: str, **params: str | int) -> str:
    return _catalogue()[key][language].format(**params)


def unfilled(key: str, language: str) -> str:
    """The sentence with its gaps still open."""
    return _catalogue()[key][language]


def has(key: str) -> bool:
    return key in _catalogue()


def capped(written: str, most_bytes: int, param: str) -> str:
    """Raises InvalidRequest if its JSON form is longer."""
    if len(json.dumps(written, ensure_ascii=False).encode()) - 2 > most_bytes:
        raise InvalidRequest(param=param, maximum_bytes=most_bytes)
    return written


def reference(written: str, param: str = "order_reference") -> str:
    """1 to 64 bytes, every character one that people see. Raises InvalidRequest."""
    if not written or hides_something(written):
        raise InvalidRequest(param=param)
    return capped(written, REFERENCE_BYTES, param)


def hides_something(written: str) -> bool:
    seen = _JOINED.sub("", written)
    return any(unicodedata.category(letter) in _UNSEEN or letter in _BLANK for letter in seen)


def cell(written: str) -> str:
    """For what a spreadsheet may open: what it would take for a formula gets an apostrophe before it (OWASP)."""
    return "'" + written if written.startswith(_FORMULA) else written


def language_of(accept_language: str | None) -> str:
    """The best of `LANGUAGES` for an Accept-Language header (RFC 9110 §12.5.4); English when none fits."""
    ranked = []
    for position, choice in enumerate((accept_language or "").split(",")[:20]):
        tag, _, quality = choice.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            continue
        ranked.append((-weight, position, tag.strip().lower()[:2]))
    fitting = [tag for weight, _, tag in sorted(ranked) if weight < 0 and tag in LANGUAGES]
    return fitting[0] if fitting else "en"
