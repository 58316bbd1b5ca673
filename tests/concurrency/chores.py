"""The turns of those who work behind the API: the stream's fan-out, the consumers of the queues, the sweep."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import app
from chalicelib import cloud
from chalicelib.kernel import clock
from chalicelib.ledger import audit
from chalicelib.settings import settings
from chalicelib.settlement import sending
from tests.concurrency import acts
from tests.concurrency.ground import Since

AHEAD = timedelta(minutes=6)
"""Of the sweep's clock, so that it competes with the stream for lines that are not due to anybody else."""
A_CUT_OFF = timedelta(hours=25)
"""Every run begins on a Sunday."""
_EVENT = {
    "version": "0", "account": "1", "region": "eu-west-1", "detail": {}, "detail-type": "", "source": "", "time": "",
    "id": "1", "resources": [],
}  # fmt: skip
_BATCH, _SECONDS_TO_COME_BACK = 40, 10
patience = 120.0
"""Seconds that a queue has to become empty; set before the processes are forked."""
Handler = Callable[[dict[str, Any], Any], Any]
Records = Sequence[Mapping[str, Any]]


def deliver(entries: Records, seed: str, share: float = 1.0) -> int:
    """Some of these journal items to the fan-out, in any order; the stream may bring each more than once."""
    chance = random.Random(seed)
    chosen = [one for one in entries if chance.random() < share]
    chance.shuffle(chosen)
    for start in range(0, len(chosen), _BATCH):
        app.fan_out({"Records": [_record(one) for one in chosen[start : start + _BATCH]]}, None)
    return len(chosen)


def consume(seed: str) -> int:
    """One turn at each queue, now and then twice over; how many messages there were."""
    chance, queues, seen = random.Random(seed), cloud.client("sqs"), 0
    for url, handler in _consumers():
        terms = {"MaxNumberOfMessages": 10, "VisibilityTimeout": _SECONDS_TO_COME_BACK}
        messages = queues.receive_message(QueueUrl=url, **terms).get("Messages", [])
        for _ in range(1 + (chance.random() < 0.3)):
            failed = _handled(url, handler, messages)
        for message in messages:
            _put_away(url, message, message["MessageId"] in failed)
        seen += len(messages)
    return seen


def empty(seed: str) -> None:
    """Turns until no queue holds anything. Raises TimeoutError."""
    until, turn = time.monotonic() + patience, 0
    while _waiting():
        if time.monotonic() > until:
            raise TimeoutError("a queue does not become empty")
        turn += 1
        if not consume(f"{seed} {turn}"):
            clock.pause(0.1)


def sweep() -> int:
    """One turn of the schedule, by a clock that is ahead."""
    with _ahead(AHEAD):
        return int(app.sweep(_EVENT, None))


def pay_out() -> int:
    """One turn at the cut-offs, when the next one has passed."""
    with _ahead(A_CUT_OFF):
        return int(app.pay_out(_EVENT, None))


def send_on(movement_id: str) -> None:
    """The sweep's part with one that goes out, whenever it is due."""
    with _ahead(2 * A_CUT_OFF):
        sending.go_on(movement_id, clock.now())


@contextmanager
def _ahead(by: timedelta) -> Iterator[None]:
    before = clock.use(Since(clock.now() + by, time.time()))
    try:
        yield
    finally:
        clock.use(before)


def ask_late(request: acts.Request) -> acts.Told:
    """By a clock that is ahead."""
    with _ahead(AHEAD):
        return acts.ask(request)


def balanced() -> bool:
    return audit.trial_balance().balanced


def _consumers() -> list[tuple[str, Handler]]:
    """Those that move money or add it up."""
    return [(settings().settlement_queue_url, app.settle), (settings().fold_queue_url, app.fold)]


def _waiting() -> int:
    """Messages in all queues, those under way included."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    asked = [cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names) for url, _ in _consumers()]
    return sum(int(answer["Attributes"][name]) for answer in asked for name in names)


def _record(entry: Mapping[str, Any]) -> dict[str, Any]:
    keys = {name: entry[name] for name in ("pk", "sk")}
    return {"eventName": "INSERT", "eventID": "1", "dynamodb": {"Keys": keys, "NewImage": dict(entry)}}


def _handled(url: str, handler: Handler, messages: Sequence[Mapping[str, Any]]) -> set[str]:
    """Ids of the messages that failed."""
    if not messages:
        return set()
    answer = handler({"Records": [_message(url, one) for one in messages]}, None)
    return {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}


def _put_away(url: str, message: Mapping[str, Any], failed: bool) -> None:
    """Deleted, or there again at once; unless it took so long that the queue has given it to somebody else."""
    handle = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
    with suppress(cloud.client("sqs").exceptions.ReceiptHandleIsInvalid):
        if failed:
            cloud.client("sqs").change_message_visibility(**handle, VisibilityTimeout=0)
        else:
            cloud.client("sqs").delete_message(**handle)


def _message(url: str, message: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": {"MessageGroupId": json.loads(message["Body"]).get("account", "")},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:eu-west-1:123456789012:{url.rpartition('/')[2]}",
        "awsRegion": "eu-west-1",
        "md5OfBody": "",
    }
