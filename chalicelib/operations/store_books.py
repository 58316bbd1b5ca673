"""Ledger and journal under whatever names they were brought back: read consistently, put right item by item."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import cloud
from chalicelib.ledger.wire import Item, item, plain_item
from chalicelib.operations import fresh, reading
from chalicelib.operations.fresh import Names

Plain = Mapping[str, Any]
_GOT_AT_ONCE = 100


class Books:
    def __init__(self, called: Names) -> None:
        self.called = called

    def everything(self, table: str) -> Iterator[dict[str, Any]]:
        """As it was when it was read, a page at a time."""
        return map(plain_item, reading.everything(self.called[table]))

    def page(self, table: str, cursor: dict[str, Any] | None) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
        items, following = next(reading.pages(self.called[table], cursor))
        return [plain_item(one) for one in items], following

    def entries(self, account: str, since: str = "0") -> Iterator[dict[str, Any]]:
        """Of one account, oldest first."""
        start: dict[str, Any] = {}
        values = item({":pk": account, ":since": since})
        while True:
            answer = cloud.client("dynamodb").query(
                TableName=self.called["journal"],
                KeyConditionExpression="pk = :pk AND sk >= :since",
                ExpressionAttributeValues=values,
                ConsistentRead=True,
                **start,
            )
            yield from map(plain_item, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def get(self, table: str, pk: str, sk: str) -> dict[str, Any] | None:
        answer = cloud.client("dynamodb").get_item(
            TableName=self.called[table], Key=item({"pk": pk, "sk": sk}), ConsistentRead=True
        )
        return plain_item(answer["Item"]) if "Item" in answer else None

    def several(self, table: str, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], dict[str, Any]]:
        """Those that exist, by their keys."""
        asked = [item({"pk": pk, "sk": sk}) for pk, sk in dict.fromkeys(keys)]
        found: list[dict[str, Any]] = []
        while asked:
            some, asked = asked[:_GOT_AT_ONCE], asked[_GOT_AT_ONCE:]
            here, left = self._got(table, some)
            found, asked = found + here, left + asked
        return {(one["pk"], one["sk"]): one for one in found}

    def put_if_absent(self, table: str, plain: Plain) -> bool:
        return fresh.put_if_absent(self.called[table], item(plain))

    def replace(self, table: str, before: Plain, after: Plain) -> bool:
        """False, and no effect, if what decides about it has changed since `before` was read."""
        name = next(one for one in ("last_at", "state", "amount", "allowance", "pk") if one in before)
        return _made(
            "put_item",
            TableName=self.called[table],
            Item=item(after),
            ConditionExpression="#n = :v",
            ExpressionAttributeNames={"#n": name},
            ExpressionAttributeValues=item({":v": before[name]}),
        )

    def remove(self, table: str, plain: Plain) -> None:
        """Of a fresh table, before anybody uses it."""
        key = item({"pk": plain["pk"], "sk": plain["sk"]})
        cloud.client("dynamodb").delete_item(TableName=self.called[table], Key=key)

    def _got(self, table: str, keys: Sequence[Item]) -> tuple[list[dict[str, Any]], list[Item]]:
        name = self.called[table]
        answer = cloud.client("dynamodb").batch_get_item(RequestItems={name: {"Keys": keys, "ConsistentRead": True}})
        left = answer.get("UnprocessedKeys", {}).get(name, {}).get("Keys", [])
        return [plain_item(one) for one in answer["Responses"].get(name, [])], left


def _made(operation: str, **parameters: Any) -> bool:
    try:
        getattr(cloud.client("dynamodb"), operation)(**parameters)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return False
        raise
    return True
