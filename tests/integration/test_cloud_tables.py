"""The shared base of the pynamodb tables: one client, conflicts tried again, `Unavailable` when all else fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError
from pynamodb.attributes import UnicodeAttribute

from chalicelib import cloud as clients
from chalicelib import cloud_tables
from chalicelib.cloud_tables import Table, absent, made, writing
from chalicelib.kernel.errors import Unavailable
from tests.conftest import FrozenClock


class _Note(Table):
    setting = "notices_table"
    text = UnicodeAttribute()


class _Other(Table):
    setting = "cases_table"
    text = UnicodeAttribute()


class Faults:
    """Fails the next calls with the errors in `waiting`, then lets them pass."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.waiting: Iterator[Exception] = iter(())
        self.calls = 0
        client = clients.client("dynamodb")
        send = client._make_api_call

        def faulty(operation: str, arguments: Any) -> Any:
            self.calls += 1
            if error := next(self.waiting, None):
                raise error
            return send(operation, arguments)

        monkeypatch.setattr(client, "_make_api_call", faulty)


@pytest.fixture
def faults(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Faults:
    return Faults(monkeypatch)


def failure(code: str, *reasons: str) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": ""}, "CancellationReasons": [{"Code": one} for one in reasons]}
    return ClientError(answer, "TransactWriteItems")


def note(pk: str = "a") -> _Note:
    return _Note(pk, "NOTE", text="hello")


def put_two() -> None:
    with writing() as together:
        together.save(note("a"), absent())
        together.save(note("b"), absent())


def test_all_tables_share_one_connection_over_the_one_client(cloud: None) -> None:
    assert _Note._get_connection().connection is _Other._get_connection().connection
    assert _Note._get_connection().connection.client is clients.client("dynamodb")


def test_a_put_that_requires_absence_is_made_once(cloud: None) -> None:
    assert made(lambda: note().save(absent()))
    assert not made(lambda: note().save(absent()))


def test_a_transaction_is_made_whole_or_not_at_all(cloud: None) -> None:
    note("b").save()
    assert not made(put_two)
    assert _Note.find("a", "NOTE") is None


@pytest.mark.parametrize(
    "busy",
    [
        failure("TransactionConflictException"),
        failure("TransactionCanceledException", "ConditionalCheckFailed", "TransactionConflict"),
        failure("TransactionCanceledException", "None", "ThrottlingError"),
    ],
    ids=lambda error: error.response["Error"]["Code"],
)
def test_a_conflict_anywhere_is_tried_again_whatever_else_is_said(busy: ClientError, faults: Faults) -> None:
    faults.waiting = iter([busy, busy])
    assert made(put_two)
    assert faults.calls == 3


def test_conflicts_without_end_are_unavailable(faults: Faults) -> None:
    faults.waiting = iter([failure("TransactionConflictException")] * 100)
    with pytest.raises(Unavailable):
        made(put_two)
    assert faults.calls == cloud_tables.TRIES


@pytest.mark.parametrize(
    "away",
    [
        ConnectTimeoutError(endpoint_url="https://dynamodb.test"),
        failure("ThrottlingException"),
        failure("ProvisionedThroughputExceededException"),
        failure("InternalServerError"),
    ],
    ids=str,
)
def test_a_table_engine_that_is_away_is_unavailable(away: Exception, faults: Faults) -> None:
    for call in (lambda: made(lambda: note().save(absent())), lambda: _Note.find("a", "NOTE"), lambda: made(put_two)):
        faults.waiting = iter([away])
        with pytest.raises(Unavailable):
            call()


def test_a_mistake_of_ours_is_neither_a_failed_condition_nor_an_outage(faults: Faults) -> None:
    faults.waiting = iter([failure("TransactionCanceledException", "ConditionalCheckFailed", "ValidationError")])
    with pytest.raises(Exception, match="transaction") as error:
        made(put_two)
    assert not isinstance(error.value, Unavailable)


def test_a_page_knows_whether_there_is_more_and_where_it_starts(cloud: None) -> None:
    for number in range(5):
        _Note("a", f"N#{number}", text="hello").save()
    first, position = _Note.newest("a", "N#", None, 2)
    second, next_position = _Note.newest("a", "N#", position, 3)
    assert [one.sk for one in first] == ["N#4", "N#3"]
    assert [one.sk for one in second] == ["N#2", "N#1", "N#0"]
    assert next_position is None
