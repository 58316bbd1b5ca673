"""DynamoDB's units, by the size rules that AWS publishes (Developer Guide, "DynamoDB read and write operations").

A write unit per begun kilobyte, a read unit per begun four; a transaction pays twice; an eventual read pays half.
An index costs what changes in it: one write for an entry that comes or goes, two for one that moves, none otherwise.
Failed conditions are paid for as well. Of a cancelled transaction AWS publishes no rule: it is counted as if made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from tests.simulation.tables import Index
from tests.simulation.values import Item, size

WRITE_BYTES, READ_BYTES, OVERHEAD_BYTES = 1024, 4096, 100
Place = tuple[str, str, str]
"""Table and key of an item."""
Found = Mapping[Place, "Item | None"]


@dataclass(frozen=True, slots=True)
class Units:
    read: float = 0.0
    write: float = 0.0

    def __add__(self, other: Units) -> Units:
        return Units(self.read + other.read, self.write + other.write)


def written(before: Item | None, after: Item | None, *, transactional: bool = False) -> float:
    """The larger of what was and what is; at least one unit, also where nothing was."""
    larger = max(size(item) if item else 0 for item in (before, after))
    return max(1, ceil(larger / WRITE_BYTES)) * (2 if transactional else 1)


def read(items: Iterable[Item], *, consistent: bool) -> float:
    """Together, as a Query counts them; nothing found costs the least that something would."""
    together = sum(map(size, items))
    return max(1, ceil(together / READ_BYTES)) * (1 if consistent else 0.5)


def indexed(before: Item | None, after: Item | None, indexes: Iterable[Index]) -> float:
    return float(sum(_moved(_entry(before, index), _entry(after, index)) for index in indexes))


def kept(found: Found, indexes: Mapping[str, Iterable[Index]]) -> int:
    """Bytes stored, with the hundred that AWS adds for every item and every entry of an index."""
    return sum(_kept(item, indexes[place[0]]) for place, item in found.items() if item is not None)


def _kept(item: Item, indexes: Iterable[Index]) -> int:
    keys = {"pk": item["pk"], "sk": item["sk"]}
    entries = [keys | {name: item[name] for name in (one.hash_name, one.range_name)}
               for one in indexes if _entry(item, one)]  # fmt: skip
    return sum(size(one) + OVERHEAD_BYTES for one in (item, *entries))


def _moved(old: tuple[str, str] | None, new: tuple[str, str] | None) -> int:
    return 0 if old == new else (old is not None) + (new is not None)


def _entry(item: Item | None, index: Index) -> tuple[str, str] | None:
    """Its place in the index, which holds keys only and is therefore never more than one unit."""
    if item is None or index.hash_name not in item or index.range_name not in item:
        return None
    return item[index.hash_name]["S"], item[index.range_name]["S"]


def places(operation: str, parameters: Mapping[str, Any]) -> list[Place]:
    """Every item that a writing request names."""
    if operation == "TransactWriteItems":
        return [_place(one) for write in parameters["TransactItems"] for one in write.values()]
    return [_place(parameters)] if operation in ("PutItem", "UpdateItem", "DeleteItem") else []


def _place(one: Mapping[str, Any]) -> Place:
    key = one.get("Key") or one["Item"]
    return one["TableName"], key["pk"]["S"], key["sk"]["S"]


def of_write(operation: str, before: Found, after: Found, indexes: Mapping[str, Iterable[Index]]) -> Units:
    """Of a request that writes, made or refused; `indexes` of each table."""
    twice = operation == "TransactWriteItems"
    items = [(place[0], before[place], after[place]) for place in before]
    base = sum(written(old, new, transactional=twice) for _, old, new in items)
    return Units(write=base + sum(indexed(old, new, indexes[table]) for table, old, new in items))


def of_read(operation: str, parameters: Mapping[str, Any], answer: Mapping[str, Any]) -> Units:
    consistent = bool(parameters.get("ConsistentRead"))
    if operation == "GetItem":
        return Units(read([answer["Item"]] if "Item" in answer else [], consistent=consistent))
    if operation in ("Query", "Scan"):
        return Units(read(answer["Items"], consistent=consistent))
    if operation == "TransactGetItems":
        found = [one.get("Item") for one in answer["Responses"]]
        return Units(sum(2 * read([item] if item else [], consistent=True) for item in found))
    return _of_batch(parameters, answer)


def _of_batch(parameters: Mapping[str, Any], answer: Mapping[str, Any]) -> Units:
    """Each on its own; what is not there costs the least."""
    units = 0.0
    for table, asked in parameters["RequestItems"].items():
        found, consistent = answer["Responses"].get(table, []), bool(asked.get("ConsistentRead"))
        units += sum(read([item], consistent=consistent) for item in found)
        units += (len(asked["Keys"]) - len(found)) * read([], consistent=consistent)
    return Units(units)
