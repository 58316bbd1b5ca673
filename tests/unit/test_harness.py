"""The harness itself: a cloud in memory whose calls are counted."""

from __future__ import annotations

from dataclasses import asdict

from chalicelib import cloud as clients
from chalicelib.settings import settings
from tests.conftest import TABLES


def test_the_cloud_starts_with_every_table_and_counts_what_is_sent(aws_calls: list[tuple[str, str]]) -> None:
    tables = clients.client("dynamodb").list_tables()["TableNames"]
    assert sorted(tables) == sorted(f"test-{name}" for name in TABLES)
    assert aws_calls == [("dynamodb", "ListTables")]


def test_the_queues_of_the_settings_exist(cloud: None) -> None:
    urls = clients.client("sqs").list_queues()["QueueUrls"]
    named = [value for name, value in asdict(settings()).items() if name.endswith("_queue_url")]
    assert sorted(urls) == sorted(named)


def test_the_secrets_of_the_settings_can_be_read(cloud: None) -> None:
    assert clients.secret(settings().access_secret_id)["signing_key"]["kid"]
    assert clients.secret(settings().processors_secret_id)["stripe"]["webhook_secret"]
