"""Tables in memory: items by partition in the order of their sort keys, indexes that may lag behind, expiry."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.values import LONGEST_PK_BYTES, LONGEST_SK_BYTES, Invalid, Item, Value, comparable

Key = tuple[str, str]
Bounds = tuple[tuple[str, str, Value], ...]


@dataclass(frozen=True)
class Change:
    """One item before and after a write; None where it was not there."""

    table: str
    key: Key
    old: Item | None
    new: Item | None


@dataclass
class Index:
    """KEYS_ONLY and sparse, like every index of the product. `applied` lags behind the table as far as asked."""

    hash_name: str
    range_name: str
    entries: dict[str, list[tuple[str, Key]]] = field(default_factory=dict)
    waiting: deque[tuple[float, Change]] = field(default_factory=deque)

    def catch_up(self, until: float) -> None:
        while self.waiting and self.waiting[0][0] <= until:
            change = self.waiting.popleft()[1]
            for item, apply in ((change.old, self._drop), (change.new, self._add)):
                if item and self.hash_name in item and self.range_name in item:
                    apply(item, change.key)

    def _add(self, item: Item, key: Key) -> None:
        insort(self.entries.setdefault(item[self.hash_name]["S"], []), (item[self.range_name]["S"], key))

    def _drop(self, item: Item, key: Key) -> None:
        self.entries[item[self.hash_name]["S"]].remove((item[self.range_name]["S"], key))

    def found(self, hash_value: str, bounds: Bounds) -> list[Item]:
        here = self.entries.get(hash_value, [])
        wanted = [one for one in here if _within(one[0], bounds)]
        return [self._projected(hash_value, place, key) for place, key in wanted]

    def _projected(self, hash_value: str, place: str, key: Key) -> Item:
        names = {"pk": key[0], "sk": key[1], self.hash_name: hash_value, self.range_name: place}
        return {name: {"S": text} for name, text in names.items()}


@dataclass
class Table:
    name: str
    indexes: dict[str, Index] = field(default_factory=dict)
    expires_by: str = ""
    partitions: dict[str, dict[str, Item]] = field(default_factory=dict)
    order: dict[str, list[str]] = field(default_factory=dict)

    def get(self, key: Key) -> Item | None:
        partition = self.partitions.get(key[0])
        return partition.get(key[1]) if partition else None

    def put(self, key: Key, item: Item | None, at: float) -> Change:
        """`item` None: take it away."""
        old = self.get(key)
        partition, order = self.partitions.setdefault(key[0], {}), self.order.setdefault(key[0], [])
        if item is None:
            if old is not None:
                del partition[key[1]]
                del order[bisect_left(order, key[1])]
        else:
            partition[key[1]] = item
            if old is None:
                insort(order, key[1])
        change = Change(self.name, key, old, item)
        for index in self.indexes.values():
            index.waiting.append((at, change))
        return change

    def found(self, pk: str, bounds: Bounds) -> Sequence[Item]:
        """Of one partition, in order; nothing is looked at before it is taken, however many there are."""
        order, partition = self.order.get(pk, []), self.partitions.get(pk, {})
        first, last = 0, len(order)
        for _, sign, value in bounds:
            text = value.get("S", "")
            if sign in (">=", "begins_with", "="):
                first = max(first, bisect_left(order, text))
            elif sign == ">":
                first = max(first, bisect_right(order, text))
            elif sign == "<=":
                last = min(last, bisect_right(order, text))
            else:
                last = min(last, bisect_left(order, text))
        if all(sign in _RANGES for _, sign, _ in bounds):
            return _Span(partition, order, range(first, last))
        return [partition[sk] for sk in order[first:last] if _within(sk, bounds)]

    def everything(self) -> Iterator[Item]:
        for pk, order in self.order.items():
            yield from (self.partitions[pk][sk] for sk in order)

    def expired(self, now_seconds: float) -> list[Key]:
        """Keys of what TTL may delete; it takes its time."""
        late = []
        for item in self.everything():
            due = comparable(item.get(self.expires_by, {"S": ""}))
            if due and due[0] == "N" and due[1] < now_seconds:
                late.append((item["pk"]["S"], item["sk"]["S"]))
        return late


@dataclass(frozen=True, slots=True)
class _Span(Sequence[Item]):
    """Items between two places in the order of their partition."""

    partition: Mapping[str, Item]
    order: Sequence[str]
    places: range

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, which: Any) -> Any:
        if isinstance(which, slice):
            return _Span(self.partition, self.order, self.places[which])
        return self.partition[self.order[self.places[which]]]


_RANGES = frozenset({"<", "<=", ">", ">="})
"""Signs that two places in the order say all about."""


def _within(text: str, bounds: Bounds) -> bool:
    return all(_TESTS[sign](text, value.get("S", "")) for _, sign, value in bounds)


_TESTS: dict[str, Callable[[str, str], bool]] = {
    "=": lambda text, bound: text == bound,
    "<": lambda text, bound: text < bound,
    "<=": lambda text, bound: text <= bound,
    ">": lambda text, bound: text > bound,
    ">=": lambda text, bound: text >= bound,
    "begins_with": lambda text, bound: text.startswith(bound),
}


def key_of(item: Item) -> Key:
    """Raises Invalid unless the item has both keys as the schema wants them."""
    return _key_part(item, "pk", LONGEST_PK_BYTES), _key_part(item, "sk", LONGEST_SK_BYTES)


def _key_part(item: Item, name: str, most: int) -> str:
    if name not in item:
        raise Invalid(f"One or more parameter values were invalid: Missing the key {name} in the item")
    if "S" not in item[name]:
        raise Invalid(f"One or more parameter values were invalid: Type mismatch for key {name} expected: S")
    text: str = item[name]["S"]
    if not text:
        raise Invalid(
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
            f"empty string value. Key: {name}"
        )
    if len(text.encode()) > most:
        raise Invalid(f"One or more parameter values were invalid: Size of {name} has exceeded the maximum size limit")
    return text


def check_index_keys(table: Table, item: Item) -> None:
    """An index key that is there must be a text that is not empty."""
    for index in table.indexes.values():
        for name in (index.hash_name, index.range_name):
            if name in item and not item[name].get("S"):
                raise Invalid(f"One or more parameter values were invalid: Type mismatch for Index Key {name}")
