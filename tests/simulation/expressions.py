"""DynamoDB's expressions: condition, filter, key condition, update, projection.

A text is parsed once and kept as functions of (item, names, values). Source: Amazon DynamoDB Developer Guide,
"Condition and filter expressions, operators, and functions", "Update expressions".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tests.simulation.values import Invalid, Item, Value, comparable, equal

Names = Mapping[str, str]
Values = Mapping[str, Value]
Test = Callable[[Item, Names, Values], bool]
Take = Callable[[Item, Names, Values], "Value | None"]
Path = tuple["str | int", ...]

_TOKEN = re.compile(r"\s*(<>|<=|>=|[=<>(),.\[\]+-]|[#:][A-Za-z0-9_]+|[A-Za-z_][A-Za-z0-9_]*|[0-9]+)")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}
_KEPT = 4096


def tokens(text: str) -> list[str]:
    found, place, stripped = [], 0, text.rstrip()
    while place < len(stripped):
        match = _TOKEN.match(stripped, place)
        if match is None:
            raise Invalid(f'Invalid expression: Syntax error; token: "{stripped[place : place + 1]}"')
        found.append(match[1])
        place = match.end()
    return found


@dataclass
class Reader:
    """Tokens of one expression, read from left to right."""

    left: list[str]
    at: int = 0

    @property
    def next(self) -> str:
        return self.left[self.at] if self.at < len(self.left) else ""

    def take(self) -> str:
        self.at += 1
        return self.left[self.at - 1] if self.at <= len(self.left) else ""

    def word(self, word: str) -> bool:
        """Takes `word` if it is next."""
        if self.next.upper() != word:
            return False
        self.at += 1
        return True

    def expect(self, word: str) -> None:
        if not self.word(word):
            raise Invalid(f'Invalid expression: Syntax error; token: "{self.next or "<EOF>"}"')

    def end(self) -> None:
        if self.next:
            raise Invalid(f'Invalid expression: Syntax error; token: "{self.next}"')


def path_of(reader: Reader) -> Path:
    found: list[str | int] = [reader.take()]
    if not re.match(r"[#A-Za-z_]", str(found[0])):
        raise Invalid(f'Invalid expression: Syntax error; token: "{found[0] or "<EOF>"}"')
    while reader.next in (".", "["):
        if reader.take() == ".":
            found.append(reader.take())
        else:
            found.append(int(reader.take()))
            reader.expect("]")
    return tuple(found)


def named(path: Path, names: Names) -> Path:
    """The path with its placeholders replaced. Raises Invalid for one that is not defined."""
    return tuple(_name(step, names) if isinstance(step, str) and step[0] == "#" else step for step in path)


def _name(step: str, names: Names) -> str:
    if step not in names:
        raise Invalid(f"An expression attribute name used in the document path is not defined; attribute name: {step}")
    return names[step]


def at_path(item: Item, path: Path) -> Value | None:
    """The value there, None if there is none."""
    found: Any = {"M": item}
    for step in path:
        kind = "M" if isinstance(step, str) else "L"
        inside = found.get(kind)
        if inside is None or (step not in inside if kind == "M" else int(step) >= len(inside)):
            return None
        found = inside[step]
    return found  # type: ignore[no-any-return]


def _read(path: Path) -> Take:
    if len(path) == 1:
        (only,) = path
        if str(only)[0] == "#":
            return lambda item, names, values: item.get(_name(str(only), names))
        return lambda item, names, values: item.get(only)
    return lambda item, names, values: at_path(item, named(path, names))


def _bound(token: str) -> Take:
    def take(item: Item, names: Names, values: Values) -> Value | None:
        if token not in values:
            raise Invalid(f"An expression attribute value used in expression is not defined; attribute value: {token}")
        return values[token]

    return take


def operand(reader: Reader) -> Take:
    """`:value`, a path, or `size(path)`."""
    if reader.next.startswith(":"):
        return _bound(reader.take())
    if reader.next.lower() == "size" and reader.left[reader.at + 1 : reader.at + 2] == ["("]:
        reader.at += 2
        measured = _read(path_of(reader))
        reader.expect(")")
        return lambda item, names, values: _length(measured(item, names, values))
    return _read(path_of(reader))


def _length(value: Value | None) -> Value | None:
    if value is None:
        return None
    ((kind, raw),) = value.items()
    return None if kind in ("N", "BOOL", "NULL") else {"N": str(len(raw.encode() if kind == "S" else raw))}


@lru_cache(_KEPT)
def condition(text: str) -> Test:
    reader = Reader(tokens(text))
    test = _either(reader)
    reader.end()
    return test


def _either(reader: Reader) -> Test:
    tests = [_both(reader)]
    while reader.word("OR"):
        tests.append(_both(reader))
    return tests[0] if len(tests) == 1 else lambda *given: any(_each(tests, given))


def _both(reader: Reader) -> Test:
    tests = [_not(reader)]
    while reader.word("AND"):
        tests.append(_not(reader))
    return tests[0] if len(tests) == 1 else lambda *given: all(_each(tests, given))


def _each(parts: Sequence[Callable[..., Any]], given: tuple[Any, ...]) -> list[Any]:
    """Of every part, also where the first has decided: a placeholder that is not defined is found all the same."""
    return [part(*given) for part in parts]


def _not(reader: Reader) -> Test:
    if reader.word("NOT"):
        test = _not(reader)
        return lambda *given: not test(*given)
    return _one(reader)


def _one(reader: Reader) -> Test:
    if reader.word("("):
        first = reader.at
        inner = _either(reader)
        if reader.left[first] == "(" and _closing(reader.left, first) == reader.at - 1:
            raise Invalid("Invalid ConditionExpression: The expression has redundant parentheses;")
        reader.expect(")")
        return inner
    if reader.next.lower() in _FUNCTIONS and reader.left[reader.at + 1 : reader.at + 2] == ["("]:
        return _FUNCTIONS[reader.take().lower()](reader)
    return _comparison(operand(reader), reader)


def _closing(given: list[str], opening: int) -> int:
    """Where the parenthesis that opens at `opening` closes."""
    depth = 0
    for place in range(opening, len(given)):
        depth += {"(": 1, ")": -1}.get(given[place], 0)
        if depth == 0:
            return place
    return -1


def _comparison(left: Take, reader: Reader) -> Test:
    if reader.word("BETWEEN"):
        low = _sortable("BETWEEN", reader)
        reader.expect("AND")
        high = _sortable("BETWEEN", reader)
        return lambda *given: _ordered(">=", left(*given), low(*given)) and _ordered("<=", left(*given), high(*given))
    if reader.word("IN"):
        choices = _arguments(reader, operand)
        return lambda *given: any(_same(left(*given), one) for one in _each(choices, given))
    sign = reader.take()
    if sign not in ("=", "<>", *_COMPARE):
        raise Invalid(f'Invalid expression: Syntax error; token: "{sign or "<EOF>"}"')
    right = operand(reader) if sign in ("=", "<>") else _sortable(sign, reader)
    if sign == "=":
        return lambda *given: _same(left(*given), right(*given))
    if sign == "<>":
        return lambda *given: not _same(left(*given), right(*given))
    return lambda *given: _ordered(sign, left(*given), right(*given))


def _sortable(sign: str, reader: Reader) -> Take:
    """An operand; a value given with the request must be of a kind that has an order."""
    given_value = reader.next.startswith(":")
    take = operand(reader)
    if not given_value:
        return take

    def checked(item: Item, names: Names, values: Values) -> Value | None:
        value = take(item, names, values)
        kind = next(iter(value or {"S": ""}))
        if kind not in ("S", "N", "B"):
            raise Invalid(
                "Invalid ConditionExpression: Incorrect operand type for operator or function; "
                f"operator: {sign}, operand type: {kind}"
            )
        return value

    return checked


def _same(one: Value | None, other: Value | None) -> bool:
    return one is not None and other is not None and equal(one, other)


def _ordered(sign: str, one: Value | None, other: Value | None) -> bool:
    """False where there is no order: something is missing, or of another kind."""
    first = comparable(one) if one else None
    second = comparable(other) if other else None
    return first is not None and second is not None and first[0] == second[0] and _COMPARE[sign](first[1], second[1])


def _arguments(reader: Reader, read: Callable[[Reader], Any]) -> list[Any]:
    reader.expect("(")
    found = [read(reader)]
    while reader.word(","):
        found.append(read(reader))
    reader.expect(")")
    return found


def _exists(reader: Reader) -> Test:
    (there,) = _arguments(reader, operand)
    return lambda *given: there(*given) is not None


def _not_exists(reader: Reader) -> Test:
    (there,) = _arguments(reader, operand)
    return lambda *given: there(*given) is None


def _type(reader: Reader) -> Test:
    there, kind = _arguments(reader, operand)

    def test(item: Item, names: Names, values: Values) -> bool:
        value = there(item, names, values)
        return value is not None and kind(item, names, values) == {"S": next(iter(value))}

    return test


def _begins(reader: Reader) -> Test:
    there, start = _arguments(reader, operand)

    def test(item: Item, names: Names, values: Values) -> bool:
        value, prefix = there(item, names, values), start(item, names, values)
        if value is None or value.keys() != prefix.keys():
            return False
        ((_, raw),) = value.items()
        ((_, wanted),) = prefix.items()
        return bool(raw.startswith(wanted))

    return test


def _contains(reader: Reader) -> Test:
    there, part = _arguments(reader, operand)

    def test(item: Item, names: Names, values: Values) -> bool:
        value, wanted = there(item, names, values), part(item, names, values)
        if value is None:
            return False
        ((kind, raw),) = value.items()
        ((wanted_kind, wanted_raw),) = wanted.items()
        if kind == "L":
            return any(equal(one, wanted) for one in raw)
        return wanted_kind == kind[0] and wanted_raw in raw

    return test


_FUNCTIONS: dict[str, Callable[[Reader], Test]] = {
    "attribute_exists": _exists,
    "attribute_not_exists": _not_exists,
    "attribute_type": _type,
    "begins_with": _begins,
    "contains": _contains,
}


@dataclass(frozen=True)
class KeyCondition:
    """`test` is of the sort key alone, and bounds where to look."""

    hash_name: str
    hash_value: Value
    bounds: tuple[tuple[str, str, Value], ...]
    """(attribute, comparison, value): `=`, `<`, `<=`, `>`, `>=`, `begins_with`."""


def key_condition(text: str, names: Names, values: Values) -> KeyCondition:
    """Hash key `=` and at most one condition on the sort key. Raises Invalid."""
    found: list[tuple[str, str, Value]] = []
    for path, sign, token in _key_terms(text):
        name = str(named((path,), names)[0])
        found.append((name, sign, _bound(token)({}, names, values)))  # type: ignore[arg-type]
    hashes = [one for one in found if one[1] == "="]
    if not hashes:
        raise Invalid("Query condition missed key schema element")
    first = hashes[0]
    return KeyCondition(first[0], first[2], tuple(one for one in found if one is not first))


@lru_cache(_KEPT)
def _key_terms(text: str) -> Sequence[tuple[str, str, str]]:
    reader = Reader(tokens(text))
    terms = _key_list(reader)
    reader.end()
    return tuple(terms)


def _key_list(reader: Reader) -> list[tuple[str, str, str]]:
    """Terms with AND between them; parentheses around any part."""
    terms = []
    while True:
        if reader.word("("):
            terms += _key_list(reader)
            reader.expect(")")
        else:
            terms += _key_term(reader)
        if not reader.word("AND"):
            return terms


def _key_term(reader: Reader) -> list[tuple[str, str, str]]:
    if reader.next.lower() == "begins_with":
        reader.take()
        path, token = _arguments(reader, Reader.take)
        return [(path, "begins_with", token)]
    path = reader.take()
    if reader.word("BETWEEN"):
        low = reader.take()
        reader.expect("AND")
        return [(path, ">=", low), (path, "<=", reader.take())]
    sign = reader.take()
    if sign not in ("=", *_COMPARE):
        raise Invalid(f"Invalid operator used in KeyConditionExpression: {sign or '<EOF>'}")
    return [(path, sign, reader.take())]


def projected(item: Item, text: str, names: Names) -> Item:
    """Top-level attributes only: all that the product asks for."""
    wanted = {str(named((part.strip(),), names)[0]) for part in text.split(",")}
    return {name: value for name, value in item.items() if name in wanted}
