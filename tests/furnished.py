"""moto's cloud as it was when it was first made: a copy takes a hundredth of the time that making it anew takes.

Queues are not among it: their locks cannot be copied. They are made without a client, which most tests never need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from moto.backends import get_backend
from moto.core.models import RESPONSES_METHODS

from tests.environment import REGION

_ACCOUNT = "123456789012"
_PLACES = (
    ("dynamodb", REGION),
    ("secretsmanager", REGION),
    ("kms", REGION),
    ("s3", "aws"),
    ("ses", REGION),
)
RESPONSES_METHODS.clear()
"""For each cloud moto would tell `requests` of every service of AWS; here only botocore sends."""
_first: dict[str, dict[str, Any]] = {}


def restore(furnish: Callable[[], None]) -> None:
    """Puts into an empty cloud what `furnish` makes, which is called in each process once."""
    if not _first:
        furnish()
        _first.update({service: _copied(backend, vars(backend)) for service, backend in _backends()})
        return
    for service, backend in _backends():
        vars(backend).update(_copied(backend, _first[service]))


def make_queues(named: Mapping[str, Mapping[str, str]]) -> None:
    """Name → attributes, as CreateQueue takes them."""
    for name, attributes in named.items():
        get_backend("sqs")[_ACCOUNT][REGION].create_queue(name, **attributes)


def _backends() -> list[tuple[str, Any]]:
    return [(service, get_backend(service)[_ACCOUNT][region]) for service, region in _PLACES]  # type: ignore[call-overload]


def _copied(backend: Any, facts: dict[str, Any]) -> dict[str, Any]:
    """What they hold points back to them."""
    return deepcopy(facts, {id(backend): backend})
