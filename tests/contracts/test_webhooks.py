"""Every adapter believes exactly what its processor signed within 300 s, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.kernel.errors import InvalidSignature
from tests.contracts.conftest import AT, TOPUP, WALLET, Bench

KINDS = {"succeeded": "topup_succeeded", "failed": "topup_failed", "reversed": "topup_reversed"}


@pytest.mark.parametrize(("told", "kind"), KINDS.items())
def test_the_official_signature_is_believed_and_every_fact_read(bench: Bench, told: str, kind: str) -> None:
    body = bench.body(told, reversed_total=400 if told == "reversed" else 0)
    event = bench.adapter.verify_and_parse(body, bench.sign(body, AT, bench.secret), AT)
    assert event.kind == kind
    assert (event.topup_id, event.wallet_id) == (TOPUP, WALLET)
    assert (event.amount, event.currency, event.account) == (1250, "CNY", bench.adapter.account)
    assert event.reference and event.event_id and event.processor == bench.adapter.name
    assert event.occurred_at == AT
    assert event.reversed_total == (400 if told == "reversed" else 0)
    assert event.reason == ("card_declined" if told == "failed" else None)


@pytest.mark.parametrize("seconds", [-300, -1, 0, 1, 300])
def test_300_seconds_either_way_are_fresh(bench: Bench, seconds: int) -> None:
    body = bench.body()
    headers = bench.sign(body, AT + timedelta(seconds=seconds), bench.secret)
    assert bench.adapter.verify_and_parse(body, headers, AT).kind == "topup_succeeded"


@pytest.mark.parametrize("seconds", [-86_400, -301, 301, 86_400])
def test_beyond_300_seconds_in_either_direction_is_refused(bench: Bench, seconds: int) -> None:
    body = bench.body()
    headers = bench.sign(body, AT + timedelta(seconds=seconds), bench.secret)
    with pytest.raises(InvalidSignature):
        bench.adapter.verify_and_parse(body, headers, AT)


def test_any_changed_byte_is_refused(bench: Bench) -> None:
    body = bench.body()
    headers = bench.sign(body, AT, bench.secret)
    for changed in (body.replace(b"1250", b"9250"), body + b" ", body[:-1], b"", b"\xff" + body):
        with pytest.raises(InvalidSignature):
            bench.adapter.verify_and_parse(changed, headers, AT)


def test_a_strangers_key_is_refused(bench: Bench) -> None:
    body = bench.body()
    with pytest.raises(InvalidSignature):
        bench.adapter.verify_and_parse(body, bench.sign(body, AT, "whsec_c3RyYW5nZXI="), AT)


@pytest.mark.parametrize("garbage", ["", "v1,", "v1=", "t=,v1=", "v1,é", "t=1e9,v1=é", "v0,aaaa", "=", ",,,", "t=1 v1"])
def test_missing_and_malformed_signatures_are_refused(bench: Bench, garbage: str) -> None:
    body = bench.body()
    headers = bench.sign(body, AT, bench.secret)
    with pytest.raises(InvalidSignature):
        bench.adapter.verify_and_parse(body, headers | {bench.signature_header: garbage}, AT)
    for missing in headers:
        with pytest.raises(InvalidSignature):
            bench.adapter.verify_and_parse(body, {name: headers[name] for name in headers if name != missing}, AT)


def test_header_names_have_no_case(bench: Bench) -> None:
    body = bench.body()
    headers = {name.upper(): value for name, value in bench.sign(body, AT, bench.secret).items()}
    assert bench.adapter.verify_and_parse(body, headers, AT).topup_id == TOPUP


def test_one_right_signature_among_several_is_enough(bench: Bench) -> None:
    """As while a secret rotates."""
    body = bench.body()
    right, wrong = bench.sign(body, AT, bench.secret), bench.sign(body, AT, "whsec_c3RyYW5nZXI=")
    name = bench.signature_header
    joiner = " " if name.islower() else ","
    both = {**right, name: wrong[name] + joiner + right[name].removeprefix(f"t={int(AT.timestamp())},")}
    assert bench.adapter.verify_and_parse(body, both, AT).topup_id == TOPUP


def test_an_unsigned_request_is_refused_before_any_secret_is_fetched(bench: Bench) -> None:
    def never() -> dict[str, str]:
        raise AssertionError("fetched")

    adapter = type(bench.adapter)("http://unused", never)
    with pytest.raises(InvalidSignature):
        adapter.verify_and_parse(b"{}", {}, AT)


def test_missing_metadata_leaves_the_facts_open(bench: Bench) -> None:
    body = bench.body(metadata={})
    event = bench.adapter.verify_and_parse(body, bench.sign(body, AT, bench.secret), AT)
    assert (event.kind, event.topup_id, event.wallet_id) == ("topup_succeeded", None, None)


@pytest.mark.parametrize("amount", ["12.50", 12.5, True, None, [1250]])
def test_an_amount_that_is_no_integer_cannot_be_read(bench: Bench, amount: object) -> None:
    body = bench.body(amount=amount)
    event = bench.adapter.verify_and_parse(body, bench.sign(body, AT, bench.secret), AT)
    assert (event.kind, event.amount) == ("unreadable", None)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b'{"id":1}', b'"text"', b"{" * 5000, b'{"created":1e400}'])
def test_signed_nonsense_is_an_event_that_cannot_be_read(bench: Bench, body: bytes) -> None:
    event = bench.adapter.verify_and_parse(body, bench.sign(body, AT, bench.secret), AT)
    assert event.kind == "unreadable" and event.event_id and event.amount is None


def test_an_event_about_something_else_is_ignored(bench: Bench) -> None:
    body = bench.body("elsewhere")
    assert bench.adapter.verify_and_parse(body, bench.sign(body, AT, bench.secret), AT).kind == "ignored"


def test_the_acknowledgement_is_a_success(bench: Bench) -> None:
    body = bench.body()
    event = bench.adapter.verify_and_parse(body, bench.sign(body, AT, bench.secret), AT)
    told = bench.adapter.acknowledge(event)
    assert (told.status, told.content_type) == (200, "application/json")


def test_another_account_or_mode_is_visible(bench: Bench) -> None:
    body = bench.body()
    event = bench.other_account.verify_and_parse(body, bench.sign(body, AT, bench.secret), AT)
    assert event.account != bench.other_account.account
