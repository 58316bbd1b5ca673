"""A ministack of one's own: AWS on loopback with nothing in it, gone when it is no longer needed."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MINISTACK = Path(__file__).parents[1] / ".venv-cloud" / "bin" / "ministack"
_SECONDS_TO_START = 60


@contextmanager
def started(home: Path) -> Iterator[str]:
    """Its address; what it writes, its log too, goes to `home`."""
    port = _free_port()
    chosen = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0"}
    with (home / "log").open("wb") as log:
        running = subprocess.Popen([str(MINISTACK)], env={**os.environ, **chosen}, cwd=home, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/_ministack/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_for(url: str) -> None:
    until = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < until:
        try:
            urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"{url} does not answer")
