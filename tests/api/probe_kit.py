"""The check of the whole, played in one process: its HTTP goes to the app, the app's to the bank, the bank's back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import msgspec

import app
from chalicelib import cloud
from chalicelib.kernel import clock
from chalicelib.operations import calling, store_probes
from chalicelib.operations.calling import Answered
from chalicelib.operations.model_probes import Probes
from chalicelib.operations.probing import Credentials, ProbeCustomer, ProbeMerchant
from chalicelib.processors import wire
from chalicelib.settings import settings
from infra.local import bank as banks
from infra.local.bank_book import Book
from infra.local.bank_post import letter, on_the_wire
from tests.api.caller import Caller
from tests.api.topup_kit import KEYS, Pigeonhole
from tests.api.world import PASSWORD, Person, World

_NEVER = 1e6
Call = tuple[str, str]
"""Method and path."""


@dataclass
class Ground:
    """`faults`: a method and the beginning of a path → what comes instead; `lost`: done, and not answered."""

    world: World
    person: Person = field(init=False)
    faults: dict[Call, Answered] = field(default_factory=dict)
    lost: set[Call] = field(default_factory=set)
    dies: Call | None = None
    """The function ends here: after this call nothing of it happens any more."""
    silent: bool = False
    """The bank says nothing of what it did."""
    calls: list[Call] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.post = Pigeonhole()
        self.bank = banks.Bank(Book(), self.post, hold_seconds=0.0, settle_seconds=_NEVER)
        self.person = self.world.customer()
        self.shop = self.world.another_shop("Coffer probe")
        key = self.world.operator.post(f"/v1/merchants/{self.shop.id}/keys", {"scopes": ["payments", "refunds"]}).json[
            "key"
        ]
        tokens, wallet = self.person.tokens, self.person.wallet
        own = ProbeCustomer(self.person.identifier, PASSWORD, tokens["device_token"], wallet, self.person.currency)
        told = msgspec.json.encode(Credentials(own, ProbeMerchant(self.shop.id, key))).decode()
        cloud.client("secretsmanager").create_secret(Name=settings().probe_secret_id, SecretString=told)

    def check(self) -> dict[str, Any]:
        """As Lambda calls it; then what it set in motion is carried on, and five minutes pass."""
        answer: dict[str, Any] = app.probe({}, None)
        self.world.deliver()
        self.world.clock.advance(300)
        return answer

    @property
    def balance(self) -> int:
        self.person.sign_in()
        return self.person.available

    @property
    def known(self) -> Probes:
        return store_probes.probes()

    def over_http(self, method: str, url: str, headers: Mapping[str, str], body: bytes, seconds: float) -> Answered:
        path = url.removeprefix(settings().public_url)
        assert path != url and seconds > 0
        self.calls.append((method, path))
        if (fault := _meant(self.faults, method, path)) is not None:
            return self.faults[fault]
        if method == "GET" and path.startswith("/v1/topups/") and not self.silent:
            self.bank_tells()
        reply = Caller().request(method, path, body or None, headers)
        if self.dies and _meant({self.dies}, method, path):
            raise Died
        return Answered(0) if _meant(self.lost, method, path) else Answered(reply.status, reply.raw)

    def at_the_bank(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> wire.Reply:
        sent = banks.respond(self.bank, method, urlsplit(url).path, headers, body)
        if method == "POST" and sent.status == 201:
            self.asked.append(json.loads(sent.body)["id"])
        return wire.Reply(sent.status, sent.body, sent.headers)

    def bank_tells(self) -> None:
        for payment in self.asked:
            self.bank.settle(payment)
        for message in self.post.messages:
            sent = letter(message)
            raw, headers = on_the_wire(sent, KEYS, int(clock.now().timestamp()))
            assert Caller().request("POST", "/v1/webhooks/sandbox", raw, headers).status == 200
        self.asked.clear()
        self.post.messages.clear()


class Died(BaseException):
    """Lambda has ended the function."""


@contextmanager
def ground(world: World) -> Iterator[Ground]:
    made = Ground(world)
    api, processors = calling.use(made.over_http), wire.use(made.at_the_bank)
    yield made
    calling.use(api)
    wire.use(processors)


def _meant(calls: Any, method: str, path: str) -> Call | None:
    return next((one for one in calls if one[0] == method and path.startswith(one[1])), None)


def outcomes(report: Mapping[str, Any]) -> dict[str, str]:
    return {one["step"]: one["outcome"] for one in report["steps"]}
