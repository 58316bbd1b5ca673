"""The stubbed network: whoever sends, by whatever client, gets the answer; and nothing is measured but the handler."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
import urllib3

from tests.bench.measure.transport import Sent, Transport, timed

TARGET = "DynamoDB_20120810.GetItem"
HOST = "dynamodb.eu-west-1.amazonaws.com"
ITEM = {"Item": {"pk": {"S": "p"}}}
BODY = json.dumps({"TableName": "t", "Key": {"pk": {"S": "p"}}}).encode()


def answer(sent: Sent) -> tuple[int, bytes]:
    return 200, json.dumps(ITEM).encode()


@pytest.fixture
def transport() -> Iterator[Transport]:
    with Transport(answer).open() as opened:
        yield opened


def by_botocore() -> Any:
    client = botocore.session.get_session().create_client("dynamodb", region_name="eu-west-1")
    return client.get_item(TableName="t", Key={"pk": {"S": "p"}})["Item"]


def by_a_pool() -> Any:
    pool = urllib3.HTTPSConnectionPool(HOST)
    return json.loads(pool.urlopen("POST", "/", body=BODY, headers={"X-Amz-Target": TARGET}).data)["Item"]


def by_a_manager() -> Any:
    found = urllib3.PoolManager().request("POST", f"https://{HOST}/", body=BODY, headers={"X-Amz-Target": TARGET})
    return found.json()["Item"]


def by_the_standard_library() -> Any:
    client = http.client.HTTPSConnection(HOST)
    client.request("POST", "/", BODY, {"X-Amz-Target": TARGET})
    return json.loads(client.getresponse().read())["Item"]


@pytest.mark.parametrize("send", [by_botocore, by_a_pool, by_a_manager, by_the_standard_library])
def test_every_client_gets_the_answer_and_its_request_is_seen(transport: Transport, send: Any) -> None:
    assert send() == ITEM["Item"]
    (sent,) = transport.sent
    assert (sent.target, sent.operation) == (TARGET, "GetItem")
    assert json.loads(sent.body)["TableName"] == "t"


def test_a_connection_is_kept_and_carries_one_request_after_another(transport: Transport) -> None:
    pool = urllib3.HTTPSConnectionPool(HOST)
    for _ in range(3):
        pool.urlopen("POST", "/", body=BODY, headers={"X-Amz-Target": TARGET})
    assert len(transport.sent) == 3
    assert pool.num_connections == 1


def test_the_stubs_own_work_is_not_the_handlers(transport: Transport) -> None:
    def busy(sent: Sent) -> tuple[int, bytes]:
        until = time.thread_time_ns() + 30_000_000
        while time.thread_time_ns() < until:
            """Thirty milliseconds of CPU."""
        return 200, b"{}"

    by_a_pool()
    transport.answer = busy
    pool = urllib3.HTTPSConnectionPool(HOST)
    took = timed(transport, lambda: pool.urlopen("POST", "/", body=BODY, headers={"X-Amz-Target": TARGET}))
    assert transport.spent_ns > 30_000_000
    assert took < 30_000_000


def test_a_connection_that_was_kept_does_not_outlive_its_transport() -> None:
    pool = urllib3.HTTPSConnectionPool(HOST)
    answers = []
    for number in range(2):
        with Transport(lambda sent, number=number: (200, b"%d" % number)).open():  # type: ignore[misc]
            answers.append(pool.urlopen("POST", "/", body=BODY, headers={"X-Amz-Target": TARGET}).data)
    assert answers == [b"0", b"1"]


def test_afterwards_the_network_is_the_network_again() -> None:
    before = urllib3.connection.HTTPSConnection.connect
    with Transport(answer).open():
        assert urllib3.connection.HTTPSConnection.connect is not before
    assert urllib3.connection.HTTPSConnection.connect is before
