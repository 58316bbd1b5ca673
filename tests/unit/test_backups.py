"""A backup's hash, how long it is kept, and what may be done about a transaction that is there by halves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chalicelib.operations import model_backups as model

values = some.one_of(
    some.text(max_size=8).map(lambda text: {"S": text}),
    some.integers(-(10**12), 10**12).map(lambda number: {"N": str(number)}),
    some.binary(max_size=8).map(lambda raw: {"B": raw}),
    some.booleans().map(lambda flag: {"BOOL": flag}),
    some.lists(some.text(max_size=3), min_size=1, unique=True).map(lambda texts: {"SS": texts}),
)
items = some.dictionaries(some.text(min_size=1, max_size=6), values, min_size=1, max_size=5)
AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


@given(some.lists(items, max_size=12), some.randoms())
def test_the_hash_of_a_table_does_not_depend_on_the_order_of_its_items(found: list[Any], chance: Any) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert model.tally(shuffled) == model.tally(found)


@given(some.lists(items, max_size=12), some.integers(0, 12))
def test_a_hash_is_added_up_file_by_file(found: list[Any], cut: int) -> None:
    assert model.tally(found[:cut]).plus(model.tally(found[cut:])) == model.tally(found)


@given(some.lists(items, min_size=1, max_size=6), some.data())
def test_any_change_of_any_item_is_another_hash(found: list[Any], data: Any) -> None:
    place = data.draw(some.integers(0, len(found) - 1))
    other = {**found[place], "changed": {"S": "yes"}}
    assert model.tally([*found[:place], other, *found[place + 1 :]]) != model.tally(found)
    assert model.tally(found[1:]) != model.tally(found)
    assert model.tally([*found, found[0]]) != model.tally(found)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": {"N": "10"}, "b": {"S": "x"}}, {"b": {"S": "x"}, "a": {"N": "1E+1"}}),
        ({"a": {"SS": ["x", "y"]}}, {"a": {"SS": ["y", "x"]}}),
        ({"a": {"B": b"\x00\xff"}}, {"a": {"B": "AP8="}}),
        ({"a": {"M": {"x": {"N": "0"}, "y": {"S": ""}}}}, {"a": {"M": {"y": {"S": ""}, "x": {"N": "-0"}}}}),
    ],
)
def test_the_same_item_written_otherwise_has_the_same_hash(one: Any, other: Any) -> None:
    assert model.canonical(one) == model.canonical(other)


def test_a_chain_knows_each_file_its_name_and_its_place() -> None:
    first, second = ("a", b"1" * 32), ("b", b"2" * 32)

    def chain(*files: tuple[str, bytes]) -> str:
        found = ""
        for name, digest in files:
            found = model.chained(found, name, digest)
        return found

    assert len({chain(first, second), chain(second, first), chain(first), chain(first, ("c", b"2" * 32))}) == 4


@pytest.mark.parametrize(
    ("last", "kept"),
    [
        (None, "yearly"),
        (AT - timedelta(days=400), "yearly"),
        (AT - timedelta(days=30), "monthly"),
        (AT - timedelta(days=1), "daily"),
        (AT - timedelta(hours=1), "hourly"),
    ],
)
def test_the_first_of_a_year_a_month_and_a_day_is_kept_longer(last: datetime | None, kept: str) -> None:
    assert model.kept_as(AT, last) == kept


def test_what_is_about_people_is_let_go_after_thirty_five_days_in_whatever_backup_it_is() -> None:
    kept = {table: model.kept_of(model.part_of(table, "yearly", "bak_x")) for table in ("identity", "cases", "journal")}
    assert kept == {"identity": "daily", "cases": "daily", "journal": "yearly"}
    assert model.kept_of(model.part_of("identity", "hourly", "bak_x")) == "hourly"


@pytest.mark.parametrize(("minutes", "due"), [(59, False), (60, True)])
def test_a_backup_is_due_an_hour_after_the_last_began(minutes: int, due: bool) -> None:
    assert model.is_due(AT - timedelta(minutes=minutes), timedelta(hours=1), AT) is due
