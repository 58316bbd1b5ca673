"""A payer disputes a top-up at their bank: that much is held, as far as it is there, and the wallet works on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.ledger import audit, service
from chalicelib.operations import judging, reading
from chalicelib.operations.store_books import Books
from chalicelib.processors.model import ProcessorEvent
from chalicelib.topups import events
from tests.api import topup_kit
from tests.api.caller import Caller
from tests.api.test_partial_refunds import apply, event, paid, part
from tests.api.topup_kit import WALLET, Till

ENDS = {"dispute_won": (1_250, 0), "dispute_lost": (350, 0)}


@pytest.fixture
def till(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> Iterator[Till]:
    """After every test the books balance, and a judge finds nothing."""
    monkeypatch.setattr(events, "page", lambda name, **facts: None)
    yield from topup_kit.till(caller)
    assert audit.trial_balance().balanced


def told(
    till: Till, topup_id: str, kind: Any, disputed: int = 900, dispute: str = "dp_1", **more: Any
) -> ProcessorEvent:
    found = event(till, topup_id, kind, f"{topup_id}_{kind}_{dispute}", **more)
    return replace(found, dispute_id=dispute, disputed=disputed)


def state() -> tuple[int, int, int]:
    head = service.head(WALLET)
    return head.available, head.held, head.debt


def judged(till: Till) -> None:
    from chalicelib.kernel import clock

    named = {table: reading.full_name(table) for table in reading.tables()}
    assert judging.judge(Books(named), clock.now(), undoes=False).findings == ()


def test_what_is_disputed_is_held_and_nothing_else(till: Till) -> None:
    topup_id = paid(till)
    assert [apply(told(till, topup_id, "topup_disputed")) for _ in range(2)] == ["made", "none"]
    assert (state(), till.show(topup_id)["disputed"]) == ((350, 900, 0), 900)
    (hold,) = till.customer.get(f"/v1/wallets/{WALLET}/holds").json["data"]
    assert (hold["movement_id"], hold["kind"], hold["amount"]) == (topup_id, "top-up", 900)
    assert hold["reason"].startswith("Whoever paid this top-up") and hold["needed"]
    judged(till)


@pytest.mark.parametrize("kind", ENDS)
def test_an_end_gives_it_back_or_takes_it_and_comes_once(till: Till, kind: str) -> None:
    topup_id = paid(till)
    apply(told(till, topup_id, "topup_disputed"))
    assert [apply(told(till, topup_id, kind)) for _ in range(2)] == ["made", "none"]
    available, debt = ENDS[kind]
    assert till.customer.get(f"/v1/wallets/{WALLET}/holds").json["data"] == []
    assert (state(), "disputed" in till.show(topup_id)) == ((available, 0, debt), False)
    assert till.show(topup_id)["reversed"] == 1_250 - available
    judged(till)


@pytest.mark.parametrize("order", list(itertools.permutations(("topup_disputed", "dispute_lost"))))
def test_in_whatever_order_it_is_told_it_ends_the_same(till: Till, order: tuple[str, ...]) -> None:
    topup_id = paid(till)
    for kind in order:
        apply(told(till, topup_id, kind))
    assert state() == (350, 0, 0)
    judged(till)


def test_what_was_spent_meanwhile_is_owed_only_once_the_dispute_is_lost(till: Till) -> None:
    topup_id = paid(till)
    apply(part(till, topup_id, "ref_a", 350))
    apply(told(till, topup_id, "topup_disputed", 900))
    assert state() == (0, 900, 0)
    other = paid(till, "k2")
    apply(part(till, other, "ref_b", 1_000))
    apply(told(till, other, "topup_disputed", 250, "dp_2"))
    assert state() == (0, 1_150, 0)
    assert apply(told(till, topup_id, "dispute_lost", 900)) == "made"
    assert apply(told(till, other, "dispute_won", 250, "dp_2")) == "made"
    assert state() == (250, 0, 0)
    judged(till)


def test_refunds_and_lost_disputes_together_never_exceed_the_top_up(till: Till) -> None:
    topup_id = paid(till)
    apply(told(till, topup_id, "topup_disputed", 900))
    apply(told(till, topup_id, "dispute_lost", 900))
    assert apply(part(till, topup_id, "ref_a", 350)) == "made", "a refund that is told by itself is beside the dispute"
    assert state() == (0, 0, 0)
    assert apply(told(till, topup_id, "topup_disputed", 100, "dp_2")) == "made"
    assert apply(told(till, topup_id, "dispute_lost", 100, "dp_2")) == "quarantined"


@pytest.mark.parametrize("lie", [{"disputed": 0}, {"disputed": 1_251}, {"dispute_id": None}])
def test_an_impossible_dispute_is_kept_for_a_person(till: Till, lie: dict[str, Any]) -> None:
    assert apply(replace(told(till, paid(till), "topup_disputed"), **lie)) == "quarantined"
    assert state() == (1_250, 0, 0)
