"""The local front door: files, the way to the API and back, and what it does under many connections."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from infra import furniture
from infra.local import front, lanes
from tests.infra.conftest import Packaged

HOST = "127.0.0.1"


class Api(BaseHTTPRequestHandler):
    """Stands in for API Gateway: tells what came in; `/v1/slow` takes its time."""

    protocol_version = "HTTP/1.1"
    seen: list[dict[str, Any]]
    together = 0
    most_together = 0
    lock = threading.Lock()

    def answer(self) -> None:
        kind = type(self)
        with kind.lock:
            kind.together += 1
            kind.most_together = max(kind.most_together, kind.together)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        about = {"path": self.path, "method": self.command, "headers": self.headers.items(), "body": body.decode()}
        kind.seen.append(about)
        if "/v1/slow" in self.path:
            time.sleep(0.02)
        content = json.dumps(about).encode()
        with kind.lock:
            kind.together -= 1
        self.send_response(201)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Request-Id", "req_1")
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = answer

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def web(tmp_path: Path) -> Path:
    (tmp_path / "web/node_modules/preact/dist").mkdir(parents=True)
    (tmp_path / "web/app").mkdir()
    (tmp_path / "web/app/index.html").write_text("<!doctype html><title>app</title>")
    (tmp_path / "web/index.html").write_text("<!doctype html>")
    (tmp_path / "web/node_modules/preact/dist/preact.mjs").write_text("export {}")
    (tmp_path / "secret.txt").write_text("outside")
    (tmp_path / "web/way-out").symlink_to(tmp_path / "secret.txt")
    return tmp_path / "web"


@pytest.fixture
def door(web: Path) -> Iterator[front.Server]:
    Api.seen, Api.together, Api.most_together = [], 0, 0
    api = ThreadingHTTPServer((HOST, 0), Api)
    server = front.Server(0, f"http://{HOST}:{api.server_port}/stage", lanes.one(4), web=web)
    for one in (api, server):
        threading.Thread(target=one.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    for one in (server, api):
        one.shutdown()
        one.server_close()


def ask(
    door: front.Server, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(HOST, door.server_port, timeout=10)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders()), content


def test_the_tour_is_at_the_root_under_a_strict_policy(door: front.Server) -> None:
    status, headers, content = ask(door, "GET", "/")
    assert (status, content) == (200, b"<!doctype html>")
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_wallet_is_at_home_under_a_name_since_passkeys_are(door: front.Server) -> None:
    status, headers, _ = ask(door, "GET", "/app/")
    assert (status, headers["Location"]) == (302, f"http://localhost:{door.server_port}/app/")
    named, _, content = ask(door, "GET", "/app/", headers={"Host": f"localhost:{door.server_port}"})
    assert (named, content) == (200, b"<!doctype html><title>app</title>")


def test_a_module_of_a_package_is_javascript(door: front.Server) -> None:
    status, headers, _ = ask(door, "GET", "/packages/preact/dist/preact.mjs")
    assert (status, headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")


def test_a_file_that_has_not_changed_is_not_sent_again(door: front.Server) -> None:
    _, headers, _ = ask(door, "GET", "/")
    status, _, content = ask(door, "GET", "/", headers={"If-None-Match": headers["ETag"]})
    assert (status, content) == (304, b"")


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/%2e%2e/secret.txt", "/packages/../../secret.txt", "/way-out", "/x%00"]
)
def test_nothing_outside_the_pages_is_shown(door: front.Server, path: str) -> None:
    status, _, content = ask(door, "GET", path)
    assert status == 404 and b"outside" not in content


@pytest.mark.parametrize("path", ["/v1/wallets?limit=2&cursor=a%2Fb", "/health", "/openapi.json", "/docs"])
def test_the_api_gets_the_path_as_it_was_written(door: front.Server, path: str) -> None:
    status, headers, content = ask(door, "GET", path)
    assert (status, headers["Request-Id"]) == (201, "req_1")
    assert json.loads(content)["path"] == "/stage" + path


def test_body_and_headers_arrive_as_they_were_sent(door: front.Server) -> None:
    sent = '{"a" :  1, "名": "…"}'.encode()
    about = {"Idempotency-Key": "k", "Authorization": "Bearer t", "Content-Type": "application/json"}
    _, _, content = ask(door, "POST", "/v1/payments", sent, about)
    came = json.loads(content)
    assert came["body"].encode() == sent
    assert about.items() <= dict(came["headers"]).items()


def test_who_asks_is_decided_by_the_connection_not_by_a_header(door: front.Server) -> None:
    forged = {"X-Forwarded-For": "1.2.3.4", "X-Forwarded-Host": "evil.example", "Host": "evil.example"}
    _, _, content = ask(door, "GET", "/v1/me", headers=forged)
    came = json.loads(content)["headers"]
    assert [value for name, value in came if name.lower() == "x-forwarded-for"] == [HOST]
    assert "evil.example" not in json.dumps(came)


def test_an_answer_can_be_lost_after_the_work_was_done(door: front.Server) -> None:
    with pytest.raises(http.client.RemoteDisconnected):
        ask(door, "POST", "/v1/payments", b"{}", {"X-Local-Drop-Answer": "1"})
    assert [one["method"] for one in Api.seen] == ["POST"]
    assert "x-local-drop-answer" not in json.dumps(Api.seen).lower()


def test_a_request_is_carried_once_even_if_the_api_is_away(door: front.Server) -> None:
    door.api = door.api._replace(netloc=f"{HOST}:9")
    status, headers, _ = ask(door, "POST", "/v1/payments", b"{}")
    assert (status, headers["Retry-After"], Api.seen) == (503, "2", [])


def test_sixty_four_kept_connections_are_served_and_a_burst_waits_its_turn(door: front.Server) -> None:
    def phone(number: int) -> list[int]:
        connection = http.client.HTTPConnection(HOST, door.server_port, timeout=30)
        statuses = []
        for _ in range(5):
            connection.request("GET", f"/v1/slow/{number}")
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)
        connection.close()
        return statuses

    with ThreadPoolExecutor(64) as phones:
        statuses = [status for row in phones.map(phone, range(64)) for status in row]
    assert statuses == [201] * 320
    assert 1 < Api.most_together <= 4


def busy(server: front.Server, path: str, times: int, stop: threading.Event) -> list[threading.Thread]:
    """So many who ask for one thing again and again, whatever they are answered."""

    def ask_on() -> None:
        while not stop.is_set():
            ask(server, "GET", path)

    found = [threading.Thread(target=ask_on, daemon=True) for _ in range(times)]
    for one in found:
        one.start()
    return found


def two_lanes(waiting: int, patience: float) -> lanes.Lanes:
    """`/v1/slow/…` is *access*, everything else *money*."""
    ways = {name: lanes.lane(2, waiting, patience) for name in ("access", "money")}
    operations = {f"{name}": {"x-amazon-apigateway-integration": {"uri": f"${{{furniture.live(logical)}}}"}}
                  for name, logical in (("access", "AccessHandler"), ("money", "APIHandler"))}  # fmt: skip
    paths = {"/v1/slow/{id}": {"get": operations["access"]}, "/v1/payments": {"get": operations["money"]}}
    return lanes.Lanes(ways, paths)


def test_a_full_lane_is_said_to_come_later_and_holds_up_no_other(door: front.Server) -> None:
    door.lanes = two_lanes(waiting=1, patience=0.2)
    stop = threading.Event()
    flood = busy(door, "/v1/slow/1", 16, stop)
    try:
        time.sleep(0.05)
        paid = [ask(door, "GET", "/v1/payments")[0] for _ in range(20)]
        refused = next(answer for answer in iter(lambda: ask(door, "GET", "/v1/slow/2"), None) if answer[0] == 503)
    finally:
        stop.set()
    for one in flood:
        one.join(timeout=10)
    status, headers, content = refused
    assert paid == [201] * 20
    assert (status, headers["Retry-After"], headers["Content-Type"]) == (503, "2", "application/problem+json")
    assert json.loads(content)["code"] == "unavailable"
    assert json.loads(content)["request_id"] == headers["Request-Id"]


def test_who_waits_too_long_is_told_and_was_not_begun() -> None:
    lane = lanes.lane(1, waiting=1, patience=0.01)
    with lane.turn(), pytest.raises(lanes.Full), lane.turn():
        raise AssertionError("there was a turn")
    with lane.turn():
        """Whoever leaves makes room."""


@pytest.mark.parametrize(
    ("method", "path", "function"),
    [
        ("POST", "/v1/payments", "money"),
        ("PUT", "/v1/payments", "money"),
        ("GET", "/v1/payments/pay_1", "money"),
        ("POST", "/v1/sessions", "access"),
        ("POST", "/v1/webhooks/sandbox", "webhooks"),
        ("GET", "/v1/cases", "office"),
        ("GET", "/v1/payments/pay_1/nothing/at/all", "access"),
        ("GET", "/v1/webhooks/", "access"),
        ("GET", "/", "access"),
    ],
)
def test_a_request_takes_the_lane_of_the_function_that_answers_it(
    packaged: Packaged, method: str, path: str, function: str
) -> None:
    assert lanes.of(packaged.template).function(method, path) == function


def test_every_function_has_a_lane_and_money_the_widest(packaged: Packaged) -> None:
    assert lanes.AT_WORK.keys() == furniture.HTTP_FUNCTIONS.keys()
    assert max(lanes.AT_WORK, key=lambda name: lanes.AT_WORK[name]) == "money"
    reserved = packaged.template["Mappings"]["Concurrency"]["local"]
    for name, logical in furniture.HTTP_FUNCTIONS.items():
        assert lanes.AT_WORK[name] <= reserved[logical], "the front door lets no more through than the function takes"


def test_other_methods_on_files_are_refused_and_a_body_needs_a_length(door: front.Server) -> None:
    status, headers, _ = ask(door, "POST", "/")
    assert (status, headers["Allow"]) == (405, "GET, HEAD")
    with socket.create_connection((HOST, door.server_port), timeout=10) as raw:
        raw.sendall(b"POST /v1/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 411 ")
    assert Api.seen == []


def test_it_listens_on_loopback_only(door: front.Server) -> None:
    assert door.socket.getsockname()[0] == HOST


def test_a_line_of_its_log_holds_no_query_and_no_control_characters(
    door: front.Server, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_connection((HOST, door.server_port), timeout=10) as raw:
        raw.sendall(b"GET /v1/a\x1b[31m?secret=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        while raw.recv(1000):
            continue
    line = next(line for line in capsys.readouterr().out.splitlines() if "/v1/a" in line)
    assert "secret" not in line and "\x1b" not in line
