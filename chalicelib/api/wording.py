"""How an error is put into words: the most exact sentence of the catalogue that its facts can fill."""

from __future__ import annotations

from collections.abc import Iterator
from string import Formatter

from chalicelib.kernel import money, text
from chalicelib.kernel.errors import CofferError

_TELLING = ("credential", "reason", "limit", "state")
"""Members whose value may have a sentence of its own: `errors.<code>.<value>.detail`."""
_SUMS = ("maximum", "missing", "left", "least", "refundable", "available", "held", "debt")
"""Members in minor units, where a currency stands beside them."""


def sentence(error: CofferError, part: str, language: str) -> str | None:
    """`part`: title or detail. None if the catalogue has none, or only sentences with gaps that stay open."""
    facts = _shown(error.params, language)
    for key in _keys(error, part):
        if text.has(key) and _gaps(text.unfilled(key, language)) <= facts.keys():
            return text.sentence(key, language, **facts)
    return None


def _keys(error: CofferError, part: str) -> Iterator[str]:
    """The value of a telling member, the param, a member's name, and at last the code alone."""
    telling = (error.params[name] for name in _TELLING if name in error.params)
    for exact in (*telling, error.param, *error.params):
        if exact:
            yield f"errors.{error.code}.{exact}.{part}"
    yield f"errors.{error.code}.{part}"


def _shown(params: dict[str, str | int], language: str) -> dict[str, str | int]:
    """For people: money with its symbol, states as words."""
    shown, currency = dict(params), params.get("currency")
    for name in _SUMS:
        if isinstance(amount := params.get(name), int) and currency in money.EXPONENTS:
            shown[name] = money.shown(amount, str(currency))
    if text.has(state := f"states.{params.get('state')}"):
        shown["state"] = text.sentence(state, language)
    return shown


def _gaps(unfilled: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(unfilled) if name}
