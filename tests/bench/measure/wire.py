"""AWS as HTTP has it, over the simulation's store: DynamoDB, SQS, Secrets Manager and KMS, in JSON."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from tests.bench.measure.transport import Sent
from tests.environment import secrets
from tests.simulation import house
from tests.simulation.engine import Engine
from tests.simulation.post import Post

_SERVICES = {
    "DynamoDB_20120810": "dynamodb",
    "AmazonSQS": "sqs",
    "secretsmanager": "secretsmanager",
    "TrentService": "kms",
}


class Wire:
    """Answers what the four services answer; an operation that nobody simulates is an error of the benchmark."""

    def __init__(self, engine: Engine, post: Post) -> None:
        self.engine, self.post = engine, post

    def __call__(self, sent: Sent) -> tuple[int, bytes]:
        service = _SERVICES[sent.target.partition(".")[0]]
        try:
            answer = getattr(self, f"_{service}")(sent.operation, read(sent.body))
        except ClientError as error:
            return 400, written(_problem(error))
        return 200, written(answer)

    def _dynamodb(self, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        return self.engine.call(operation, parameters)

    def _sqs(self, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        if operation == "SendMessage":
            return {"MessageId": "1"}
        return self.post.call(operation, parameters, self.engine.now())

    def _secretsmanager(self, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        known = secrets().get(parameters["SecretId"])
        return {"SecretString": json.dumps(known)} if known else {}

    def _kms(self, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        blobs = {name: b64decode(parameters[name]) for name in ("CiphertextBlob",) if name in parameters}
        return house.kms(operation, {**parameters, **blobs})


def read(body: bytes) -> Any:
    """JSON with binary attribute values (`{"B": base64}`) as bytes."""
    return json.loads(body, object_hook=_with_bytes)


def written(answer: Mapping[str, Any]) -> bytes:
    return json.dumps(answer, default=lambda raw: b64encode(raw).decode()).encode()


def _with_bytes(found: dict[str, Any]) -> dict[str, Any]:
    return {"B": b64decode(found["B"])} if found.keys() == {"B"} and isinstance(found["B"], str) else found


def _problem(error: ClientError) -> dict[str, Any]:
    told, known = error.response["Error"], ("Error", "ResponseMetadata")
    more = {name: value for name, value in error.response.items() if name not in known}
    return {"__type": f"com.amazonaws.dynamodb.v20120810#{told['Code']}", "message": told["Message"], **more}
