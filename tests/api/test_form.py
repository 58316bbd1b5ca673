"""What a body may be, and the answer to what it may not be, whatever the room."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.api.strict_json import MAX_BYTES
from tests.api.caller import Caller, assert_problem

BIDI = "\u202e"

MALFORMED = {
    "nothing": b"",
    "cut off": b'{"amount": 1',
    "two documents": b'{"amount": 1} {}',
    "not UTF-8": b'{"amount": 1, "note": "\xff"}',
    "UTF-16": '{"amount": 1}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"amount": 1}',
    "NaN": b'{"amount": NaN}',
    "Infinity": b'{"amount": -Infinity}',
    "duplicate keys": b'{"amount": 1, "amount": 2}',
    "duplicate keys, one escaped": b'{"amount": 1, "\\u0061mount": 2}',
    "nesting of 33": b'{"amount":' + b"[" * 32 + b"]" * 32 + b"}",
    "nesting without end": b"[" * 60_000,
    "single quotes": b"{'amount': 1}",
    "trailing comma": b'{"amount": 1,}',
    "line break in a string": b'{"amount": 1, "note": "a\nb"}',
}


@pytest.mark.parametrize("raw", MALFORMED.values(), ids=MALFORMED.keys())
def test_what_is_not_json_is_malformed(probe: Caller, raw: bytes) -> None:
    assert_problem(probe.post("/v1/echo", raw), 400, "malformed-json")


INVALID: dict[str, tuple[Any, str, str | None]] = {
    "null": (b"null", "invalid-request", None),
    "array": (b"[]", "invalid-request", None),
    "number": (b"1", "invalid-request", None),
    "nothing in it": ({}, "invalid-request", "amount"),
    "text for an amount": ({"amount": "1"}, "invalid-request", "amount"),
    "bool for an amount": ({"amount": True}, "invalid-request", "amount"),
    "null for an amount": ({"amount": None}, "invalid-request", "amount"),
    "1.0": (b'{"amount": 1.0}', "invalid-request", "amount"),
    "1e2": (b'{"amount": 1e2}', "invalid-request", "amount"),
    "1e999": (b'{"amount": 1e999}', "invalid-request", "amount"),
    "int for a bool": ({"amount": 1, "sure": 1}, "invalid-request", "sure"),
    "an unknown field": ({"amount": 1, "balance": 5}, "invalid-request", "balance"),
    "an unknown field further in": ({"amount": 1, "parts": [{"amount": 1, "x": 1}]}, "invalid-request", "parts.0.x"),
    "a wrong type further in": ({"amount": 1, "parts": [{"amount": "1"}]}, "invalid-request", "parts.0.amount"),
    "a thousand digits": (b'{"amount": 1' + b"0" * 1000 + b"}", "amount-out-of-range", "amount"),
    "sixty thousand digits": (b'{"amount": -1' + b"0" * 60_000 + b"}", "amount-out-of-range", "amount"),
    "beyond 64 bits": ({"amount": 2**63}, "amount-out-of-range", "amount"),
    "beyond 64 bits, no amount": ({"amount": 1, "sure": 2**70}, "invalid-request", "sure"),
    "NUL": ({"amount": 1, "note": "a\x00b"}, "invalid-request", "note"),
    "a lone surrogate": (b'{"amount": 1, "note": "\\ud800"}', "invalid-request", "note"),
    "a bidirectional override": ({"amount": 1, "note": f"a{BIDI}b"}, "invalid-request", "note"),
    "a bidirectional override, unescaped": (f'{{"amount":1,"note":"{BIDI}"}}'.encode(), "invalid-request", "note"),
    "a hostile name": (b'{"amount": 1, "\\ud800": 1}', "invalid-request", None),
}


@pytest.mark.parametrize(("body", "code", "param"), INVALID.values(), ids=INVALID.keys())
def test_what_does_not_fit_names_its_field(probe: Caller, body: Any, code: str, param: str | None) -> None:
    assert_problem(probe.post("/v1/echo", body), 422, code, param)


def test_a_body_may_have_64_kib_and_not_a_byte_more(probe: Caller) -> None:
    note = "x" * (MAX_BYTES - len(json.dumps({"amount": 1, "note": ""})))
    assert probe.post("/v1/echo", {"amount": 1, "note": note}).status == 200
    assert_problem(probe.post("/v1/echo", {"amount": 1, "note": note + "x"}), 413, "payload-too-large")


def test_raw_bodies_are_bounded_too(probe: Caller) -> None:
    assert_problem(probe.post("/v1/hooks", b"\xff" * (MAX_BYTES + 1)), 413, "payload-too-large")


def test_nesting_of_32_is_json(probe: Caller) -> None:
    assert_problem(
        probe.post("/v1/echo", b'{"amount":' + b"[" * 31 + b"]" * 31 + b"}"), 422, "invalid-request", "amount"
    )


@pytest.mark.parametrize("given", ["application/json", "Application/JSON", 'application/json; charset="UTF-8"'])
def test_json_is_taken_under_its_name(probe: Caller, given: str) -> None:
    assert probe.request("POST", "/v1/echo", {"amount": 1}, {"Content-Type": given}).status == 200


@pytest.mark.parametrize("given", ["", "text/plain", "application/jsonp", "application/json; charset=latin-1", "*/*"])
def test_another_media_type_is_refused(probe: Caller, given: str) -> None:
    reply = probe.request("POST", "/v1/echo", {"amount": 1}, {"Content-Type": given})
    assert_problem(reply, 415, "unsupported-media-type")


def test_strings_of_dynamodb_and_templates_are_literal(probe: Caller) -> None:
    note = '#n :v {"S": "x"} ${jndi:ldap://x} {amount}'
    assert probe.post("/v1/echo", {"amount": 1, "note": note}).json["heard"]["note"] == note


def test_a_body_that_came_as_text_is_read_alike(probe: Caller) -> None:
    event = probe.event("POST", "/v1/echo", None, {"content-type": "application/json"})
    event.update(body='{"amount": 1, "note": "钱"}', isBase64Encoded=False)
    assert probe.send(event).json["heard"]["note"] == "钱"


def test_a_body_whose_base64_is_broken_is_malformed(probe: Caller) -> None:
    event = probe.event("POST", "/v1/echo", b"{}", {"content-type": "application/json"})
    assert_problem(probe.send({**event, "body": "§"}), 400, "malformed-json")


def test_a_hook_gets_its_bytes_as_they_were_sent(probe: Caller) -> None:
    raw = bytes(range(256))
    assert probe.post("/v1/hooks", raw, content_type="text/weird").raw == raw
