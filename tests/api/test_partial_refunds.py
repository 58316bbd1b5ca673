"""Refunds told one by one, or by running total, or both: each once, never more than the top-up, in any order."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.kernel import clock as clock_module
from chalicelib.processors.model import ProcessorEvent
from chalicelib.topups import events
from tests.api import topup_kit
from tests.api.caller import Caller
from tests.api.topup_kit import ANA, WALLET, Till
from tests.conftest import FrozenClock

PAGES: list[str] = []
STORIES = 40


@pytest.fixture
def till(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> Iterator[Till]:
    monkeypatch.setattr(events, "page", lambda name, **facts: PAGES.append(name))
    PAGES.clear()
    yield from topup_kit.till(caller)


def event(till: Till, topup_id: str, kind: Any, event_id: str, **facts: Any) -> ProcessorEvent:
    payment = till.payment(topup_id)
    plain = ProcessorEvent(
        event_id,
        "sandbox",
        kind,
        clock_module.now(),
        topup_id=topup_id,
        wallet_id=WALLET,
        owner=ANA,
        reference=payment.id,
        amount=payment.amount,
        currency="CNY",
        account="coffer",
    )
    return replace(plain, **facts)


def part(till: Till, topup_id: str, refund_id: str, amount: int, told_as: str = "", **facts: Any) -> ProcessorEvent:
    """`told_as`: the event that tells it, of several that may."""
    about = {"refund_id": f"{refund_id}_{topup_id}", "reversed_part": amount}
    return event(till, topup_id, "topup_reversed", f"{topup_id}_{refund_id}_{told_as}", **about, **facts)


def apply(told: ProcessorEvent) -> str:
    return events.apply(told, b"{}", clock_module.now())


def paid(till: Till, key: str = "k1") -> str:
    topup_id: str = till.top_up(key=key).json["id"]
    assert apply(event(till, topup_id, "topup_succeeded", f"paid_{topup_id}")) == "made"
    return topup_id


def test_a_refund_has_its_effect_once_by_webhook_and_by_question(till: Till) -> None:
    topup_id = paid(till)
    outcomes = [apply(part(till, topup_id, "ref_a", 300, told_as)) for told_as in ("webhook", "query", "webhook")]
    assert outcomes == ["made", "none", "none"]
    assert (till.money, till.show(topup_id)["reversed"]) == ((950, 0), 300)


def test_two_refunds_of_one_amount_are_two(till: Till) -> None:
    topup_id = paid(till)
    assert [apply(part(till, topup_id, name, 300)) for name in ("ref_a", "ref_b")] == ["made", "made"]
    assert till.money == (650, 0)


def test_more_than_the_top_up_is_never_taken_back(till: Till) -> None:
    topup_id = paid(till)
    assert [apply(part(till, topup_id, name, 700)) for name in ("ref_a", "ref_b")] == ["made", "quarantined"]
    assert (till.money, PAGES) == ((550, 0), ["WebhookQuarantined"])
    assert apply(part(till, topup_id, "ref_c", 550)) == "made"
    assert till.money == (0, 0)


def test_the_same_refund_of_another_amount_is_kept_for_a_person(till: Till) -> None:
    topup_id = paid(till)
    assert [apply(part(till, topup_id, "ref_a", amount, str(amount))) for amount in (300, 301)] == [
        "made",
        "quarantined",
    ]
    (kept,) = [one for one in topup_kit.items("topups") if one["sk"] == "QUARANTINE"]
    assert (kept["reason"], till.money) == ("refund_id", (950, 0))


@pytest.mark.parametrize(
    "lie", [{"reversed_part": -1}, {"reversed_part": 1251}, {"refund_id": None}, {"reversed_total": 300}]
)
def test_an_impossible_refund_is_kept_for_a_person(till: Till, lie: dict[str, Any]) -> None:
    topup_id = paid(till)
    assert apply(replace(part(till, topup_id, "ref_a", 300), **lie)) == "quarantined"
    assert till.money == (1250, 0)


def test_a_refund_told_before_its_success_is_credited_then_taken_back(till: Till) -> None:
    topup_id = till.top_up().json["id"]
    assert apply(part(till, topup_id, "ref_a", 300)) == "made"
    assert (till.money, till.show(topup_id)["status"]) == ((950, 0), "succeeded")


def test_an_event_that_does_not_say_whose_wallet_goes_by_our_own_intent(till: Till) -> None:
    topup_id = till.top_up().json["id"]
    assert apply(event(till, topup_id, "topup_succeeded", "evt_1", wallet_id=None, owner=None)) == "made"
    assert apply(part(till, topup_id, "ref_a", 300, wallet_id=None, owner=None)) == "made"
    assert till.money == (950, 0)


def test_what_is_about_no_top_up_changes_nothing(till: Till) -> None:
    topup_id = paid(till)
    before = topup_kit.everything()
    assert apply(event(till, topup_id, "refund_failed", "evt_2")) == "none"
    assert topup_kit.everything() == before


def test_any_order_and_any_repetition_of_both_ways_to_tell_ends_the_same(till: Till, clock: FrozenClock) -> None:
    """Two refunds told one by one, by webhook and by question, and by running total; the success among them."""
    chance = random.Random(7)
    for number in range(STORIES):
        clock.advance(1)
        before, _ = till.money
        topup_id = till.top_up(key=f"story-{number}").json["id"]
        told = [
            event(till, topup_id, "topup_succeeded", f"paid_{topup_id}"),
            event(till, topup_id, "topup_failed", f"failed_{topup_id}"),
            part(till, topup_id, "ref_a", 300, "webhook"),
            part(till, topup_id, "ref_a", 300, "query"),
            part(till, topup_id, "ref_b", 200),
        ]
        if number % 2:
            totals = (300, 500)
            told += [event(till, topup_id, "topup_reversed", f"{one}_{topup_id}", reversed_total=one) for one in totals]
        story = told + chance.choices(told, k=3)
        chance.shuffle(story)
        for one in story:
            assert apply(one) != "quarantined", story
        shown = till.show(topup_id)
        assert (shown["status"], shown["reversed"]) == ("succeeded", 500), story
        assert till.money == (before + 750, 0), story
    assert PAGES == []
