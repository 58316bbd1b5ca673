"""Units as AWS's own examples have them (Developer Guide, "DynamoDB read and write operations")."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bench.measure import units
from tests.bench.measure.units import Units
from tests.simulation.tables import Index
from tests.simulation.values import Item, size

KILOBYTE = 1024
DUE = Index("due_key", "due_at")


def item(bytes_of_it: int, **more: str) -> Item:
    """Of exactly so many bytes."""
    found: Item = {"pk": {"S": "p"}, "sk": {"S": "s"}, **{name: {"S": text} for name, text in more.items()}}
    found["x"] = {"S": "x" * (bytes_of_it - size(found) - 1)}
    assert size(found) == bytes_of_it
    return found


@pytest.mark.parametrize(
    ("before", "after", "transactional", "expected"),
    [
        (None, 512, False, 1),
        (None, 1 * KILOBYTE, False, 1),
        (None, 1 * KILOBYTE + 1, False, 2),
        (None, 3 * KILOBYTE, False, 3),
        (None, 3 * KILOBYTE, True, 6),
        (None, 500, True, 2),
        (5 * KILOBYTE, 500, False, 5),
        (500, 5 * KILOBYTE, False, 5),
        (2 * KILOBYTE, None, False, 2),
        (None, None, False, 1),
        (None, None, True, 2),
    ],
)
def test_a_write_costs_a_unit_per_begun_kilobyte_of_the_larger_item(
    before: int | None, after: int | None, transactional: bool, expected: int
) -> None:
    old, new = (None if one is None else item(one) for one in (before, after))
    assert units.written(old, new, transactional=transactional) == expected


@pytest.mark.parametrize(
    ("sizes", "consistent", "expected"),
    [
        ([3500], True, 1),
        ([3500], False, 0.5),
        ([10 * KILOBYTE], True, 3),
        ([8 * KILOBYTE], False, 1),
        ([], True, 1),
        ([], False, 0.5),
        ([1536, 6656], True, 2),
    ],
)
def test_a_read_costs_a_unit_per_begun_four_kilobytes_of_all_together(
    sizes: list[int], consistent: bool, expected: float
) -> None:
    assert units.read(map(item, sizes), consistent=consistent) == expected


def test_a_batch_rounds_each_item_up_and_a_transaction_pays_twice() -> None:
    """AWS: 1.5 KB and 6.5 KB are read as 12 KB, not as 8."""
    found = [item(1536), item(6656)]
    batch = {"RequestItems": {"t": {"Keys": [{}, {}], "ConsistentRead": True}}}
    assert units.of_read("BatchGetItem", batch, {"Responses": {"t": found}}) == Units(3)
    assert units.of_read("BatchGetItem", batch, {"Responses": {"t": found[:1]}}) == Units(2)
    several: dict[str, Any] = {"Responses": [{"Item": one} for one in found] + [{}]}
    assert units.of_read("TransactGetItems", {}, several) == Units(2 + 4 + 2)


def test_an_eventual_read_of_a_megabyte_costs_128_units() -> None:
    answer = {"Items": [item(64 * KILOBYTE)] * 16}
    assert units.of_read("Query", {}, answer) == Units(128)
    assert units.of_read("Query", {"ConsistentRead": True}, answer) == Units(256)


def test_an_index_costs_what_changes_in_it() -> None:
    bare, due, later = item(100), item(100, due_key="k", due_at="1"), item(100, due_key="k", due_at="2")
    steps = [(None, bare, 0), (None, due, 1), (due, bare, 1), (due, due, 0), (due, later, 2), (due, None, 1)]
    assert [units.indexed(old, new, [DUE]) for old, new, _ in steps] == [cost for *_, cost in steps]
    assert units.indexed(None, item(100, due_key="k"), [DUE]) == 0, "half a key is no entry"


def test_a_transaction_of_three_small_items_and_one_index_entry_costs_seven() -> None:
    """The design's own sum."""
    places = [("ledger", "pay", "MOVEMENT"), ("ledger", "wal", "HEAD"), ("journal", "wal", "now")]
    before = dict(zip(places, [None, item(300), None], strict=True))
    after = dict(zip(places, [item(900, due_key="k", due_at="1"), item(310), item(600)], strict=True))
    found = units.of_write("TransactWriteItems", before, after, {"ledger": [DUE], "journal": []})
    assert found == Units(write=7)


def test_what_is_kept_counts_a_hundred_bytes_more_for_every_item_and_entry() -> None:
    due = item(300, due_key="key", due_at="at")
    entry = len("pkpsks") + len("due_keykey") + len("due_atat")
    assert units.kept({("ledger", "p", "s"): due}, {"ledger": [DUE]}) == 300 + 100 + entry + 100
    assert units.kept({("ledger", "p", "s"): None}, {"ledger": [DUE]}) == 0
