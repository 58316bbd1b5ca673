"""Shared bills under parallel use: a part is never overpaid, and a bill is paid by exactly what it was."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from chalicelib.kernel import ids
from chalicelib.kernel.callers import Customer
from chalicelib.ledger import acquaintance, audit, chart, service
from chalicelib.ledger.model import Draft
from chalicelib.transfers import model_splits as model
from chalicelib.transfers import splits, store_splits
from chalicelib.transfers.model_splits import Part, PartRequest, Sharer, SplitRequest
from tests import ledger_kit
from tests.concurrency.test_access import now, storm
from tests.ledger_kit import OWNER

PROCESSES = 4
MAKER = ids.derived("usr", "maker")
HIS = chart.wallet_of(MAKER, "CNY")


def customer(user_id: str) -> Customer:
    return Customer(user_id, "ses_1", (chart.wallet_of(user_id, "CNY"),), tier=0, epoch=0, jurisdiction="CN")


def bill(payers: list[str], amount: int) -> str:
    """Each of them knows its maker and owes as much; as `splits.make` writes it."""
    at, key = now(), ledger_kit.key("make", caller=MAKER)
    owed = model.parts_of(amount, [1] * len(payers))
    people = [(one, chart.wallet_of(one, "CNY"), part) for one, part in zip(payers, owed, strict=True)]
    split = key.movement_id("spl")
    parts = [Part(split, wallet, one, "P***", part, part, asked_at="2026") for one, wallet, part in people]
    wish = SplitRequest(amount, "CNY", [Sharer("a.b.c")] * len(payers))
    movement = splits._movement(customer(MAKER), wish, "M***", amount, key, at)
    met = [acquaintance.made(wallet, HIS) for _, wallet, _ in people]
    legs = (*splits._asked(parts, "CNY", at), *met)
    service.commit(lambda at, known: Draft(movement, (), None, legs=legs), at, key)
    return split


def pay(split: str, payer: str, amount: int, name: str) -> int | str:
    """The status, or the code of the refusal."""
    wish = PartRequest(amount, "CNY")
    told = splits.pay(customer(payer), split, wish, ledger_kit.key(name, caller=payer), now())
    return told.status if told.status == 201 else str(json.loads(told.body)["code"])


def pay_many(split: str, process: int) -> list[int | str]:
    return [pay(split, OWNER, 300, f"p{process}-{number}") for number in range(6)]


def left_of(split: str) -> int:
    parts = store_splits.parts(split)
    assert service.movement(split)["left"] == sum(one.left for one in parts)
    return sum(one.left for one in parts)


@pytest.fixture
def wallets(atomic: None) -> None:
    service.open_wallet(HIS, MAKER, "CNY", 0, now())
    ledger_kit.open_wallet(now())
    ledger_kit.put_in(100_000, now())


def test_one_part_paid_by_many_processes_at_once_is_never_overpaid(wallets: None) -> None:
    """Nothing in a process's memory keeps it."""
    split = bill([OWNER], 4_000)
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        told = [one for found in pool.map(pay_many, [split] * PROCESSES, range(PROCESSES)) for one in found]
    assert Counter(told) == {201: 13, "exceeds-what-is-left": PROCESSES * 6 - 13}
    assert (service.head(HIS).available, left_of(split)) == (3_900, 100)
    assert (pay(split, OWNER, 100, "last"), service.movement(split)["state"]) == (201, "paid")
    assert audit.trial_balance().balanced


def test_twenty_people_who_pay_at_once_pay_a_bill_and_one_of_them_ends_it(wallets: None) -> None:
    payers = [ids.derived("usr", f"p{number}") for number in range(20)]
    for one in payers:
        wallet = chart.wallet_of(one, "CNY")
        service.open_wallet(wallet, one, "CNY", 0, now())
        ledger_kit.put_in(1_000, now(), one, wallet, one)
    split = bill(payers, 10_010)
    owed = {one.owner: one.amount for one in store_splits.parts(split)}
    told = storm(40, lambda number: pay(split, payers[number % 20], owed[payers[number % 20]], f"k{number}"))
    assert Counter(told) == {201: 20, "invalid-state": 20}
    assert (service.head(HIS).available, service.movement(split)["state"]) == (10_010, "paid")
    assert audit.trial_balance().balanced


def test_declining_while_it_is_paid_loses_no_cent(wallets: None) -> None:
    split = bill([OWNER], 2_000)

    def act(number: int) -> object:
        if number == 7:
            return splits.decline(customer(OWNER), split, now()).status
        return pay(split, OWNER, 100, f"k{number}")

    told = storm(16, act)
    paid = told.count(201)
    assert service.head(HIS).available == paid * 100
    assert left_of(split) == 0
    assert service.movement(split)["state"] in ("closed", "paid")
    assert audit.trial_balance().balanced
