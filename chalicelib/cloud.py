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


class _Asked:
    """How many requests to AWS this process has sent."""

    number = 0

    def __call__(self, **of_no_matter: Any) -> None:
        """A listener of botocore's `before-send`: None lets the request go."""
        self.number += 1


_asked = _Asked()


def calls() -> int:
    """How many requests to AWS this process has sent so far."""
    return _asked.number


@cache
def _session() -> botocore.session.Session:
    session = botocore.session.get_session()
    session.get_component("event_emitter").register_first("before-send", _asked)
    return session


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
