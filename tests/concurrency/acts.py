"""What a process of the crowd can be asked to do over the API: `app.app`, whole, as API Gateway calls it."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from chalicelib.identity import codes, passwords, secrets, store
from chalicelib.kernel import clock, ids
from chalicelib.ledger import model as ledger
from chalicelib.ledger import store as ledger_store
from chalicelib.ledger.items import HEAD
from chalicelib.ledger.write import Update
from chalicelib.settings import settings
from tests import people
from tests.api import payout_kit
from tests.api.caller import Caller, Reply
from tests.concurrency import processor

LONGEST_PATIENCE = 40
"""How often a request is sent with its key until its sender gives up."""
_SECONDS_BETWEEN = 0.05
MOST_TOP_UP = 1_000_000
PIN = "428571"


@dataclass(frozen=True, slots=True)
class Request:
    """`key`: the Idempotency-Key; `device`: the User-Agent."""

    method: str
    path: str
    body: Any = None
    token: str = ""
    key: str = ""
    device: str = "phone"

    @property
    def headers(self) -> dict[str, str]:
        bearer = f"Bearer {self.token}" if self.token else ""
        return {"User-Agent": self.device, "Idempotency-Key": self.key, "Authorization": bearer}


@dataclass(frozen=True, slots=True)
class Told:
    """A final answer; `asked`: how often the request was sent until there was one."""

    status: int
    raw: bytes
    asked: int = 1

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def made(self) -> bool:
        return self.status < 400

    @property
    def code(self) -> str:
        """Of a refusal."""
        return "" if self.made else str(self.json["code"])


def ask(request: Request) -> Told:
    return _insist(lambda: _nobody().request(request.method, request.path, request.body, request.headers))


def hear(top_up: Mapping[str, Any]) -> Told:
    """The bank's webhook: this top-up succeeded."""
    body, headers = processor.webhook(top_up)
    return _insist(lambda: _nobody().request("POST", "/v1/webhooks/sandbox", body, headers))


def settle_in(identifier: str, funds: int) -> dict[str, Any]:
    """A customer who has signed up and topped up: what verifying answered, beside it the wallet and the top-ups."""
    welcome = people.signed_up(_nobody(), identifier)
    token = welcome["access_token"]
    wallet = _nobody().bearing(token).get("/v1/wallets").json["data"][0]
    return welcome | {"wallet": wallet["id"], "top_ups": [_put_in(token, wallet, part) for part in _parts(funds)]}


def spent_before(wallet: str, amount: int) -> None:
    """As if the wallet had paid so much earlier this year."""
    update = Update(settings().ledger_table, wallet, HEAD).count(ledger.year_sum(clock.now()), amount)
    assert not ledger_store.transact([update.written()])


def step_up(token: str, refresh_token: str) -> tuple[str, str]:
    """A first PIN, set and typed: the token of a session that goes on after it, and of one that is proved."""
    phone = _nobody().bearing(token)
    assert phone.request("PUT", "/v1/me/payment-pin", {"pin": PIN, "password": people.PASSWORD}).status == 204
    going_on = ask(Request("POST", "/v1/sessions/refresh", {"refresh_token": refresh_token})).json["access_token"]
    proved = ask(Request("POST", "/v1/me/step-up", {"method": "pin", "pin": PIN}, going_on))
    return going_on, str(proved.json["access_token"])


def appoint(identifier: str) -> None:
    """An operator who may take on merchants."""
    welcome = people.signed_up(_nobody(), identifier)
    people.appointed(_nobody(), welcome, "admin")


def take_on(operator: str, terms: Mapping[str, Any]) -> dict[str, Any]:
    """A merchant with an API key."""
    office = _nobody().bearing(people.in_office(_id_of(operator), clock.now()))
    merchant: dict[str, Any] = office.post("/v1/merchants", dict(terms)).json
    scopes = {"scopes": ["payments", "refunds", "checkouts", "reports", "payouts"]}
    return merchant | {"key": office.post(f"/v1/merchants/{merchant['id']}/keys", scopes).json["key"]}


def agree_on_payouts(operator: str, shop: str, reserve: int) -> None:
    office = _nobody().bearing(people.in_office(_id_of(operator), clock.now()))
    terms = payout_kit.TERMS | {"reserve": reserve}
    assert office.request("PUT", f"/v1/merchants/{shop}/payout-terms/CNY", terms).status == 200


def hear_of_payout(payout: str, amount: int, status: str) -> Told:
    """The bank's webhook: it was paid, or it failed."""
    body, headers = processor.webhook_of_payout(payout, amount, status)
    return _insist(lambda: _nobody().request("POST", "/v1/webhooks/sandbox", body, headers))


def _id_of(identifier: str) -> str:
    return store.user_id_of(secrets.login(identifier)) or ""


def sign_up(identifier: str) -> str:
    """The code that was sent."""
    assert _nobody().post("/v1/users", people.wish(identifier)).status == 202
    return people.code_for(identifier)


def guess(identifier: str, code: str) -> tuple[Told, int]:
    """The answer, and how many codes were compared to give it."""
    compared = 0

    def counted(one: str, other: str) -> bool:
        nonlocal compared
        compared += 1
        return hmac.compare_digest(one, other)

    with patch.object(codes, "hmac", SimpleNamespace(compare_digest=counted)):
        told = ask(Request("POST", "/v1/users/verify", {"identifier": identifier, "code": code}))
    return told, compared


def guess_password(identifier: str, password: str) -> tuple[Told, int]:
    """The answer, and how often the password was compared with the right one to give it."""
    compared, matches = 0, passwords.matches

    def counted(typed: str, stored: str | None) -> bool:
        nonlocal compared
        compared += stored is not None
        return matches(typed, stored)

    with patch.object(passwords, "matches", counted):
        told = ask(Request("POST", "/v1/sessions", {"identifier": identifier, "password": password}))
    return told, compared


def _insist(send: Callable[[], Reply]) -> Told:
    """Sent until the answer is final, as phones and processors do: again after a 503 and while it is in flight."""
    for asked in range(1, LONGEST_PATIENCE + 1):
        reply = send()
        told = Told(reply.status, reply.raw, asked)
        if told.code not in ("unavailable", "in-flight"):
            break
        clock.pause(_SECONDS_BETWEEN)
    return told


def _put_in(token: str, wallet: Mapping[str, Any], amount: int) -> dict[str, Any]:
    wish = {"wallet_id": wallet["id"], "amount": amount, "currency": wallet["currency"]}
    begun = ask(Request("POST", "/v1/topups", wish, token, key=ids.new("key", clock.now())))
    assert begun.status == 201 and hear(begun.json).status == 200, begun
    view: dict[str, Any] = begun.json
    return view


def _parts(funds: int) -> list[int]:
    return [min(MOST_TOP_UP, funds - start) for start in range(0, funds, MOST_TOP_UP)]


@cache
def _nobody() -> Caller:
    return Caller()
