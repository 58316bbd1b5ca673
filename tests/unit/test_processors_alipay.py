"""Alipay's envelope and its states: what its library would send is what we send, and nothing unsigned counts."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

import pytest

from chalicelib.kernel.errors import Unavailable
from chalicelib.processors import alipay_wire, routing, wire
from chalicelib.processors.model import Payout, Refund
from chalicelib.processors.wire import Reply
from tests.conftest import FrozenClock
from tests.contracts.bench import AT, TOPUP, Bench, alipay_bench, intent
from tests.environment import mainland

Answering = Callable[..., None]


@pytest.fixture
def bench() -> Bench:
    return alipay_bench("https://alipay.test")


@pytest.fixture
def answering(bench: Bench) -> Iterator[Answering]:
    before = wire.use(wire.over_the_network)

    def answer(call: str, told: dict[str, Any]) -> None:
        wire.use(lambda *_: bench.own.reply(call, {"code": "10000", "msg": "Success"} | told))

    yield answer
    wire.use(before)


def test_a_call_is_signed_as_the_library_signs_it(bench: Bench, clock: FrozenClock) -> None:
    ours = mainland()["coffer"]["alipay"]
    form = dict(parse_qsl(alipay_wire.signed(ours, "alipay.trade.query", {"out_trade_no": "充值"})))
    unsigned = {name: text for name, text in form.items() if name != "sign"}
    theirs = dict(parse_qsl(bench.own.library(ours["private_key"]).sign_data(unsigned)))
    assert form == theirs


def test_an_app_gets_an_order_that_the_library_would_have_signed(bench: Bench, clock: FrozenClock) -> None:
    made = bench.adapter.create(intent(method="app"))
    assert made.next_action
    order = dict(parse_qsl(made.next_action["order"]))
    unsigned = {name: text for name, text in order.items() if name != "sign"}
    library = bench.own.library(mainland()["coffer"]["alipay"]["private_key"])
    assert order == dict(parse_qsl(library.sign_data(unsigned)))
    assert (order["method"], order["notify_url"][-7:]) == ("alipay.trade.app.pay", "/alipay")


@pytest.mark.parametrize(
    ("told", "kind", "taken_back"),
    [
        ({"trade_status": "WAIT_BUYER_PAY"}, "ignored", 0),
        ({"trade_status": "TRADE_SUCCESS"}, "topup_succeeded", 0),
        ({"trade_status": "TRADE_FINISHED"}, "topup_succeeded", 0),
        ({"trade_status": "TRADE_CLOSED"}, "topup_failed", 0),
        ({"trade_status": "TRADE_CLOSED", "send_pay_date": "2026-11-22 16:00:00"}, "topup_reversed", 1250),
    ],
)
def test_a_trades_states(
    bench: Bench, answering: Answering, clock: FrozenClock, told: dict[str, str], kind: str, taken_back: int
) -> None:
    answering("alipay.trade.query", {"out_trade_no": TOPUP, "trade_no": "1", "total_amount": "12.50"} | told)
    event = bench.adapter.query(intent(), AT)
    assert (event.kind, event.reversed_total, event.amount) == (kind, taken_back, 1250)


@pytest.mark.parametrize("kind", ["another key", "another piece", "no signature", "another call"])
def test_an_answer_that_nobody_signed_is_no_answer(
    bench: Bench, answering: Answering, clock: FrozenClock, kind: str
) -> None:
    body = bench.own.reply("alipay.trade.precreate", {"code": "10000", "qr_code": "https://qr.test"}).body
    stranger = bench.own.library(bench.stranger)._sign('{"code": "10000", "qr_code": "https://qr.test"}')
    forged = {
        "another key": lambda: body[: body.index(b'"sign": "')] + f'"sign": "{stranger}"}}'.encode(),
        "another piece": lambda: body.replace(b"qr.test", b"qr.evil"),
        "no signature": lambda: body.replace(b'"sign"', b'"mark"'),
        "another call": lambda: body.replace(b"precreate", b"query"),
    }[kind]()
    wire.use(lambda *_: Reply(200, forged))
    assert bench.adapter.create(intent()).status == "unknown"


@pytest.mark.parametrize("code", ["ACQ.SYSTEM_ERROR", "ACQ.TRADE_HAS_SUCCESS", "isp.unknow-error", "aop.invalid-app"])
def test_a_refusal_that_says_nothing_about_the_money_is_no_failure(
    bench: Bench, answering: Answering, clock: FrozenClock, code: str
) -> None:
    answering("alipay.trade.precreate", {"code": "40004", "sub_code": code})
    assert bench.adapter.create(intent()).status == "unknown"


@pytest.mark.parametrize(
    "told",
    [
        {"code": "40002", "sub_code": "isv.invalid-signature"},
        {"code": "40002", "sub_code": "isv.invalid-app-id"},
        {"code": "40006", "sub_code": "isv.insufficient-isv-permissions"},
        {"code": "40004", "sub_code": "ACQ.ACCESS_FORBIDDEN"},
    ],
)
def test_a_refusal_of_our_key_is_nobody_elses_no_and_calls_a_person(
    bench: Bench, answering: Answering, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, told: dict[str, str]
) -> None:
    called: list[str] = []
    monkeypatch.setattr(alipay_wire, "page", lambda name, **facts: called.append(name))
    answering("alipay.trade.precreate", told)
    created = bench.adapter.create(intent())
    assert (created.status, created.reason, called) == ("failed", "401", ["ProcessorRefusesOurKey"])
    assert routing.own_fault(created) and routing.may_move_on(created, first=True)


def test_a_question_that_is_refused_for_another_reason_than_absence_is_unavailable(
    bench: Bench, answering: Answering, clock: FrozenClock
) -> None:
    answering("alipay.fund.trans.common.query", {"code": "40004", "sub_code": "PERMIT_CHECK_PERM_LIMITED"})
    with pytest.raises(Unavailable):
        bench.adapter.query_payout(Payout("pyo_1", "2088", 100, "CNY"), AT)


@pytest.mark.parametrize("status", ["FAIL", "CLOSED", "REFUND"])
def test_a_transfer_that_did_not_happen_is_failed(
    bench: Bench, answering: Answering, clock: FrozenClock, status: str
) -> None:
    told = {"status": status, "order_id": "1", "trans_amount": "1.00", "error_code": "PAYEE_NOT_EXIST"}
    answering("alipay.fund.trans.common.query", told)
    event = bench.adapter.query_payout(Payout("pyo_1", "2088", 100, "CNY"), AT)
    assert (event.kind, event.reason, event.amount) == ("payout_failed", "PAYEE_NOT_EXIST", 100)


def test_an_amount_that_is_not_exact_in_an_answer_is_unavailable(
    bench: Bench, answering: Answering, clock: FrozenClock
) -> None:
    answering("alipay.trade.fastpay.refund.query", {
        "refund_status": "REFUND_SUCCESS", "out_trade_no": TOPUP, "trade_no": "1", "total_amount": "12.50",
        "refund_amount": "4.005",
    })  # fmt: skip
    with pytest.raises(Unavailable):
        bench.adapter.query_refund(Refund("ref_1", TOPUP, 400, "CNY", 1250, "1"), AT)


def test_a_refund_that_is_not_through_is_not_final(bench: Bench, answering: Answering, clock: FrozenClock) -> None:
    answering("alipay.trade.fastpay.refund.query", {"out_trade_no": TOPUP})
    assert bench.adapter.query_refund(Refund("ref_1", TOPUP, 400, "CNY", 1250, "1"), AT).kind == "ignored"


@pytest.mark.parametrize("lie", [{"trans_amount": "1.001"}, {"trans_amount": None}, {"status": []}])
def test_a_message_of_a_transfer_that_does_not_say_how_much_or_how_it_stands_is_not_believed(
    bench: Bench, lie: dict[str, Any]
) -> None:
    assert bench.told(bench.body("paid", **lie)).kind in ("unreadable", "ignored")


def test_other_messages_of_the_gateway_are_ignored(bench: Bench) -> None:
    body = bench.body("paid").replace(b"alipay.fund.trans.order.changed", b"alipay.open.auth.appauth.cancelled")
    assert bench.told(body).kind == "ignored"


OFFER = {"bill_download_url": "https://alipay.test/bill.zip"}
HEADING = "支付宝交易号,商户订单号\n"


def packed(**tables: str) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in tables.items():
            archive.writestr(name, text.encode("gbk"))
    return kept.getvalue()


def unpacks_to_less_than_it_holds(raw: bytes) -> bytes:
    """The sizes that its list and its table's head tell are made small."""
    true = len((HEADING + "\n" * 1_000_000).encode("gbk")).to_bytes(4, "little")
    return raw.replace(true, (100).to_bytes(4, "little"))


@pytest.mark.parametrize(
    ("raw", "refusal"),
    [
        (packed(bill=HEADING + "\n" * 1_000_000), wire.TooLarge),
        (unpacks_to_less_than_it_holds(packed(bill=HEADING + "\n" * 1_000_000)), Unavailable),
        (packed(bill="x" * 100_000), Unavailable),
        (packed(**{f"{number:040}": "" for number in range(900)}), Unavailable),
        (packed(bill=HEADING)[:-1], Unavailable),
        (b"PK", Unavailable),
    ],
    ids=["bomb", "bomb that lies", "a line without an end", "too many files", "cut off", "no zip"],
)
def test_a_zip_that_unpacks_to_more_than_a_bill_is_not_unpacked(
    bench: Bench,
    answering: Answering,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
    raw: bytes,
    refusal: type[Exception],
) -> None:
    monkeypatch.setattr(wire, "MOST_BYTES", 1_000_000)
    monkeypatch.setattr(wire, "downloaded", lambda url, headers: nullcontext(io.BytesIO(raw)))
    answering("alipay.data.dataservice.bill.downloadurl.query", OFFER)
    with pytest.raises(refusal):
        list(bench.adapter.statement(date(2026, 11, 22)))
