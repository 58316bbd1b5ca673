"""What the demo customers did in the last weeks: `python -m infra.local.history`, in the functions' environment.

Standard input: {"api", "bank", "webhook_secret", "people": [{person, funds}], "merchants": [{id, api_key, …}],
"operator": id}. Whoever is new signs up four weeks ago, tops up, pays, gets something back, and has `funds` today.
Everything goes through the API itself with an older clock (`past.py`); the bank's word of old top-ups is signed here
with the bank's own key.
Prints what their phones show: {identifier: device_token}.
"""

from __future__ import annotations

import json
import logging
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.kernel import clock
from chalicelib.transfers import tasks as transfers
from infra.local import bank_post, past, people, seed_points
from infra.local.bank_post import Keys, Letter
from infra.local.client import Client
from infra.local.lending import lend
from infra.local.past import Past
from infra.local.people import Person

SIGNED_UP = timedelta(days=27)
PURCHASES = (
    (24.2, 0, 2_850), (22.4, 1, 1_600), (19.1, 0, 6_400), (15.3, 0, 2_850), (13.5, 1, 4_200), (9.2, 0, 3_980),
    (8.4, 1, 1_600), (5.1, 0, 2_850), (3.3, 0, 1_250), (1.2, 1, 1_600),
)  # fmt: skip
"""Days ago, in which shop, minor units."""
PIN = "493827"
"""Of every demo customer: what steps up for a large payment, and for a way to withdraw."""
ACCOUNTS = {"CNY": "6222 0212 3456 7890 128", "EUR": "DE89 3704 0044 0532 0130 00"}
FRIENDS = timedelta(days=25.9)
RETURNED, RETURNED_AGO = 4, 7.6
"""Which of them went back, and how many days ago."""


@dataclass(frozen=True)
class Bank:
    """Of the local cloud: it opens an old top-up today, and what it says of it is said in the past."""

    url: str
    secret: str

    def word_of(self, topup_id: str, at: datetime) -> tuple[bytes, dict[str, str]]:
        """The webhook that says it succeeded, as it would have been signed then."""
        view = Client(self.url).get(f"/intents/{topup_id}").expect(200) | {"status": "succeeded"}
        body = json.dumps({"type": "topup.succeeded", "timestamp": clock.written(at), "data": view}).encode()
        letter = Letter("sandbox", f"msg_{topup_id}", body)
        return body, bank_post.signed(letter, Keys(self.secret, ""), int(at.timestamp()))

    def settle(self, topup_id: str) -> None:
        """In the bank's own book too; what it then sends tells nothing new."""
        Client(self.url).post(f"/intents/{topup_id}/confirm", {})


class Visitor:
    """Somebody over the weeks: signed up once, their session refreshed at each visit."""

    def __init__(self, api: Past, person: Person):
        self._api, self.person = api, person
        self._tokens = people.sign_up(api.ago(SIGNED_UP), person)
        self.wallet = people.wallets(self.ago(SIGNED_UP))[0]

    @property
    def device_token(self) -> str:
        return str(self._tokens["device_token"])

    def ago(self, behind: timedelta) -> Past:
        then = self._api.ago(behind)
        refresh = {"refresh_token": self._tokens["refresh_token"]}
        self._tokens |= then.insist("/v1/sessions/refresh", refresh).expect(200)
        return then.bearing(self._tokens["access_token"])


def begin(api: Past, bank: Bank, person: Person) -> Visitor | None:
    """Once: whoever is known already has a past, and is None."""
    if people.sign_in(api, person):
        return None
    visitor, spent = Visitor(api, person), sum(amount for _, _, amount in PURCHASES)
    top_up(visitor.ago(timedelta(days=26)), bank, visitor.wallet, spent, "seed-1")
    return visitor


def befriend(first: Visitor, second: Visitor) -> None:
    """Each has sent the other the same, which has waited a day: what they send now goes at once."""
    for giver, taker in ((first, second), (second, first)):
        me = giver.ago(FRIENDS)
        check = me.insist("/v1/payee-checks", {"identifier": taker.person.identifier}).expect(200)
        wish = {"payee_check": check["payee_check"], "amount": 880, "currency": check["currency"]}
        me.insist("/v1/transfers", wish, key="friends").expect(201)
    with past.older(FRIENDS - timedelta(days=1, minutes=1)):
        transfers.sweep(clock.now())


def live(api: Past, bank: Bank, visitor: Visitor, funds: int, shops: list[Mapping[str, Any]]) -> None:
    _name_an_account(visitor.ago(timedelta(days=24.8)), visitor.person, visitor.wallet["currency"])
    for number, (days, shop, amount) in enumerate(PURCHASES):
        paid = pay(visitor.ago(timedelta(days=days)), visitor.wallet, shops[shop], amount, f"seed-{number}")
        if number == RETURNED:
            till = api.ago(timedelta(days=RETURNED_AGO)).bearing(shops[shop]["api_key"])
            _give_back(till, paid)
    top_up(visitor.ago(timedelta(hours=9)), bank, visitor.wallet, funds - PURCHASES[RETURNED][2], "seed-2")


def _name_an_account(me: Past, person: Person, currency: str) -> None:
    """Where their money may go back to: long enough ago that it may leave today."""
    me.send("PUT", "/v1/me/payment-pin", {"pin": PIN, "password": person.password}).expect(204)
    proved = me.insist("/v1/me/step-up", {"method": "pin", "pin": PIN}).expect(200)["access_token"]
    wish = {"processor": "sandbox", "destination": ACCOUNTS[currency]}
    me.bearing(proved).insist("/v1/me/funding-methods", wish).expect(201)


def pay(
    me: Past, wallet: Mapping[str, Any], shop: Mapping[str, Any], amount: int, key: str, **more: str
) -> dict[str, Any]:
    order = f"{shop['name'][0]}-{secrets.randbelow(9000) + 1000}"
    wish = {"wallet_id": wallet["id"], "currency": wallet["currency"], "merchant_id": shop["id"], "amount": amount}
    paid: dict[str, Any] = me.insist("/v1/payments", wish | {"order_reference": order} | more, key=key).expect(201)
    return paid


def _give_back(till: Past, paid: Mapping[str, Any]) -> None:
    till.insist(f"/v1/payments/{paid['id']}/refunds", {"reason": "returned"}, key=f"back-{paid['id']}").expect(201)


def top_up(me: Past, bank: Bank, wallet: Mapping[str, Any], amount: int, key: str) -> None:
    """As it was: asked for, the bank's word some moments later."""
    about = {"wallet_id": wallet["id"], "currency": wallet["currency"], "processor": "sandbox", "method": "manual"}
    topup = me.insist("/v1/topups", about | {"amount": amount}, key=key).expect(201)
    body, signature = bank.word_of(topup["id"], me.now)
    me.bearing("").post("/v1/webhooks/sandbox", body, headers=signature).expect(200)
    bank.settle(topup["id"])


def main() -> None:
    logging.disable(logging.CRITICAL)
    told = json.load(sys.stdin)
    api, bank = Past(told["api"]), Bank(told["bank"], told["webhook_secret"])
    with past.older(SIGNED_UP):
        seed_points.begin(told["operator"], clock.now())
    lives = [(begin(api, bank, Person(**one["person"])), one["funds"]) for one in told["people"]]
    first, second = (visitor for visitor, _ in lives[:2])
    if first and second:
        befriend(first, second)
    for visitor, funds in lives:
        if visitor:
            live(api, bank, visitor, funds, told["merchants"])
    if first and second:
        lend(bank, first, second, told["merchants"])
    print(json.dumps({visitor.person.identifier: visitor.device_token for visitor, _ in lives if visitor}))


if __name__ == "__main__":
    main()
