"""One write of a transaction, put together a condition at a time. Every name is escaped, every value bound."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.ledger.wire import item, value


class Update:
    """An UpdateItem inside TransactWriteItems that returns the old item when a condition fails."""

    def __init__(self, table: str, pk: str, sk: str) -> None:
        self._table, self._key = table, {"pk": {"S": pk}, "sk": {"S": sk}}
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}
        self._sets: list[str] = []
        self._removes: list[str] = []
        self._adds: list[str] = []
        self._conditions: list[str] = []

    def assign(self, name: str, new: Any) -> Update:
        self._sets.append(f"{self._name(name)} = {self._value(new)}")
        return self

    def keep(self, name: str, new: Any) -> Update:
        """Set only where there is none yet."""
        self._sets.append(f"{self._name(name)} = if_not_exists({self._name(name)}, {self._value(new)})")
        return self

    def fall_back(self, name: str, other: str, new: Any) -> Update:
        """To what stands under `other`; to `new` where nothing does."""
        self._sets.append(f"{self._name(name)} = if_not_exists({self._name(other)}, {self._value(new)})")
        return self

    def add(self, name: str, delta: int) -> Update:
        """To a number that is there."""
        self._sets.append(f"{self._name(name)} = {self._name(name)} + {self._value(delta)}")
        return self

    def count(self, name: str, delta: int) -> Update:
        """To a number that starts at zero."""
        start = f"if_not_exists({self._name(name)}, {self._value(0)})"
        self._sets.append(f"{self._name(name)} = {start} + {self._value(delta)}")
        return self

    def append(self, name: str, new: Any) -> Update:
        """To a list that starts empty."""
        start = f"if_not_exists({self._name(name)}, {self._value([])})"
        self._sets.append(f"{self._name(name)} = list_append({start}, {self._value([new])})")
        return self

    def join(self, name: str, *members: str) -> Update:
        """Into a set that starts empty; once is as good as twice."""
        self._adds.append(f"{self._name(name)} {self._value(frozenset(members))}")
        return self

    def sum_up(self, name: str, delta: int) -> Update:
        """To a number that starts at zero, of any name, in as few characters: an expression has at most 4 kB."""
        alias = f"#x{len(self._names)}"
        self._names[alias] = name
        self._adds.append(f"{alias} {self._value(delta)}")
        return self

    def remove(self, *names: str) -> Update:
        self._removes.extend(self._name(name) for name in names)
        return self

    def require(self, name: str, comparison: str, bound: Any) -> Update:
        self._conditions.append(f"{self._name(name)} {comparison} {self._value(bound)}")
        return self

    def require_first(self, name: str, other: str, bound: Any) -> Update:
        """Of `name`; of `other` where there is no such."""
        named, value = self._name(name), self._value(bound)
        instead = f"attribute_not_exists({named}) AND {self._name(other)} = {value}"
        self._conditions.append(f"({named} = {value} OR ({instead}))")
        return self

    def require_absent(self, name: str) -> Update:
        self._conditions.append(f"attribute_not_exists({self._name(name)})")
        return self

    def require_at_most(self, name: str, bound: int | str) -> Update:
        """Absent counts as nothing."""
        named = self._name(name)
        self._conditions.append(f"(attribute_not_exists({named}) OR {named} <= {self._value(bound)})")
        return self

    def require_one_of(self, name: str, *allowed: Any) -> Update:
        choices = ", ".join(self._value(one) for one in allowed)
        self._conditions.append(f"{self._name(name)} IN ({choices})")
        return self

    def require_room(self, name: str, most: int, *exceptions: str) -> Update:
        """Fewer members than `most`, or one of the `exceptions` (conditions that `member_of` or `equal` gave)."""
        named = self._name(name)
        room = (f"attribute_not_exists({named})", f"size({named}) < {self._value(most)}", *exceptions)
        self._conditions.append(f"({' OR '.join(room)})")
        return self

    def require_lacking(self, name: str, member: str) -> Update:
        """A set without it, or none."""
        self._conditions.append(f"NOT contains({self._name(name)}, {self._value(member)})")
        return self

    def require_either(self, *conditions: str) -> Update:
        """Of conditions that `member_of` or `equal` gave."""
        self._conditions.append(f"({' OR '.join(conditions)})")
        return self

    def member_of(self, name: str, member: str) -> str:
        return f"contains({self._name(name)}, {self._value(member)})"

    def equal(self, name: str, bound: Any) -> str:
        return f"{self._name(name)} = {self._value(bound)}"

    def require_outside(self, name: str, first: Any, last: Any) -> Update:
        low, high = self._value(first), self._value(last)
        named = self._name(name)
        self._conditions.append(f"(attribute_not_exists({named}) OR {named} < {low} OR {named} > {high})")
        return self

    def checked(self) -> dict[str, Any]:
        """The conditions alone, as a ConditionCheck: nothing is written."""
        asked = self.written()["Update"]
        del asked["UpdateExpression"]
        return {"ConditionCheck": asked}

    def written(self) -> dict[str, Any]:
        expression = "SET " + ", ".join(self._sets) if self._sets else ""
        if self._removes:
            expression += " REMOVE " + ", ".join(self._removes)
        if self._adds:
            expression += " ADD " + ", ".join(self._adds)
        update: dict[str, Any] = {
            "TableName": self._table,
            "Key": self._key,
            "UpdateExpression": expression.strip(),
            "ConditionExpression": " AND ".join(self._conditions) or "attribute_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            "ExpressionAttributeNames": self._names,
        }
        if self._values:
            update["ExpressionAttributeValues"] = self._values
        return {"Update": update}

    def _name(self, name: str) -> str:
        self._names["#" + name] = name
        return "#" + name

    def _value(self, plain: Any) -> str:
        token = f":v{len(self._values)}"
        self._values[token] = value(plain)
        return token


def put_once(table: str, plain: Mapping[str, Any]) -> dict[str, Any]:
    """A put that requires absence and returns what is there instead."""
    return {
        "Put": {
            "TableName": table,
            "Item": item(plain),
            "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }
