"""What every test stands on: settings, a clock that stands still, a cloud in memory (moto), a count of AWS calls.

`cloud` gives empty tables, queues and secrets as `infra/template.yaml` declares them; one request at a time only:
neither moto nor `tests/tables.py` is atomic under threads.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from moto import mock_aws

from tests.environment import (
    ENVIRONMENT,
    PEPPER,
    QUEUES,
    REGION,
    SANDBOX_WEBHOOK_SECRET,
    SIGNING_KEY,
    STRIPE_WEBHOOK_SECRET,
    TABLES,
    secrets,
)

__all__ = [
    "ENVIRONMENT",
    "PEPPER",
    "QUEUES",
    "REGION",
    "SANDBOX_WEBHOOK_SECRET",
    "SIGNING_KEY",
    "STRIPE_WEBHOOK_SECRET",
    "TABLES",
]

os.environ.update(ENVIRONMENT)  # before anything of the product is imported

from chalicelib import cloud as cloud_module
from chalicelib import observability
from chalicelib import settings as settings_module
from chalicelib.api import shield
from chalicelib.identity import archive_key, vault
from chalicelib.kernel import clock as clock_module
from chalicelib.operations import board, misses, pauses
from chalicelib.operations import service as operations
from chalicelib.policy import published
from chalicelib.processors import health, missing
from tests import aws, furnished, tables

observability.logger()
"""Made now, on the output of the whole run: made in a test that captures, it would write to what that test closes."""

hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")
"""How long an example takes depends on what else this machine does: that is no property."""

LOCAL_CLOUD = ("browser", "infra", "concurrency/test_over_http.py")
"""Share one local cloud and one package: they run in one worker, beside all the others."""


_ADDRESSES = cycle(random.sample(range(2, 255), 253))
"""Of 127.0.0.0/24, from another one on in each process."""


@pytest.hookimpl(tryfirst=True)  # before xdist, which reads the mark
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    root = Path(__file__).parent
    for item in items:
        if str(item.path.relative_to(root)).startswith(LOCAL_CLOUD):
            item.add_marker(pytest.mark.xdist_group("local cloud"))


class FrozenClock:
    """A clock that moves only when told; waiting moves it."""

    def __init__(self, start: datetime):
        self.moment = start

    def now(self) -> datetime:
        return self.moment

    def pause(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> datetime:
        self.moment += timedelta(seconds=seconds)
        return self.moment


@pytest.fixture
def clock() -> Iterator[FrozenClock]:
    frozen = FrozenClock(datetime(2026, 11, 22, 8, 0, 0, tzinfo=UTC))
    before = clock_module.use(frozen)
    yield frozen
    clock_module.use(before)


@pytest.fixture(autouse=True)
def settings_afresh() -> Iterator[None]:
    """Settings are cached per process, and callers counted: a test that changes either must not leak into the next.

    Chalice writes itself into this variable for each app that is made, and botocore sends it with every request.
    """
    settings_module.settings.cache_clear()
    shield.forget()
    runtime = os.environ.pop("AWS_EXECUTION_ENV", None)
    yield
    os.environ.pop("AWS_EXECUTION_ENV", None)
    os.environ.update({"AWS_EXECUTION_ENV": runtime} if runtime else {})
    settings_module.settings.cache_clear()


@pytest.fixture(autouse=True)
def address_of_its_own(request: pytest.FixtureRequest) -> None:
    """Each test of the local cloud calls from another address of this machine's, as people at different ones do: what
    one address may ask for in an hour is less than all tests together do."""
    if "local" in request.fixturenames:
        from infra.local import client

        client.call_from(f"127.0.0.{next(_ADDRESSES)}")


@pytest.fixture
def cloud(request: pytest.FixtureRequest) -> Iterator[None]:
    """Items are in moto's tables, or in those of `tests/tables.py` for a module that plays requests by the hundred."""
    many = request.node.get_closest_marker("many_requests")
    with empty_cloud(tables.in_memory if many else nullcontext):
        yield


@contextmanager
def empty_cloud(items: Callable[[], AbstractContextManager[None]] = nullcontext) -> Iterator[None]:
    """Every table, queue, bucket and secret, empty, and the keys. `items` may stand in the place of moto's tables."""
    with mock_aws(), items():
        _forget_clients()
        furnished.restore(_furnish)
        furnished.make_queues(_queues())
        yield
    _forget_clients()


def _furnish() -> None:
    for name in TABLES:
        _create_table(name)
    _create_secrets()
    _create_keys()
    _create_bucket()
    cloud_module.client("ses").verify_email_identity(EmailAddress=ENVIRONMENT["EMAIL_SENDER"])


@pytest.fixture
def aws_calls(cloud: None, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Each (service, operation) sent from here on, every attempt of it. `clear()` it where counting starts."""
    calls: list[tuple[str, str]] = []

    def counted(sent: aws.Sent) -> Any:
        calls.append((sent.service, sent.operation))
        return sent.go_on()

    aws.stand_before(monkeypatch, counted)
    return calls


def _forget_clients() -> None:
    for cached in (cloud_module.client, cloud_module.secret, archive_key.public, operations._announced, board._board):
        cached.cache_clear()
    vault.forget()
    health.forget()
    missing.forget()
    pauses.forget()
    published.forget()
    misses.forget()
    shield.forget()


def _create_table(name: str) -> None:
    keys = {"pk": "S", "sk": "S"}
    more: dict[str, Any] = {}
    if name in ("ledger", "identity", "cases", "merchants"):
        keys |= {"due_key": "S", "due_at": "S"}
        more["GlobalSecondaryIndexes"] = [_index("due", _schema("due_key", "due_at"))]
    if name == "ledger":
        keys["order_key"] = "S"
        more["GlobalSecondaryIndexes"].append(_index("orders", _schema("order_key", "pk")))
    if name == "journal":
        more["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    cloud_module.client("dynamodb").create_table(
        TableName=getattr(settings_module.settings(), f"{name}_table"),
        KeySchema=_schema("pk", "sk"),
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": kind} for key, kind in keys.items()],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )


def _index(name: str, schema: list[dict[str, str]]) -> dict[str, Any]:
    return {"IndexName": name, "KeySchema": schema, "Projection": {"ProjectionType": "KEYS_ONLY"}}


def _schema(hash_key: str, range_key: str) -> list[dict[str, str]]:
    return [{"AttributeName": hash_key, "KeyType": "HASH"}, {"AttributeName": range_key, "KeyType": "RANGE"}]


def urls_of_queues() -> list[str]:
    """Of every queue that has a setting."""
    chosen = settings_module.settings()
    return [getattr(chosen, one.name) for one in fields(chosen) if one.name.endswith("_queue_url")]


def _create_queues() -> None:
    for name, attributes in _queues().items():
        cloud_module.client("sqs").create_queue(QueueName=name, Attributes=attributes)


def _queues() -> dict[str, dict[str, str]]:
    """Name → attributes."""
    high_throughput = {"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
    names = [url.rpartition("/")[2] for url in urls_of_queues()]
    return {name: {"FifoQueue": "true", **high_throughput} if name.endswith(".fifo") else {} for name in names}


def _create_bucket() -> None:
    chosen = settings_module.settings()
    for bucket in (chosen.exports_bucket, chosen.statements_bucket, chosen.documents_bucket, chosen.lake_bucket):
        cloud_module.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    cloud_module.client("s3").create_bucket(
        Bucket=chosen.backups_bucket,
        CreateBucketConfiguration={"LocationConstraint": REGION},
        ObjectLockEnabledForBucket=True,
    )


def _create_keys() -> None:
    keys = cloud_module.client("kms")
    signing = {"KeyUsage": "SIGN_VERIFY", "KeySpec": "ECC_NIST_P256"}
    chosen = settings_module.settings()
    for alias, kind in ((chosen.fields_key_id, {}), (chosen.backups_key_id, {}), (chosen.archive_key_id, signing)):
        keys.create_alias(AliasName=alias, TargetKeyId=keys.create_key(**kind)["KeyMetadata"]["KeyId"])


def _create_secrets() -> None:
    for name, value in secrets(os.environ).items():
        cloud_module.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(value))
