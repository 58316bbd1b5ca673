"""Every adapter asks once, however often it asks, and never mistakes silence for a no."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest

from chalicelib.kernel import clock as clocks
from chalicelib.kernel.errors import Unavailable
from chalicelib.processors import wire
from chalicelib.processors.model import KEY_REFUSED, Payout, ProcessorEvent, Refund
from chalicelib.processors.wire import NoAnswer, NotReached, Reply
from tests.conftest import FrozenClock
from tests.contracts.bench import AT, BENCHES, Bench, intent


@pytest.fixture
def transport() -> Iterator[Callable[[wire.Transport], None]]:
    before = wire.use(wire.over_the_network)
    yield wire.use
    wire.use(before)


REFUND = Refund("ref_1", intent().topup_id, 400, "CNY", 1250, "4200000000202611220000000000")
PAYOUT = Payout("pyo_1", "2088102122524333", 10_000, "CNY")


def settled(bench: Bench, amount: int, name: str) -> ProcessorEvent:
    """What the processor says of an intent, once it is final or two seconds have passed."""
    wish = intent(amount, f"{bench.adapter.name} {name}", bench.paid_by)
    made = bench.adapter.create(wish)
    for _ in range(40):
        event = bench.adapter.query(replace(wish, reference=made.reference), AT)
        if event.kind != "ignored":
            return event
        time.sleep(0.05)
    return event


def test_creating_waits_for_the_webhook(bench: Bench) -> None:
    made = bench.adapter.create(intent(name=f"{bench.adapter.name} new"))
    assert made.status == "pending" and made.next_action
    assert bool(made.reference) == bench.has_reference


def test_creating_twice_is_one_intent(bench: Bench) -> None:
    wish = intent(name=f"{bench.adapter.name} twice")
    first, second = bench.adapter.create(wish), bench.adapter.create(wish)
    assert (first.reference, first.next_action) == (second.reference, second.next_action)


def test_a_decline_is_failed_with_its_reason(bench: Bench) -> None:
    made = bench.adapter.create(intent(1201, f"{bench.adapter.name} no", bench.paid_by))
    assert (made.status, made.reason) == ("failed", bench.declines[0])
    assert bool(made.reference) == bench.has_reference


def test_what_became_of_it_can_be_asked_with_all_facts(bench: Bench) -> None:
    event = settled(bench, 1250, "asked")
    assert (event.kind, event.amount, event.currency) == ("topup_succeeded", 1250, "CNY")
    assert event.account == bench.adapter.account
    assert event.topup_id == intent(name=f"{bench.adapter.name} asked").topup_id


def test_a_decline_can_be_asked_too(bench: Bench) -> None:
    assert settled(bench, 1201, "asked no").kind == "topup_failed"


def test_it_can_be_asked_without_the_processors_own_id(bench: Bench) -> None:
    wish = intent(name=f"{bench.adapter.name} lost answer")
    made = bench.adapter.create(wish)
    found = bench.adapter.query(wish, AT)
    assert made.reference in (found.reference, None) or found.kind == "ignored"
    assert bench.adapter.query(intent(name="never created"), AT).kind == "ignored"


def refund_of(bench: Bench, event: ProcessorEvent, name: str, amount: int) -> Refund:
    assert event.topup_id and event.reference
    return Refund(f"ref_{bench.adapter.name}_{name}", event.topup_id, amount, "CNY", 1250, event.reference)


def taken_back(event: ProcessorEvent) -> int:
    return event.reversed_total or event.reversed_part


def test_a_refund_asked_for_twice_is_one_and_can_be_asked_about(bench: Bench) -> None:
    event = settled(bench, 1250, "refunded")
    wish = refund_of(bench, event, "one", 400)
    assert bench.adapter.query_refund(wish, AT).kind == "ignored"
    for _ in range(2):
        assert bench.adapter.refund(wish).status == "pending"
    again = bench.adapter.query_refund(wish, AT)
    assert (again.kind, taken_back(again), again.refund_id) == ("topup_reversed", 400, wish.refund_id)
    assert (again.topup_id, again.amount, again.currency) == (event.topup_id, 1250, "CNY")
    assert (again.account, again.reference) == (bench.adapter.account, event.reference)


def test_more_than_was_paid_is_not_refunded(bench: Bench) -> None:
    event = settled(bench, 1250, "too much")
    made = bench.adapter.refund(refund_of(bench, event, "much", 1251))
    assert made.status == "failed" and made.reason


@pytest.mark.parametrize(("amount", "kind"), [(1202, "topup_succeeded"), (1203, "topup_failed")])
def test_a_time_out_is_unknown_and_known_later(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, amount: int, kind: str
) -> None:
    monkeypatch.setattr(wire, "READ_SECONDS", 0.2)
    wire._pool.cache_clear()
    wish = intent(amount, f"{bench.adapter.name} slow {amount}", bench.paid_by)
    assert bench.adapter.create(wish).status == "unknown"
    monkeypatch.undo()
    wire._pool.cache_clear()
    assert settled(bench, amount, f"slow {amount}").kind == kind


def no_answer(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
    raise NoAnswer


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b"\xff"])
@pytest.mark.parametrize("status", [200, 500, 503])
def test_an_answer_that_cannot_be_read_is_unknown(
    bench: Bench, transport: Callable[[wire.Transport], None], clock: FrozenClock, status: int, body: bytes
) -> None:
    transport(lambda *_: Reply(status, body))
    assert bench.adapter.create(intent()).status == "unknown"
    assert bench.adapter.refund(REFUND).status == "unknown"
    assert bench.adapter.payout(PAYOUT).status == "unknown"


@pytest.mark.parametrize("status", [401, 403])
def test_stripes_refusal_of_our_key_is_told_as_that_whatever_its_code(
    transport: Callable[[wire.Transport], None], status: int
) -> None:
    body = b'{"error":{"type":"invalid_request_error","code":"api_key_expired"}}'
    transport(lambda *_: Reply(status, body))
    created = BENCHES["stripe"]("https://stripe.test").adapter.create(intent())
    assert (created.status, created.reason) == ("failed", KEY_REFUSED)


@pytest.mark.parametrize("status", [400, 401, 404, 422])
def test_a_plain_no_is_failed(bench: Bench, transport: Callable[[wire.Transport], None], status: int) -> None:
    transport(lambda *_: bench.plain_no(status))
    made = bench.adapter.create(intent())
    assert (made.status, made.reason) == ("failed", str(status))


def test_silence_is_unknown_and_a_question_into_it_unavailable(
    bench: Bench, transport: Callable[[wire.Transport], None], clock: FrozenClock
) -> None:
    transport(no_answer)
    for made in (bench.adapter.create(intent()), bench.adapter.refund(REFUND), bench.adapter.payout(PAYOUT)):
        assert made.status == "unknown"
    with pytest.raises(Unavailable):
        bench.adapter.query(intent(), AT)
    with pytest.raises(Unavailable):
        bench.adapter.query_refund(REFUND, AT)
    with pytest.raises(Unavailable):
        bench.adapter.query_payout(PAYOUT, AT)


def test_a_connection_that_never_stood_is_tried_once_more(
    bench: Bench, transport: Callable[[wire.Transport], None], clock: FrozenClock
) -> None:
    tries = []

    def refuse_once(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        tries.append(body)
        if len(tries) == 1:
            raise NotReached
        return wire.over_the_network(method, url, headers, body)

    transport(refuse_once)
    assert bench.adapter.create(intent(name=f"{bench.adapter.name} again")).status == "pending"
    assert len(tries) == 2 and tries[0] == tries[1]
    assert clocks.now() > AT


def test_a_slow_answer_is_not_waited_for_twice(
    bench: Bench, transport: Callable[[wire.Transport], None], clock: FrozenClock
) -> None:
    tries = []

    def count(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        tries.append(url)
        raise NoAnswer

    transport(count)
    bench.adapter.create(intent())
    assert len(tries) == 1
