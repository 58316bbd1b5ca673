"""SQS in memory: standard and FIFO queues, visibility, deduplication, dead letters; and the journal's stream."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.environment import ENVIRONMENT
from tests.simulation.engine import refused
from tests.simulation.tables import Change

VISIBILITY_SECONDS, MOST_RECEIVES, DEDUPLICATION_SECONDS = 180.0, 5, 300.0
SHARDS, MOST_RECORDS, STREAM_TRIES = 4, 100, 10


@dataclass
class Message:
    id: str
    body: str
    group: str
    visible_at: float
    receives: int = 0


@dataclass
class Queue:
    url: str
    waiting: list[Message] = field(default_factory=list)
    dead: list[Message] = field(default_factory=list)
    sent: int = 0
    _seen: dict[tuple[str, str], float] = field(default_factory=dict)

    @property
    def fifo(self) -> bool:
        return self.url.endswith(".fifo")

    def send(self, entry: Mapping[str, Any], now: float) -> None:
        group = entry.get("MessageGroupId", "")
        if self.fifo:
            mark = (group, entry["MessageDeduplicationId"])
            if now - self._seen.get(mark, -1e18) < DEDUPLICATION_SECONDS:
                return
            self._seen[mark] = now
        self.sent += 1
        self.waiting.append(Message(f"{self.name}-{self.sent}", entry["MessageBody"], group, now))

    @property
    def name(self) -> str:
        return self.url.rsplit("/", 1)[1]

    def ready(self, now: float) -> list[Message]:
        """What may be received; of a FIFO group only what nobody older holds back."""
        found, held_back = [], set()
        for message in self.waiting:
            if self.fifo and message.group in held_back:
                continue
            if message.visible_at <= now:
                found.append(message)
            else:
                held_back.add(message.group)
        return found

    def receive(self, chosen: Sequence[Message], now: float) -> list[Message]:
        """Hides them for a while; what has been received too often goes to the dead letters instead."""
        taken = []
        for message in chosen:
            message.receives += 1
            if message.receives > MOST_RECEIVES:
                self.waiting.remove(message)
                self.dead.append(message)
            else:
                message.visible_at = now + VISIBILITY_SECONDS
                taken.append(message)
        return taken

    def delete(self, message_id: str) -> None:
        self.waiting = [message for message in self.waiting if message.id != message_id]

    def redrive(self, now: float) -> int:
        """What a person does with dead letters."""
        for message in self.dead:
            message.visible_at, message.receives = now, 0
        found = len(self.dead)
        self.waiting, self.dead = [*self.waiting, *self.dead], []
        return found


def event_of(queue: Queue, messages: Sequence[Message]) -> dict[str, Any]:
    """As Lambda hands a batch over."""
    return {
        "Records": [
            {
                "messageId": message.id,
                "receiptHandle": message.id,
                "body": message.body,
                "attributes": {"MessageGroupId": message.group, "ApproximateReceiveCount": str(message.receives)},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:eu-west-1:123456789012:{queue.name}",
                "awsRegion": "eu-west-1",
                "md5OfBody": "",
            }
            for message in messages
        ]
    }


ASIDE = frozenset({ENVIRONMENT["HAPPENED_QUEUE_URL"], ENVIRONMENT["RISK_QUEUE_URL"]})
"""What only counts and watches decides nothing of a play: its messages are kept, with all that came twice."""


@dataclass
class Post:
    """Every queue there is, and what was put into the lake."""

    queues: dict[str, Queue]
    aside: list[str] = field(default_factory=list)
    lake: dict[str, bytes] = field(default_factory=dict)

    def call(self, operation: str, parameters: Mapping[str, Any], now: float) -> dict[str, Any]:
        if operation != "SendMessageBatch":
            raise refused(operation, "InvalidAction", "the product only sends batches")
        entries = parameters["Entries"]
        if not 0 < len(entries) <= 10 or len({entry["Id"] for entry in entries}) < len(entries):
            raise refused(operation, "AWS.SimpleQueueService.TooManyEntriesInBatchRequest", "one to ten, each its id")
        if sum(len(entry["MessageBody"].encode()) for entry in entries) > 1024 * 1024:
            raise refused(operation, "AWS.SimpleQueueService.BatchRequestTooLong", "a batch takes 1 MiB")
        if parameters["QueueUrl"] in ASIDE:
            self.aside += [entry["MessageBody"] for entry in entries]
        else:
            for entry in entries:
                self.queues[parameters["QueueUrl"]].send(entry, now)
        return {"Successful": [{"Id": entry["Id"]} for entry in entries], "Failed": []}

    @property
    def empty(self) -> bool:
        return not any(queue.waiting or queue.dead for queue in self.queues.values())


@dataclass
class Shard:
    """Records of some accounts in the order of their writing; `batches` are what is tried again, split in two."""

    records: list[dict[str, Any]] = field(default_factory=list)
    batches: list[tuple[int, list[dict[str, Any]]]] = field(default_factory=list)
    busy: bool = False
    gone: list[dict[str, Any]] = field(default_factory=list)
    """What failed too often: in the cloud it lies in a bucket until a person replays it."""

    @property
    def idle(self) -> bool:
        return not self.records and not self.batches and not self.busy

    def take(self, most: int) -> tuple[int, list[dict[str, Any]]]:
        self.busy = True
        if self.batches:
            return self.batches.pop(0)
        chosen, self.records = self.records[:most], self.records[most:]
        return 0, chosen

    def give_back(self, tries: int, batch: list[dict[str, Any]]) -> bool:
        """After a failure: in two halves, before everything else; True if it was the last time."""
        self.busy = False
        if tries + 1 >= STREAM_TRIES:
            self.gone += batch
            return True
        middle = len(batch) // 2
        halves = [half for half in (batch[:middle], batch[middle:]) if half]
        self.batches[:0] = [(tries + 1, half) for half in halves]
        return False


@dataclass
class Stream:
    shards: list[Shard] = field(default_factory=lambda: [Shard() for _ in range(SHARDS)])
    written: int = 0

    def add(self, change: Change) -> None:
        self.written += 1
        keys = {"pk": {"S": change.key[0]}, "sk": {"S": change.key[1]}}
        record = {
            "eventName": "INSERT",
            "eventID": str(self.written),
            "dynamodb": {"Keys": keys, "NewImage": json.loads(json.dumps(change.new))},
        }
        self.shards[zlib.crc32(change.key[0].encode()) % SHARDS].records.append(record)
