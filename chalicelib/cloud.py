"""The only maker of AWS clients: one per service and process, short time-outs, connections kept alive."""

from __future__ import annotations

import json
from functools import cache, partial
from typing import Any

import botocore.session
from botocore.config import Config

from chalicelib.cloud_dynamodb import DynamoDB
from chalicelib.settings import settings

CONFIG = Config(
    connect_timeout=1,
    read_timeout=3,
    retries={"mode": "standard", "total_max_attempts": 3},
    tcp_keepalive=True,
    parameter_validation=False,
    max_pool_connections=10,
    account_id_endpoint_mode="disabled",
)

_AFTER_ONE_TRY = Config(retries={"mode": "standard", "total_max_attempts": 2})


def _s3_config(endpoint: str) -> Config:
    """A signed link wants the region's own address; the local cloud has no name for each bucket."""
    style = {"addressing_style": "path" if endpoint else "virtual"}
    return CONFIG.merge(Config(signature_version="s3v4", s3=style, request_checksum_calculation="when_required"))


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


@cache
def client(service: str) -> Any:
    """A botocore client, the same one every time; DynamoDB's is our own (`cloud_dynamodb`)."""
    chosen = settings()
    endpoint = chosen.aws_endpoint_url
    if service == "dynamodb":
        endpoint = chosen.dynamodb_endpoint or endpoint
    make = partial(_session().create_client, service, endpoint_url=endpoint or None)
    if service == "dynamodb":
        return DynamoDB(_session(), CONFIG, endpoint, partial(make, config=CONFIG.merge(_AFTER_ONE_TRY)))
    return make(config=_s3_config(endpoint) if service == "s3" else CONFIG)


@cache
def secret(secret_id: str) -> dict[str, Any]:
    """A JSON secret from Secrets Manager, read once per process."""
    answer = client("secretsmanager").get_secret_value(SecretId=secret_id)
    value: dict[str, Any] = json.loads(answer["SecretString"])
    return value
