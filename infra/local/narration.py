"""Telling what happens, a line a step, in English or Chinese: ✓ or ✗, how long it took, what came of it."""

from __future__ import annotations

import json
import sys
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from os import environ
from pathlib import Path
from typing import Any, TextIO

GREEN, RED, DIM, BOLD, YELLOW = "32", "31", "2", "1", "33"
_CLEAR_LINE = "\r\x1b[2K"


class Wrong(Exception):
    """Something was not as expected; its text says what, in the language of the narration."""


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    sentences: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("demo.json").read_text(encoding="utf-8"))
    return sentences


class Narrator:
    def __init__(self, language: str, out: TextIO = sys.stdout):
        self.language, self._out = language, out
        self._live = out.isatty()
        self._coloured = self._live and not environ.get("NO_COLOR")
        self.seconds = 0.0

    def words(self, key: str, **values: Any) -> str:
        return self.words_in(key, self.language, **values)

    def words_in(self, key: str, language: str, **values: Any) -> str:
        return _catalogue()[key][language].format(**values)

    def say(self, key: str, **values: Any) -> None:
        self.line(self.words(key, **values))

    def line(self, text: str = "") -> None:
        print(text, file=self._out, flush=True)

    def title(self, key: str, **values: Any) -> None:
        self.line("\n" + self.painted(self.words(key, **values), BOLD))

    @contextmanager
    def step(self, key: str) -> Iterator[dict[str, Any]]:
        """One line: `key.now` while it lasts, `key` with the facts collected in the yielded dictionary once it is done.

        A failure is told with `key.now` and raised again.
        """
        facts: dict[str, Any] = {}
        began = time.monotonic()
        self.progress(self.words(f"{key}.now"))
        try:
            yield facts
        except BaseException:
            self._end("✗", RED, began, self.words(f"{key}.now"))
            raise
        self._end("✓", GREEN, began, self.words(key, **facts))

    def progress(self, text: str) -> None:
        """What is going on, where somebody is watching; the next line takes its place."""
        if self._live:
            print(f"{_CLEAR_LINE}  … {text}", end="", file=self._out, flush=True)

    def painted(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._coloured else text

    def _end(self, mark: str, colour: str, began: float, text: str) -> None:
        self.seconds = time.monotonic() - began
        took = self.painted(f"{self.seconds:6.2f} s", DIM)
        clear = _CLEAR_LINE if self._live else ""
        self.line(f"{clear}  {self.painted(mark, colour)} {took}  {text}")


def width(text: str) -> int:
    """Columns on a terminal: Chinese letters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def padded(text: str, columns: int) -> str:
    return text + " " * max(0, columns - width(text))


def bar(count: int, of: int, columns: int) -> str:
    """At least one block for anything at all."""
    return "█" * (max(1, round(columns * count / of)) if count else 0)
