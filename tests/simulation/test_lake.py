"""What is analysed agrees with the journal to the unit, after a play in which everything came late, twice and torn."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chalicelib.insight import engine, gathering
from chalicelib.insight.model_query import QueryRequest, question
from chalicelib.kernel import clock
from chalicelib.ledger import chart, counts
from chalicelib.ledger.wire import plain_item as plain
from infra.pages import WEB
from tests.environment import ENVIRONMENT
from tests.simulation.run import run
from tests.simulation.world import World

SEED, STEPS = 7, 4_000
Sums = dict[tuple[str, str], tuple[int, int]]


_OF_MANY = ("settlement", "top-up-reversal")
"""Their movements say another amount: what is left after fees, what was topped up."""


def journal(world: World) -> Sums:
    """(kind, currency) → entries and what they moved, each entry once: as its movement says that was asked for, or by
    how much accounts had more afterwards."""
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    asked = {one["pk"]: one["amount"] for one in _everything(world, "LEDGER_TABLE") if one.get("sk") == "MOVEMENT"}
    accounts: dict[str, int] = defaultdict(int)
    for entry in _entries(world):
        gained = _applied(accounts, entry["postings"])
        said = None if entry["kind"] in _OF_MANY else asked.get(entry["movement"])
        kept = sums[entry["kind"], entry["currency"]]
        kept[0] += 1
        kept[1] += gained if said is None else said
    return {key: (count, amount) for key, (count, amount) in sums.items()}


def _entries(world: World) -> Iterable[Mapping[str, Any]]:
    found = {one["id"]: one for one in _everything(world, "JOURNAL_TABLE") if chart.is_money(one["currency"])}
    return sorted(found.values(), key=lambda one: one["sk"])


def _everything(world: World, table: str) -> Iterable[dict[str, Any]]:
    return map(plain, world.engine.tables[ENVIRONMENT[table]].everything())


def _applied(accounts: dict[str, int], postings: Mapping[str, int]) -> int:
    """By how much those who have more now have more: bonuses and what they are promised by are nobody's money."""
    whose = {address: address if address.startswith("sys:") else address.split(":")[0] for address in postings}
    mine = {one for one in whose.values() if not one.startswith(("bon_", "sys:promised:"))}
    before = {one: accounts[one] for one in mine}
    for address, part in postings.items():
        accounts[whose[address]] += part
    return sum(max(0, accounts[one] - had) for one, had in before.items())


def live(world: World) -> Sums:
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for one in counts.since(counts.DAY, clock.now(), 400).counts:
        kept = sums[one.kind, one.currency]
        kept[0] += one.entries
        kept[1] += one.amount
    return {key: (count, amount) for key, (count, amount) in sums.items()}


def test_what_is_live_and_what_is_analysed_agree_with_the_journal_to_the_unit(tmp_path: Path) -> None:
    told: dict[str, Any] = {}

    def afterwards(world: World) -> None:
        for body in [*world.post.aside, *world.post.aside[::3]]:
            gathering.gather(json.loads(body))
        told["journal"], told["live"], told["landed"] = journal(world), live(world), dict(world.post.lake)

    outcome = run(SEED, range(STEPS), afterwards=afterwards)
    assert not outcome.violation, outcome.violation
    assert len(told["journal"]) > 10
    assert told["live"] == told["journal"]
    assert analysed(told["landed"], tmp_path) == told["journal"]


def test_the_console_has_words_for_every_kind_of_entry_of_a_play() -> None:
    kinds: set[str] = set()

    def afterwards(world: World) -> None:
        kinds.update(kind for kind, _ in journal(world))

    run(SEED, range(STEPS), afterwards=afterwards)
    texts = [(WEB / "text" / f"{name}.json").read_text(encoding="utf-8") for name in ("console", "kinds")]
    known = {key for text in texts for key in json.loads(text)}
    assert len(kinds) > 10
    assert sorted(kind for kind in kinds if f"console.what.{kind}" not in known) == []


def analysed(landed: dict[str, bytes], folder: Path) -> Sums:
    files = []
    for number, content in enumerate(landed.values()):
        files.append(folder / f"{number}.jsonl")
        files[-1].write_bytes(gzip.decompress(content))
    whole = folder / "day=2026-01-01" / "hour=all"
    whole.mkdir(parents=True)
    engine.merge([], files, whole / "whole.parquet", folder)
    wish = {
        "from": "2000-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z", "dimensions": ["kind", "currency"],
        "measures": [{"measure": "count"}, {"measure": "sum", "of": "amount"}], "top": 1000,
        "filters": [{"dimension": "outcome", "words": ["succeeded"]}],
    }  # fmt: skip
    asked = question(msgspec.convert(wish, QueryRequest))
    answered = engine.Engine([str(whole / "whole.parquet")]).answer(asked)
    return {(str(kind), str(currency)): (count, amount) for kind, currency, count, amount in answered.rows if currency}  # type: ignore[misc]


@pytest.fixture(autouse=True)
def _regions_are_asked_anew() -> None:
    gathering._region.cache_clear()
