"""Customers, merchants and operators of the local cloud, made through the public API as apps and tills would."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote

from chalicelib.kernel import clock
from infra.local.client import Client, Unexpected

PATIENCE_SECONDS = 30.0
STEP_SECONDS = 30
"""How long a code of an authenticator stands."""
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
_devices: dict[str, str] = {}
"""Who signed up in this process, or is known by `know`, signs in on one phone: on any other they are new for a day."""
KEY_SCOPES = ["payments", "refunds", "checkouts", "reports", "payouts", "keys", "cards"]


class TooLate(Exception):
    """`what` was awaited for so many seconds and did not come."""

    def __init__(self, what: str, seconds: float):
        super().__init__(f"waited {seconds:.0f} s for {what}")
        self.what, self.seconds = what, seconds


@dataclass(frozen=True, slots=True)
class Person:
    """As somebody signs up: `jurisdiction` decides the currency of the wallet."""

    identifier: str
    password: str
    display_name: str
    locale: str = "en"
    jurisdiction: str = "CN"


@dataclass(frozen=True, slots=True)
class Shop:
    """As an operator takes on a merchant: the fee in basis points, `floor` in minor units of each currency."""

    name: str
    currencies: tuple[str, ...] = ("CNY",)
    fee_basis_points: int = 60
    floor: int = -100_000
    category: str = "other"


def ask_to_join(client: Client, person: Person) -> None:
    client.insist("/v1/users", asdict(person)).expect(202)


def code_for(client: Client, identifier: str, about: str = "") -> str:
    """The code in the newest message of the outbox that says `about`. Raises TooLate."""

    def look() -> str | None:
        messages = client.get(f"/_local/outbox?to={quote(identifier, safe='')}").expect(200)["data"]
        newest = next((one["body"] for one in messages if about in one["body"]), "")
        found = _CODE.search(newest)
        return found[0] if found else None

    return str(wait_for(look, f"a code for {identifier} in the outbox"))


def hire(boss: Client, me: Client, shop: Mapping[str, Any], person: Person, role: str, **more: Any) -> None:
    """They work at the shop from now on: `boss` invites them, and they accept by the code that was sent to them."""
    wish = {"identifier": person.identifier, "role": role, "name": person.display_name, **more}
    asked = boss.insist(f"/v1/merchants/{shop['id']}/staff", wish).expect(201)
    code = code_for(me, person.identifier, shop["name"])
    me.post(f"/v1/me/staff-roles/{asked['id']}/accept", {"code": code}).expect(200)


def verify(client: Client, identifier: str, code: str) -> dict[str, Any]:
    """{user, access_token, refresh_token, expires_in}."""
    welcome: dict[str, Any] = client.insist("/v1/users/verify", {"identifier": identifier, "code": code}).expect(201)
    _devices[identifier] = welcome["device_token"]
    return welcome


def know(identifier: str, device_token: str) -> None:
    """They sign in on the phone that has this from now on."""
    _devices[identifier] = device_token


def phone_of(person: Person) -> str:
    """What their phone shows; empty of whoever is not known here."""
    return _devices.get(person.identifier, "")


def sign_up(client: Client, person: Person) -> dict[str, Any]:
    ask_to_join(client, person)
    return verify(client, person.identifier, code_for(client, person.identifier))


def sign_in(client: Client, person: Person, totp_secret: str = "") -> dict[str, Any] | None:
    """The tokens; None if this person is not known. `totp_secret`: of their authenticator, if they have one."""
    wish = {"identifier": person.identifier, "password": person.password}
    if known := _devices.get(person.identifier):
        wish["device_token"] = known
    answer = client.insist("/v1/sessions", wish)
    if answer.status == 202 and totp_secret:
        return _second_half(client, answer.expect(202)["challenge"], totp_secret)
    tokens: dict[str, Any] | None = None if answer.status == 401 else answer.expect(201)
    return tokens


def enrol(client: Client, person: Person, tokens: dict[str, Any], keep: Callable[[str], None]) -> None:
    """An authenticator for whoever has these tokens; its secret is kept before it counts."""
    me = client.bearing(tokens["access_token"])
    secret: str = me.post("/v1/me/totp", {"password": person.password}).expect(201)["secret"]
    keep(secret)
    me.post("/v1/me/totp/confirm", {"code": code(secret)}).expect(204)


def _second_half(client: Client, challenge: str, secret: str) -> dict[str, Any]:
    """A code is used once: if this moment's was, the next one is good already, and a moment later the one after it."""
    for ahead, waits in ((0, False), (1, False), (1, True)):
        if waits:
            time.sleep(STEP_SECONDS - time.time() % STEP_SECONDS)
        answer = {"challenge": challenge, "method": "totp", "code": code(secret, ahead)}
        told = client.insist("/v1/sessions/second-factor", answer)
        if told.status == 201:
            break
    tokens: dict[str, Any] = told.expect(201)
    return tokens


def code(secret: str, ahead: int = 0) -> str:
    """What an authenticator shows, so many steps from now."""
    import pyotp

    return pyotp.TOTP(secret).at(int(clock.now().timestamp()) + ahead * STEP_SECONDS)


def top_up(client: Client, wallet: dict[str, Any], amount: int, key: str) -> dict[str, Any]:
    """Through the sandbox bank, until the money is there. Raises TooLate, Unexpected."""
    wish = {"wallet_id": wallet["id"], "amount": amount, "currency": wallet["currency"], "processor": "sandbox"}
    return arrived(client, client.insist("/v1/topups", wish, key=key).expect(201)["id"])


def arrived(client: Client, topup_id: str) -> dict[str, Any]:
    """The top-up once it has succeeded. Raises TooLate, Unexpected."""

    def look() -> dict[str, Any] | None:
        found: dict[str, Any] = client.get(f"/v1/topups/{topup_id}").expect(200)
        if found["status"] == "failed":
            raise Unexpected(f"top-up {topup_id} failed: {found.get('reason')}")
        return found if found["status"] == "succeeded" else None

    return dict(wait_for(look, f"top-up {topup_id} to succeed"))


def wallets(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/v1/wallets").expect(200)["data"]
    return found


def open_shop(operator: Client, shop: Shop) -> dict[str, Any]:
    """{"id", "name", "api_key"}: a new merchant with a key for everything."""
    made = operator.insist("/v1/merchants", {**asdict(shop), "currencies": list(shop.currencies)}).expect(201)
    key = operator.insist(f"/v1/merchants/{made['id']}/keys", {"scopes": KEY_SCOPES}).expect(201)
    return {"id": made["id"], "name": made["name"], "api_key": key["key"]}


def wait_for(look: Any, what: str, seconds: float = PATIENCE_SECONDS, pause_seconds: float = 0.2) -> Any:
    """What `look` finds, as soon as it finds anything. Raises TooLate."""
    until = time.monotonic() + seconds
    while (found := look()) is None:
        if time.monotonic() > until:
            raise TooLate(what, seconds)
        time.sleep(pause_seconds)
    return found
