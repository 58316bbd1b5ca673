"""The API on a port of this machine, in the very process of a test: for what speaks HTTP and knows no other way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from tests.api.caller import Caller

Answer = Callable[[BaseHTTPRequestHandler, bytes], None]


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """Its address. One request at a time: the engine of the tests is not for several threads."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def do_POST(self) -> None:
            answer(self, self.rfile.read(int(self.headers.get("Content-Length") or 0)))

        do_GET = do_PATCH = do_PUT = do_POST

        def log_message(self, *given: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def api(request: BaseHTTPRequestHandler, body: bytes) -> None:
    kept = {name.title(): value for name, value in request.headers.items()}
    reply = Caller().request(request.command, request.path, body or None, kept)
    request.send_response(reply.status)
    for name, value in reply.headers.items():
        request.send_header(name, value)
    request.send_header("Content-Length", str(len(reply.raw)))
    request.end_headers()
    request.wfile.write(reply.raw)
