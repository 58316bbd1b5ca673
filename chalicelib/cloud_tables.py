"""The base of every pynamodb table: one shared connection, over the one client that `cloud` makes.

pynamodb would build a client of its own for each model (150 ms each, pynamodb#422) and retries neither conflicts
nor cancelled transactions (pynamodb#1264); here a busy table is tried again with jitter, then it is `Unavailable`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, ClassVar, Self, TypeVar

from botocore.exceptions import BotoCoreError
from pynamodb.attributes import UnicodeAttribute
from pynamodb.connection.base import Connection, MetaTable
from pynamodb.connection.table import TableConnection
from pynamodb.exceptions import PynamoDBConnectionError, TransactWriteError, VerboseClientError
from pynamodb.models import Model
from pynamodb.transactions import TransactGet, TransactWrite

from chalicelib import cloud
from chalicelib.kernel import backoff
from chalicelib.kernel.errors import Unavailable
from chalicelib.settings import settings

TRIES = 8
_CONDITION = "ConditionalCheckFailed"
_BUSY_REASONS = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
_BUSY = frozenset({"TransactionConflictException", "TransactionInProgressException"})
_AWAY = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
    }
)


_Item = TypeVar("_Item", bound="Table")


class Table(Model):
    """An item with the keys every table has; `setting` names the field of the settings that names the table."""

    setting: ClassVar[str]
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)

    @classmethod
    def find(cls, pk: str, sk: str) -> Self | None:
        """A consistent read."""
        try:
            return cls.get(pk, sk, consistent_read=True)
        except cls.DoesNotExist:
            return None

    def keep_new(self) -> None:
        """Put an item whose key holds chance. If it is there, this very call put it and the answer was lost."""
        made(lambda: self.save(absent()))

    @classmethod
    def newest(cls, pk: str, prefix: str, position: str | None, limit: int) -> tuple[list[Self], str | None]:
        """A consistent page of the items whose sort key begins with `prefix`, last first, and the next position."""
        start = {"pk": {"S": pk}, "sk": {"S": position}} if position else None
        found = cls.query(
            pk,
            cls.sk.startswith(prefix),
            consistent_read=True,
            scan_index_forward=False,
            limit=limit + 1,
            last_evaluated_key=start,
        )
        return cut(list(found), limit)

    @classmethod
    def several(cls, keys: Sequence[tuple[str, str]], wanted: Sequence[str]) -> list[dict[str, Any]]:
        """Only these attributes, as DynamoDB tells them, of at most 100 items; what it cannot tell now is left out."""
        asked: Any = [{"pk": pk, "sk": sk} for pk, sk in keys]
        answer = cls._get_connection().batch_get_item(asked, attributes_to_get=list(wanted))
        found: list[dict[str, Any]] = answer["Responses"].get(getattr(settings(), cls.setting), [])
        return found

    @classmethod
    def _get_connection(cls) -> TableConnection:
        return _table(getattr(settings(), cls.setting))


def cut(found: list[_Item], limit: int) -> tuple[list[_Item], str | None]:
    """The first `limit`, and the sort key of the last of them if there are more."""
    return found[:limit], found[limit - 1].sk if len(found) > limit else None


def absent() -> Any:
    """The condition of a put that must not replace anything."""
    return Table.pk.does_not_exist()


def made(write: Callable[[], object]) -> bool:
    """Make a conditional write; False, and no effect, if one of its conditions fails."""
    try:
        write()
    except (PynamoDBConnectionError, TransactWriteError) as error:
        if _refused(error.cause):
            return False
        raise
    return True


def reading() -> TransactGet:
    """Several items as of one moment, in one call."""
    return TransactGet(connection=_connection())


def writing() -> TransactWrite:
    """All or nothing. The requests are sent as checks, deletes, puts, updates, whatever their order here."""
    return TransactWrite(connection=_connection())


class _Connection(Connection):
    @property
    def client(self) -> Any:
        return cloud.client("dynamodb")

    def _make_api_call(self, operation_name: str, operation_kwargs: dict[str, Any]) -> dict[str, Any]:
        for attempt in range(TRIES):
            try:
                return super()._make_api_call(operation_name, operation_kwargs)
            except VerboseClientError as error:
                if not _busy(error):
                    raise _away(error) from error
            except BotoCoreError as error:
                raise Unavailable(retry_after_seconds=1) from error
            backoff.wait(attempt)
        raise Unavailable(retry_after_seconds=1)


class _Table(TableConnection):
    def __init__(self, table_name: str, connection: Connection) -> None:
        self.table_name = table_name
        self.connection = connection


@cache
def _connection() -> _Connection:
    return _Connection()


@cache
def _table(name: str) -> _Table:
    _connection().add_meta_table(MetaTable(_schema(name)))
    return _Table(name, _connection())


def _schema(name: str) -> dict[str, Any]:
    keys, due = ("pk", "sk"), ("due_key", "due_at")
    return {
        "TableName": name,
        "KeySchema": _key_schema(*keys),
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key in keys + due],
        "GlobalSecondaryIndexes": [{"IndexName": "due", "KeySchema": _key_schema(*due)}],
    }


def _key_schema(first: str, second: str) -> list[dict[str, str]]:
    return [{"AttributeName": first, "KeyType": "HASH"}, {"AttributeName": second, "KeyType": "RANGE"}]


def _code(error: VerboseClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _busy(error: VerboseClientError) -> bool:
    """Whether nothing was decided: a conflict or throttle anywhere outweighs every other reason."""
    reasons = {reason.code for reason in error.cancellation_reasons if reason}
    return _code(error) in _BUSY or not reasons.isdisjoint(_BUSY_REASONS)


def _refused(cause: Exception | None) -> bool:
    if not isinstance(cause, VerboseClientError):
        return False
    reasons = {reason.code for reason in cause.cancellation_reasons if reason}
    return _code(cause) == _CONDITION + "Exception" or reasons == {_CONDITION}


def _away(error: VerboseClientError) -> Exception:
    return Unavailable(retry_after_seconds=1) if _code(error) in _AWAY else error
