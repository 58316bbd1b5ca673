"""One bench for every adapter: its own stand-in behind it, and webhooks signed by the official library of each."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from infra.local import bank
from infra.local.bank_post import Keys
from tests.contracts.bench import BENCHES, Bench
from tests.environment import SANDBOX_WEBHOOK_SECRET, STRIPE_WEBHOOK_SECRET, mainland


def keys() -> Keys:
    return Keys(SANDBOX_WEBHOOK_SECRET, STRIPE_WEBHOOK_SECRET, **mainland()["bank"])


@pytest.fixture(scope="session")
def bank_url() -> Iterator[str]:
    """A bank that forgets patience quickly; its webhooks go nowhere."""
    server = bank.serve(0, "http://127.0.0.1:9", keys(), hold_seconds=1.0)
    yield server.url
    server.shutdown()


@pytest.fixture(params=list(BENCHES))
def bench(request: pytest.FixtureRequest, bank_url: str) -> Bench:
    return BENCHES[request.param](bank_url)


@dataclass(frozen=True)
class Mailbox:
    """Where a bank's webhooks arrive: (path, raw body, headers)."""

    url: str
    letters: queue.Queue[tuple[str, bytes, Mapping[str, str]]]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    letters: queue.Queue[tuple[str, bytes, Mapping[str, str]]] = queue.Queue()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            letters.put((self.path, raw, dict(self.headers)))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Tests speak for themselves."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Mailbox(f"http://127.0.0.1:{server.server_port}", letters)
    server.shutdown()


@pytest.fixture
def open_bank(mailbox: Mailbox) -> Iterator[Callable[..., str]]:
    """Starts a bank that writes to the mailbox; returns its address."""
    servers = []

    def start(**seconds: float) -> str:
        servers.append(bank.serve(0, mailbox.url, keys(), **{"settle_seconds": 0.05, "hold_seconds": 1.0, **seconds}))
        return servers[-1].url

    yield start
    for server in servers:
        server.shutdown()
