"""Who pays in the load test: customers, each at an address of their own, and what became of every payment."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from infra.local import people
from infra.local.client import Client, new_key
from infra.local.load_client import Ask, Reply, Seen, at_their_moments, moments, seen, send
from infra.local.people import Person

AMOUNT, FUNDS = 10, 20_000
"""Minor units, of every payment and in every wallet."""
PASSWORD = "pays through every flood"
ACCEPTED = 201


@dataclass(frozen=True, slots=True)
class Payer:
    phone: Client
    token: str
    wallet_id: str
    source: str

    @property
    def available(self) -> int:
        """On a connection of its own: one that was kept through a flood has been closed meanwhile."""
        phone = self.phone.twin()
        try:
            return int(phone.get(f"/v1/wallets/{self.wallet_id}").expect(200)["available"])
        finally:
            phone.close()


@dataclass
class Till:
    """Every payment that was asked for, by its key: who asked, and what the last answer was."""

    url: str
    payers: list[Payer]
    order: Mapping[str, Any]
    asked: dict[str, tuple[Payer, Ask]] = field(default_factory=dict)
    answers: dict[str, Reply] = field(default_factory=dict)

    def ask(self, payer: Payer) -> Ask:
        """A new payment."""
        key = new_key()
        headers = {"Authorization": f"Bearer {payer.token}", "Idempotency-Key": key}
        body = json.dumps({**self.order, "wallet_id": payer.wallet_id}).encode()
        self.asked[key] = (payer, Ask("payments", "POST", "/v1/payments", payer.source, headers, body))
        return self.asked[key][1]

    async def pay(self, rate: float, seconds: float, seed: int) -> list[Seen]:
        """So many payments a second, by turns."""
        chance = random.Random(seed)
        asks = ((moment, self.ask(chance.choice(self.payers))) for moment in moments(rate, seconds, chance))
        return await at_their_moments(asks, lambda ask, began: seen(self.url, ask, began, self.keep))

    def keep(self, ask: Ask, reply: Reply) -> None:
        self.answers[ask.headers["Idempotency-Key"]] = reply

    async def again(self, key: str) -> Reply:
        """The very same request once more."""
        return await send(self.url, self.asked[key][1])

    def accepted(self) -> dict[str, Reply]:
        return {key: reply for key, reply in self.answers.items() if reply.status == ACCEPTED}

    def shed(self) -> list[str]:
        return [key for key in self.asked if key not in self.accepted()]

    def paid(self) -> dict[str, int]:
        """Per wallet, minor units of what was accepted."""
        found = dict.fromkeys((payer.wallet_id for payer in self.payers), 0)
        for key in self.accepted():
            found[self.asked[key][0].wallet_id] += AMOUNT
        return found


def opened(local: Mapping[str, Any], count: int) -> Till:
    """Customers with money in their wallets, and a shop to pay."""
    shop = people.open_shop(_office(local), people.Shop("Load test", ("CNY",)))
    with ThreadPoolExecutor(2) as pool:
        payers = list(pool.map(lambda number: _payer(local["api"], number), range(count)))
    about = {"amount": AMOUNT, "currency": "CNY", "merchant_id": shop["id"], "order_reference": "load"}
    return Till(local["api"], payers, {**about, "confirm_duplicate": True})


def _office(local: Mapping[str, Any]) -> Client:
    from infra.local import seed

    anybody = Client(local["api"])
    return anybody.bearing((seed.operator(anybody) or {})["access_token"])


def _payer(url: str, number: int) -> Payer:
    anybody = Client(url)
    person = Person(f"load-{new_key()}@example.com", PASSWORD, "Lo", "en", "CN")
    tokens = people.sign_up(anybody, person)
    phone = anybody.bearing(tokens["access_token"])
    wallet = people.wallets(phone)[0]
    people.top_up(phone, wallet, FUNDS, new_key())
    return Payer(phone, tokens["access_token"], wallet["id"], f"127.0.1.{number + 1}")
