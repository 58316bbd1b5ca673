"""The usual handler is a fair opponent: on a good day it does everything right."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import boto3
import pytest

from tests.bench.side_usual import Usual

ORDER = {"merchant_id": "merchant", "amount": 1250, "currency": "CNY", "order_reference": "order-1"}


@pytest.fixture
def usual(cloud: None) -> Iterator[Usual]:
    side = Usual("usual-test")
    importlib.reload(_handler())
    side.prepare([5_000], 1250)
    yield side
    side.drop()


def _handler() -> ModuleType:
    from tests.bench import usual as handler

    return handler


def order(**changes: Any) -> dict[str, Any]:
    return {"wallet_id": "wallet-0", **ORDER, **changes}


def balance() -> int:
    return int(
        boto3.resource("dynamodb")
        .Table("usual-test-wallets")
        .get_item(Key={"wallet_id": "wallet-0"})["Item"]["balance"]
    )


def test_it_charges_once_and_answers_a_repetition_with_the_same_bytes(usual: Usual) -> None:
    first, second = usual.deliver(order(), "k1"), usual.deliver(order(), "k1")
    assert first == second
    assert first[0] == 201
    assert balance() == 3_750


def test_it_records_the_payment_and_tells_settlement(usual: Usual) -> None:
    usual.deliver(order(), "k1")
    (facts,) = usual.count([order()], 5_000)
    assert (facts.taken, facts.recorded, facts.settled) == (1250, 1, 1)


def test_it_never_overdraws(usual: Usual) -> None:
    status, body = usual.deliver(order(amount=5_001), "k1")
    assert (status, json.loads(body)["code"]) == (409, "insufficient-funds")
    assert balance() == 5_000


def test_it_refuses_another_body_under_the_same_key(usual: Usual) -> None:
    usual.deliver(order(), "k1")
    assert usual.deliver(order(amount=1), "k1")[0] == 422
    assert balance() == 3_750
