"""What is analysed agrees with the journal to the unit, after a play in which everything came late, twice and torn."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chalicelib.insight import engine, gathering
from chalicelib.insight.model_query import QueryRequest, question
from chalicelib.ledger import chart
from chalicelib.ledger.wire import plain_item as plain
from infra.pages import WEB
from tests.environment import ENVIRONMENT
from tests.simulation.run import run
from tests.simulation.world import World

SEED, STEPS = 7, 4_000
Sums = dict[tuple[str, str], tuple[int, int]]


def journal(world: World) -> Sums:
    """(kind, currency) → entries and what they moved, each entry once."""
    entries: dict[str, dict[str, Any]] = {}
    for found in world.engine.tables[ENVIRONMENT["JOURNAL_TABLE"]].everything():
        entry = plain(found)
        if chart.is_money(entry["currency"]):
            entries[entry["id"]] = entry
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for entry in entries.values():
        moved = (abs(part) for address, part in entry["postings"].items() if not chart.is_promise(address))
        kept = sums[entry["kind"], entry["currency"]]
        kept[0] += 1
        kept[1] += max(moved, default=0)
    return {key: (count, amount) for key, (count, amount) in sums.items()}


def test_what_is_analysed_agrees_with_the_journal_to_the_unit(tmp_path: Path) -> None:
    told: dict[str, Any] = {}

    def afterwards(world: World) -> None:
        told["messages"] = len(world.post.aside)
        for body in [*world.post.aside, *world.post.aside[::3]]:
            gathering.gather(json.loads(body))
        told["journal"], told["landed"] = journal(world), dict(world.post.lake)

    outcome = run(SEED, range(STEPS), afterwards=afterwards)
    assert not outcome.violation, outcome.violation
    assert len(told["journal"]) > 10
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
