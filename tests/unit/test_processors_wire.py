"""What is downloaded lies on disk: its size does not show in memory, and a part of it is not taken for all.

Of what is sent, only an answer that is theirs counts.
"""

from __future__ import annotations

import io
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from chalicelib.kernel.errors import Unavailable
from chalicelib.processors import wire
from chalicelib.processors.model import Payout
from chalicelib.processors.sandbox import Sandbox
from tests.conftest import FrozenClock

PIECE, PIECES = b"x" * 65_535 + b"\n", 256
MOST_BYTES = 3_000_000


@pytest.fixture(scope="module")
def files() -> Iterator[str]:
    """`/all` is 16 MB, `/part` breaks off in the middle of it, `/none` is not there."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(404 if self.path == "/none" else 200)
            self.send_header("Content-Length", str(len(PIECE) * PIECES))
            self.end_headers()
            with suppress(ConnectionError):
                for _ in range(PIECES if self.path == "/all" else PIECES // 2):
                    self.wfile.write(PIECE)

        def log_message(self, format: str, *args: object) -> None:
            """Tests speak for themselves."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_sixteen_megabytes_are_read_in_three(files: str) -> None:
    tracemalloc.start()
    with wire.downloaded(f"{files}/all", {}) as kept:
        lines = sum(1 for _ in kept)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert lines == PIECES and peak < MOST_BYTES


def test_what_is_larger_than_a_statement_may_be_or_takes_too_long_is_given_up_on_the_way(
    files: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "MOST_BYTES", len(PIECE) * PIECES - 1)
    with pytest.raises(wire.TooLarge), wire.downloaded(f"{files}/all", {}):
        raise AssertionError("kept all of it")
    monkeypatch.setattr(wire, "WHOLE_SECONDS", -1.0)
    with pytest.raises(wire.NoAnswer), wire.downloaded(f"{files}/all", {}):
        raise AssertionError("waited for all of it")


def test_a_line_without_an_end_is_not_read_into_memory() -> None:
    endless = io.StringIO("ok\n" + "x" * 10_000_000)
    lines = wire.lines(endless)
    assert next(lines) == "ok\n"
    with pytest.raises(ValueError):
        next(lines)
    assert endless.tell() <= 2 * wire.LONGEST_LINE


@pytest.mark.parametrize("path", ["part", "none"])
def test_what_is_not_all_there_is_no_answer(files: str, path: str) -> None:
    with pytest.raises(wire.NoAnswer), wire.downloaded(f"{files}/{path}", {}):
        raise AssertionError("taken for all of it")


@pytest.mark.parametrize("status", [302, 408, 425, 429, 500, 501, 504, 507, 520, 524, 599])
def test_what_anybody_between_us_may_say_is_no_answer(status: int, clock: FrozenClock) -> None:
    before = wire.use(lambda *_: wire.Reply(status, b"{}"))
    with pytest.raises(wire.NoAnswer):
        wire.send("POST", "https://bank.test/payouts", {}, b"{}")
    wire.use(before)


@pytest.mark.parametrize("status", [400, 401, 403, 422])
def test_only_that_it_is_not_found_says_that_a_payout_is_not_there(status: int, clock: FrozenClock) -> None:
    bank, wish = Sandbox("https://bank.test", lambda: {"webhook_secret": ""}), Payout("pot_1", "", 100, "CNY")
    before = wire.use(lambda *_: wire.Reply(404, b"{}"))
    assert bank.query_payout(wish, clock.now()).reason == "not_found"
    wire.use(lambda *_: wire.Reply(status, b"{}"))
    with pytest.raises(Unavailable):
        bank.query_payout(wish, clock.now())
    wire.use(before)
