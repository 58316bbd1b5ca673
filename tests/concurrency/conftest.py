"""A DynamoDB whose conditional writes are atomic: the one `DYNAMODB_ENDPOINT` names, or a ministack of our own."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib import cloud as clients
from chalicelib import settings as settings_module
from tests import conftest as harness

MINISTACK = Path(__file__).parents[2] / ".venv-cloud" / "bin" / "ministack"
_SECONDS_TO_START = 60


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address."""
    if given := os.environ.get("DYNAMODB_ENDPOINT"):
        yield given
        return
    port, home = _free_port(), tmp_path_factory.mktemp("ministack")
    chosen = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0"}
    with (home / "log").open("wb") as log:
        started = subprocess.Popen([str(MINISTACK)], env={**os.environ, **chosen}, cwd=home, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/_ministack/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        started.terminate()
        started.wait(timeout=30)


@pytest.fixture
def atomic(engine: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Empty tables and the secrets on the engine; made afresh for each test."""
    for name in ("DYNAMODB_ENDPOINT", "AWS_ENDPOINT_URL"):
        monkeypatch.setenv(name, engine)
    settings_module.settings.cache_clear()
    harness._forget_clients()
    for table in clients.client("dynamodb").list_tables()["TableNames"]:
        if table.startswith("test-"):
            clients.client("dynamodb").delete_table(TableName=table)
    for name in harness.TABLES:
        harness._create_table(name)
    for secret in clients.client("secretsmanager").list_secrets()["SecretList"]:
        clients.client("secretsmanager").delete_secret(SecretId=secret["Name"], ForceDeleteWithoutRecovery=True)
    harness._create_secrets()
    if harness.ENVIRONMENT["FIELDS_KEY_ID"] not in _aliases():
        harness._create_key()
    yield
    harness._forget_clients()


def _aliases() -> set[str]:
    return {one["AliasName"] for one in clients.client("kms").list_aliases()["Aliases"]}


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
