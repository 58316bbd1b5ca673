"""Webhooks that nobody signed, or not now, or not so: 401, nothing written, nobody called; for every processor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import cloud
from chalicelib.kernel import clock as clock_module
from chalicelib.settings import settings
from infra.local.bank_post import letter, signed
from tests.api import topup_kit
from tests.api.caller import Caller, assert_problem
from tests.api.topup_kit import KEYS, Till, everything
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests

STRANGER = replace(KEYS, sandbox="whsec_c3RyYW5nZXI=", stripe="whsec_stranger")
SIGNATURE = {"sandbox": "webhook-signature", "stripe": "Stripe-Signature"}
FORGERIES = (
    "tampered", "one byte more", "re-encoded", "unsigned", "empty signature", "half a signature", "wrong key",
    "of the other processor", "301 s old", "301 s early", "a day old", "two times", "no body", "not UTF-8",
)  # fmt: skip


@pytest.fixture
def till(caller: Caller) -> Iterator[Till]:
    yield from topup_kit.till(caller)


@pytest.mark.parametrize("processor", SIGNATURE)
@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_webhook_is_401_and_writes_and_calls_nothing(
    till: Till, aws_calls: list[tuple[str, str]], processor: str, forgery: str
) -> None:
    made = till.top_up(processor=processor, method="manual" if processor == "sandbox" else None).json
    cloud.secret(settings().processors_secret_id)
    sent = letter(till.message(made["id"], "succeeded"))
    assert sent.dialect == processor
    body, headers = forged(forgery, processor, sent)
    before, asked = everything(), till.asked
    aws_calls.clear()
    assert_problem(till.deliver(body, headers, processor), 401, "invalid-signature")
    assert aws_calls == []
    assert (everything(), till.asked, till.money) == (before, asked, (0, 0))


def forged(forgery: str, processor: str, sent: Any) -> tuple[bytes, dict[str, str]]:
    now = int(clock_module.now().timestamp())
    body, headers, name = sent.body, signed(sent, KEYS, now), SIGNATURE[processor]
    match forgery:
        case "tampered":
            body = body.replace(b"1250", b"9250")
        case "one byte more":
            body += b" "
        case "re-encoded":
            body = body.decode().encode("utf-16")
        case "unsigned":
            del headers[name]
        case "empty signature":
            headers[name] = ""
        case "half a signature":
            headers[name] = headers[name][:-10]
        case "wrong key":
            headers = signed(sent, STRANGER, now)
        case "of the other processor":
            headers = signed(replace(sent, dialect="stripe" if processor == "sandbox" else "sandbox"), KEYS, now)
        case "301 s old" | "301 s early" | "a day old":
            headers = signed(sent, KEYS, now + {"301 s old": -301, "301 s early": 301, "a day old": -86_400}[forgery])
        case "two times":
            late = signed(sent, KEYS, now - 301)
            headers = {key: f"{value}, {late[key]}" for key, value in headers.items()} | {"webhook-id": sent.id}
            headers[name] = f"t={now},{late[name]}" if processor == "stripe" else late[name]
        case "no body":
            body = b""
        case "not UTF-8":
            body = b"\xff" + body
    return body, headers


def test_a_webhook_is_good_for_300_seconds_and_its_replay_has_no_effect(till: Till, clock: FrozenClock) -> None:
    sent = letter(till.message(till.top_up().json["id"], "succeeded"))
    headers = signed(sent, KEYS, int(clock.now().timestamp()))
    assert till.deliver(sent.body, headers).status == 200
    clock.moment += timedelta(seconds=300)
    before = everything()
    assert till.deliver(sent.body, headers).status == 200
    clock.moment += timedelta(seconds=1)
    assert till.deliver(sent.body, headers).status == 401
    assert everything() == before
    assert till.money == (1250, 0)


def test_another_event_under_a_used_id_is_kept_for_a_person(till: Till, clock: FrozenClock) -> None:
    first, second = (till.top_up(key=key).json["id"] for key in ("one", "two"))
    used = letter(till.message(first, "succeeded"))
    again = replace(letter(till.message(second, "succeeded")), id=used.id)
    for sent in (used, again, again):
        assert till.deliver(sent.body, signed(sent, KEYS, int(clock.now().timestamp()))).status == 200
    assert till.money == (1250, 0)
    (kept,) = [item for item in topup_kit.items("topups") if item["sk"] == "QUARANTINE"]
    assert (kept["reason"], kept["raw"]) == ("event_id", again.body)
    assert len(topup_kit.items("cases")) == 1


def test_a_webhook_of_64_kib_and_more_is_refused_before_its_signature_is_looked_at(
    till: Till, aws_calls: list[tuple[str, str]]
) -> None:
    assert_problem(till.deliver(b" " * 65_537, {}), 413, "payload-too-large")
    assert aws_calls == []
