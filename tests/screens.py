"""The screens of the pages, read from their own tables: `infra/web/<area>/screens.js`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from infra import pages

_ENTRY = re.compile(r"^  \"(/[^\"]*)\": (.*?),?$", re.MULTILINE)
_SCREEN = re.compile(r'^screen\("([\w/-]+)"')
_QUOTED = re.compile(r'"([\w/-]+)"')
_OPEN = re.compile(r"\b(?:OPEN|ALWAYS) = \[([^\]]*)\]|\bconst open = ([^;]*);")


@dataclass(frozen=True)
class Screen:
    """`modules`: one, or as many as it chooses from; `texts`: catalogues beside those that its frame learns."""

    area: str
    pattern: str
    modules: tuple[str, ...]
    texts: tuple[str, ...]
    is_open: bool
    """Whether somebody who has not signed in may see it."""

    def __str__(self) -> str:
        return f"{self.area} {self.pattern}"


@cache
def screens(area: str) -> tuple[Screen, ...]:
    """In the order of the table; none if there is no such area."""
    file = pages.file_at(f"/{area}/screens.js")
    if file is None:
        return ()
    text = pages.without_comments(file.read_text(encoding="utf-8"))
    table = text.partition("SCREENS = {")[2].partition("\n}")[0]
    open_ones = [one for listed in _OPEN.findall(text) for one in re.findall(r'"(/[^"?]*)"', "".join(listed))]
    return tuple(_screen(area, text, pattern, value, open_ones) for pattern, value in _ENTRY.findall(table))


def _screen(area: str, text: str, pattern: str, value: str, open_ones: list[str]) -> Screen:
    is_open = any(pattern == one or pattern.startswith(f"{one}/") for one in open_ones)
    if named := _SCREEN.match(value):
        texts = _QUOTED.findall(value)[1:]
        return Screen(area, pattern, (_path(area, named[1]),), tuple(texts), is_open)
    texts = _QUOTED.findall(value.partition("text:")[2])
    chosen = re.findall(rf'import\("(/{area}/screens/[\w/-]+\.js)"\)', text)
    return Screen(area, pattern, tuple(chosen), tuple(texts), is_open)


def _path(area: str, name: str) -> str:
    return f"/{area}/screens/{name}.js"
