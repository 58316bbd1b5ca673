"""What the simulation found in the product, one claim each, so that it stays found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.kernel import clock
from chalicelib.ledger import funding, items, model, service, store
from chalicelib.ledger.funding import Funding
from chalicelib.ledger.model import Change, Misjudged
from chalicelib.settings import settings
from tests import heads
from tests import ledger_kit as kit
from tests.simulation import faults, house, workers
from tests.simulation.bank import Bank
from tests.simulation.engine import Engine, cancelled, refused
from tests.simulation.post import Post


@pytest.fixture
def engine() -> Iterator[Engine]:
    time = workers.Clock()
    found = Engine(lambda: time.seconds, house.tables())
    with house.inhabited(found, Post(house.queues()), time, workers.Entropy("finds"), Bank(time)):
        yield found


def test_a_single_write_waits_for_the_transaction_that_holds_its_item(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seed 1, decision 2469: storing a refusal met TransactionConflictException and became a 500."""
    kit.open_wallet()
    made, busy = engine.call, iter([True, True, False])

    def sometimes_busy(operation: str, parameters: Any) -> Any:
        if operation == "PutItem" and next(busy):
            raise refused(operation, "TransactionConflictException", "Transaction is ongoing for the item")
        return made(operation, parameters)

    monkeypatch.setattr(engine, "call", sometimes_busy)
    receipt = kit.spend(100, kit.AT + timedelta(seconds=1))
    assert (receipt.status, "insufficient-funds" in receipt.body) == (409, True)
    assert next(busy, "asked three times") == "asked three times"


def test_what_takes_all_and_owes_the_rest_knows_what_there_is(engine: Engine) -> None:
    """Seed 1, decision 1894: a credit came in between, and a debt was booked beside it."""
    kit.open_wallet()
    kit.put_in(100, kit.AT + timedelta(seconds=1))
    later = kit.AT + timedelta(seconds=2)
    change = Change(kit.WALLET, "CNY", available=-80, debt=20, expected_available=80)
    reasons = store.transact([items.head_update(change, later)])
    assert [reason.code for reason in reasons] == [store.CONDITION]
    verdict = model.judge(change, later, reasons[0].item)
    assert isinstance(verdict, Misjudged) and verdict.head.available == 100


def test_a_conflict_outweighs_a_condition_that_fails_beside_it(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mixed cancellation reasons: nothing was decided, so the whole is sent again and succeeds."""
    kit.open_wallet()
    kit.put_in(100, kit.AT + timedelta(seconds=1))
    made, mixed = engine.call, iter([True])

    def mixed_once(operation: str, parameters: Any) -> Any:
        if operation == "TransactWriteItems" and next(mixed, False):
            raise cancelled([{"Code": "TransactionConflict"}, {"Code": "ConditionalCheckFailed"}, {"Code": "None"}])
        return made(operation, parameters)

    monkeypatch.setattr(engine, "call", mixed_once)
    assert kit.spend(100, kit.AT + timedelta(seconds=2)).status == 201
    assert service.head(kit.WALLET).available == 0


def test_a_method_opens_again_with_a_later_day_only(engine: Engine) -> None:
    """A removal may die between shutting and forgetting it, and somebody may add what is not forgotten."""
    first = Funding("fnd_1", "usr_1", "sandbox", clock.written(kit.AT))
    later = replace(first, usable_at=clock.written(kit.AT + timedelta(days=1)))
    funding.open_for(first)
    funding.shut("fnd_1", "usr_1")
    funding.open_for(first)
    assert not funding.is_open("fnd_1")
    funding.open_for(later)
    assert funding.is_open("fnd_1")


def test_money_for_a_closed_wallet_that_opens_in_the_same_instant_comes_to_it(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seed 7, decision 17987, with cards: an account was restored while a refund had just seen its wallet closed."""
    kit.open_wallet()
    heads.close(kit.WALLET)
    made, tries = engine.call, iter(range(9))

    def opened_meanwhile(operation: str, parameters: Any) -> Any:
        if operation == "TransactWriteItems" and next(tries) == 1:
            heads.activate(kit.WALLET)
        return made(operation, parameters)

    monkeypatch.setattr(engine, "call", opened_meanwhile)
    kit.put_in(100, kit.AT + timedelta(seconds=1))
    assert (service.head(kit.WALLET).available, next(tries)) == (100, 3)


@pytest.mark.parametrize("kind", sorted(faults._ACTS))
def test_every_kind_of_fault_has_a_call_that_it_may_befall(kind: str) -> None:
    table = settings().ledger_table
    calls = [
        workers.Call("dynamodb", operation, {"TableName": table}, lambda: None)
        for operation in ("PutItem", "TransactWriteItems", "BatchGetItem", "Query")
    ]
    calls += [workers.Call("sqs", "SendMessageBatch", {}, lambda: None), workers.Call("bank", "POST", {}, lambda: None)]
    calls.append(workers.Call("clock", "pause", {}, lambda: None))
    reachable = {fault for call in calls for fault in faults.possible(call)} | {"function-timed-out"}
    assert kind in reachable
