"""WeChat Pay and Alipay, from the API's door to the wallet: signed by them, credited once, answered in their form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from chalicelib import cloud
from chalicelib.kernel import clock as clock_module
from chalicelib.ledger import service as ledger
from chalicelib.ledger.wire import item, size
from chalicelib.processors import health, wire
from chalicelib.processors import service as processors
from chalicelib.processors.model import Intent, Refund
from chalicelib.settings import settings
from chalicelib.topups import events, tasks
from infra.local.bank_post import Letter, letter, on_the_wire
from tests.api import topup_kit
from tests.api.caller import Caller, assert_problem
from tests.api.topup_kit import KEYS, WALLET, Till, everything
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests

BOTH = pytest.mark.parametrize("processor", ["wechatpay", "alipay"])
ACKNOWLEDGED = {"wechatpay": (204, ""), "alipay": (200, "success")}
assert KEYS.wechatpay and KEYS.alipay
STRANGER = replace(
    KEYS,
    wechatpay={**KEYS.wechatpay, "private_key": KEYS.alipay["private_key"]},
    alipay={**KEYS.alipay, "private_key": KEYS.wechatpay["private_key"]},
)
UNKNOWN_SERIAL = replace(KEYS, wechatpay={**KEYS.wechatpay, "platform_serial": "PUB_KEY_ID_02"})
PAGES: list[str] = []


@pytest.fixture
def till(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> Iterator[Till]:
    monkeypatch.setattr(events, "page", lambda name, **facts: PAGES.append(name))
    PAGES.clear()
    yield from topup_kit.till(caller)


def started(till: Till, processor: str, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = till.top_up(processor=processor, method=None, **more).json
    return made


@BOTH
def test_a_code_to_scan_then_a_credit_acknowledged_in_their_form(till: Till, processor: str) -> None:
    made = started(till, processor)
    assert made["status"] == "pending" and made["next_action"]["code_url"]
    message = till.message(made["id"], "succeeded")
    for _ in range(3):
        answer = till.send(message)
        assert (answer.status, answer.raw.decode()) == ACKNOWLEDGED[processor]
    assert (till.money, till.show(made["id"])["status"]) == ((1250, 0), "succeeded")


@BOTH
@pytest.mark.parametrize("method", ["app", "wap", "h5", "cash"])
def test_other_ways_to_pay_are_theirs_or_refused(till: Till, processor: str, method: str) -> None:
    made = till.top_up(processor=processor, method=method).json
    theirs = {"wechatpay": ("app", "h5"), "alipay": ("app", "wap")}[processor]
    assert made["status"] == ("pending" if method in theirs else "failed")
    assert (made["next_action"] is not None) == (method in theirs)
    assert size(item(ledger.movement(made["id"]))) <= (1_600 if method in ("app", "wap") else 1_024)


@BOTH
def test_refunds_told_by_webhook_and_by_question_are_taken_back_once(till: Till, processor: str) -> None:
    made = started(till, processor)
    till.send(till.message(made["id"], "succeeded"))
    till.bank.settle(till.payment(made["id"]).id)
    payment, adapter = till.payment(made["id"]), processors.adapter(processor)
    for refund_id, amount in (("ref_1", 400), ("ref_2", 350)):
        wish = Refund(refund_id, made["id"], amount, "CNY", 1250, payment.id)
        assert adapter.refund(wish).status == "pending"
        told = adapter.query_refund(wish, clock_module.now())
        assert events.apply(told, b"{}", clock_module.now()) == "made"
    for message in till.post.messages[::-1]:
        assert till.send(message).status == ACKNOWLEDGED[processor][0]
    assert (till.money, till.show(made["id"])["reversed"], PAGES) == ((500, 0), 750, [])


@BOTH
def test_a_top_up_whose_webhook_never_came_is_asked_about(till: Till, clock: FrozenClock, processor: str) -> None:
    made = started(till, processor)
    till.bank.settle(till.payment(made["id"]).id)
    clock.moment += timedelta(minutes=2)
    assert tasks.ask_again(clock.now()) == 1
    assert till.money == (1250, 0)


@BOTH
def test_a_payment_that_never_was_is_failed_once_it_is_asked_about(
    till: Till, clock: FrozenClock, processor: str
) -> None:
    """Whether it is told with their id and the amount or not: there is no such payment to have any."""
    made = started(till, processor)
    till.bank.book._save(replace(till.payment(made["id"]), status="failed"))
    assert tasks.ask_again(clock.advance(61)) == 1
    assert (till.show(made["id"])["status"], topup_kit.items("cases"), PAGES) == ("failed", [], [])
    assert (tasks.ask_again(clock.advance(86_400)), till.asked) == (0, 2)


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGE", "prod")
    settings.cache_clear()


@pytest.mark.parametrize("method", [{"method": None}, {"method": "scan"}])
def test_in_production_a_code_to_scan_is_whoevers_answers(
    till: Till, production: None, method: dict[str, str | None]
) -> None:
    made = till.top_up(**method).json
    assert (made["processor"], made["next_action"]["type"]) == ("alipay", "scan_with_alipay")
    stored = ledger.movement(made["id"])
    assert (stored["method"], stored["route"]) == ("scan", "alipay=8 wechatpay=8 stripe=method")


@pytest.mark.parametrize("method", [None, "scan"])
def test_where_alipay_is_away_the_code_is_wechats(till: Till, production: None, method: str | None) -> None:
    def transport(verb: str, url: str, headers: Any, body: bytes) -> wire.Reply:
        if url.startswith(settings().alipay_url):
            raise wire.NotReached
        return till.transport(verb, url, headers, body)

    wire.use(transport)
    made = till.top_up(method=method).json
    assert (made["processor"], made["next_action"]["type"]) == ("wechatpay", "scan_with_wechat")
    assert ledger.movement(made["id"])["tried"] == "alipay=not_reached"


@BOTH
def test_a_key_that_cannot_sign_is_silence_and_counts_against_the_processor(
    till: Till, monkeypatch: pytest.MonkeyPatch, processor: str
) -> None:
    found = cloud.secret(settings().processors_secret_id)
    broken = {**found, processor: {**found[processor], "private_key": "no key"}}
    monkeypatch.setattr(cloud, "secret", lambda secret_id: broken)
    made = started(till, processor)
    assert (made["status"], till.asked) == ("unknown", 0)
    _, seen = health.seen(processor, clock_module.now())
    assert [(one.asked, one.failed) for one in seen.values()] == [(1, 1)]


@BOTH
@pytest.mark.parametrize("never_arrived", [False, True])
def test_a_code_that_nobody_pays_lapses_and_is_nobodys_case(
    till: Till, clock: FrozenClock, processor: str, never_arrived: bool
) -> None:
    if never_arrived:
        wire.use(lambda *_: (_ for _ in ()).throw(wire.NoAnswer()))
    made = started(till, processor)
    wire.use(till.transport)
    for seconds in (61, 240):
        assert tasks.ask_again(clock.advance(seconds)) == 0
    assert till.show(made["id"])["status"] == made["status"]
    assert tasks.ask_again(clock.advance(3_300)) == 1
    stored = ledger.movement(made["id"])
    assert (stored["state"], stored["reason"], topup_kit.items("cases"), PAGES) == ("failed", "expired", [], [])


@BOTH
def test_what_was_paid_at_the_last_moment_is_credited_after_all(till: Till, clock: FrozenClock, processor: str) -> None:
    made = started(till, processor)
    clock.advance(61)
    tasks.ask_again(clock.advance(3_600))
    assert ledger.movement(made["id"])["state"] == "failed"
    till.send(till.message(made["id"], "succeeded"))
    assert (till.money, ledger.movement(made["id"])["state"]) == ((1250, 0), "succeeded")


@BOTH
@pytest.mark.parametrize("method", [None, "app"])
def test_they_are_told_when_it_lapses_and_the_same_again_by_whoever_takes_over(
    till: Till, clock: FrozenClock, processor: str, method: str | None
) -> None:
    class Killed(BaseException):
        pass

    wishes: list[Any] = []

    def killed(verb: str, url: str, headers: Any, body: bytes) -> wire.Reply:
        wishes.append(
            json.loads(body) if processor == "wechatpay" else json.loads(dict(parse_qsl(body.decode()))["biz_content"])
        )
        raise Killed

    if processor == "alipay" and method == "app":
        order = parse_qsl(till.top_up(processor=processor, method=method).json["next_action"]["order"])
        assert json.loads(dict(order)["biz_content"])["time_expire"] == "2026-11-22 16:30:00"
        return
    for _ in range(2):
        wire.use(killed)
        with pytest.raises(Killed):
            till.top_up(processor=processor, method=method)
        clock.advance(31)
    assert wishes[0] == wishes[1]
    lapses = {"wechatpay": ("time_expire", "2026-11-22T16:30:00+08:00"), "alipay": ("timeout_express", "30m")}
    name, when = lapses[processor]
    assert wishes[0][name] == when


@BOTH
def test_an_answer_that_is_not_believed_is_not_asked_for_every_minute(
    till: Till, clock: FrozenClock, processor: str
) -> None:
    made = started(till, processor)
    till.bank.settle(till.payment(made["id"]).id)
    till.bank.book._save(replace(till.payment(made["id"]), amount=1251))
    tasks.ask_again(clock.advance(61))
    assert (PAGES, till.asked) == (["WebhookQuarantined"], 2)
    tasks.ask_again(clock.advance(60))
    assert till.asked == 2
    tasks.ask_again(clock.advance(240))
    assert till.asked == 3


@BOTH
def test_asking_again_for_what_is_paid_already_is_no_failure(till: Till, processor: str) -> None:
    made = started(till, processor)
    till.bank.settle(till.payment(made["id"]).id)
    again = processors.adapter(processor).create(Intent(made["id"], WALLET, 1250, "CNY"))
    assert again.status == "unknown"


@BOTH
@pytest.mark.parametrize(
    ("lies", "reason"),
    [({"amount": 1251}, "amount"), ({"merchant": "somebody"}, "processor_account"), ({"asked_as": "x"}, "topup_id")],
)
def test_what_does_not_match_our_intent_is_kept_for_a_person(
    till: Till, processor: str, lies: dict[str, Any], reason: str
) -> None:
    made = started(till, processor)
    assert till.send(till.message(made["id"], "succeeded", **lies)).status == ACKNOWLEDGED[processor][0]
    (kept,) = topup_kit.items("topups")
    assert (kept["reason"], kept["raw"], till.money, PAGES) == (reason, till.sent, (0, 0), ["WebhookQuarantined"])


FORGERIES = ("tampered", "one byte more", "unsigned", "a stranger's key", "301 s old", "301 s early", "no body", "\xff")


@BOTH
@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_webhook_is_401_and_writes_and_calls_nothing(
    till: Till, aws_calls: list[tuple[str, str]], processor: str, forgery: str
) -> None:
    sent = letter(till.message(started(till, processor)["id"], "succeeded"))
    refused(till, aws_calls, processor, *forged(forgery, sent))


def forged(forgery: str, sent: Letter) -> tuple[bytes, dict[str, str]]:
    now = int(clock_module.now().timestamp())
    late = {"301 s old": -301, "301 s early": 301}.get(forgery, 0)
    body, headers = on_the_wire(sent, STRANGER if forgery == "a stranger's key" else KEYS, now + late)
    match forgery:
        case "tampered":
            body = body.replace(b"12.50", b"92.50").replace(b'"ciphertext": "', b'"ciphertext": "A')
        case "one byte more":
            body += b" "
        case "unsigned":
            headers.pop("Wechatpay-Signature", None)
            if b"sign=" in body:
                body = urlencode([pair for pair in parse_qsl(body.decode()) if pair[0] != "sign"]).encode()
        case "no body":
            body = b""
        case "\xff":
            body = b"\xff" + body
    return body, headers


def refused(till: Till, aws_calls: list[Any], processor: str, body: bytes, headers: dict[str, str]) -> None:
    cloud.secret(settings().processors_secret_id)
    before, asked = everything(), till.asked
    aws_calls.clear()
    assert_problem(till.deliver(body, headers, processor), 401, "invalid-signature")
    assert aws_calls == []
    assert (everything(), till.asked, till.money) == (before, asked, (0, 0))


def test_a_key_of_theirs_that_we_do_not_hold_is_not_asked_for(till: Till, aws_calls: list[tuple[str, str]]) -> None:
    sent = letter(till.message(started(till, "wechatpay")["id"], "succeeded"))
    refused(till, aws_calls, "wechatpay", *on_the_wire(sent, UNKNOWN_SERIAL, int(clock_module.now().timestamp())))


@pytest.mark.parametrize("more", [b"&total_amount=12.50", b"&sign_type=RSA2", b"&total_amount=0.01", b"&a=1", b"&a"])
def test_a_form_with_more_than_was_signed_is_refused(till: Till, aws_calls: list[tuple[str, str]], more: bytes) -> None:
    sent = letter(till.message(started(till, "alipay")["id"], "succeeded"))
    body, headers = on_the_wire(sent, KEYS, int(clock_module.now().timestamp()))
    refused(till, aws_calls, "alipay", body + more, headers)


@pytest.mark.parametrize("in_a_name", [False, True])
@pytest.mark.parametrize("hidden", ["refund_fee", "trade_status", "total_amount", "out_trade_no", "seller_id"])
def test_a_parameter_hidden_in_the_one_before_it_is_refused(
    till: Till, aws_calls: list[tuple[str, str]], hidden: str, in_a_name: bool
) -> None:
    """Signed are `a=1&b=2` and nothing else: whether that is two parameters or one is for nobody to choose."""
    sent = letter(till.message(started(till, "alipay")["id"], "reversed", 400, refunds={"ref_1": 400}))
    body, headers = on_the_wire(sent, KEYS, int(clock_module.now().timestamp()))
    told = parse_qsl(body.decode(), keep_blank_values=True)
    pairs = sorted(pair for pair in told if pair[0] not in ("sign", "sign_type"))
    place = next(place for place, (name, _) in enumerate(pairs) if name == hidden)
    (name, text), (_, value) = pairs[place - 1 : place + 1]
    pairs[place - 1 : place + 1] = [
        (f"{name}={text}&{hidden}", value) if in_a_name else (name, f"{text}&{hidden}={value}")
    ]
    signed = [pair for pair in told if pair[0] in ("sign", "sign_type")]
    refused(till, aws_calls, "alipay", urlencode(pairs + signed).encode(), headers)


@pytest.mark.parametrize("kind", ["RSA", "rsa2", ""])
def test_no_other_kind_of_signature_than_rsa2_is_taken(till: Till, aws_calls: list[tuple[str, str]], kind: str) -> None:
    sent = letter(till.message(started(till, "alipay")["id"], "succeeded"))
    body, headers = on_the_wire(sent, KEYS, int(clock_module.now().timestamp()))
    refused(till, aws_calls, "alipay", body.replace(b"sign_type=RSA2", b"sign_type=" + kind.encode()), headers)
