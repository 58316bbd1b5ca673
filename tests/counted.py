"""What the counters must say, summed up from the journal itself, and what they say: `(minute, hour or day, kind,
processor, currency)` → how many entries, and what they moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

Sums = dict[tuple[str, str, str, str], tuple[int, int]]
_CHARACTERS = {"minute": len("2026-11-22T08:07"), "hour": len("2026-11-22T08"), "day": len("2026-11-22")}


def by_the_journal(entries: Iterable[Mapping[str, Any]]) -> Sums:
    """Of every copy of every entry, as the table has them."""
    money = {entry["id"]: entry for entry in entries if not entry["currency"].startswith("ptp_")}
    found: dict[tuple[str, str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for entry in money.values():
        for characters in _CHARACTERS.values():
            place = entry["sk"][:characters], entry["kind"], _processor(entry["postings"]), entry["currency"]
            found[place][0] += 1
            found[place][1] += _moved(entry["postings"])
    return {place: (many, amount) for place, (many, amount) in found.items()}


def by_the_counters(items: Iterable[Mapping[str, Any]]) -> Sums:
    """Of all items of the ledger, as the table has them."""
    found: dict[tuple[str, str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for item in items:
        if item["pk"].startswith("COUNTS#"):
            began = item["sk"].partition("#")[0]
            assert len(began) == _CHARACTERS[item["pk"].split("#")[1]]
            for name, value in item.items():
                which, _, label = name.partition(" ")
                if label:
                    kind, _, currency = label.partition("/")
                    kind, _, processor = kind.partition(":")
                    found[began, kind, processor, currency][which == "a"] += value
    return {place: (many, amount) for place, (many, amount) in found.items()}


def _processor(postings: Mapping[str, int]) -> str:
    clearing = [address.split(":")[2] for address in postings if address.startswith("sys:clearing:")]
    return clearing[0] if clearing else ""


def _moved(postings: Mapping[str, int]) -> int:
    """Half of all that changed, for what one has less another has more: of accounts, else of their buckets."""
    money = {one: part for one, part in postings.items() if not one.startswith(("bon_", "sys:promised:"))}
    accounts: dict[str, int] = defaultdict(int)
    for address, part in money.items():
        accounts[address if address.startswith("sys:") else address.split(":")[0]] += part
    return (sum(map(abs, accounts.values())) or sum(map(abs, money.values()))) // 2
