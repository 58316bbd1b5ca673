"""DynamoDB's attribute values: what is valid, how two compare, how many bytes one takes.

Source: Amazon DynamoDB Developer Guide, "Constraints", "Item sizes and formats", "Comparison operator reference".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Context, Decimal, InvalidOperation
from typing import Any

Value = Mapping[str, Any]
Item = dict[str, Any]

LONGEST_PK_BYTES, LONGEST_SK_BYTES, LARGEST_ITEM_BYTES = 2048, 1024, 400 * 1024
DIGITS = 38
_EXACT = Context(prec=DIGITS * 4)
_LARGEST, _SMALLEST = Decimal("9.9999999999999999999999999999999999999E+125"), Decimal("1E-130")
_PLAIN = 18
"""Texts of up to so many digits are what they stand for: no Decimal is needed."""


class Invalid(Exception):
    """What DynamoDB answers with a ValidationException; the message is the answer's."""


def number(text: str) -> str:
    """As it is kept and returned. Raises Invalid beyond 38 digits or the range."""
    if text.isdecimal() and text.isascii() and len(text) <= _PLAIN and (text == "0" or text[0] != "0"):
        return text
    try:
        exact = _EXACT.create_decimal(text)
    except InvalidOperation as nonsense:
        raise Invalid(f"The parameter cannot be converted to a numeric value: {text}") from nonsense
    if not exact.is_finite():
        raise Invalid(f"The parameter cannot be converted to a numeric value: {text}")
    if exact == 0:
        return "0"
    if len(exact.normalize(_EXACT).as_tuple().digits) > DIGITS:
        raise Invalid("Attempting to store more than 38 significant digits in a Number")
    if abs(exact) > _LARGEST:
        raise Invalid("Number overflow. Attempting to store a number with magnitude larger than supported range")
    if abs(exact) < _SMALLEST:
        raise Invalid("Number underflow. Attempting to store a number with magnitude smaller than supported range")
    return format(exact.normalize(_EXACT), "f")


def sound(value: Value) -> dict[str, Any]:
    """The value as it is kept. Raises Invalid."""
    if len(value) != 1:
        raise Invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one")
    ((kind, raw),) = value.items()
    if kind == "N":
        return {"N": number(raw)}
    if kind == "M":
        return {"M": {name: sound(one) for name, one in raw.items()}}
    if kind == "L":
        return {"L": [sound(one) for one in raw]}
    if kind in ("SS", "NS", "BS"):
        return {kind: _members(kind, raw)}
    if kind == "NULL" and raw is not True:
        raise Invalid("One or more parameter values were invalid: Null attribute value types must have the value true")
    if kind not in ("S", "B", "BOOL", "NULL"):
        raise Invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
    return {kind: raw}


def _members(kind: str, raw: Any) -> list[Any]:
    if not raw:
        raise Invalid("One or more parameter values were invalid: An number set  may not be empty")
    members = [number(one) for one in raw] if kind == "NS" else list(raw)
    if len(set(members)) < len(members):
        raise Invalid("One or more parameter values were invalid: Input collection contains duplicates.")
    return members


def comparable(value: Value) -> tuple[str, Any] | None:
    """The value's kind and something that sorts as it does; None where there is no order."""
    ((kind, raw),) = value.items()
    if kind == "N":
        return kind, int(raw) if len(raw) <= _PLAIN and raw.lstrip("-").isdecimal() else Decimal(raw)
    return (kind, raw) if kind in ("S", "B") else None


def equal(one: Value, other: Value) -> bool:
    if one.keys() != other.keys():
        return False
    ((kind, raw),) = one.items()
    if kind == "N":
        return Decimal(raw) == Decimal(other["N"])
    if kind in ("SS", "NS", "BS"):
        return set(raw) == set(other[kind])
    return bool(raw == other[kind])


def size(item: Mapping[str, Value]) -> int:
    """Bytes of a whole item: names and values."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Value) -> int:
    ((kind, raw),) = value.items()
    measure = _SIZES.get(kind)
    return measure(raw) if measure else 1


def _number_size(raw: str) -> int:
    return (len(raw.lstrip("-").replace(".", "").strip("0")) + 1) // 2 + (2 if raw[0] == "-" else 1)


def _text_size(raw: str) -> int:
    return len(raw) if raw.isascii() else len(raw.encode())


_SIZES: dict[str, Callable[[Any], int]] = {
    "S": _text_size,
    "B": len,
    "N": _number_size,
    "M": lambda raw: 3 + size(raw) + len(raw),
    "L": lambda raw: 3 + sum(1 + _size(one) for one in raw),
    "SS": lambda raw: sum(map(_text_size, raw)),
    "NS": lambda raw: sum(map(_number_size, raw)),
    "BS": lambda raw: sum(map(len, raw)),
}


def plain(item: Mapping[str, Value]) -> dict[str, Any]:
    """Without the wire's kinds; numbers as integers."""
    return {name: _plain(value) for name, value in item.items()}


def _plain(value: Value) -> Any:
    ((kind, raw),) = value.items()
    if kind == "N":
        return int(raw)
    if kind == "M":
        return plain(raw)
    return [_plain(one) for one in raw] if kind == "L" else raw
