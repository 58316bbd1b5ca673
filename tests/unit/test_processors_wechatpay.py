"""WeChat Pay's envelope and its states: what its library would send is what we send, and nothing unsigned counts."""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID
from wechatpayv3 import utils

from chalicelib.kernel import clock as clocks
from chalicelib.kernel import entropy
from chalicelib.kernel.errors import InvalidSignature, Unavailable
from chalicelib.processors import routing, wechatpay_wire, wire
from chalicelib.processors.model import Payout, Refund
from chalicelib.processors.wechatpay import WechatPay
from chalicelib.processors.wire import Reply
from tests.conftest import FrozenClock
from tests.contracts.bench import AT, TOPUP, Bench, intent, wechatpay_bench
from tests.environment import mainland

Answering = Callable[..., None]


@pytest.fixture
def bench() -> Bench:
    return wechatpay_bench("https://wechat.test")


@pytest.fixture
def answering(bench: Bench) -> Iterator[Answering]:
    """From here on every call is answered so, signed by WeChat Pay or as told."""
    before = wire.use(wire.over_the_network)

    def answer(told: Any, status: int = 200, at: datetime | None = None, **headers: str) -> None:
        body = json.dumps(told).encode()
        signed = bench.sign(body, at or clocks.now(), bench.secret) | headers
        wire.use(lambda *_: Reply(status, body, signed))

    yield answer
    wire.use(before)


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    called: list[str] = []
    monkeypatch.setattr(wechatpay_wire, "page", lambda name, **facts: called.append(name))
    return called


def test_a_request_is_signed_as_the_library_signs_it(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, nonce = mainland()["coffer"]["wechatpay"], b"n" * 16
    monkeypatch.setattr(time, "time", lambda: clock.now().timestamp())
    monkeypatch.setattr(entropy, "token", lambda length: nonce)
    body = json.dumps({"amount": 1}).encode()
    sent = wechatpay_wire.authorized(ours, "POST", "/v3/pay/transactions/native?a=1", body)["Authorization"]
    theirs = utils.build_authorization(
        "/v3/pay/transactions/native?a=1", "POST", ours["mchid"], ours["serial"],
        utils.load_private_key(ours["private_key"]), body.decode(), nonce.hex(),
    )  # fmt: skip
    assert sent == theirs


@pytest.mark.parametrize(
    "forged",
    [
        {"Wechatpay-Serial": "PUB_KEY_ID_02"},
        {"Wechatpay-Signature": "AAAA"},
        {"Wechatpay-Timestamp": "1"},
        {"Wechatpay-Nonce": "\n"},
    ],
)
def test_an_answer_that_nobody_signed_is_no_answer(
    bench: Bench, answering: Answering, clock: FrozenClock, forged: dict[str, str]
) -> None:
    for status in (200, 400):
        answering({"code_url": "weixin://x", "code": "PARAM_ERROR"}, status, **forged)
        assert bench.adapter.create(intent()).status == "unknown"
        with pytest.raises(Unavailable):
            bench.adapter.query(intent(), AT)


def test_an_answer_of_another_day_is_no_answer(bench: Bench, answering: Answering, clock: FrozenClock) -> None:
    answering({"code_url": "weixin://x"}, at=clock.now() - timedelta(seconds=301))
    assert bench.adapter.create(intent()).status == "unknown"


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("SUCCESS", "topup_succeeded"),
        ("REFUND", "topup_succeeded"),
        ("CLOSED", "topup_failed"),
        ("REVOKED", "topup_failed"),
        ("PAYERROR", "topup_failed"),
        ("NOTPAY", "ignored"),
        ("USERPAYING", "ignored"),
        ("whatever comes next", "ignored"),
    ],
)
def test_a_payments_states(bench: Bench, answering: Answering, clock: FrozenClock, state: str, kind: str) -> None:
    answering({"mchid": "1900000109", "trade_state": state, "amount": {"total": 1250}, "out_trade_no": TOPUP})
    assert bench.adapter.query(intent(), AT).kind == kind


@pytest.mark.parametrize(
    ("status", "kind", "part"),
    [
        ("SUCCESS", "topup_reversed", 400),
        ("CLOSED", "refund_failed", 0),
        ("ABNORMAL", "refund_failed", 0),
        ("PROCESSING", "ignored", 0),
    ],
)
def test_a_refunds_states_asked_and_told(
    bench: Bench, answering: Answering, clock: FrozenClock, status: str, kind: str, part: int
) -> None:
    told = bench.told(bench.body("reversed", reversed_total=400, refund_status=status))
    about = {"out_trade_no": TOPUP, "transaction_id": "42", "out_refund_no": "ref_1", "status": status}
    answering(about | {"amount": {"total": 1250, "refund": 400, "currency": "CNY"}})
    asked = bench.adapter.query_refund(Refund("ref_1", TOPUP, 400, "CNY", 1250, "42"), AT)
    for event in (told, asked):
        assert (event.kind, event.reversed_part, event.refund_id) == (kind, part, "ref_1")


@pytest.mark.parametrize("code", ["ORDERPAID", "OUT_TRADE_NO_USED", "ALREADY_EXISTS"])
def test_a_refusal_because_it_is_there_already_is_no_failure(
    bench: Bench, answering: Answering, clock: FrozenClock, code: str
) -> None:
    answering({"code": code}, 400)
    assert bench.adapter.create(intent()).status == "unknown"
    assert bench.adapter.payout(Payout("pyo_1", "openid", 100, "CNY")).status == "unknown"


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [(401, "SIGN_ERROR", "401"), (403, "NO_AUTH", "401"), (400, "APPID_MCHID_NOT_MATCH", "401")],
)
def test_a_refusal_of_our_key_is_nobody_elses_no_and_calls_a_person(
    bench: Bench, answering: Answering, clock: FrozenClock, pages: list[str], status: int, code: str, reason: str
) -> None:
    answering({"code": code}, status)
    created = bench.adapter.create(intent())
    assert (created.status, created.reason, pages) == ("failed", reason, ["ProcessorRefusesOurKey"])
    assert routing.own_fault(created) and routing.may_move_on(created, first=True)


def test_a_customers_refusal_is_no_refusal_of_our_key(
    bench: Bench, answering: Answering, clock: FrozenClock, pages: list[str]
) -> None:
    answering({"code": "RULE_LIMIT"}, 403)
    created = bench.adapter.create(intent())
    assert (created.reason, pages, routing.may_move_on(created, first=True)) == ("RULE_LIMIT", [], False)


@pytest.mark.parametrize(("status", "code"), [(401, "SIGN_ERROR"), (403, "NO_AUTH"), (400, "PARAM_ERROR")])
def test_a_question_that_is_refused_is_not_answered_with_absence(
    bench: Bench, answering: Answering, clock: FrozenClock, pages: list[str], status: int, code: str
) -> None:
    """Whatever they have never heard of may be sent again: a refusal must not read like that."""
    answering({"code": code}, status)
    with pytest.raises(Unavailable):
        bench.adapter.query_payout(Payout("pyo_1", "openid", 100, "CNY"), AT)
    answering({"code": "NOT_FOUND"}, 404)
    assert bench.adapter.query_payout(Payout("pyo_1", "openid", 100, "CNY"), AT).reason == "not_found"


@pytest.mark.parametrize("state", ["FAIL", "CANCELLED"])
def test_a_transfer_that_did_not_happen_is_failed_with_its_reason(
    bench: Bench, answering: Answering, clock: FrozenClock, state: str
) -> None:
    bill = {"out_bill_no": "pyo1", "transfer_bill_no": "1330", "state": state, "transfer_amount": 100}
    answering(bill | {"fail_reason": "ACCOUNT_FROZEN"})
    assert bench.adapter.payout(Payout("pyo_1", "openid", 100, "CNY")).reason == "ACCOUNT_FROZEN"
    event = bench.adapter.query_payout(Payout("pyo_1", "openid", 100, "CNY"), AT)
    assert (event.kind, event.reason, event.amount) == ("payout_failed", "ACCOUNT_FROZEN", 100)


def test_what_is_hidden_with_another_key_cannot_be_read(bench: Bench) -> None:
    body = json.loads(bench.body())
    body["resource"] = bench.own.hidden("{}", key="0" * 32)
    event = bench.told(json.dumps(body).encode())
    assert (event.kind, event.event_id) == ("unreadable", body["id"])


def test_a_platform_certificate_does_as_well_as_a_key(bench: Bench) -> None:
    key: Any = serialization.load_pem_private_key(bench.secret.encode(), None)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tenpay.com")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 7, AT, AT + timedelta(days=1)).sign(
        key, hashes.SHA256()
    )
    pem = made.public_bytes(serialization.Encoding.PEM).decode()
    ours = mainland()["coffer"]["wechatpay"] | {"platform_keys": {"5157F09EFDC096DE15EBE81A47057A7232F1B8E1": pem}}
    body = bench.body()
    headers = bench.sign(body, AT, bench.secret) | {"Wechatpay-Serial": "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"}
    assert WechatPay("", lambda: ours).verify_and_parse(body, headers, AT).kind == "topup_succeeded"
    with pytest.raises(InvalidSignature):
        bench.adapter.verify_and_parse(body, headers, AT)


@pytest.mark.parametrize("offer", [{"hash_value": "0" * 40}, {"download_url": "https://elsewhere.test/bill"}, {}])
def test_a_bill_that_is_not_the_one_offered_is_not_read(
    bench: Bench, answering: Answering, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, offer: dict[str, str]
) -> None:
    bill = "交易时间,交易状态\r\n".encode()
    monkeypatch.setattr(wire, "downloaded", lambda url, headers: nullcontext(io.BytesIO(bill)))
    true = {
        "hash_value": hashlib.sha1(bill).hexdigest(),
        "download_url": "https://wechat.test/v3/billdownload/file?token=1",
    }
    answering(true | offer)
    if not offer:
        assert list(bench.adapter.statement(date(2026, 11, 22))) == []
        return
    with pytest.raises(Unavailable):
        list(bench.adapter.statement(date(2026, 11, 22)))


def test_a_bill_still_in_the_making_is_unavailable(bench: Bench, answering: Answering, clock: FrozenClock) -> None:
    answering({"code": "STATEMENT_CREATING"}, 400)
    with pytest.raises(Unavailable):
        list(bench.adapter.statement(datetime.now(UTC).date()))
