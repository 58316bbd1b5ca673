"""Callers of the API over HTTP, each on a thread of their own: once a second they read, pay a cent and give it back.

Small on purpose: what a stage bears at the most is measured elsewhere; this shows every week that it bears this much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.kernel import clock
from chalicelib.operations.calling import Answered, Transport, over_the_network
from chalicelib.operations.model_rehearsals import CENT, Books, Cast, RehearsalCustomer, Shot, What

ROUNDS_AT_MOST, PACE_SECONDS = 200, 1.0
"""Of one caller: a round begins no sooner than a second after the one before, which no limit of a person minds."""
TRIES, PAUSE_SECONDS = 6, 1.0
_ANSWER_SECONDS, _PAGE = 10.0, 100


class DidNotBegin(Exception):
    """Somebody could not sign in, or see their wallet: the text says what came."""


@dataclass(slots=True)
class Played:
    shots: list[Shot] = field(default_factory=list)
    began_at: datetime = field(default_factory=clock.now)
    milliseconds: int = 0


class Player:
    """One customer. `name` is in the keys of what they send: no run repeats another's."""

    def __init__(self, stage: Stage, customer: RehearsalCustomer, name: str) -> None:
        self._stage, self._own, self._name = stage, customer, name
        claim = {"identifier": customer.identifier, "password": customer.password}
        claimed = stage.ask("POST", "/v1/sessions", claim | {"device_token": customer.device_token})
        self._token = str(claimed.json.get("access_token", ""))
        if not self._token:
            raise DidNotBegin(f"sign-in: {claimed.status}")
        self.shots: list[Shot] = []
        self.paid = self.unheard = 0

    def balance(self) -> int:
        """Raises DidNotBegin."""
        found = self._again("GET", f"/v1/wallets/{self._own.wallet_id}").json
        if not isinstance(found.get("available"), int):
            raise DidNotBegin("balance")
        return int(found["available"])

    def play(self, until: datetime) -> None:
        for number in range(ROUNDS_AT_MOST):
            if (began := clock.now()) >= until:
                return
            self._shoot("read", "GET", f"/v1/wallets/{self._own.wallet_id}", self._token)
            self._pay_and_give_back(f"{self._name}-{number}")
            clock.pause(max(0.0, PACE_SECONDS - (clock.now() - began).total_seconds()))

    def leave(self) -> None:
        self._stage.ask("DELETE", "/v1/sessions/current", token=self._token)

    def _pay_and_give_back(self, key: str) -> None:
        """Whether a payment that nobody answered happened is asked with its own key, until it is known."""
        wish = {
            "wallet_id": self._own.wallet_id,
            "merchant_id": self._stage.cast.merchant.id,
            "amount": CENT,
            "currency": self._own.currency,
            "order_reference": self._stage.reference,
            "confirm_duplicate": True,
        }
        paid = self._shoot("pay", "POST", "/v1/payments", self._token, wish, f"{key}-pay")
        if paid.status == 0 or paid.status >= 500:
            paid = self._again("POST", "/v1/payments", wish, f"{key}-pay")
            self.unheard += paid.status == 0 or paid.status >= 500
        if paid.status == 201:
            self.paid += 1
            path, token = f"/v1/payments/{paid.json['id']}/refunds", self._stage.cast.merchant.api_key
            self._shoot("refund", "POST", path, token, {"amount": CENT}, f"{key}-refund")

    def _shoot(
        self, what: What, method: str, path: str, token: str, body: Mapping[str, Any] | None = None, key: str = ""
    ) -> Answered:
        began = clock.now()
        answered = self._stage.ask(method, path, body, token=token, key=key)
        took = round((clock.now() - began).total_seconds() * 1000)
        self.shots.append(Shot(what, answered.status, took))
        return answered

    def _again(self, method: str, path: str, body: Mapping[str, Any] | None = None, key: str = "") -> Answered:
        return self._stage.insist(method, path, body, token=self._token, key=key)


@dataclass(frozen=True, slots=True)
class Stage:
    """What is played on: the address of the API, who plays, and the reference that all payments of a run carry."""

    url: str
    cast: Cast
    reference: str
    transport: Transport = over_the_network

    def ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, token: str = "", key: str = ""
    ) -> Answered:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        sent = b"" if body is None else msgspec.json.encode(body)
        return self.transport(method, self.url + path, headers, sent, _ANSWER_SECONDS)

    def insist(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, token: str = "", key: str = ""
    ) -> Answered:
        """Again, with the same key, while there is no answer or it says "later"."""
        answered = self.ask(method, path, body, token=token, key=key)
        for attempt in range(TRIES - 1):
            if answered.status not in (0, 409, 429) and answered.status < 500:
                break
            clock.pause(PAUSE_SECONDS * 2**attempt)
            answered = self.ask(method, path, body, token=token, key=key)
        return answered

    def mend(self) -> None:
        """Whatever was paid under this reference and not given back goes back."""
        for one in self.payments():
            if one["captured"] > one["refunded"]:
                path, amount = f"/v1/payments/{one['id']}/refunds", one["captured"] - one["refunded"]
                self.insist("POST", path, {"amount": amount}, token=self.cast.merchant.api_key, key=f"{one['id']}-mend")

    def payments(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        path = following = f"/v1/payments?order_reference={self.reference}&limit={_PAGE}"
        while following:
            page = self.insist("GET", following, token=self.cast.merchant.api_key).json
            found += page.get("data", [])
            following = f"{path}&cursor={page['next_cursor']}" if page.get("next_cursor") else ""
        return found


def played(stage: Stage, name: str, until: Callable[[datetime], datetime]) -> tuple[Played, Books]:
    """Everybody at once. `until`: when it ends, of the time that it begins. Raises DidNotBegin."""
    stage.mend()
    known = len(stage.payments())
    players = [Player(stage, one, f"{name}-{number}") for number, one in enumerate(stage.cast.customers)]
    before, found = [player.balance() for player in players], Played()
    end = until(found.began_at)
    with ThreadPoolExecutor(max_workers=len(players)) as pool:
        list(pool.map(lambda player: player.play(end), players))
    found.milliseconds = round((clock.now() - found.began_at).total_seconds() * 1000)
    found.shots = [shot for player in players for shot in player.shots]
    return found, _books(stage, players, before, known)


def _books(stage: Stage, players: list[Player], before: list[int], known: int) -> Books:
    """Once everything has gone back: a refund that nobody answered, or was told to come later, is asked for again."""
    stage.mend()
    own, after = stage.payments(), [player.balance() for player in players]
    for player in players:
        player.leave()
    paid, unheard = known + sum(player.paid for player in players), sum(player.unheard for player in players)
    captured, refunded = sum(one["captured"] for one in own), sum(one["refunded"] for one in own)
    return Books(before, after, paid, unheard, captured, refunded)
