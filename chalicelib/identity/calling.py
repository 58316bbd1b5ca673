"""What somebody is called where others see it: enough to know them by, and no more."""

from __future__ import annotations

from chalicelib.identity import model

_STARS_AT_MOST = 3


def shown(display_name: str) -> str:
    """Masked, of a name as its owner wrote it."""
    return masked(model.shown_name(display_name))


def masked(name: str) -> str:
    """`Jane Doe` → `J*** D.`; of a Chinese name the last character stays, as people there know it: `**明`."""
    words = name.split()
    if len(words) == 1 and _is_chinese(words[0]):
        return "*" * min(len(words[0]) - 1, _STARS_AT_MOST) + words[0][-1]
    first = f"{words[0][0]}***" if words else "***"
    return f"{first} {words[-1][0]}." if len(words) > 1 else first


def _is_chinese(word: str) -> bool:
    return len(word) > 1 and all("\u3400" <= letter <= "\u9fff" for letter in word)
