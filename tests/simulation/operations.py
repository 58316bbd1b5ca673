"""Random DynamoDB operations over few keys, for comparing two engines: mostly sound, some wrong in one way."""

from __future__ import annotations

import random
from typing import Any

TABLE, OTHER = "test-ledger", "test-topups"
Operation = tuple[str, dict[str, Any]]
_NAMES = ("a", "b", "n", "state", "due_key", "due_at")
_TEXTS = ("", "x", "xy", "z", "é")
_NUMBERS = ("0", "1", "-1", "7", "10", "1.5", "1234567890123456789")


class Operations:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def one(self) -> Operation:
        kind = self._random.choices(
            (self._put, self._update, self._delete, self._get, self._query, self._index, self._transact, self._gets),
            (3, 5, 1, 2, 2, 1, 5, 1),
        )[0]
        return kind()

    def _key(self) -> dict[str, Any]:
        return {"pk": {"S": self._random.choice("pqr")}, "sk": {"S": self._random.choice(("1", "2", "20", "3"))}}

    def _value(self, name: str) -> dict[str, Any]:
        if name in ("due_key", "due_at", "state"):
            return {"S": self._random.choice("xyz")}
        if name == "n" or self._random.random() < 0.3:
            return {"N": self._random.choice(_NUMBERS)}
        kinds = [
            {"S": self._random.choice(_TEXTS)},
            {"BOOL": self._random.random() < 0.5},
            {"B": self._random.choice((b"\x00", b"\x01\xff", b"z"))},
            {"L": [{"S": "x"}, {"N": "1"}]},
            {"M": {"in": {"N": self._random.choice(_NUMBERS)}}},
        ]
        return self._random.choice(kinds)

    def _item(self) -> dict[str, Any]:
        names = [name for name in _NAMES if self._random.random() < 0.6]
        return self._key() | {name: self._value(name) for name in names}

    def _condition(self, values: dict[str, Any], depth: int = 0) -> str:
        name, inner = self._random.choice(_NAMES), depth + 1
        nested = ("joined", "not")[depth:]
        kind = self._random.choice(("exists", "absent", "in", "begins", "compare", "compare", *nested))
        match kind:
            case "exists" | "absent":
                function = {"exists": "attribute_exists", "absent": "attribute_not_exists"}[kind]
                return f"{function}({self._random.choice(('pk', '#' + name))})"
            case "joined":
                sign = self._random.choice((" AND ", " OR "))
                return "(" + sign.join(self._condition(values, inner) for _ in range(2)) + ")"
            case "not":
                return f"NOT {self._condition(values, 2)}"
            case "in":
                return f"#{name} IN ({self._bound(values, name)}, {self._bound(values, name)})"
            case "begins":
                return f"begins_with(#state, {self._bound(values, 'state')})"
        token = self._bound(values, name)
        sign = self._random.choice(("=", "<>", "<", "<=", ">", ">="))
        if next(iter(values[token])) not in ("S", "N", "B"):
            sign = "="  # AWS refuses to order such values; the local cloud finds them unequal
        return f"#{name} {sign} {token}"

    def _bound(self, values: dict[str, Any], name: str) -> str:
        token = f":c{len(values)}"
        values[token] = self._value(name)
        return token

    def _conditioned(self, parameters: dict[str, Any]) -> dict[str, Any]:
        values = parameters.pop("ExpressionAttributeValues", {})
        if self._random.random() < 0.7:
            parameters["ConditionExpression"] = self._condition(values)
            if self._random.random() < 0.7:
                parameters["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        text = parameters.get("ConditionExpression", "") + " " + parameters.get("UpdateExpression", "")
        names = {f"#{name}": name for name in _NAMES if _uses(text, f"#{name}")}
        return parameters | {
            name: given
            for name, given in (("ExpressionAttributeNames", names), ("ExpressionAttributeValues", values))
            if given
        }

    def _put(self) -> Operation:
        return "PutItem", self._conditioned({"TableName": self._table(), "Item": self._item()})

    def _table(self) -> str:
        return TABLE if self._random.random() < 0.8 else OTHER

    def _changes(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        name, other = self._random.sample(("a", "b", "n"), 2)
        values[":u"] = self._value(name)
        sets = {
            0: f"SET #{name} = :u",
            1: "SET #n = #n + :u",
            2: "SET #n = if_not_exists(#n, :zero) + :u",
            3: f"SET #{name} = :u REMOVE #{other}",
            4: f"REMOVE #{name}, #due_key",
            5: "ADD #n :u",
            6: f"SET #{name} = if_not_exists(#{other}, :u)",
            7: "SET #due_key = :key, #due_at = :key",
        }
        text = sets[self._random.randrange(len(sets))]
        if ":zero" in text:
            values[":zero"] = {"N": "0"}
        if "#n" in text and name != "n":
            values[":u"] = {"N": self._random.choice(_NUMBERS)}
        if ":key" in text:
            values[":key"] = {"S": self._random.choice("xyz")}
        if ":u" not in text:
            del values[":u"]
        return {"UpdateExpression": text} | ({"ExpressionAttributeValues": values} if values else {})

    def _update(self) -> Operation:
        parameters = {"TableName": self._table(), "Key": self._key(), **self._changes()}
        wanted = self._random.choice(("NONE", "ALL_OLD", "ALL_NEW"))
        return "UpdateItem", self._conditioned(parameters) | {"ReturnValues": wanted}

    def _delete(self) -> Operation:
        wanted = self._random.choice(("NONE", "ALL_OLD"))
        parameters = self._conditioned({"TableName": self._table(), "Key": self._key()})
        return "DeleteItem", parameters | {"ReturnValues": wanted}

    def _get(self) -> Operation:
        return "GetItem", {"TableName": self._table(), "Key": self._key(), "ConsistentRead": True}

    def _gets(self) -> Operation:
        keys = {str(key): key for key in (self._key() for _ in range(3))}
        if self._random.random() < 0.5:
            return "BatchGetItem", {"RequestItems": {TABLE: {"Keys": list(keys.values()), "ConsistentRead": True}}}
        return "TransactGetItems", {
            "TransactItems": [{"Get": {"TableName": TABLE, "Key": key}} for key in keys.values()]
        }

    def _query(self) -> Operation:
        values = {":pk": {"S": self._random.choice("pqr")}}
        ranges = {
            "pk = :pk": {},
            "pk = :pk AND sk = :low": {":low": {"S": "2"}},
            "pk = :pk AND sk >= :low": {":low": {"S": "2"}},
            "pk = :pk AND begins_with(sk, :low)": {":low": {"S": "2"}},
            "(pk = :pk AND begins_with (sk, :low))": {":low": {"S": "2"}},
            "pk = :pk AND sk BETWEEN :low AND :high": {":low": {"S": "10"}, ":high": {"S": "2"}},
        }
        text = self._random.choice(list(ranges))
        parameters = {
            "TableName": TABLE,
            "KeyConditionExpression": text,
            "ExpressionAttributeValues": values | ranges[text],
            "ScanIndexForward": self._random.random() < 0.5,
            "ConsistentRead": True,
        }
        return "Query", parameters | ({"Limit": 2} if self._random.random() < 0.4 else {})

    def _index(self) -> Operation:
        return "Query", {
            "TableName": TABLE,
            "IndexName": "due",
            "KeyConditionExpression": "due_key = :key AND due_at <= :until",
            "ExpressionAttributeValues": {":key": {"S": self._random.choice("xyz")}, ":until": {"S": "y"}},
        }

    def _transact(self) -> Operation:
        writes: list[dict[str, Any]] = []
        for _ in range(self._random.randint(1, 3)):
            kind = self._random.choice(("Put", "Update", "Delete", "ConditionCheck"))
            one: dict[str, Any] = {"TableName": self._table(), "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
            if kind == "Put":
                one["Item"] = self._item()
            else:
                one["Key"] = self._key()
            if kind == "Update":
                one |= self._changes()
            one = self._conditioned(one)
            if kind == "ConditionCheck" and "ConditionExpression" not in one:
                one["ConditionExpression"] = "attribute_exists(pk)"
            writes.append({kind: one})
        return "TransactWriteItems", {"TransactItems": writes}


def _uses(text: str, placeholder: str) -> bool:
    padded = "".join(letter if letter.isalnum() or letter in "#_" else " " for letter in text).split()
    return placeholder in padded
