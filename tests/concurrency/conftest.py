"""A DynamoDB whose conditional writes are atomic: the one `DYNAMODB_ENDPOINT` names, or a ministack of our own."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from chalicelib import cloud as clients
from chalicelib import settings as settings_module
from tests import conftest as harness
from tests import ministack


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address."""
    if given := os.environ.get("DYNAMODB_ENDPOINT"):
        yield given
        return
    with ministack.started(tmp_path_factory.mktemp("ministack")) as address:
        yield address


@pytest.fixture
def atomic(engine: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Empty tables and the secrets on the engine; made afresh for each test."""
    for name in ("DYNAMODB_ENDPOINT", "AWS_ENDPOINT_URL"):
        monkeypatch.setenv(name, engine)
    settings_module.settings.cache_clear()
    harness._forget_clients()
    _forget_our_own()
    for name in harness.TABLES:
        harness._create_table(name)
    harness._create_secrets()
    if harness.ENVIRONMENT["FIELDS_KEY_ID"] not in _aliases():
        harness._create_keys()
    yield
    harness._forget_clients()


def _aliases() -> set[str]:
    return {one["AliasName"] for one in clients.client("kms").list_aliases()["Aliases"]}


def _forget_our_own() -> None:
    """Whatever else is on that engine stays."""
    ours, tables = set(harness.ENVIRONMENT.values()), clients.client("dynamodb")
    for table in ours.intersection(tables.list_tables()["TableNames"]):
        tables.delete_table(TableName=table)
    secrets = clients.client("secretsmanager")
    for name in ours.intersection(found["Name"] for found in secrets.list_secrets()["SecretList"]):
        secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
