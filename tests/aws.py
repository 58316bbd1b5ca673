"""The one place through which every AWS call of a test passes, botocore's and the ledger's own: `before-send`.

moto answers there; here somebody stands in front of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse

_NAMES = {"secrets-manager": "secretsmanager"}
"""Where the service's id is spelled otherwise than its client is named."""


@dataclass(frozen=True)
class Sent:
    """One attempt of one call; `go_on` sends it to moto and gives its answer."""

    service: str
    operation: str
    request: Any
    go_on: Callable[[], Any]


def stand_before(patch: pytest.MonkeyPatch, answer: Callable[[Sent], Any]) -> None:
    """`answer` gives an AWSResponse for each attempt, or raises what the network would."""
    moto = BotocoreStubber.__call__

    def sent(stub: Any, event_name: str, request: Any, **more: Any) -> Any:
        _, service, operation = event_name.split(".")
        return answer(
            Sent(_NAMES.get(service, service), operation, request, lambda: moto(stub, event_name, request, **more))
        )

    patch.setattr(BotocoreStubber, "__call__", sent)


def answered(status: int, told: Mapping[str, Any] | str) -> AWSResponse:
    """As AWS answers: JSON, or text as it is."""
    body = told if isinstance(told, str) else json.dumps(told)
    return AWSResponse("https://aws.test", status, {}, MockRawResponse(body))


def forbid(patch: pytest.MonkeyPatch) -> None:
    """A call to AWS fails the test."""

    def refuse(sent: Sent) -> Any:
        raise AssertionError("nothing may be sent for this")

    stand_before(patch, refuse)
