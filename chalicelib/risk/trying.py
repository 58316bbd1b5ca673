"""Trying rules on what was: the journal once more through the same rules, at once, of as much as one request may read.

Happenings that moved no money are in no journal: rules that look for those find nothing here.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.kernel import clock, ids
from chalicelib.ledger import replaying
from chalicelib.risk import model_trials, scoring, store_scores
from chalicelib.risk.model_scores import Label
from chalicelib.risk.model_scoring import Score
from chalicelib.risk.model_trials import TrialRequest, TrialView

MOST, MOST_ACCOUNTS, MOST_LABELS = 10_000, 1_000, 200
LEARNS_FROM = timedelta(days=14)
"""So long before it begins memories are made."""


def tried(wish: TrialRequest, at: datetime, language: str) -> TrialView:
    """Raises InvalidRequest."""
    since, until = model_trials.period(wish, at)
    rules = model_trials.tried(wish, scoring.rules_in_force())
    entries, wallets, complete = _entries(since - LEARNS_FROM, until)
    events = sorted((seen for seen, _ in scoring.of_entries(entries)), key=lambda seen: (seen.at, seen.id))
    scores = model_trials.replayed(events, since.timestamp(), rules)
    inside = [seen for seen in events if seen.at >= since.timestamp()]
    return TrialView(
        since=clock.written(since),
        covered_until=clock.written(until),
        complete=complete,
        wallets=wallets,
        looked_at=len(inside),
        people=len({seen.person for seen in inside} - {""}),
        outcomes=model_trials.outcomes(scores),
        rules=model_trials.by_rule(scores, rules, _labels(scores)),
        examples=model_trials.examples(scores, language),
    )


def _entries(since: datetime, until: datetime) -> tuple[list[replaying.Plain], int, bool]:
    """Of people's wallets, each of them whole; of how many, and whether that is all of them."""
    found, all_items = replaying.of_ledger(MOST)
    wallets = sorted({str(one["pk"]) for one in found if one["sk"] == "HEAD" and str(one["pk"]).startswith("wal_")})
    looked_at = wallets[:MOST_ACCOUNTS]
    entries, all_entries = replaying.entries(looked_at, clock.written(since), clock.written(until), MOST)
    if not all_entries:
        cut = str(entries[-1]["pk"])
        looked_at, entries = looked_at[: looked_at.index(cut)], [one for one in entries if one["pk"] != cut]
    return entries, len(looked_at), all_items and len(looked_at) == len(wallets)


def _labels(scores: list[Score]) -> dict[str, Label]:
    """What people said of the scores that there were of the same events."""
    found: dict[str, Label] = {}
    for score in scores[:MOST_LABELS]:
        known = store_scores.score(ids.derived("scr", score.seen.id))
        if known and known[1].label:
            found[score.seen.id] = known[1].label
    return found
