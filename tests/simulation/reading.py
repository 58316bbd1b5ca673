"""The reading half of the engine: GetItem, BatchGetItem, TransactGetItems, Query, Scan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tests.simulation import expressions
from tests.simulation.tables import Key, Table, key_of
from tests.simulation.values import Invalid, Item, size

if TYPE_CHECKING:
    from tests.simulation.engine import Engine

Parameters = Mapping[str, Any]
Answer = dict[str, Any]
PAGE_BYTES, BATCH_BYTES = 1024 * 1024, 16 * 1024 * 1024
MOST_IN_BATCH = 100


def get(engine: Engine, parameters: Parameters) -> Answer:
    item = _item(engine.table(parameters["TableName"]), parameters)
    return {"Item": item} if item is not None else {}


def _item(table: Table, parameters: Parameters) -> Item | None:
    if set(parameters["Key"]) != {"pk", "sk"}:
        raise Invalid("The provided key element does not match the schema")
    found = table.get(key_of(dict(parameters["Key"])))
    return None if found is None else _shown(found, parameters)


def _shown(item: Item, parameters: Parameters) -> Item:
    text = parameters.get("ProjectionExpression")
    return expressions.projected(item, text, parameters.get("ExpressionAttributeNames", {})) if text else dict(item)


def batch_get(engine: Engine, parameters: Parameters) -> Answer:
    wanted = [(name, one, request) for name, request in parameters["RequestItems"].items() for one in request["Keys"]]
    if not 0 < len(wanted) <= MOST_IN_BATCH:
        raise Invalid("Too many items requested for the BatchGetItem call")
    keys = [(name, key_of(dict(one))) for name, one, _ in wanted]
    if len(set(keys)) < len(keys):
        raise Invalid("Provided list of item keys contains duplicates")
    answers: dict[str, list[Item]] = {name: [] for name in parameters["RequestItems"]}
    for (name, key), (_, _, request) in zip(keys, wanted, strict=True):
        found = engine.table(name).get(key)
        if found is not None:
            answers[name].append(_shown(found, request))
    return {"Responses": answers, "UnprocessedKeys": {}}


def transact_get(engine: Engine, parameters: Parameters) -> Answer:
    wanted = [one["Get"] for one in parameters["TransactItems"]]
    if not 0 < len(wanted) <= MOST_IN_BATCH:
        raise Invalid("Member must have length less than or equal to 100 and greater than or equal to 1")
    found = [_item(engine.table(one["TableName"]), one) for one in wanted]
    return {"Responses": [{} if item is None else {"Item": item} for item in found]}


def query(engine: Engine, parameters: Parameters) -> Answer:
    names, values = parameters.get("ExpressionAttributeNames", {}), parameters.get("ExpressionAttributeValues", {})
    table = engine.table(parameters["TableName"])
    wanted = expressions.key_condition(parameters["KeyConditionExpression"], names, values)
    index_name = parameters.get("IndexName")
    hash_name, range_name = "pk", "sk"
    if index_name:
        if index_name not in table.indexes:
            raise Invalid(f"The table does not have the specified index: {index_name}")
        if parameters.get("ConsistentRead"):
            raise Invalid("Consistent reads are not supported on global secondary indexes")
        index = table.indexes[index_name]
        hash_name, range_name = index.hash_name, index.range_name
        index.catch_up(engine.now() - engine.lag)
    if wanted.hash_name != hash_name or any(name != range_name for name, _, _ in wanted.bounds):
        raise Invalid("Query condition missed key schema element: " + hash_name)
    for name, _, value in ((hash_name, "=", wanted.hash_value), *wanted.bounds):
        if "S" not in value:
            raise Invalid(f"One or more parameter values were invalid: Condition parameter type does not match: {name}")
    _check_range(wanted.bounds)
    hash_value = wanted.hash_value["S"]
    found = (index if index_name else table).found(hash_value, wanted.bounds)
    backwards = parameters.get("ScanIndexForward") is False
    return _page(found[::-1] if backwards else found, parameters, (hash_name, range_name), backwards)


def _check_range(bounds: tuple[tuple[str, str, Any], ...]) -> None:
    if len(bounds) == 2 and bounds[0][2]["S"] > bounds[1][2]["S"]:
        raise Invalid(
            "Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to "
            "lower bound"
        )


def scan(engine: Engine, parameters: Parameters) -> Answer:
    table = engine.table(parameters["TableName"])
    found = list(table.everything())
    start = parameters.get("ExclusiveStartKey")
    if start:
        after = key_of(dict(start))
        place = next(place for place, item in enumerate(found) if _key(item) == after)
        found = found[place + 1 :]
    return _cut(found, parameters, ())


def _key(item: Item) -> Key:
    return item["pk"]["S"], item["sk"]["S"]


def _page(found: Sequence[Item], parameters: Parameters, names: tuple[str, str], backwards: bool) -> Answer:
    start = parameters.get("ExclusiveStartKey")
    if start:
        after = (start[names[1]]["S"], *_key(start))

        def beyond(item: Item) -> bool:
            place = (item[names[1]]["S"], *_key(item))
            return place < after if backwards else place > after

        found = [item for item in found if beyond(item)]
    return _cut(found, parameters, names)


def _cut(found: Sequence[Item], parameters: Parameters, names: tuple[str, ...]) -> Answer:
    """At most `Limit` items and one megabyte are looked at; then the filter."""
    most, taken, bytes_read = parameters.get("Limit", len(found) + 1), 0, 0
    if most < 1:
        raise Invalid("Limit must be greater than or equal to 1")
    for item in found:
        bytes_read += size(item)
        taken += 1
        if taken >= most or bytes_read > PAGE_BYTES:
            break
    looked_at = found[:taken]
    shown = [_shown(item, parameters) for item in looked_at if _kept(item, parameters)]
    answer: Answer = {"Items": shown, "Count": len(shown), "ScannedCount": taken}
    if taken and (taken == most or taken < len(found)):
        answer["LastEvaluatedKey"] = {name: looked_at[-1][name] for name in ("pk", "sk", *names)}
    return answer


def _kept(item: Item, parameters: Parameters) -> bool:
    text = parameters.get("FilterExpression")
    if not text:
        return True
    names, values = parameters.get("ExpressionAttributeNames", {}), parameters.get("ExpressionAttributeValues", {})
    return expressions.condition(text)(item, names, values)
