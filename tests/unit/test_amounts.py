"""What an entry moved: what went from one account to another, whoever asks."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.insight import model_events, model_records
from chalicelib.insight.model_events import Around
from chalicelib.ledger import folding
from chalicelib.ledger.amounts import moved

MOVED: Mapping[str, tuple[int, Mapping[str, int]]] = {
    "a payment with a coupon": (100, {"wal_1": -80, "sys:promotions:CNY": -20, "sys:settling:CNY": 100}),
    "a capture of a part": (60, {"wal_1:held": -100, "wal_1": 40, "sys:settling:CNY": 60}),
    "an authorisation": (70, {"wal_1": -70, "wal_1:held": 70}),
    "its end": (70, {"wal_1:held": -70, "wal_1": 70}),
    "a transfer": (70, {"wal_1": -70, "wal_2": 70}),
    "a transfer to somebody in debt": (500, {"wal_1": -500, "wal_2": 300, "wal_2:debt": 200}),
    "a card bought with a bonus": (500, {"wal_1": -500, "crd_1": 500, "bon_1": 50, "sys:promised:mer_1:CNY": -50}),
    "a card used with its bonus": (
        90,
        {"crd_1": -90, "bon_1": -60, "sys:settling:CNY": 90, "sys:promised:mer_1:CNY": 60},
    ),
    "the expiry of a bonus": (0, {"bon_1": -5, "sys:promised:mer_1:CNY": 5}),
    "a repayment": (110, {"wal_1": -110, "cra_1": 100, "sys:credit-income:CNY": 10}),
    "a settlement": (100, {"sys:settling:CNY": -100, "mac_1": 97, "sys:fees:CNY": 3}),
    "a top-up reversed after it was spent": (60, {"wal_1": -40, "wal_1:debt": -20, "sys:clearing:sandbox:CNY": 60}),
}
AMOUNTS = st.integers(1, 10**12)


@pytest.mark.parametrize("what", MOVED)
def test_an_entry_moved_what_went_from_one_account_to_another(what: str) -> None:
    amount, postings = MOVED[what]
    assert moved(postings) == amount


@pytest.mark.parametrize("what", MOVED)
def test_whoever_counts_an_entry_says_the_same_amount_of_it(what: str) -> None:
    amount, postings = MOVED[what]
    entry = {"id": "ent_1", "kind": "x", "currency": "CNY", "sk": "2026-11-22T07:00:00.000000Z", "movement": "pay_1",
             "pk": "wal_1", "postings": postings}  # fmt: skip
    event = model_events.of_entry(entry, Around(), str)
    assert event
    assert (event.amount, folding._seen(entry)["moved"], model_records.amount_of(entry)) == (amount, amount, amount)


@given(AMOUNTS, st.dictionaries(st.sampled_from(["sys:promotions:CNY", "cra_1", "wal_3"]), AMOUNTS), AMOUNTS)
def test_it_is_never_more_than_what_was_given_nor_less_than_what_one_received(
    paid: int, others: dict[str, int], bonus: int
) -> None:
    given_together = paid + sum(others.values())
    postings = {"wal_1:held": -paid, "sys:settling:CNY": given_together, **{one: -part for one, part in others.items()}}
    promise = {"bon_1": -bonus, "sys:promised:mer_1:CNY": bonus}
    assert moved(postings) == moved(postings | promise) == given_together
