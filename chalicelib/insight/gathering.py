"""From what the journal and the rooms tell to events in the lake's landing. May run late, twice and out of order."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from chalicelib import happenings, queues
from chalicelib.identity import service as people
from chalicelib.insight import model_events, store_lake
from chalicelib.insight.model_events import Around, Event
from chalicelib.kernel import clock
from chalicelib.kernel.errors import NotFound
from chalicelib.ledger import cards
from chalicelib.ledger import service as ledger
from chalicelib.merchants import categorising
from chalicelib.settings import settings

BATCH = 40


def gather(message: Mapping[str, Any]) -> int:
    """{"entries": [an item of the journal]} or {"happened": [a happening]}; returns how many events it made."""
    entries = message.get("entries", [])
    made = [event for one in _batches(entries) for event in _events(one)]
    happened = [_at_first(one) for one in message.get("happened", [])]
    events = model_events.once([*made, *map(model_events.of_happening, happened)])
    hours: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in events:
        hours[event.day, event.hour].append(event)
    for (day, hour), found in sorted(hours.items()):
        store_lake.land(day, hour, found)
    _give_on(message.get("happened", []))
    return len(events)


def _at_first(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """What may be told again at another time happened when it was told first: it is in no other hour a second time."""
    return {**told, "at": store_lake.first_told(told["id"], told["at"])} if told.get("once") else told


def _give_on(happened: Sequence[Mapping[str, Any]]) -> None:
    """To whoever scores it; entries of the journal are given there by its stream."""
    if happened:
        queues.send(settings().risk_queue_url, [{"MessageBody": json.dumps({"happened": happened})}])


def _batches(entries: Sequence[Mapping[str, Any]]) -> list[Sequence[Mapping[str, Any]]]:
    return [entries[start : start + BATCH] for start in range(0, len(entries), BATCH)]


def _events(entries: Sequence[Mapping[str, Any]]) -> list[Event]:
    movements = {one["pk"]: one for one in ledger.movements(sorted({entry["movement"] for entry in entries}))}
    heads = cards.heads(sorted({entry["pk"] for entry in entries}))
    found = []
    for entry in entries:
        head = heads.get(entry["pk"])
        around = Around(
            movements.get(entry["movement"], {}),
            _category(entry),
            _region(entry["owner"]) if "owner" in entry else None,
            head.tier if head and head.account.startswith("wal_") else None,
        )
        found.append(model_events.of_entry(entry, around, happenings.pseudonym))
    return [event for event in found if event]


@lru_cache(maxsize=20_000)
def _region(user_id: str) -> str | None:
    """It does not change, so a process asks once."""
    return people.region(user_id)


def _category(entry: Mapping[str, Any]) -> str | None:
    if not (merchant := entry.get("payee")):
        return None
    at: datetime = clock.read(entry["sk"])
    try:
        return categorising.category(merchant, at)
    except NotFound:
        return None
