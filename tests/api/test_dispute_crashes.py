"""Wherever a process dies that begins, ends or tells of a dispute, the next one goes on: one dispute, one refund."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.disputes import going_on
from chalicelib.ledger import audit
from tests.api import dispute_kit as kit
from tests.api.crash_kit import dying
from tests.api.world import Person, World, fresh_key

pytestmark = pytest.mark.many_requests
PAID, DISPUTED = 1_000, 400
Step = Callable[[World, Person, str, str], object]
ENDS: dict[str, tuple[Step, str, int]] = {
    "agreed": (lambda world, ana, dispute_id, key: kit.agree(world.shop.till, dispute_id, key), "refunded", DISPUTED),
    "decided for the customer": (
        lambda world, ana, dispute_id, key: kit.decide(world, dispute_id, "customer", key), "refunded", DISPUTED,
    ),
    "decided for the merchant": (
        lambda world, ana, dispute_id, key: kit.decide(world, dispute_id, "merchant", key), "released", 0,
    ),
    "withdrawn": (lambda world, ana, dispute_id, key: kit.withdraw(ana, dispute_id), "withdrawn", 0),
}  # fmt: skip


def paid(world: World, ana: Person, number: int) -> str:
    return kit.paid(world, ana, PAID + number)


@pytest.mark.parametrize("after", [False, True])
def test_wherever_beginning_dies_the_same_key_finds_one_dispute(
    world: World, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    ana, number, died = world.customer(100_000), 0, [True]
    while died:
        number += 1
        payment, key = paid(world, ana, number), fresh_key()
        before = kit.spare(world)
        with dying(monkeypatch, number, after) as died:
            kit.dispute(ana, payment, DISPUTED, key)
        reply = kit.dispute(ana, payment, DISPUTED, key)
        assert reply.status == 201, (number, reply.raw)
        assert kit.spare(world) == before - DISPUTED, number
        assert kit.seen(ana.phone, reply.json["id"])["status"] == "open"
    assert number > 2
    assert audit.trial_balance().balanced


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("end", ENDS)
def test_wherever_an_end_dies_it_comes_once(
    world: World, monkeypatch: pytest.MonkeyPatch, after: bool, end: str
) -> None:
    step, status, back = ENDS[end]
    ana, number, died = world.customer(100_000), 0, [True]
    while died:
        number += 1
        payment, key = paid(world, ana, number), fresh_key()
        spare, available = kit.spare(world), ana.available
        dispute_id = kit.begun(ana, payment, DISPUTED)
        with dying(monkeypatch, number, after) as died:
            step(world, ana, dispute_id, key)
        for _ in range(2):
            step(world, ana, dispute_id, key)
        world.deliver()
        assert kit.seen(ana.phone, dispute_id)["status"] == status, number
        assert (ana.available - available, spare - kit.spare(world)) == (back, back), number
    assert number > 2
    assert audit.trial_balance().balanced


@pytest.mark.parametrize("after", [False, True])
def test_wherever_the_sweep_dies_silence_refunds_once_and_each_turn_is_told_once(
    world: World, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    number, died = 0, [True]
    while died:
        number += 1
        ana = world.customer(10_000)
        payment = paid(world, ana, number)
        available = ana.available
        dispute_id, now = kit.begun(ana, payment, DISPUTED), world.clock.now()
        later = now + going_on.model.ANSWER_WITHIN
        told_by = later + timedelta(seconds=1)
        with dying(monkeypatch, number, after) as died:
            for at in (now, later, told_by):
                going_on.go_on(dispute_id, at)
        for at in (now, later, told_by, told_by):
            going_on.go_on(dispute_id, at)
        world.deliver()
        assert kit.seen(ana.phone, dispute_id)["status"] == "refunded", number
        assert ana.available - available == DISPUTED, number
        assert len(kit.titles(ana)) == 2, number
    assert number > 6
    assert audit.trial_balance().balanced
