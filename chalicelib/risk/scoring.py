"""Scoring what has happened, a message at a time: after the payment, never in its way.

A message may come late, twice or out of order: a score is kept once for each event, what it leads to is done once,
and what is remembered learns each event once. Memories are written last, so that whoever dies before does it again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from chalicelib import happenings
from chalicelib.ledger import service as ledger
from chalicelib.observability import gauge
from chalicelib.risk import (
    acting,
    model_rules,
    model_scores,
    model_scoring,
    store_profiles,
    store_rules,
    store_scores,
    trends,
)
from chalicelib.risk.model_profile import Profile
from chalicelib.risk.model_rules import InForce
from chalicelib.risk.model_seen import Place, Seen, of_entry, of_happening

Event = tuple[Seen, Place]


def score(message: Mapping[str, Any], at: datetime) -> int:
    """{"entries": [an item of the journal]} or {"happened": [a happening]}; how many scores are kept of it."""
    told = message.get("happened", [])
    without = [(of_happening(one), Place()) for one in told]
    events = sorted([*of_entries(message.get("entries", [])), *without], key=_when)
    rules, profiles = rules_in_force(), _memories([seen for seen, _ in events])
    known = {key: profile for key, (profile, _) in profiles.items()}
    kept = sum(_scored(one, rules, known, at) for one in events)
    _remember([seen for seen, _ in events], profiles, at)
    trends.count(told, at)
    return kept


def of_entries(entries: Sequence[Mapping[str, Any]]) -> list[Event]:
    """What of them is scored; each movement's facts are read beside it."""
    ids = sorted({entry["movement"] for entry in entries})
    chunks = [ids[start : start + 100] for start in range(0, len(ids), 100)]
    facts = {one["pk"]: one for chunk in chunks for one in ledger.movements(chunk)}
    found = (of_entry(entry, facts.get(entry["movement"], {}), happenings.pseudonym) for entry in entries)
    return [event for event in found if event]


def rules_in_force() -> tuple[InForce, ...]:
    return model_rules.in_force(store_rules.changes())


def _when(event: Event) -> tuple[float, str]:
    return event[0].at, event[0].id


def _scored(event: Event, rules: Sequence[InForce], known: dict[str, Profile], at: datetime) -> bool:
    """What its person remembers already was scored then."""
    seen, place = event
    mine = model_scoring.keys(seen)
    if not mine or any(known[key].knows(seen.id) for role, key in mine.items() if role in ("person", "source")):
        return False
    found = model_scoring.scored(seen, rules, known)
    gauge("RiskScoreDelaySeconds", max(0.0, at.timestamp() - seen.at))
    if not found.kept:
        return False
    one = model_scores.kept(found, place, at)
    store_scores.put(one)
    acting.act(one.id, at)
    return True


def _memories(events: Sequence[Seen]) -> store_profiles.Kept:
    found = store_profiles.load({key for seen in events for key in model_scoring.keys(seen).values()})
    devices = {model_scoring.device_of(seen, found[key][0]) for seen in events for key in _person(seen) if key in found}
    return found | store_profiles.load(devices - {""} - found.keys())


def _remember(events: Sequence[Seen], profiles: store_profiles.Kept, at: datetime) -> None:
    lessons: dict[str, list[tuple[Seen, str, dict[str, float]]]] = defaultdict(list)
    for seen in events:
        mine = model_scoring.keys(seen)
        for role, key in mine.items():
            other = mine.get("peer" if role == "person" else "person", "")
            lessons[key].append((seen, role, dict(profiles[other][0].kin) if other in profiles else {}))
    for key, learnt in sorted(lessons.items()):
        store_profiles.change(key, profiles[key], partial(_learn, learnt), at)


def _learn(lessons: Sequence[tuple[Seen, str, dict[str, float]]], profile: Profile) -> None:
    for seen, role, kin in lessons:
        profile.learn(seen, role, kin)


def _person(seen: Seen) -> Sequence[str]:
    return [key for role, key in model_scoring.keys(seen).items() if role == "person"]
