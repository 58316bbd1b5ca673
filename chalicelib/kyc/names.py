"""Comparing names: folded, the order of their words free, a Chinese name the same with spaces and without."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = str.maketrans({"ø": "o", "đ": "d", "ð": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})
_WORD = re.compile(r"[^\W_]+")
_LONG = 4
"""Words shorter than this are compared letter for letter."""


def folded(name: str) -> tuple[str, ...]:
    """Its words in the order of the alphabet: no case, no marks, no punctuation; a Chinese character is a word."""
    bare = "".join(
        letter for letter in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(letter)
    )
    again = unicodedata.normalize("NFKC", bare).casefold().translate(_LETTERS)
    return tuple(sorted(part for word in _WORD.findall(_joined(again)) for part in _parts(word)))


def nearly(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """One letter apart in one long word, or one has words more than the other, which has two at least."""
    if min(len(one), len(other)) < 2:
        return False
    left, right = _without(one, other), _without(other, one)
    if not left or not right:
        return all(len(word) > 1 for word in (*one, *other))
    return len(left) == len(right) == 1 and min(len(left[0]), len(right[0])) >= _LONG and _one_apart(left[0], right[0])


def _joined(name: str) -> str:
    """Without the marks inside a word: O'Brien and OBrien are one."""
    return re.sub(r"['’`·]", "", name)


def _parts(word: str) -> list[str]:
    parts = re.findall(r"[㐀-鿿豈-﫿\U00020000-\U0003ffff]|[^㐀-鿿豈-﫿\U00020000-\U0003ffff]+", word)
    return [str(part) for part in parts]


def _without(words: tuple[str, ...], taken: tuple[str, ...]) -> list[str]:
    left = list(words)
    for word in taken:
        if word in left:
            left.remove(word)
    return left


def _one_apart(one: str, other: str) -> bool:
    """One letter more, less or another."""
    if abs(len(one) - len(other)) > 1:
        return False
    short, long = sorted((one, other), key=len)
    for place in range(len(short)):
        if short[place] != long[place]:
            same = len(short) == len(long)
            return short[place + same :] == long[place + 1 :]
    return True
