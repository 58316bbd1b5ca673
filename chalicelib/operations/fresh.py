"""Fresh tables for what is brought back: made with the live ones' keys and indexes, filled, and taken away again.

Only tables whose names begin with the stack's own word for it are ever filled or taken away here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import cloud
from chalicelib.kernel import backoff
from chalicelib.kernel.errors import Unavailable
from chalicelib.operations import reading
from chalicelib.operations.model_backups import Wired
from chalicelib.settings import settings

_WRITTEN_AT_ONCE = 25
"""Of one BatchWriteItem (DynamoDB API reference)."""
_TRIES = 12
Names = Mapping[str, str]
"""The short name of a table → the full one."""


def names(word: str) -> dict[str, str]:
    """`word`: whose they are; two drills at once have tables of their own."""
    stack = reading.full_name("ledger").removesuffix("ledger")
    return {table: f"{stack}drill-{word}-{table}" for table in reading.tables()}


def make(called: Names) -> bool:
    """Whether all of them are ready; asked again, it makes what is missing."""
    ready = [_is_ready(table, name) for table, name in called.items()]
    return all(ready)


def take_away(called: Names) -> bool:
    """Whether all of them go; one that is still being made or changed stays until it is asked again."""
    going = [_goes(name) for name in called.values()]
    return all(going)


def fill(name: str, items: Iterable[Wired]) -> int:
    """In no order, each as it is; returns how many. Raises Unavailable if the table does not take them."""
    count = 0
    for some in reading.chunks(iter(items), _WRITTEN_AT_ONCE):
        _write(name, [{"PutRequest": {"Item": one}} for one in some])
        count += len(some)
    return count


def put_if_absent(name: str, item: Wired) -> bool:
    """False, and no effect, if something has its keys: what is there is never touched."""
    try:
        cloud.client("dynamodb").put_item(TableName=name, Item=item, ConditionExpression="attribute_not_exists(pk)")
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return False
        raise
    return True


def _goes(name: str) -> bool:
    try:
        cloud.client("dynamodb").delete_table(TableName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("ResourceNotFoundException", "ResourceInUseException"):
            raise
        return bool(error.response["Error"]["Code"] == "ResourceNotFoundException")
    return True


def _write(name: str, requests: list[dict[str, Any]]) -> None:
    for attempt in range(_TRIES):
        answer = cloud.client("dynamodb").batch_write_item(RequestItems={name: requests})
        requests = answer.get("UnprocessedItems", {}).get(name, [])
        if not requests:
            return
        backoff.wait(attempt)
    raise Unavailable(retry_after_seconds=1)


def _is_ready(table: str, name: str) -> bool:
    dynamodb = cloud.client("dynamodb")
    try:
        status: str = dynamodb.describe_table(TableName=name)["Table"]["TableStatus"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        status = dynamodb.create_table(**_like(table), TableName=name)["TableDescription"]["TableStatus"]
    return status == "ACTIVE"


def _like(table: str) -> dict[str, Any]:
    """Keys, indexes and encryption of the live one; no stream: nobody is told of what happened long ago."""
    live = cloud.client("dynamodb").describe_table(TableName=reading.full_name(table))["Table"]
    same = {name: live[name] for name in ("KeySchema", "AttributeDefinitions")}
    key = settings().backups_key_id
    sealed = {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}}
    if found := live.get("GlobalSecondaryIndexes"):
        kept = ("IndexName", "KeySchema", "Projection")
        same["GlobalSecondaryIndexes"] = [{name: one[name] for name in kept} for one in found]
    return same | sealed | {"BillingMode": "PAY_PER_REQUEST"}
