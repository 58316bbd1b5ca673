"""The ledger's calls to DynamoDB, by the botocore client itself: exact order, exact reasons, old items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import cloud
from chalicelib.kernel import backoff
from chalicelib.kernel.errors import Unavailable
from chalicelib.ledger.items import CONSENT, FUNDING, HEAD, MOVEMENT
from chalicelib.ledger.wire import Item, item
from chalicelib.ledger.write import put_once
from chalicelib.settings import settings

CONFLICTS = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
_BUSY = frozenset({"TransactionInProgressException", "TransactionConflictException"})
_TRIES = 8
CONDITION = "ConditionalCheckFailed"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one write of a cancelled transaction was not made."""

    code: str
    item: Item | None


_UNEXPLAINED = Reason("TransactionConflict", None)
"""Not made, and nobody says why: to be tried again."""


def transact(writes: Sequence[Mapping[str, Any]]) -> list[Reason]:
    """All of `writes` or none: an empty list when they are made, otherwise a reason for each, in their order."""
    try:
        cloud.client("dynamodb").transact_write_items(TransactItems=list(writes))
    except ClientError as error:
        if error.response["Error"]["Code"] == "TransactionCanceledException":
            reasons = error.response.get("CancellationReasons", [])
            return [Reason(reason["Code"], reason.get("Item")) for reason in reasons] or [_UNEXPLAINED]
        if error.response["Error"]["Code"] in _BUSY:
            return [_UNEXPLAINED]
        raise
    return []


def put_new(plain: Mapping[str, Any]) -> Item | None:
    """Put into the ledger if absent; otherwise the item that is there."""
    put = put_once(settings().ledger_table, plain)["Put"]
    try:
        _insist("put_item", put)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            found: Item = error.response.get("Item", {})
            return found
        raise
    return None


def update(written: Mapping[str, Any], returns: str = "NONE") -> tuple[bool, Item]:
    """One conditional update: whether it was made, and the attributes asked for (the old item if it was not)."""
    try:
        answer = _insist("update_item", {**written["Update"], "ReturnValues": returns})
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return False, error.response.get("Item", {})
        raise
    return True, answer.get("Attributes", {})


def _insist(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """One write to one item, again with jitter while a transaction has the item: the SDK does not (Unavailable)."""
    for attempt in range(_TRIES):
        try:
            answer: dict[str, Any] = getattr(cloud.client("dynamodb"), operation)(**parameters)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _BUSY:
                raise
            backoff.wait(attempt)
        else:
            return answer
    raise Unavailable(retry_after_seconds=1)


def head(account: str) -> Item | None:
    return _get(account, HEAD)


def movement(movement_id: str) -> Item | None:
    return _get(movement_id, MOVEMENT)


def consent(consent_id: str) -> Item | None:
    return _get(consent_id, CONSENT)


def funding(funding_id: str) -> Item | None:
    return _get(funding_id, FUNDING)


def beside(movement_id: str, sk: str) -> Item | None:
    return _get(movement_id, sk)


def movements(movement_ids: Sequence[str], sk: str = MOVEMENT) -> list[Item]:
    """Consistent; at most 100; those that exist, in no order. `sk` is another kind of item with an id of its own."""
    table, found = settings().ledger_table, []
    waiting: list[Item] = [item({"pk": one, "sk": sk}) for one in movement_ids]
    while waiting:
        request = {table: {"Keys": waiting, "ConsistentRead": True}}
        answer = cloud.client("dynamodb").batch_get_item(RequestItems=request)
        found.extend(answer["Responses"].get(table, []))
        waiting = answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
    return found


def entries(account: str, after: str, until: str, *, newest_first: bool, limit: int) -> list[Item]:
    """One page of the journal with after < time ≤ until."""
    if after >= until:
        return []
    answer = cloud.client("dynamodb").query(
        TableName=settings().journal_table,
        KeyConditionExpression="pk = :account AND sk BETWEEN :after AND :until",
        ExpressionAttributeValues=item({":account": account, ":after": after + "+", ":until": until}),
        ScanIndexForward=not newest_first,
        ConsistentRead=True,
        Limit=limit,
    )
    found: list[Item] = answer["Items"]
    return found


def newest(pk: str, prefix: str, until: str) -> Item | None:
    """The last item of `pk` in the ledger whose sort key begins with `prefix`, up to `prefix + until`."""
    answer = cloud.client("dynamodb").query(
        TableName=settings().ledger_table,
        KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
        ExpressionAttributeValues=item({":pk": pk, ":first": prefix, ":last": prefix + until}),
        ScanIndexForward=False,
        ConsistentRead=True,
        Limit=1,
    )
    return answer["Items"][0] if answer["Items"] else None


def sort_keys(pk: str, before: str, limit: int) -> list[str]:
    """Of the items of `pk` in the ledger, the last first."""
    answer = cloud.client("dynamodb").query(
        TableName=settings().ledger_table,
        KeyConditionExpression="pk = :pk AND sk < :before",
        ExpressionAttributeValues=item({":pk": pk, ":before": before}),
        ScanIndexForward=False,
        ConsistentRead=True,
        Limit=limit,
    )
    return [found["sk"]["S"] for found in answer["Items"]]


def due(key: str, until: str, limit: int) -> list[str]:
    """Candidates only: an index decides nothing."""
    return [found for found, _ in due_between(key, "", until, limit)]


def due_between(key: str, after: str, until: str, limit: int) -> list[tuple[str, str]]:
    """What is due at a time after ≤ time ≤ until, and when, the soonest first."""
    answer = cloud.client("dynamodb").query(
        TableName=settings().ledger_table,
        IndexName="due",
        KeyConditionExpression="due_key = :key AND due_at BETWEEN :after AND :until",
        ExpressionAttributeValues=item({":key": key, ":after": after or "0", ":until": until}),
        Limit=limit,
    )
    return [(found["pk"]["S"], found["due_at"]["S"]) for found in answer["Items"]]


def of_order(order_key: str, after: str, limit: int) -> list[str]:
    """In order, by the index `orders`; only payments that were made carry the key."""
    answer = cloud.client("dynamodb").query(
        TableName=settings().ledger_table,
        IndexName="orders",
        KeyConditionExpression="order_key = :key AND pk > :after",
        ExpressionAttributeValues=item({":key": order_key, ":after": after or "pay_"}),
        Limit=limit,
    )
    return [found["pk"]["S"] for found in answer["Items"]]


def partition(pk: str, prefix: str) -> list[Item]:
    """All items of `pk` in the ledger whose sort key begins with `prefix`; for partitions that stay small."""
    answer = cloud.client("dynamodb").query(
        TableName=settings().ledger_table,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
        ExpressionAttributeValues=item({":pk": pk, ":prefix": prefix}),
        ConsistentRead=True,
    )
    found: list[Item] = answer["Items"]
    return found


def all_of(pk: str) -> Iterator[Item]:
    """All items of `pk` in the ledger, a page at a time."""
    start: dict[str, Any] = {}
    while True:
        answer = cloud.client("dynamodb").query(
            TableName=settings().ledger_table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=item({":pk": pk}),
            ConsistentRead=True,
            **start,
        )
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def between(pk: str, first: str, last: str) -> Iterator[Item]:
    """All items of `pk` in the ledger with first ≤ sort key ≤ last, a page at a time."""
    start: dict[str, Any] = {}
    while True:
        answer = cloud.client("dynamodb").query(
            TableName=settings().ledger_table,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues=item({":pk": pk, ":first": first, ":last": last}),
            ConsistentRead=True,
            **start,
        )
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def page_of(pk: str, after: str, limit: int) -> list[Item]:
    """The items of `pk` in the ledger behind the sort key `after`."""
    answer = cloud.client("dynamodb").query(
        TableName=settings().ledger_table,
        KeyConditionExpression="pk = :pk AND sk > :after",
        ExpressionAttributeValues=item({":pk": pk, ":after": after or " "}),
        ConsistentRead=True,
        Limit=limit,
    )
    found: list[Item] = answer["Items"]
    return found


def everything(table: str) -> Iterator[Item]:
    """A consistent scan, for audits."""
    start: dict[str, Any] = {}
    while True:
        answer = cloud.client("dynamodb").scan(TableName=table, ConsistentRead=True, **start)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def _get(pk: str, sk: str) -> Item | None:
    answer = cloud.client("dynamodb").get_item(
        TableName=settings().ledger_table, Key=item({"pk": pk, "sk": sk}), ConsistentRead=True
    )
    found: Item | None = answer.get("Item")
    return found
