"""The demo's client: on this machine only, and as patient as an app must be."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from infra.local import client as client_module
from infra.local.client import Client, NoAnswer, Unexpected

Script = list[tuple[int, dict[str, Any]] | None]


class Scripted(HTTPServer):
    """Answers by a script; None closes the connection without an answer. Keeps the keys it saw."""

    def __init__(self, script: Script):
        super().__init__(("127.0.0.1", 0), _Door)
        self.script, self.keys = script, list[str]()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Door(BaseHTTPRequestHandler):
    server: Scripted

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.keys.append(self.headers["Idempotency-Key"])
        answer = self.server.script.pop(0)
        if answer is None:
            return
        raw = json.dumps(answer[1]).encode()
        self.send_response(answer[0])
        self.send_header("Content-Type", "application/problem+json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    monkeypatch.setattr(client_module, "LADDER_SECONDS", (0.01, 0.01, 0.01))
    scripted = Scripted([])
    threading.Thread(target=scripted.serve_forever, daemon=True).start()
    yield scripted
    scripted.shutdown()
    scripted.server_close()


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1", "http://coffer.example", "http://10.0.0.1:8000", "ftp://localhost"]
)
def test_it_speaks_to_no_other_machine(url: str) -> None:
    with pytest.raises(ValueError, match="not on this machine"):
        Client(url)


@pytest.mark.parametrize("first", [None, (503, {"code": "unavailable"}), (409, {"code": "in-flight"}), (504, {})])
def test_it_asks_again_with_the_same_key_while_nobody_knows(
    server: Scripted, first: tuple[int, dict[str, Any]] | None
) -> None:
    server.script.extend([first, (201, {"id": "pay_1"})])
    assert Client(server.url).insist("/v1/payments", {}).expect(201) == {"id": "pay_1"}
    assert len(server.keys) == 2
    assert len(set(server.keys)) == 1


def test_a_refusal_is_final(server: Scripted) -> None:
    server.script.append((409, {"code": "insufficient-funds"}))
    assert Client(server.url).insist("/v1/payments", {}).code == "insufficient-funds"
    assert len(server.keys) == 1


def test_its_patience_ends(server: Scripted) -> None:
    server.script.extend([None] * 4)
    with pytest.raises(NoAnswer):
        Client(server.url).insist("/v1/payments", {})


@pytest.mark.parametrize(("status", "code"), [(201, ""), (409, "wallet-frozen")])
def test_an_answer_that_was_not_expected_says_what_came(server: Scripted, status: int, code: str) -> None:
    server.script.append((409, {"code": "insufficient-funds"}))
    with pytest.raises(Unexpected, match=r"got 409 .*insufficient-funds"):
        Client(server.url).post("/v1/payments", {}).expect(status, code)
