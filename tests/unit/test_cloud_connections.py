"""Connections that are kept: used again, opened anew when the other end has left, never given out twice."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPException

import pytest

from chalicelib.cloud_connections import Connections

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Who: me\r\n\r\n{}"


@dataclass
class Server:
    """Answers each request with ANSWER; counts connections; `hang_up` ends those that are open."""

    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    lines: list[socket.socket] = field(default_factory=list)
    silent: bool = False
    answer: bytes = ANSWER
    heard: list[bytes] = field(default_factory=list)

    @property
    def address(self) -> str:
        host, port = self.listener.getsockname()
        return f"http://{host}:{port}"

    def run(self) -> None:
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            self.lines.append(line)
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        while (heard := line.recv(65536)) and not self.silent:
            self.heard.append(heard)
            line.sendall(self.answer)
            if self.answer is not ANSWER:
                line.shutdown(socket.SHUT_WR)

    def hang_up(self) -> None:
        for line in self.lines:
            line.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    threading.Thread(target=made.run, daemon=True).start()
    yield made
    made.listener.shutdown(socket.SHUT_RDWR)
    made.listener.close()


def connections(server: Server, read_seconds: float = 5) -> Connections:
    return Connections(server.address, 5, read_seconds)


def test_a_connection_is_used_again(server: Server) -> None:
    ours = connections(server)
    answers = [ours.post({"x-a": "b"}, b"body") for _ in range(3)]
    assert {(one.status_code, one.content, one.headers["x-who"]) for one in answers} == {(200, b"{}", "me")}
    assert len(server.lines) == 1


def test_one_that_the_other_end_has_closed_is_not_used_again(server: Server) -> None:
    ours = connections(server)
    ours.post({}, b"")
    server.hang_up()
    assert ours.post({}, b"").status_code == 200
    assert len(server.lines) == 2


def test_a_closed_pool_opens_anew(server: Server) -> None:
    ours = connections(server)
    ours.post({}, b"")
    ours.close()
    assert ours.post({}, b"").status_code == 200
    assert len(server.lines) == 2


def test_silence_is_a_time_out_and_its_connection_is_never_used_again(server: Server) -> None:
    ours = connections(server, read_seconds=0.05)
    server.silent = True
    with pytest.raises(OSError, match="timed out"):
        ours.post({}, b"")
    assert ours._taken() is None


def test_a_request_is_told_as_http_tells_it(server: Server) -> None:
    connections(server).post({"host": "h", "x-a": "b"}, b"body")
    assert server.heard == [b"POST / HTTP/1.1\r\nhost: h\r\nx-a: b\r\ncontent-length: 4\r\n\r\nbody"]


def test_a_connection_that_is_said_to_end_is_not_used_again(server: Server) -> None:
    server.answer = b"HTTP/1.1 400 Bad\r\nConnection: Close\r\nContent-Length: 1\r\n\r\nx"
    ours = connections(server)
    assert ours.post({}, b"").status_code == 400
    assert ours._taken() is None


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nothing of the kind\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/2 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 65 + b"Content-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-A: " + b"b" * 9000 + b"\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_an_answer_of_another_form_is_not_known_and_ends_its_connection(server: Server, answer: bytes) -> None:
    server.answer, ours = answer, connections(server)
    with pytest.raises(HTTPException):
        ours.post({}, b"")
    assert ours._taken() is None


def test_each_of_many_threads_has_its_own(server: Server) -> None:
    ours, together = connections(server), threading.Barrier(8)
    found: list[int] = []

    def ask() -> None:
        together.wait()
        found.extend(ours.post({}, b"").status_code for _ in range(20))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [200] * 160
    assert len(server.lines) <= 8
