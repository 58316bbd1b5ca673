"""E-mail addresses and phone numbers in what people type where nothing is sealed: taken out before it is kept.

Errs on the side of taking out: a name in Chinese before an `@` goes with the address.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

MASK = "***"
_APART = "[\\s().\\-‐-―·_/\u00ad\u200b-\u200f\u2060\ufeff]"
"""What people put between digits, and what nobody sees."""
_ADDRESSES = (
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}",
    r"[^\s@,;:()<>，。；：、（）《》]+@(?:[\w-]+[.。])+[^\W\d]{2,}",
)
_NUMBERS = (
    rf"\+(?:{_APART}*\d){{7,15}}",
    rf"(?<!\d)00{_APART}*[1-9](?:{_APART}*\d){{7,14}}(?!\d)",
    rf"(?<!\d)(?:86{_APART}*)?1{_APART}*[3-9](?:{_APART}*\d){{9}}(?!\d)",
    rf"(?<!\d)0[1-9](?:{_APART}*\d){{8,10}}(?!\d)",
    rf"(?<!\d)[2-9]\d\d\)?{_APART}+\d{{3}}{_APART}+\d{{4}}(?!\d)",
)
"""E.164; the same dialled; a mobile in China; a number with its area, there and in most of Europe; in North America."""
_FEWEST = 7
"""Digits that a number has."""
_WIDE, _NARROW = range(0xFF01, 0xFF5F), 0xFEE0
"""Full-width forms, as a Chinese keyboard writes them, and how far they are from the others."""


def without_contacts(written: str) -> str:
    """Never longer than it was."""
    folded = written if written.isascii() else "".join(map(_plain, written))
    kinds = ("@" in folded and _ADDRESSES, sum(map(str.isdigit, folded)) >= _FEWEST and _NUMBERS)
    for pattern in _patterns(tuple(one for kind in kinds for one in kind or ())):
        for found in reversed(list(pattern.finditer(folded))):
            start, end = found.span()
            written = written[:start] + MASK + written[end:]
        folded = pattern.sub(MASK, folded)
    return written


def _plain(letter: str) -> str:
    """One for one."""
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    return chr(ord(letter) - _NARROW) if ord(letter) in _WIDE else letter


@cache
def _patterns(needed: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """Compiled when somebody types something like it for the first time, not at every cold start."""
    return tuple(re.compile(one) for one in needed)
