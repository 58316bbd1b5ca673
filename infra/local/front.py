"""The local front door: one clean address, which does what CloudFront does in the cloud.

    python -m infra.local.front --port 8000 --api http://127.0.0.1:4566/restapis/<id>/api/_user_request_

`/v1/…`, `/health`, `/openapi.json` and `/docs` go to the API; `/_local/…` is answered by `visits.py`;
`/pay/<checkout>` and `/store/<store>`, what QR codes hold, lead into the wallet app, which is at home under a name
only, since passkeys are; anything else is a file of `infra/web`,
packages under `/packages/`, the API's own catalogues under `/text/api/`. A thread per connection; each function that
answers has a lane of its own (`lanes.py`), so that a flood of one keeps no request from another.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import json
import signal
import sys
import threading
import time
import traceback
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from infra import package, pages
from infra.local import lanes, meter, places, stack, visits

API = ("/v1/", "/health", "/openapi.json", "/docs")
LARGEST_BODY_BYTES = 10 * 1024 * 1024  # as API Gateway
ANSWER_SECONDS = 60
HOP_BY_HOP = {
    "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "host",
    "content-length", "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port", "x-forwarded-proto",
    "date", "server", "expect", "x-local-drop-answer", "x-amz-request-id",
}  # fmt: skip
THROTTLED = (429, 504)
"""What ministack's gateway answers for a function that has no room, in a form of its own."""
Headers = list[tuple[str, str]]


class Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1_000_000
    """Head and body leave together: apart, the second waits for the first to be acknowledged, up to 40 ms."""
    timeout = 75
    server: Server

    def handle_any(self) -> None:
        started, self.status = time.monotonic(), 0
        body = self._body()
        if body is not None:
            self._route(body)
        took = (time.monotonic() - started) * 1000
        if self.server.meter and urlsplit(self.path).path.startswith("/v1/"):
            self.server.meter.count(self.status, took)
        if not self.path.startswith("/_local/"):
            print(
                f"{time.strftime('%H:%M:%S')}  {self.command} {self._logged()}  {self.status}  {took:.0f} ms",
                flush=True,
            )

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = handle_any

    def handle_expect_100(self) -> bool:
        """At once: whoever asked waits for it."""
        told = super().handle_expect_100()
        self.wfile.flush()
        return told

    def _route(self, body: bytes) -> None:
        path = urlsplit(self.path).path
        if path.startswith("/v1/") or path in API:
            self._carry(body)
        elif path.startswith("/_local/"):
            self._json(*self._visit(body))
        elif self.command in ("GET", "HEAD"):
            self._page(unquote(path))
        else:
            self._json(405, {"code": "method-not-allowed"}, [("Allow", "GET, HEAD")])

    def _visit(self, body: bytes) -> tuple[int, object]:
        try:
            return visits.answer(self.command, self.path, body)
        except Exception:
            traceback.print_exc()
            return 500, {"code": "internal", "title": "The log of the front door says why."}

    def _carry(self, body: bytes) -> None:
        """To the API and back; with `X-Local-Drop-Answer: 1`, only there."""
        drop = self.headers.get("X-Local-Drop-Answer") == "1"
        try:
            with self.server.lanes.of(self.command, urlsplit(self.path).path).turn():
                status, headers, answer = self._ask(body)
        except lanes.Full:
            return self._later()
        except OSError:
            return self._json(503, {"code": "unavailable", "title": "The local cloud is away."}, [("Retry-After", "2")])
        if status in THROTTLED and "coffer-version" not in {name.lower() for name, _ in headers}:
            return self._later()
        if urlsplit(self.path).path.startswith("/v1/webhooks/"):
            visits.remember(dict(self.headers), body)
        if drop:
            self.status, self.close_connection = status, True
            return None
        return self._send(status, headers, answer)

    def _later(self) -> None:
        """As API Gateway says it, by the template, where a function has no room (INTEGRATION_FAILURE)."""
        request_id = str(uuid.uuid4())
        problem = {"type": "about:blank", "code": "unavailable", "title": "Come again.", "request_id": request_id}
        about = [("Content-Type", "application/problem+json"), ("Retry-After", "2"), ("Request-Id", request_id)]
        self._send(503, [*about, ("Cache-Control", "no-store")], json.dumps(problem).encode())

    def _ask(self, body: bytes) -> tuple[int, Headers, bytes]:
        api = self.server.api
        connection = http.client.HTTPConnection(api.hostname or places.HOST, api.port, timeout=ANSWER_SECONDS)
        try:
            connection.putrequest(self.command, api.path + self.path, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in HOP_BY_HOP:
                    connection.putheader(name, value.encode("latin-1"))
            connection.putheader("X-Forwarded-For", self.client_address[0])
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        except http.client.HTTPException as broken:
            raise OSError from broken
        finally:
            connection.close()

    def _page(self, path: str) -> None:
        """A file; or the way to one, as `infra/web/edge.js` shows it in the cloud."""
        if path.startswith("/pay/") and path.removeprefix("/pay/").replace("_", "").isalnum():
            return self._send(302, [("Location", f"/app/#{path}"), ("Cache-Control", "no-store")], b"")
        if path.startswith("/store/") and path.removeprefix("/store/").replace("_", "").isalnum():
            place = f"/app/#/pay?store={path.removeprefix('/store/')}"
            return self._send(302, [("Location", place), ("Cache-Control", "no-store")], b"")
        if path in ("/app", "/console", "/till", "/status"):
            return self._send(302, [("Location", f"{path}/")], b"")
        if path in ("/app/", "/console/", "/till/") and self.headers.get("Host", "").startswith(f"{places.HOST}:"):
            home = f"http://{places.NAME}:{self.server.server_port}{path}"
            return self._send(302, [("Location", home), ("Cache-Control", "no-store")], b"")
        return self._file(path)

    def _file(self, path: str) -> None:
        file = self.server.file_at(path)
        if file is None:
            return self._json(404, {"code": "not-found"})
        content = file.read_bytes()
        tag = f'"{hashlib.sha256(content).hexdigest()[:20]}"'
        about = pages.content_type(file)
        headers = [("Content-Type", about), ("ETag", tag), ("Cache-Control", "no-cache")]
        headers += list(pages.security(f"{self.server.api.scheme}://{self.server.api.netloc}").items())
        if tag in self.headers.get("If-None-Match", ""):
            return self._send(304, headers, b"")
        return self._send(200, headers, content)

    def _json(self, status: int, value: object, headers: Headers | None = None) -> None:
        about = [("Content-Type", "application/json"), ("Cache-Control", "no-store"), *(headers or [])]
        self._send(status, about, json.dumps(value, ensure_ascii=False).encode())

    def _send(self, status: int, headers: Headers, content: bytes) -> None:
        self.status = status
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD" and status not in (204, 304):
            self.wfile.write(content)

    def _body(self) -> bytes | None:
        """The request's body; None if it was refused."""
        self.close_connection = self.close_connection or "Transfer-Encoding" in self.headers
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal():
            self._json(411, {"code": "length-required"})
        elif int(length) > LARGEST_BODY_BYTES:
            self.close_connection = True
            self._json(413, {"code": "payload-too-large"})
        else:
            return self.rfile.read(int(length))
        return None

    def _logged(self) -> str:
        """The path without its query, which may hold what no log should."""
        return "".join(letter if letter.isprintable() else "?" for letter in urlsplit(self.path).path)[:200]

    def version_string(self) -> str:
        return "coffer-local"

    def log_message(self, format: str, *args: object) -> None:
        """`handle_any` writes one line a request."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int, api: str, ways: lanes.Lanes, web: Path = places.WEB):
        super().__init__((places.HOST, port), Door)
        self.api, self.web = urlsplit(api), web.resolve()
        self.lanes = ways
        self.meter: meter.Meter | None = None

    def file_at(self, path: str) -> Path | None:
        return pages.file_at(path, self.web)

    def handle_error(self, request: object, client_address: object) -> None:
        """Somebody who hung up is no news."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--api", required=True)
    chosen = parser.parse_args()
    server = Server(chosen.port, chosen.api, lanes.of(stack.packaged(package.OUT)))
    server.meter = meter.here()
    if server.meter:
        server.meter.start()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    done.wait()
    server.shutdown()


if __name__ == "__main__":
    main()
