"""Python values to DynamoDB's attribute values and back; integers stay integers, never floats or Decimals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Item = dict[str, Any]
"""An item as the wire has it: name → {"S"|"N"|"B"|"BOOL"|"M"|"L"|"SS": …}."""


def value(plain: Any) -> Item:
    if isinstance(plain, str):
        return {"S": plain}
    if isinstance(plain, bool):
        return {"BOOL": plain}
    if isinstance(plain, int):
        return {"N": str(plain)}
    if isinstance(plain, bytes):
        return {"B": plain}
    if isinstance(plain, Mapping):
        return {"M": item(plain)}
    return _several(plain)


def _several(plain: Any) -> Item:
    if isinstance(plain, list | tuple):
        return {"L": [value(one) for one in plain]}
    if isinstance(plain, frozenset):
        return {"SS": sorted(plain)}
    raise TypeError(f"no attribute value for {type(plain).__name__}")


def item(plain: Mapping[str, Any]) -> Item:
    return {name: value(one) for name, one in plain.items()}


def plain(attribute: Mapping[str, Any]) -> Any:
    ((kind, raw),) = attribute.items()
    if kind == "N":
        return int(raw)
    if kind == "M":
        return plain_item(raw)
    if kind == "L":
        return [plain(one) for one in raw]
    if kind == "SS":
        return frozenset(raw)
    return raw


def plain_item(wired: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain(attribute) for name, attribute in wired.items()}


def size(wired: Mapping[str, Any]) -> int:
    """Bytes as DynamoDB counts them for capacity (Developer Guide, "Item sizes and formats")."""
    return sum(len(name.encode()) + _size(attribute) for name, attribute in wired.items())


def _size(attribute: Mapping[str, Any]) -> int:
    ((kind, raw),) = attribute.items()
    if kind in ("S", "B"):
        return len(raw.encode() if kind == "S" else raw)
    if kind == "N":
        digits: str = raw.lstrip("-").strip("0")
        return (len(digits) + 1) // 2 + (2 if raw.startswith("-") else 1)
    if kind == "M":
        return 3 + size(raw) + len(raw)
    if kind == "L":
        return 3 + sum(1 + _size(one) for one in raw)
    if kind == "SS":
        return sum(len(one.encode()) for one in raw)
    return 1
