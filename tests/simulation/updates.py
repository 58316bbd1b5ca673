"""Update expressions: SET, REMOVE, ADD, DELETE; every right side is read from the item as it was."""

from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from tests.simulation.expressions import Names, Path, Reader, Take, Values, at_path, named, operand, path_of, tokens
from tests.simulation.values import Invalid, Item, Value, number

Action = Callable[[Item, Item, Names, Values], None]
"""(old, new, names, values): changes `new`."""
_MISSING = "The provided expression refers to an attribute that does not exist in the item"
_KINDS = "An operand in the update expression has an incorrect data type"
_CLAUSES = ("SET", "REMOVE", "ADD", "DELETE")


class Unfit(Invalid):
    """The item does not fit the expression: in a transaction, a reason of its own (`ValidationError`)."""


def updated(old: Item, text: str, names: Names, values: Values) -> Item:
    """A new item. Raises Invalid, Unfit."""
    paths, actions = _actions(text)
    resolved = [named(path, names) for path in paths]
    for place, path in enumerate(resolved):
        for other in resolved[place + 1 :]:
            if path[: len(other)] == other or other[: len(path)] == path:
                shown = [f"[{', '.join(map(str, one))}]" for one in (path, other)]
                raise Invalid(
                    "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one"
                    f" of these paths; path one: {shown[0]}, path two: {shown[1]}"
                )
    deep = any(len(path) > 1 for path in resolved)
    new = copy.deepcopy(old) if deep else dict(old)
    for action in actions:
        action(old, new, names, values)
    return new


@lru_cache(4096)
def _actions(text: str) -> tuple[list[Path], list[Action]]:
    reader, paths, actions = Reader(tokens(text)), [], []
    seen: set[str] = set()
    while reader.next:
        clause = reader.take().upper()
        if clause not in _CLAUSES or clause in seen:
            raise Invalid(f'Invalid UpdateExpression: Syntax error; token: "{clause}"')
        seen.add(clause)
        while True:
            path, action = _ACTIONS[clause](reader)
            paths.append(path)
            actions.append(action)
            if not reader.word(","):
                break
    if not actions:
        raise Invalid("Invalid UpdateExpression: The expression can not be empty;")
    return paths, actions


def _set(reader: Reader) -> tuple[Path, Action]:
    path = path_of(reader)
    reader.expect("=")
    value = _sum(reader)

    def act(old: Item, new: Item, names: Names, values: Values) -> None:
        _put(new, named(path, names), _there(value(old, names, values)))

    return path, act


def _sum(reader: Reader) -> Take:
    left = _term(reader)
    if reader.next not in ("+", "-"):
        return left
    sign = 1 if reader.take() == "+" else -1
    right = _term(reader)

    def total(item: Item, names: Names, values: Values) -> Value:
        one, other = _there(left(item, names, values)), _there(right(item, names, values))
        if "N" not in one or "N" not in other:
            raise Unfit(_KINDS)
        return _added(one["N"], other["N"], sign)

    return total


def _added(one: str, other: str, sign: int) -> Value:
    try:
        return {"N": number(str(int(one) + sign * int(other)))}
    except ValueError:
        return {"N": number(str(Decimal(one) + sign * Decimal(other)))}


def _term(reader: Reader) -> Take:
    called = reader.next.lower()
    if called not in ("if_not_exists", "list_append"):
        return operand(reader)
    reader.take()
    reader.expect("(")
    first = _term(reader)
    reader.expect(",")
    second = _term(reader)
    reader.expect(")")
    if called == "if_not_exists":
        return lambda *given: found if (found := first(*given)) is not None else second(*given)
    return lambda *given: _appended(_there(first(*given)), _there(second(*given)))


def _appended(one: Value, other: Value) -> Value:
    if "L" not in one or "L" not in other:
        raise Unfit(_KINDS)
    return {"L": [*one["L"], *other["L"]]}


def _remove(reader: Reader) -> tuple[Path, Action]:
    path = path_of(reader)

    def act(old: Item, new: Item, names: Names, values: Values) -> None:
        steps = named(path, names)
        holder = new if len(steps) == 1 else _inside(at_path(new, steps[:-1]))
        if isinstance(holder, dict):
            holder.pop(steps[-1], None)
        elif holder is not None and int(steps[-1]) < len(holder):
            del holder[int(steps[-1])]

    return path, act


def _add(reader: Reader) -> tuple[Path, Action]:
    path, value = path_of(reader), operand(reader)

    def act(old: Item, new: Item, names: Names, values: Values) -> None:
        steps, more = named(path, names), _there(value(old, names, values))
        before = at_path(old, steps)
        ((kind, raw),) = more.items()
        if kind not in ("N", "SS", "NS", "BS"):
            raise Invalid(
                "Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ADD, "
                f"operand type: {kind}"
            )
        if before is not None and kind not in before:
            raise Unfit(_KINDS)
        if kind == "N":
            _put(new, steps, _added(before["N"] if before else "0", raw, 1))
        else:
            had = before[kind] if before else []
            _put(new, steps, {kind: [*had, *(one for one in raw if one not in had)]})

    return path, act


def _delete(reader: Reader) -> tuple[Path, Action]:
    path, value = path_of(reader), operand(reader)

    def act(old: Item, new: Item, names: Names, values: Values) -> None:
        steps, less = named(path, names), _there(value(old, names, values))
        before = at_path(old, steps)
        ((kind, raw),) = less.items()
        if before is None:
            return
        if kind not in before:
            raise Unfit(_KINDS)
        left = [one for one in before[kind] if one not in raw]
        if left:
            _put(new, steps, {kind: left})
        elif len(steps) == 1:
            new.pop(str(steps[0]), None)

    return path, act


_ACTIONS: dict[str, Callable[[Reader], tuple[Path, Action]]] = {
    "SET": _set,
    "REMOVE": _remove,
    "ADD": _add,
    "DELETE": _delete,
}


def _there(value: Value | None) -> Value:
    if value is None:
        raise Unfit(_MISSING)
    return value


def _inside(value: Value | None) -> Any:
    return None if value is None else next(iter(value.values()))


def _put(item: Item, path: Path, value: Value) -> None:
    if len(path) == 1:
        item[str(path[0])] = value
        return
    holder = _inside(at_path(item, path[:-1]))
    if isinstance(holder, dict) and isinstance(path[-1], str):
        holder[path[-1]] = value
    elif isinstance(holder, list) and isinstance(path[-1], int):
        holder[path[-1] : path[-1] + 1] = [value]
    else:
        raise Unfit("The document path provided in the update expression is invalid for update")
