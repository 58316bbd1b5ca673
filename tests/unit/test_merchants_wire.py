"""One POST to a server that does as it likes: what is read of it is bounded, and so is the time."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from chalicelib.merchants import wire
from chalicelib.merchants.addresses import Place
from chalicelib.merchants.model_webhooks import ANSWER_BYTES, Answered

QUICKLY = wire.Patience(connect_seconds=0.5, total_seconds=0.5)
Line = socket.socket


@contextmanager
def serving(behave: Callable[[Line], None]) -> Iterator[Place]:
    """One connection, after its request has been read."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _ = server.accept()
            with line:
                line.recv(65_536)
                behave(line)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield Place(secure=False, host="hooks.tea.example", port=server.getsockname()[1], target="/hooks")
        thread.join(5)


def post(place: Place) -> Answered:
    return wire.post(place, "127.0.0.1", {"webhook-id": "evt_1"}, b"{}", QUICKLY)


@pytest.mark.parametrize(
    ("sent", "outcome", "status", "answer"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", "delivered", 200, None),
        (b"HTTP/1.0 202 Accepted\r\n\r\n", "delivered", 202, ""),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", "delivered", 204, ""),
        (b"HTTP/1.1 307 Elsewhere\r\nlocation: http://169.254.169.254/\r\n\r\n", "redirected", 307, ""),
        (b"HTTP/1.1 404 Not Found\r\n\r\nno \x1b[2Jsuch\r\npage", "refused", 404, "no  [2Jsuch  page"),
        (b"HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ndown\r\n0\r\n\r\n", "refused", 500, "down  0    "),
        (b"HTTP/1.1 500 X\r\n\r\n\xff\xfe", "refused", 500, "\ufffd\ufffd"),
        (b"nonsense\r\n\r\n", "unreachable", None, ""),
        (b"HTTP/1.1 200 OK\r\n", "unreachable", None, ""),
        (b"", "unreachable", None, ""),
    ],
    ids=range(10),
)
def test_an_answer_is_read_as_far_as_it_is_one(
    sent: bytes, outcome: str, status: int | None, answer: str | None
) -> None:
    with serving(lambda line: line.sendall(sent)) as place:
        found = post(place)
    assert (found.outcome, found.status) == (outcome, status)
    assert answer is None or found.answer == answer


def test_the_name_is_in_host_and_the_body_is_as_long_as_it_says() -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _ = server.accept()
            with line:
                heard.append(line.recv(65_536))
                line.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        post(Place(secure=False, host="hooks.tea.example", port=server.getsockname()[1], target="/a?b=c"))
        thread.join(5)
    head, _, body = heard[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /a?b=c HTTP/1.1\r\nhost: hooks.tea.example:")
    assert (b"content-length: 2" in head, b"webhook-id: evt_1" in head, body) == (True, True, b"{}")


def test_a_body_without_an_end_is_left_once_its_beginning_is_known() -> None:
    def flood(line: Line) -> None:
        line.sendall(b"HTTP/1.1 500 X\r\n\r\n")
        try:
            while True:
                line.sendall(b"x" * 65_536)
        except OSError:
            """They have left."""

    with serving(flood) as place:
        found = post(place)
    assert (found.outcome, found.status, len(found.answer)) == ("refused", 500, ANSWER_BYTES)


def test_headers_without_an_end_are_no_answer() -> None:
    def flood(line: Line) -> None:
        try:
            line.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                line.sendall(b"x: " + b"x" * 65_536 + b"\r\n")
        except OSError:
            """They have left."""

    with serving(flood) as place:
        assert post(place).outcome == "unreachable"


def test_bytes_that_come_one_by_one_get_no_more_time_together() -> None:
    over = threading.Event()

    def drip(line: Line) -> None:
        for byte in b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 20:
            try:
                line.sendall(bytes([byte]))
            except OSError:
                return
            if over.wait(0.05):
                return

    with serving(drip) as place:
        assert post(place).outcome == "timed-out"
        over.set()


def test_a_status_whose_body_never_comes_is_an_answer() -> None:
    over = threading.Event()

    def hold(line: Line) -> None:
        line.sendall(b"HTTP/1.1 410 Gone\r\ncontent-length: 9\r\n\r\n")
        over.wait(5)

    with serving(hold) as place:
        assert (post(place).status, over.set()) == (410, None)


def test_nobody_there_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert post(Place(secure=False, host="hooks.tea.example", port=port, target="/")).outcome == "unreachable"


def test_a_certificate_that_nobody_vouches_for_is_unreachable() -> None:
    """TLS is asked for, and what answers is none."""
    with serving(lambda line: line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")) as place:
        secure = Place(secure=True, host=place.host, port=place.port, target="/")
        assert post(secure).outcome == "unreachable"
