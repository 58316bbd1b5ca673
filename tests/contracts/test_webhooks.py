"""Every adapter believes exactly what its processor signed within 300 s, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.kernel.errors import InvalidSignature
from tests.contracts.bench import AT, PAYOUT, SENT, TOPUP, WALLET, Bench

KINDS = {"succeeded": "topup_succeeded", "failed": "topup_failed", "reversed": "topup_reversed"}


@pytest.mark.parametrize(("told", "kind"), KINDS.items())
def test_the_official_signature_is_believed_and_every_fact_read(bench: Bench, told: str, kind: str) -> None:
    if told not in bench.tells:
        pytest.skip("this processor does not tell it")
    event = bench.told(bench.body(told, **({"reversed_total": 400} if told == "reversed" else {})))
    assert event.kind == kind
    assert (event.topup_id, event.wallet_id) == (TOPUP, WALLET if bench.says_wallet(told) else None)
    assert (event.amount, event.currency, event.account) == (1250, "CNY", bench.adapter.account)
    assert event.reference and event.event_id and event.processor == bench.adapter.name
    assert event.occurred_at == AT
    taken_back = 400 if told == "reversed" else 0
    assert (event.reversed_part if bench.by_part else event.reversed_total) == taken_back
    assert (event.refund_id is not None) == (bench.by_part and told == "reversed")
    assert event.reason == (bench.declines[1] if told == "failed" else None)


@pytest.mark.parametrize(("told", "kind"), [("paid", "payout_succeeded"), ("returned", "payout_failed")])
def test_what_became_of_a_payout_is_believed_and_every_fact_read(bench: Bench, told: str, kind: str) -> None:
    event = bench.told(bench.body(told))
    assert (event.kind, event.payout_id, event.topup_id) == (kind, PAYOUT, None)
    assert (event.amount, event.currency, event.account) == (SENT, "CNY", bench.adapter.account)
    assert event.reference and event.event_id and (event.processor, event.occurred_at) == (bench.adapter.name, AT)
    assert (event.reason or "").lower() == ("account_closed" if told == "returned" else "")


def test_what_is_told_of_a_payout_is_refused_unless_signed_fresh_and_whole(bench: Bench) -> None:
    body = bench.body("paid")
    signed = bench.sign(body, AT, bench.secret)
    late, strange = bench.sign(body, AT - timedelta(seconds=301), bench.secret), bench.sign(body, AT, bench.stranger)
    other = bench.body("returned")
    for told, headers in ((body, late), (body, strange), (other, signed), (body, {})):
        with pytest.raises(InvalidSignature):
            bench.receive(told, headers, AT)


@pytest.mark.parametrize("seconds", [-300, -1, 0, 1, 300])
def test_300_seconds_either_way_are_fresh(bench: Bench, seconds: int) -> None:
    body = bench.body()
    headers = bench.sign(body, AT + timedelta(seconds=seconds), bench.secret)
    assert bench.receive(body, headers, AT).kind == "topup_succeeded"


@pytest.mark.parametrize("seconds", [-86_400, -301, 301, 86_400])
def test_beyond_300_seconds_in_either_direction_is_refused(bench: Bench, seconds: int) -> None:
    body = bench.body()
    headers = bench.sign(body, AT + timedelta(seconds=seconds), bench.secret)
    with pytest.raises(InvalidSignature):
        bench.receive(body, headers, AT)


def test_any_changed_byte_is_refused(bench: Bench) -> None:
    body = bench.body()
    headers = bench.sign(body, AT, bench.secret)
    middle = len(body) // 2
    flipped = body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]
    for changed in (flipped, body.replace(b"1250", b"9250") + b" ", body[:-1], b"", b"\xff" + body):
        with pytest.raises(InvalidSignature):
            bench.receive(changed, headers, AT)


def test_a_strangers_key_is_refused(bench: Bench) -> None:
    body = bench.body()
    with pytest.raises(InvalidSignature):
        bench.receive(body, bench.sign(body, AT, bench.stranger), AT)


def test_missing_and_malformed_signatures_are_refused(bench: Bench) -> None:
    body = bench.body()
    headers = bench.sign(body, AT, bench.secret)
    for garbage in bench.no_signatures:
        with pytest.raises(InvalidSignature):
            bench.receive(body, headers | {bench.signature_header: garbage}, AT)
    for missing in headers:
        with pytest.raises(InvalidSignature):
            bench.receive(body, {name: headers[name] for name in headers if name != missing}, AT)


def test_header_names_have_no_case(bench: Bench) -> None:
    if bench.together(b"", {"sign": ""})[0]:
        pytest.skip("it signs in the body, where case matters")
    body = bench.body()
    headers = {name.upper(): value for name, value in bench.sign(body, AT, bench.secret).items()}
    assert bench.receive(body, headers, AT).topup_id == TOPUP


def test_one_right_signature_among_several_is_enough(bench: Bench) -> None:
    """As while a secret rotates; the others have a key's name beside the signature instead."""
    if bench.adapter.name not in ("sandbox", "stripe"):
        pytest.skip("it sends one signature")
    body = bench.body()
    right, wrong = bench.sign(body, AT, bench.secret), bench.sign(body, AT, bench.stranger)
    name = bench.signature_header
    joiner = " " if name.islower() else ","
    both = {**right, name: wrong[name] + joiner + right[name].removeprefix(f"t={int(AT.timestamp())},")}
    assert bench.receive(body, both, AT).topup_id == TOPUP


def test_an_unsigned_request_is_refused_before_any_secret_is_fetched(bench: Bench) -> None:
    def never() -> dict[str, str]:
        raise AssertionError("fetched")

    adapter = type(bench.adapter)("http://unused", never)
    with pytest.raises(InvalidSignature):
        adapter.verify_and_parse(b"{}", {}, AT)


def test_missing_metadata_leaves_the_facts_open(bench: Bench) -> None:
    body = bench.body(metadata={})
    event = bench.receive(body, bench.sign(body, AT, bench.secret), AT)
    assert (event.kind, event.topup_id, event.wallet_id) == ("topup_succeeded", None, None)


def test_an_amount_that_is_not_exact_cannot_be_read(bench: Bench) -> None:
    for amount in bench.no_amounts:
        event = bench.told(bench.body(amount=amount))
        assert (event.kind, event.amount) == ("unreadable", None), amount


def test_signed_nonsense_is_an_event_that_cannot_be_read(bench: Bench) -> None:
    for body in bench.no_bodies:
        event = bench.told(body)
        assert event.kind == "unreadable" and event.event_id and event.amount is None, body


def test_an_event_about_something_else_is_ignored(bench: Bench) -> None:
    body = bench.body("elsewhere")
    assert bench.receive(body, bench.sign(body, AT, bench.secret), AT).kind == "ignored"


def test_the_acknowledgement_has_the_processors_own_form(bench: Bench) -> None:
    answer = bench.adapter.acknowledge(bench.told(bench.body()))
    assert (answer.status, answer.content_type, answer.body) == bench.acknowledgement


def test_another_account_or_mode_is_visible(bench: Bench) -> None:
    event = bench.told(bench.body())
    assert event.account == bench.adapter.account != bench.other_account.account
