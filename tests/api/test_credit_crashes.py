"""Wherever a process dies that collects, reminds or lends, the next one goes on, and nothing is taken or told twice."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from chalicelib.credit import collecting, store
from chalicelib.kernel.errors import CofferError
from chalicelib.ledger import audit
from chalicelib.ledger import service as ledger
from tests.api import credit_kit as kit
from tests.api.crash_kit import dying
from tests.api.world import Person, World, fresh_key

pytestmark = pytest.mark.many_requests


def begun(world: World) -> tuple[Person, store.Kept]:
    ana = kit.with_line(world)
    kit.bought(ana, 60_000, "three")
    (kept,) = store.plans(kit.account(ana))
    return ana, kept


def on(kept: store.Kept, days: int) -> datetime:
    """So many days after its first instalment is due."""
    return datetime.combine(kept.plan.parts[0].due_on + timedelta(days=days), time(12), UTC)


@pytest.mark.parametrize("after", [False, True])
def test_wherever_collecting_dies_each_instalment_is_taken_and_told_of_once(
    world: World, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    number, died = 0, [True]
    while died:
        number += 1
        ana, kept = begun(world)
        first = kept.plan.parts[0]
        with dying(monkeypatch, number, after) as died:
            collecting.collect(kept.account, on(kept, -2))
            collecting.collect(kept.account, on(kept, 0))
        for day in (-2, 0, 0):
            collecting.collect(kept.account, on(kept, day))
        world.deliver()
        assert (kit.lent(ana), ana.available) == (60_000 - first.principal, 3_000_000 - first.amount), number
        assert (len(kit.told(ana, "instalment_soon")), len(kit.told(ana, "instalment_paid"))) == (1, 1), number
    assert number > 8, "it has several places to die at"
    assert audit.trial_balance().balanced


@pytest.mark.parametrize("after", [False, True])
def test_wherever_it_dies_while_money_is_missing_a_part_is_taken_once_and_one_fee_asked(
    world: World, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    number, died = 0, [True]
    while died:
        number += 1
        ana, kept = begun(world)
        first = kept.plan.parts[0]
        kit.empty(world, ana, 5_000)
        with dying(monkeypatch, number, after) as died:
            collecting.collect(kept.account, on(kept, 0))
            collecting.collect(kept.account, on(kept, 5))
        for day in (0, 5, 5):
            collecting.collect(kept.account, on(kept, day))
        (now,) = store.plans(kept.account)
        assert (ana.available, kit.lent(ana)) == (0, 60_000 - (5_000 - first.interest)), number
        assert sum(one.late_fee for one in now.plan.parts) == (first.amount - 5_000) * 500 // 10_000
        assert (len(kit.told(ana, "instalment_missed")), len(kit.told(ana, "instalment_late_fee"))) == (1, 1), number
    assert number > 8
    world.deliver()
    assert audit.trial_balance().balanced


@pytest.mark.parametrize("kind", ["purchase", "cash"])
@pytest.mark.parametrize("after", [False, True])
def test_wherever_lending_dies_the_same_key_finds_one_plan(
    world: World, monkeypatch: pytest.MonkeyPatch, after: bool, kind: str
) -> None:
    what = {"merchant_id": world.shop.id, "amount": 60_000, "currency": "CNY", "order_reference": "o"}
    number, died = 0, [True]
    while died:
        number += 1
        ana, key = kit.with_line(world), fresh_key()
        part = kit.quote(ana, 60_000, "three", kind)
        with dying(monkeypatch, number, after) as died:
            kit.agree(ana, part, key, **(what if kind == "purchase" else {}))
        reply = kit.agree(ana, part, key, **(what if kind == "purchase" else {}))
        assert reply.status == 201, (number, reply.raw)
        assert (kit.lent(ana), len(store.plans(kit.account(ana)))) == (60_000, 1)
    assert number > 3
    world.deliver()
    assert audit.trial_balance().balanced


@pytest.mark.parametrize("after", [False, True])
def test_wherever_opening_a_line_dies_it_can_be_seen_and_asked_for_again(
    world: World, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    number, died = 0, [True]
    while died:
        number += 1
        ana = kit.known(world)
        with dying(monkeypatch, number, after) as died:
            ana.phone.post("/v1/credit-line", {})
        assert kit.line(ana).get("status") in ("none", "open"), number
        assert kit.asked(ana) is ana
        assert (kit.line(ana)["available"], ledger.head(kit.account(ana)).floor) == (200_000, -200_000)
    assert number > 3


def test_a_plan_that_another_process_changed_meanwhile_is_looked_at_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between what the sweep saw and its transaction its owner repays all."""
    ana, kept = begun(world)
    commit = ledger.commit

    def meanwhile(*args: Any) -> Any:
        monkeypatch.setattr(ledger, "commit", commit)
        assert kit.repay(ana, kept.id).status == 201
        return commit(*args)

    monkeypatch.setattr(ledger, "commit", meanwhile)
    assert collecting.collect(kept.account, on(kept, 0)) == 0
    assert (kit.lent(ana), ana.available) == (0, 3_000_000 - 60_000)


def test_one_plan_that_fails_holds_up_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, kept = begun(world)
    bo, other = begun(world)
    plans = store.plans

    def broken(account: str) -> list[store.Kept]:
        if account == kept.account:
            raise CofferError
        return plans(account)

    monkeypatch.setattr(store, "plans", broken)
    assert collecting.collect_due(on(kept, 0)) == 1
    monkeypatch.setattr(store, "plans", plans)
    assert (kit.lent(ana), kit.lent(bo)) == (60_000, 60_000 - other.plan.parts[0].principal)
