"""Sealing every personal field anew under the current key, while everybody goes on reading and writing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import cloud
from chalicelib.identity import vault
from chalicelib.settings import settings

_PAGE = 100


@dataclass(frozen=True, slots=True)
class Page:
    """How many items were looked at, sealed anew, and changed by somebody else in between."""

    items: int
    resealed: int
    overtaken: int

    def and_then(self, following: Page) -> Page:
        """Both together."""
        sums = (self.items + following.items, self.resealed + following.resealed, self.overtaken + following.overtaken)
        return Page(*sums)


def reseal(current: int) -> Iterator[Page]:
    """`identity` and `cases`, page by page; what is under key `current` already is left alone, so it may run
    twice. The audit log is only ever added to: what is sealed there keeps its key, and the key is kept for it."""
    for table in (settings().identity_table, settings().cases_table, settings().merchants_table):
        yield from _pages(table, current)


def _pages(table: str, current: int) -> Iterator[Page]:
    start: dict[str, Any] = {}
    while True:
        answer = cloud.client("dynamodb").scan(TableName=table, ConsistentRead=True, Limit=_PAGE, **start)
        results = [_resealed(table, item, current) for item in answer["Items"]]
        if results:
            yield Page(len(results), results.count(True), results.count(False))
        if "LastEvaluatedKey" not in answer:
            return
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def _resealed(table: str, item: dict[str, dict[str, Any]], current: int) -> bool | None:
    """False if the item is no longer what was read; None if nothing in it is under an older key."""
    texts = {name: value["S"] for name, value in item.items() if "S" in value}
    older = {name: text for name, text in texts.items() if vault.key_of(text) not in (None, current)}
    if not older:
        return None
    owner = texts.get("user_id", texts["pk"])
    newer = {name: vault.seal(owner, name, vault.opened(owner, name, text)) for name, text in older.items()}
    places = {name: str(number) for number, name in enumerate(older)}
    try:
        cloud.client("dynamodb").update_item(
            TableName=table,
            Key={"pk": item["pk"], "sk": item["sk"]},
            UpdateExpression="SET " + ", ".join(f"#f{place} = :new{place}" for place in places.values()),
            ConditionExpression=" AND ".join(f"#f{place} = :old{place}" for place in places.values()),
            ExpressionAttributeNames={f"#f{place}": name for name, place in places.items()},
            ExpressionAttributeValues={
                f":{age}{places[name]}": {"S": text}
                for age, fields in (("old", older), ("new", newer))
                for name, text in fields.items()
            },
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return False
        raise
    return True
