"""A claim about each of many things as one test: a test for each takes longer than what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

Thing = TypeVar("Thing")


def of_each(
    things: Iterable[Thing], shown: Callable[[Thing], str] = str
) -> Callable[[Callable[[Thing], None]], object]:
    """The test fails with what every one of them is told by."""
    chosen = list(things)

    def once(claim: Callable[[Thing], None]) -> Callable[[], None]:
        def test() -> None:
            told = [words for thing in chosen if (words := _told(claim, thing, shown))]
            assert chosen
            assert not told, "\n".join(told)

        test.__name__, test.__doc__, test.__module__ = claim.__name__, claim.__doc__, claim.__module__
        return test

    return once


def _told(claim: Callable[[Thing], None], thing: Thing, shown: Callable[[Thing], str]) -> str:
    try:
        claim(thing)
    except AssertionError as failed:
        return f"{shown(thing)}: {failed}"
    return ""
