"""A small faithful DynamoDB in memory, one process and one request at a time: the store under the simulation
and, through `tests/tables.py`, under most tests.

It answers what botocore's client answers and raises what it raises. `test_engine_is_faithful.py` runs the same
operations on it and on the local cloud's engine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from tests.simulation import expressions, reading
from tests.simulation.tables import Change, Key, Table, check_index_keys, key_of
from tests.simulation.updates import Unfit, updated
from tests.simulation.values import LARGEST_ITEM_BYTES, Invalid, Item, size, sound

MOST_IN_TRANSACTION, LARGEST_TRANSACTION_BYTES = 100, 4 * 1024 * 1024
_TOKEN_SECONDS = 600
_PLACEHOLDER = re.compile(r"[#:][A-Za-z0-9_]+")
_EXPRESSIONS = ("ConditionExpression", "FilterExpression", "KeyConditionExpression", "ProjectionExpression",
                "UpdateExpression")  # fmt: skip
Parameters = Mapping[str, Any]
Answer = dict[str, Any]


def refused(operation: str, code: str, message: str, status: int = 400, **more: Any) -> ClientError:
    """The error that botocore raises for an answer with `code`."""
    metadata = {"HTTPStatusCode": status, "RequestId": "SIMULATED", "HTTPHeaders": {}, "RetryAttempts": 0}
    return ClientError({"Error": {"Code": code, "Message": message}, "ResponseMetadata": metadata, **more}, operation)


class _Failed(Exception):
    """A condition that does not hold, with the item as it is."""

    def __init__(self, item: Item | None) -> None:
        super().__init__("The conditional request failed")
        self.item = item


@dataclass
class Engine:
    """`now` gives seconds; `lag` is how many of them the indexes are behind; `witness` sees each commit as a whole."""

    now: Callable[[], float]
    tables: dict[str, Table]
    witness: Callable[[Sequence[Change]], None] = lambda changes: None
    lag: float = 0.0
    _tokens: dict[str, tuple[float, Any]] = field(default_factory=dict)

    def call(self, operation: str, parameters: Parameters) -> Answer:
        """Raises ClientError."""
        try:
            return OPERATIONS[operation](self, parameters)
        except _Failed as failed:
            asked = parameters.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
            more = {"Item": failed.item} if asked and failed.item else {}
            code = "ConditionalCheckFailedException"
            raise refused(operation, code, "The conditional request failed", **more) from None
        except Invalid as invalid:
            raise refused(operation, "ValidationException", str(invalid)) from None

    def table(self, name: str) -> Table:
        if name not in self.tables:
            raise refused("", "ResourceNotFoundException", "Requested resource not found")
        return self.tables[name]

    def expire(self, table: str, keys: Sequence[Key]) -> None:
        """TTL's own deletes."""
        self.witness([self.table(table).put(key, None, self.now()) for key in keys])

    def reasons(self, parameters: Parameters) -> list[Answer]:
        """What each write of a transaction would meet, without making it."""
        writes = parameters["TransactItems"]
        return _all_tried([_planned(self, kind, one) for write in writes for kind, one in write.items()], writes)[1]

    def commit(self, writes: Sequence[tuple[Table, Key, Item | None]]) -> None:
        self.witness([table.put(key, item, self.now()) for table, key, item in writes])

    def seen_token(self, token: str, request: Any) -> bool:
        """Whether this very transaction was made in the last ten minutes."""
        made_at, before = self._tokens.get(token, (-1e18, None))
        if self.now() - made_at > _TOKEN_SECONDS:
            return False
        if before != request:
            code = "IdempotentParameterMismatchException"
            raise refused("TransactWriteItems", code, "DynamoDB rejected the request because you retried a request")
        return True

    def keep_token(self, token: str, request: Any) -> None:
        self._tokens[token] = (self.now(), request)


def check_placeholders(parameters: Parameters) -> None:
    """Every name and value that is given is used. Raises Invalid."""
    used = {
        found for name in _EXPRESSIONS for found in _PLACEHOLDER.findall(parameters.get(name, ""))
    }  # undefined ones are found where they are read
    for kind, given in (("Names", "ExpressionAttributeNames"), ("Values", "ExpressionAttributeValues")):
        unused = sorted(set(parameters.get(given, ())) - used)
        if unused:
            raise Invalid(f"Value provided in ExpressionAttribute{kind} unused in expressions: keys: {{{unused[0]}}}")
    for value in parameters.get("ExpressionAttributeValues", {}).values():
        sound(value)


def _checked(parameters: Parameters, old: Item | None) -> None:
    text = parameters.get("ConditionExpression")
    if text is None:
        return
    names, values = _bindings(parameters)
    if not expressions.condition(text)(old or {}, names, values):
        raise _Failed(old)


def _bindings(parameters: Parameters) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    return parameters.get("ExpressionAttributeNames", {}), parameters.get("ExpressionAttributeValues", {})


def _prepared_put(engine: Engine, parameters: Parameters) -> tuple[Table, Key, Item]:
    table = engine.table(parameters["TableName"])
    item = {name: sound(value) for name, value in parameters["Item"].items()}
    key = key_of(item)
    check_index_keys(table, item)
    if size(item) > LARGEST_ITEM_BYTES:
        raise Invalid("Item size has exceeded the maximum allowed size")
    return table, key, item


def _put(engine: Engine, parameters: Parameters) -> Answer:
    check_placeholders(parameters)
    table, key, item = _prepared_put(engine, parameters)
    old = table.get(key)
    _checked(parameters, old)
    engine.commit([(table, key, item)])
    return {"Attributes": old} if parameters.get("ReturnValues") == "ALL_OLD" and old else {}


def _key(engine: Engine, parameters: Parameters) -> tuple[Table, Key]:
    if set(parameters["Key"]) != {"pk", "sk"}:
        raise Invalid("The provided key element does not match the schema")
    return engine.table(parameters["TableName"]), key_of(dict(parameters["Key"]))


def _changed(table: Table, key: Key, old: Item | None, parameters: Parameters) -> Item:
    names, values = _bindings(parameters)
    before = old if old is not None else {"pk": {"S": key[0]}, "sk": {"S": key[1]}}
    new = updated(before, parameters["UpdateExpression"], names, values) if "UpdateExpression" in parameters else before
    if (new.get("pk"), new.get("sk")) != (before["pk"], before["sk"]):
        raise Invalid("One or more parameter values were invalid: Cannot update attribute pk. It is part of the key")
    check_index_keys(table, new)
    if size(new) > LARGEST_ITEM_BYTES:
        raise Unfit("Item size to update has exceeded the maximum allowed size")
    return new


def _update(engine: Engine, parameters: Parameters) -> Answer:
    check_placeholders(parameters)
    table, key = _key(engine, parameters)
    old = table.get(key)
    _checked(parameters, old)
    new = _changed(table, key, old, parameters)
    engine.commit([(table, key, new)])
    return _returned(parameters.get("ReturnValues", "NONE"), old or {}, new)


def _returned(asked: str, old: Item, new: Item) -> Answer:
    touched = {name for name in {*old, *new} if old.get(name) != new.get(name)}
    given = {
        "NONE": {},
        "ALL_OLD": old,
        "ALL_NEW": new,
        "UPDATED_OLD": {name: value for name, value in old.items() if name in touched},
        "UPDATED_NEW": {name: value for name, value in new.items() if name in touched},
    }[asked]
    return {"Attributes": given} if given else {}


def _delete(engine: Engine, parameters: Parameters) -> Answer:
    check_placeholders(parameters)
    table, key = _key(engine, parameters)
    old = table.get(key)
    _checked(parameters, old)
    if old is not None:
        engine.commit([(table, key, None)])
    return {"Attributes": old} if parameters.get("ReturnValues") == "ALL_OLD" and old else {}


def _transact_write(engine: Engine, parameters: Parameters) -> Answer:
    writes = parameters["TransactItems"]
    token = parameters.get("ClientRequestToken")
    if token and engine.seen_token(token, writes):
        return {}
    if not 0 < len(writes) <= MOST_IN_TRANSACTION:
        raise Invalid("Member must have length less than or equal to 100 and greater than or equal to 1")
    planned = [_planned(engine, kind, one) for write in writes for kind, one in write.items()]
    if len({(table.name, key) for table, key, _ in planned}) < len(planned):
        raise Invalid("Transaction request cannot include multiple operations on one item")
    made, reasons = _all_tried(planned, writes)
    if any(reason["Code"] != "None" for reason in reasons):
        raise cancelled(reasons)
    if sum(size(item) for _, _, item in made if item) > LARGEST_TRANSACTION_BYTES:
        raise Invalid("Transaction request size exceeded the limit of 4 MB")
    kinds = [next(iter(write)) for write in writes]
    engine.commit([one for kind, one in zip(kinds, made, strict=True) if kind != "ConditionCheck"])
    if token:
        engine.keep_token(token, writes)
    return {}


def _all_tried(planned: Sequence[Planned], writes: Sequence[Parameters]) -> tuple[list[Made], list[Answer]]:
    made, reasons = [], []
    for (table, key, build), write in zip(planned, writes, strict=True):
        new, reason = _tried(table, key, build, next(iter(write.values())))
        made.append((table, key, new))
        reasons.append(reason)
    return made, reasons


Build = Callable[["Item | None"], "Item | None"]


def _planned(engine: Engine, kind: str, one: Parameters) -> tuple[Table, Key, Build]:
    check_placeholders(one)
    if kind == "Put":
        table, key, item = _prepared_put(engine, one)
        return table, key, lambda old: item
    table, key = _key(engine, one)
    if kind == "Update":
        return table, key, lambda old: _changed(table, key, old, one)
    if kind == "ConditionCheck" and "ConditionExpression" not in one:
        raise Invalid("ConditionExpression is required in ConditionCheck")
    return table, key, lambda old: None


def _tried(table: Table, key: Key, build: Build, one: Parameters) -> tuple[Item | None, Answer]:
    old = table.get(key)
    try:
        _checked(one, old)
        return build(old), {"Code": "None"}
    except _Failed:
        asked = one.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and old
        more = {"Item": old} if asked else {}
        return None, {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed", **more}
    except Unfit as unfit:
        return None, {"Code": "ValidationError", "Message": str(unfit)}


def cancelled(reasons: Sequence[Answer]) -> ClientError:
    codes = ", ".join(reason["Code"] for reason in reasons)
    message = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
    return refused("TransactWriteItems", "TransactionCanceledException", message, CancellationReasons=list(reasons))


def cancelled_by(codes: Sequence[str]) -> ClientError:
    """A cancellation that nobody's condition asked for: conflicts and throttles, `None` where nothing was wrong."""
    return cancelled([{"Code": code, "Message": code} if code != "None" else {"Code": code} for code in codes])


Planned = tuple[Table, Key, Build]
Made = tuple[Table, Key, "Item | None"]
OPERATIONS: dict[str, Callable[[Engine, Parameters], Answer]] = {
    "PutItem": _put,
    "UpdateItem": _update,
    "DeleteItem": _delete,
    "TransactWriteItems": _transact_write,
    "GetItem": reading.get,
    "BatchGetItem": reading.batch_get,
    "TransactGetItems": reading.transact_get,
    "Query": reading.query,
    "Scan": reading.scan,
}
