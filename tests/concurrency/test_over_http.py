"""Many phones at once, over HTTP, through API Gateway and the packaged functions of the local cloud."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from infra.local import people
from infra.local.client import Answer, Client, new_key
from infra.local.people import Person
from tests.local import local

__all__ = ["local"]
CLIENTS = 16


@dataclass(frozen=True)
class Payer:
    """A new customer, and the body of their payments to the first demo merchant."""

    token: str
    phone: Client
    order: dict[str, Any]

    @property
    def available(self) -> int:
        return int(self.phone.get(f"/v1/wallets/{self.order['wallet_id']}").expect(200)["available"])

    def top_up(self, amount: int) -> None:
        wallet = {"id": self.order["wallet_id"], "currency": self.order["currency"]}
        people.top_up(self.phone, wallet, amount, key=new_key())

    def pay_at_once(self, keys: Sequence[str], amount: int) -> list[Answer]:
        """Once for each key, sixteen at a time, each thread on its own connection; asked again until final."""
        own = threading.local()

        def pay(key: str) -> Answer:
            if not hasattr(own, "client"):
                own.client = self.phone.bearing(self.token)
            answer: Answer = own.client.insist("/v1/payments", self.order | {"amount": amount}, key=key)
            return answer

        with ThreadPoolExecutor(CLIENTS) as pool:
            return list(pool.map(pay, keys))


@pytest.fixture
def payer(local: dict[str, Any]) -> Payer:
    anybody = Client(local["api"])
    tokens = people.sign_up(anybody, Person(f"{new_key()}@example.com", "a long enough password", "Ana", "en", "CN"))
    phone = anybody.bearing(tokens["access_token"])
    wallet = people.wallets(phone)[0]
    order = {"wallet_id": wallet["id"], "merchant_id": local["people"]["merchants"][0]["id"], "currency": "CNY"}
    return Payer(tokens["access_token"], phone, order | {"order_reference": "storm", "confirm_duplicate": True})


def test_fifty_identical_payments_have_one_effect_and_equal_bytes(payer: Payer) -> None:
    payer.top_up(10_000)
    answers = payer.pay_at_once([new_key()] * 50, 100)
    assert {(answer.status, answer.raw) for answer in answers} == {(201, answers[0].raw)}
    assert payer.available == 9_900


def test_of_two_hundred_payments_a_wallet_for_120_pays_exactly_120(payer: Payer) -> None:
    payer.top_up(12_000)
    answers = payer.pay_at_once([new_key() for _ in range(200)], 100)
    told = Counter((answer.status, answer.code) for answer in answers)
    assert told == {(201, ""): 120, (409, "insufficient-funds"): 80}
    assert payer.available == 0
