"""People for the tests: they sign up through the API with the code from the outbox."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from argon2 import PasswordHasher

from chalicelib import cloud
from chalicelib.identity import entering, service, totp
from chalicelib.identity.model_arrivals import Arrival
from chalicelib.identity.model_factors import step_at
from chalicelib.kernel import clock
from chalicelib.settings import settings
from tests.api.caller import Caller, Reply
from tests.conftest import TABLES

PASSWORD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Argon2 at its minimum cost, for tests that are not about it."""
_ANNOUNCED = ("A new device signed in", "新设备登录")


def wish(identifier: str = "ann@example.com", **changes: Any) -> dict[str, Any]:
    """The body of a sign-up."""
    plain = {"password": PASSWORD, "display_name": "Ann", "locale": "en", "jurisdiction": "CN"}
    return {"identifier": identifier, **plain, **changes}


def outbox(to: str) -> list[dict[str, str]]:
    """Messages sent to a contact, oldest first."""
    found = cloud.client("dynamodb").query(
        TableName=settings().notices_table,
        KeyConditionExpression="pk = :to",
        ExpressionAttributeValues={":to": {"S": f"OUTBOX#{to}"}},
    )
    return [{name: next(iter(kind.values())) for name, kind in item.items()} for item in found["Items"]]


def subjects(to: str) -> list[str]:
    """Of the messages to a contact, oldest first; but for the announcement of a device that shows no token, which
    stands before or after what came in the same moment."""
    return [one["subject"] for one in outbox(to) if one["subject"] not in _ANNOUNCED]


def code_for(to: str) -> str:
    """The newest code that was sent; of two at one instant nobody knows which that is."""
    found = [(one["sk"].partition("#")[0], code[0]) for one in outbox(to) if (code := re.search(r"\d{6}", one["body"]))]
    assert len({sent_at for sent_at, _ in found[-2:]}) == len(found[-2:]), "two codes at one instant: advance the clock"
    return found[-1][1]


def signed_up(caller: Caller, identifier: str = "ann@example.com", **changes: Any) -> dict[str, Any]:
    """A verified person: what `POST /v1/users/verify` answered. `identifier` is written canonically."""
    asked = caller.post("/v1/users", wish(identifier, **changes))
    assert asked.status == 202, asked.raw
    proved = caller.post("/v1/users/verify", {"identifier": identifier, "code": code_for(identifier)})
    assert proved.status == 201, proved.raw
    welcome: dict[str, Any] = proved.json
    return welcome


def second_name(me: Caller, first: str, second: str) -> None:
    """Theirs too from now on. Some time must have passed since `first` was last sent something."""
    assert me.post("/v1/me/identifiers", {"identifier": second}).status == 202
    proof = {"identifier": second, "new_code": code_for(second), "old_code": code_for(first)}
    assert me.post("/v1/me/identifiers/confirm", proof).status == 200


def signed_in(caller: Caller, identifier: str = "ann@example.com", password: str = PASSWORD) -> dict[str, Any]:
    """The tokens of a new session."""
    tokens: dict[str, Any] = sign_in(caller, identifier, password).json
    return tokens


def proved(
    caller: Caller, secret: str, identifier: str = "ann@example.com", password: str = PASSWORD
) -> dict[str, Any]:
    """The tokens of a new session that began with an authenticator's code: the next one, good already."""
    asked = sign_in(caller, identifier, password).json["challenge"]
    body = {"challenge": asked, "method": "totp", "code": code_now(secret, 1)}
    tokens: dict[str, Any] = caller.post("/v1/sessions/second-factor", body).json
    return tokens


def sign_in(caller: Caller, identifier: str, password: str, device_token: str = "") -> Reply:
    """Without a `device_token` on a device that was never here, which is announced once a day."""
    known = {"device_token": device_token} if device_token else {}
    return caller.post("/v1/sessions", {"identifier": identifier, "password": password} | known)


def verify(caller: Caller, code: str, identifier: str = "ann@example.com") -> Reply:
    return caller.post("/v1/users/verify", {"identifier": identifier, "code": code})


def wrong(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


def told(reply: Reply) -> tuple[int, dict[str, str], bytes]:
    """All that an onlooker sees of an answer; the number of the request, and how many came, is no news."""
    headers = {name: value for name, value in reply.headers.items() if name not in ("request-id", "ratelimit")}
    return reply.status, headers, re.sub(rb'"request_id":"[^"]*"', b"", reply.raw)


def appointed(caller: Caller, welcome: dict[str, Any], role: str, password: str = PASSWORD) -> str:
    """The secret of the authenticator of somebody who has just signed up, and is an operator from now on."""
    secret = enrolled(caller.bearing(welcome["access_token"]), password)
    service.appoint(welcome["user"]["id"], role, clock.now())
    return secret


def in_office(user_id: str, at: datetime) -> str:
    """An operator's access token, as after a second factor; how it is proved has tests of its own."""
    return entering.let_in(service.profile(user_id), Arrival("office"), at, proved=True).access_token


def enrolled(me: Caller, password: str = PASSWORD) -> str:
    """The secret of an authenticator that is in force from now on."""
    secret = str(me.post("/v1/me/totp", {"password": password}).json["secret"])
    confirmed = me.post("/v1/me/totp/confirm", {"code": code_now(secret)})
    assert confirmed.status == 204, confirmed.raw
    return secret


def code_now(secret: str, later: int = 0) -> str:
    """What an authenticator shows, `later` steps from now."""
    return totp.code_of(secret, step_at(clock.now()) + later)


def refresh(caller: Caller, token: str) -> Reply:
    return caller.post("/v1/sessions/refresh", {"refresh_token": token})


def all_items(table: str) -> list[dict[str, Any]]:
    """Everything in a table, as the wire has it."""
    found: list[dict[str, Any]] = cloud.client("dynamodb").scan(TableName=f"test-{table}")["Items"]
    return found


def at_rest() -> str:
    """All that the tables hold; the outbox is left out, it is the post itself."""
    items = [item for table in TABLES for item in all_items(table)]
    return repr([item for item in items if not item["pk"]["S"].startswith("OUTBOX#")])
