"""Every adapter pays out once, however often asked, tells what became of it, and reads its statement to the cent."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.kernel import ids
from chalicelib.kernel.errors import Unavailable
from chalicelib.processors import wire
from chalicelib.processors.model import Intent, Payout, ProcessorEvent, Refund, StatementLine
from tests.contracts.bench import AT, BENCHES, Bench, intent

Open = Callable[..., str]
PATIENCE_SECONDS = 60


def payout(bench: Bench, amount: int, name: str = "") -> Payout:
    return Payout(f"pyo_{bench.adapter.name}{amount}{name}", "2088102122524333", amount, "CNY")


def outcome(bench: Bench, wish: Payout) -> ProcessorEvent:
    until = time.monotonic() + PATIENCE_SECONDS
    while (event := bench.adapter.query_payout(wish, AT)).kind == "ignored" and time.monotonic() < until:
        time.sleep(0.05)
    return event


def test_a_payout_is_on_its_way_first_and_there_later(bench: Bench) -> None:
    wish = payout(bench, 20_000)
    first, second = bench.adapter.payout(wish), bench.adapter.payout(wish)
    assert (first.status, second.status) == ("pending", "pending")
    assert first.reference and first.reference == second.reference
    event = outcome(bench, wish)
    assert (event.kind, event.amount, event.currency) == ("payout_succeeded", 20_000, "CNY")
    assert (event.payout_id, event.reference) == (wish.payout_id, first.reference)
    assert event.account == bench.adapter.account


def test_a_payout_refused_at_once_is_failed_with_its_reason(bench: Bench) -> None:
    wish = payout(bench, 20_001)
    made = bench.adapter.payout(wish)
    assert made.status == "failed" and made.reason
    assert outcome(bench, wish).kind == "payout_failed"


def test_a_payout_that_comes_back_is_failed_later(bench: Bench) -> None:
    wish = payout(bench, 20_005)
    assert bench.adapter.payout(wish).status == "pending"
    event = outcome(bench, wish)
    assert event.kind == "payout_failed" and (event.reason or "").lower() == "account_closed"


@pytest.mark.parametrize(("amount", "kind"), [(20_002, "payout_succeeded"), (20_003, "payout_failed")])
def test_a_payout_without_an_answer_is_unknown_and_known_later(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, amount: int, kind: str
) -> None:
    monkeypatch.setattr(wire, "READ_SECONDS", 0.2)
    wire._pool.cache_clear()
    wish = payout(bench, amount)
    assert bench.adapter.payout(wish).status == "unknown"
    monkeypatch.undo()
    wire._pool.cache_clear()
    assert outcome(bench, wish).kind == kind


def test_a_payout_that_they_have_never_heard_of_says_so(bench: Bench) -> None:
    event = bench.adapter.query_payout(payout(bench, 20_000, "never"), AT)
    assert (event.kind, event.reason) == ("ignored", "not_found")


@pytest.fixture(params=list(BENCHES))
def alone(request: pytest.FixtureRequest, open_bank: Open) -> Iterator[Bench]:
    """A bench whose bank has done nothing yet."""
    yield BENCHES[request.param](open_bank())


def booked(bench: Bench) -> list[StatementLine]:
    today = datetime.now(UTC)
    days = sorted({today.date(), (today + timedelta(hours=8)).date()})
    return [line for day in days for line in bench.adapter.statement(day)]


def test_a_statement_has_every_movement_once_to_the_cent(alone: Bench) -> None:
    wishes = [intent(amount, f"statement {amount}", alone.paid_by) for amount in (1250, 99_999)]
    paid = [settled(alone, wish) for wish in wishes]
    refund = Refund("ref_stated", str(paid[0].topup_id), 400, "CNY", 1250, str(paid[0].reference))
    alone.adapter.refund(refund)
    alone.adapter.payout(Payout("pyo_stated", "2088102122524333", 20_000, "CNY"))
    lines = [line for line in booked(alone) if line.kind != "payout"]
    first, second = (wish.topup_id for wish in wishes)
    found = sorted((line.our_id, line.kind, line.amount, line.fee) for line in lines)
    expected = [(first, "top-up", 1250, 8), (first, "reversal", -400, 0), (second, "top-up", 99_999, 600)]
    assert found == sorted(expected)
    assert {line.currency for line in lines} == {"CNY"} and len({line.reference for line in lines}) == 3
    assert {line.reference for line in lines} > {one.reference for one in paid}
    assert all(abs(datetime.now(UTC) - line.at) < timedelta(minutes=5) for line in lines)


def test_what_was_sent_out_stands_in_the_statement_once_and_what_came_back_both_ways_or_not_at_all(
    alone: Bench,
) -> None:
    """Where a bill of all money is read for it, what the other bill tells is not told twice."""
    came_in = intent(1250, "told once", alone.paid_by)
    settled(alone, came_in)
    wishes = [Payout(ids.derived("wdr", str(amount)), "2088102122524333", amount, "CNY") for amount in (700, 705)]
    sent, returned = wishes
    references = [alone.adapter.payout(wish).reference for wish in wishes]
    assert [outcome(alone, wish).kind for wish in wishes] == ["payout_succeeded", "payout_failed"]
    lines = booked(alone)
    assert [line.amount for line in lines if line.our_id == came_in.topup_id] == [1250]
    assert [(line.kind, line.amount, line.fee) for line in lines if line.our_id == sent.payout_id] == [
        ("payout", -700, 0)
    ]
    back = [(line.kind, line.amount, line.reference) for line in lines if line.our_id == returned.payout_id]
    both_ways = [("payout", -705, references[1]), ("payout", 705, references[1])]
    assert back == (both_ways if alone.adapter.name in ("wechatpay", "alipay") else [])
    assert len(lines) == 2 + len(back)


def settled(bench: Bench, wish: Intent) -> ProcessorEvent:
    bench.adapter.create(wish)
    until = time.monotonic() + PATIENCE_SECONDS
    while (event := bench.adapter.query(wish, AT)).kind == "ignored" and time.monotonic() < until:
        time.sleep(0.05)
    return event


def test_a_day_without_movements_has_an_empty_statement(alone: Bench) -> None:
    assert list(alone.adapter.statement(date(2026, 11, 22))) == []


def test_a_statement_that_cannot_be_had_is_unavailable() -> None:
    for make in BENCHES.values():
        with pytest.raises(Unavailable):
            list(make("http://127.0.0.1:9").adapter.statement(date(2026, 11, 22)))
