"""A merchant's server on loopback, with a behaviour for each request, and a shop that has it told."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import app
from chalicelib import cloud
from chalicelib.merchants import tasks
from chalicelib.settings import settings
from tests.api.caller import Caller, Reply
from tests.api.world import World

OK = b"HTTP/1.1 204 No Content\r\n\r\n"
HANGS, CLOSES = b"hangs", b"closes"
"""Says nothing until the test is over; closes the connection without a word."""


def answer(status: int, body: bytes = b"", *headers: str) -> bytes:
    lines = "".join(f"{line}\r\n" for line in headers)
    return f"HTTP/1.1 {status} X\r\ncontent-length: {len(body)}\r\n{lines}\r\n".encode() + body


@dataclass
class Receiver:
    """`answers`: what the next requests get, in turn; then 204."""

    port: int = 0
    answers: list[bytes] = field(default_factory=list)
    heard: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks?shop=1"

    @property
    def types(self) -> list[str]:
        """Of what was heard, in order."""
        return [json.loads(body)["type"] for _, _, body in self.heard]


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        receiver: Receiver = self.server.receiver  # type: ignore[attr-defined]
        line, headers = self.rfile.readline().decode().strip(), {}
        while (raw := self.rfile.readline().decode().strip()) != "":
            name, _, value = raw.partition(":")
            headers[name.lower()] = value.strip()
        receiver.heard.append((line, headers, self.rfile.read(int(headers.get("content-length", "0")))))
        said = receiver.answers.pop(0) if receiver.answers else OK
        if said == HANGS:
            receiver.over.wait(30)
        elif said != CLOSES:
            self.wfile.write(said)


@contextmanager
def listening(answers: Sequence[bytes] = ()) -> Iterator[Receiver]:
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    receiver = Receiver(port=server.server_address[1], answers=list(answers))
    server.receiver = receiver  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


class Shop:
    """The world's shop, a key that keeps its endpoints, and what carries deliveries to them."""

    def __init__(self, world: World) -> None:
        self.world, self.home = world, f"/v1/merchants/{world.shop.id}"
        made = world.operator.post(f"{self.home}/keys", {"scopes": ["keys", "reports"]})
        self.server: Caller = world.nobody.bearing(made.json["key"])

    def endpoint(self, url: str, *event_types: str) -> dict[str, Any]:
        """Made; with its secret."""
        wish = {"url": url, "event_types": list(event_types or ("payment.captured", "refund.succeeded"))}
        reply = self.server.post(f"{self.home}/webhook-endpoints", wish)
        assert reply.status == 201, reply.raw
        return dict(reply.json)

    def at(self, endpoint: dict[str, Any], more: str = "") -> str:
        return f"{self.home}/webhook-endpoints/{endpoint['id']}{more}"

    def shown(self, endpoint: dict[str, Any]) -> dict[str, Any]:
        return dict(self.server.get(self.at(endpoint)).json)

    def attempts(self, endpoint: dict[str, Any]) -> list[dict[str, Any]]:
        return list(self.server.get(self.at(endpoint, "/deliveries")).json["data"])

    def events(self, query: str = "") -> list[dict[str, Any]]:
        reply: Reply = self.server.get(f"{self.home}/events{query}")
        assert reply.status == 200, reply.raw
        return list(reply.json["data"])

    def sell(self, amount: int = 1_000, **more: Any) -> str:
        paid = self.world.customer(amount).pay(amount, **more)
        assert paid.status == 201, paid.raw
        return str(paid.json["id"])

    def deliver(self) -> None:
        """What happened, then what is on its way, until nothing is."""
        self.world.deliver()
        queue_url, queues = settings().deliveries_queue_url, cloud.client("sqs")
        while found := queues.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=1).get("Messages"):
            event = self.world.event_of("deliveries.fifo", [found[0]["Body"]])
            assert app.deliver(event, None) == {"batchItemFailures": []}
            queues.delete_message(QueueUrl=queue_url, ReceiptHandle=found[0]["ReceiptHandle"])

    def later(self, seconds: float) -> None:
        """The sweep's turn with it, so much later."""
        self.world.clock.advance(seconds)
        tasks.sweep(self.world.clock.now())
        self.deliver()
