"""What every test stands on: settings, a clock that stands still, a cloud in memory (moto), a count of AWS calls.

`cloud` gives empty tables, queues and secrets as `infra/template.yaml` declares them; one request at a time only:
moto's DynamoDB is not atomic under threads.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import botocore.endpoint
import pytest
from joserfc.jwk import ECKey, KeySet
from moto import mock_aws

REGION = "eu-west-1"
SIGNING_KEY = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, private=True, auto_kid=True)
QUEUES = f"https://sqs.{REGION}.amazonaws.com/123456789012"
PEPPER = "5c" * 32
SANDBOX_WEBHOOK_SECRET = "whsec_" + "c2FuZGJveC1zZWNyZXQtb2YtdGhlLXRlc3Rz"
STRIPE_WEBHOOK_SECRET = "whsec_stripe_secret_of_the_tests"
TABLES = ("ledger", "journal", "identity", "merchants", "topups", "notices", "cases")

ENVIRONMENT = {
    "STAGE": "test",
    "PUBLIC_URL": "https://coffer.test",
    **{f"{name.upper()}_TABLE": f"test-{name}" for name in TABLES},
    "SETTLEMENT_QUEUE_URL": f"{QUEUES}/settlement.fifo",
    "FOLD_QUEUE_URL": f"{QUEUES}/fold",
    "NOTICES_QUEUE_URL": f"{QUEUES}/notices",
    "PARKED_QUEUE_URL": f"{QUEUES}/parked",
    "TOKEN_PUBLIC_KEYS": json.dumps(KeySet([SIGNING_KEY]).as_dict(private=False)),
    "ACCESS_SECRET_ID": "test/access",
    "FIELDS_KEY_ID": "alias/test-fields",
    "PROCESSORS_SECRET_ID": "test/processors",
    "CURSOR_KEY": "6b" * 32,
    "SANDBOX_URL": "https://sandbox.test",
    "EMAIL_SENDER": "hello@coffer.test",
    "OUTBOX": "local",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
    "POWERTOOLS_METRICS_NAMESPACE": "Coffer",
}
os.environ.update(ENVIRONMENT)

from chalicelib import cloud as cloud_module  # noqa: E402  (the environment comes first)
from chalicelib import observability  # noqa: E402
from chalicelib import settings as settings_module  # noqa: E402
from chalicelib.identity import vault  # noqa: E402
from chalicelib.kernel import clock as clock_module  # noqa: E402

observability.logger()
"""Made now, on the output of the whole run: made in a test that captures, it would write to what that test closes."""

LOCAL_CLOUD = ("browser", "infra", "concurrency/test_over_http.py")
"""Share one local cloud and one package: they run in one worker, beside all the others."""


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
    """Settings are cached per process: a test that changes the environment must not leak into the next."""
    settings_module.settings.cache_clear()
    yield
    settings_module.settings.cache_clear()


@pytest.fixture
def cloud() -> Iterator[None]:
    with empty_cloud():
        yield


@contextmanager
def empty_cloud() -> Iterator[None]:
    """Every table, queue and secret, empty, and a key."""
    with mock_aws():
        _forget_clients()
        for name in TABLES:
            _create_table(name)
        _create_queues()
        _create_secrets()
        _create_key()
        cloud_module.client("ses").verify_email_identity(EmailAddress=ENVIRONMENT["EMAIL_SENDER"])
        yield
    _forget_clients()


@pytest.fixture
def aws_calls(cloud: None, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Each (service, operation) sent from here on, every attempt of it. `clear()` it where counting starts."""
    calls: list[tuple[str, str]] = []
    send = botocore.endpoint.Endpoint._get_response

    def counted(self: Any, request: Any, operation_model: Any, context: Any) -> Any:
        calls.append((operation_model.service_model.service_name, operation_model.name))
        return send(self, request, operation_model, context)

    monkeypatch.setattr(botocore.endpoint.Endpoint, "_get_response", counted)
    return calls


def _forget_clients() -> None:
    for cached in (cloud_module.client, cloud_module.secret):
        cached.cache_clear()
    vault.forget()


def _create_table(name: str) -> None:
    keys = {"pk": "S", "sk": "S"}
    more: dict[str, Any] = {}
    if name in ("ledger", "identity", "cases"):
        keys |= {"due_key": "S", "due_at": "S"}
        more["GlobalSecondaryIndexes"] = [_index("due", _schema("due_key", "due_at"))]
    if name == "ledger":
        keys["order_key"] = "S"
        more["GlobalSecondaryIndexes"].append(_index("orders", _schema("order_key", "pk")))
    if name == "journal":
        more["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    cloud_module.client("dynamodb").create_table(
        TableName=ENVIRONMENT[f"{name.upper()}_TABLE"],
        KeySchema=_schema("pk", "sk"),
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": kind} for key, kind in keys.items()],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )


def _index(name: str, schema: list[dict[str, str]]) -> dict[str, Any]:
    return {"IndexName": name, "KeySchema": schema, "Projection": {"ProjectionType": "KEYS_ONLY"}}


def _schema(hash_key: str, range_key: str) -> list[dict[str, str]]:
    return [{"AttributeName": hash_key, "KeyType": "HASH"}, {"AttributeName": range_key, "KeyType": "RANGE"}]


def _create_queues() -> None:
    queues = cloud_module.client("sqs")
    high_throughput = {"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
    queues.create_queue(QueueName="settlement.fifo", Attributes={"FifoQueue": "true", **high_throughput})
    for name in ("fold", "notices", "parked"):
        queues.create_queue(QueueName=name)


def _create_key() -> None:
    keys = cloud_module.client("kms")
    keys.create_alias(AliasName=ENVIRONMENT["FIELDS_KEY_ID"], TargetKeyId=keys.create_key()["KeyMetadata"]["KeyId"])


def _create_secrets() -> None:
    secrets = {
        ENVIRONMENT["ACCESS_SECRET_ID"]: {"signing_key": SIGNING_KEY.as_dict(private=True), "pepper": PEPPER},
        ENVIRONMENT["PROCESSORS_SECRET_ID"]: {
            "sandbox": {"webhook_secret": SANDBOX_WEBHOOK_SECRET},
            "stripe": {"api_key": "sk_test_of_the_tests", "webhook_secret": STRIPE_WEBHOOK_SECRET},
        },
    }
    for name, value in secrets.items():
        cloud_module.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(value))
