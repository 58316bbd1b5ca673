"""A body's bytes into a model, or a refusal that names the field.

msgspec lets duplicate keys, deep nesting and hostile text through, so the standard library reads the text first
(RFC 8259, nothing more) and msgspec converts strictly what it found.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn, TypeVar

import msgspec

from chalicelib.kernel.errors import AmountOutOfRange, CofferError, InvalidRequest, MalformedJson, PayloadTooLarge

MAX_BYTES = 64 * 1024
MAX_DEPTH = 32
_MAX_PARAM = 120
_INT64 = range(-(1 << 63), 1 << 63)
_BEYOND_INT64 = 1 << 64
_HOSTILE = re.compile("[\x00\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_UNKNOWN = re.compile(r"Object (?:contains unknown|missing required) field `(.*?)`(?: - at `(.*)`)?", re.DOTALL)
_PLACE = re.compile(r".* - at `(?:key` in `)?(.*)`", re.DOTALL)
_OUT_OF_RANGE = re.compile(r"Expected `int` [<>]")
_Model = TypeVar("_Model")


def check_size(raw: bytes) -> None:
    if len(raw) > MAX_BYTES:
        raise PayloadTooLarge


def read(raw: bytes, model: type[_Model]) -> _Model:
    """`raw` as a `model`; MalformedJson, InvalidRequest or AmountOutOfRange."""
    document = parse(raw)
    _check(document, "", 0)
    try:
        return msgspec.convert(document, model)
    except msgspec.ValidationError as invalid:
        raise _named(str(invalid)) from invalid


def parse(raw: bytes) -> Any:
    """The JSON document in `raw`, integers beyond 64 bits replaced by one that `read` refuses."""
    try:
        return _DECODER.decode(raw.decode("utf-8"))
    except (ValueError, RecursionError) as malformed:
        raise MalformedJson from malformed


def check_text(text: str, param: str) -> None:
    """No NUL, no bidirectional override, no lone surrogate."""
    if _HOSTILE.search(text):
        raise InvalidRequest(param=param or None)


def _check(value: Any, place: str, depth: int) -> None:
    if isinstance(value, str):
        check_text(value, place)
    elif isinstance(value, dict | list):
        _check_inside(value, place, depth + 1)
    elif isinstance(value, int) and value not in _INT64:
        raise (AmountOutOfRange if _is_amount(place) else InvalidRequest)(param=place or None)
    elif isinstance(value, float) and not math.isfinite(value):
        raise InvalidRequest(param=place or None)


def _check_inside(value: dict[str, Any] | list[Any], place: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise MalformedJson
    if isinstance(value, dict):
        for name in value:
            check_text(name, place)
    prefix = f"{place}." if place else ""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        _check(inner, f"{prefix}{key}"[:_MAX_PARAM], depth)


def _named(message: str) -> CofferError:
    """The error for what msgspec says, with the dotted path of the field."""
    unknown = _UNKNOWN.fullmatch(message)
    if unknown:
        return InvalidRequest(param=".".join(filter(None, (_dotted(unknown[2] or "$"), unknown[1])))[:_MAX_PARAM])
    located = _PLACE.fullmatch(message)
    param = _dotted(located[1])[:_MAX_PARAM] if located else ""
    kind = AmountOutOfRange if _OUT_OF_RANGE.match(message) and _is_amount(param) else InvalidRequest
    return kind(param=param or None)


def _dotted(path: str) -> str:
    """`$.parts[0].amount` → `parts.0.amount`."""
    return path.removeprefix("$").replace("[...]", "").replace("[", ".").replace("]", "").removeprefix(".")


def _is_amount(place: str) -> bool:
    return place.rpartition(".")[2].endswith("amount")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedJson
    return found


def _integer(digits: str) -> int:
    return int(digits) if len(digits) <= 20 else _BEYOND_INT64


def _no_constant(name: str) -> NoReturn:
    raise MalformedJson


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_int=_integer, parse_constant=_no_constant)
