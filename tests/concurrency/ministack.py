"""A ministack of our own, on a free port of loopback: its DynamoDB's conditional writes are atomic."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local import places

_SECONDS_TO_START = 60


@contextmanager
def running(home: Path) -> Iterator[str]:
    """Its address. It keeps nothing but its log, in `home`."""
    port = _free_port()
    chosen = {"BIND_HOST": places.HOST, "GATEWAY_PORT": str(port), "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0"}
    with (home / "log").open("wb") as log:
        started = subprocess.Popen(
            [str(places.MINISTACK)], env={**os.environ, **chosen}, cwd=home, stdout=log, stderr=log
        )
    try:
        _wait_for(f"http://{places.HOST}:{port}/_ministack/health")
        yield f"http://{places.HOST}:{port}"
    finally:
        started.terminate()
        started.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((places.HOST, 0))
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
