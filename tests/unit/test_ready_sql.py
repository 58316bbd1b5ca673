"""The statements of ready-made reports, against plain Python on small lakes of every shape."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.insight import ready_sql
from chalicelib.insight.engine import Engine

BEGIN, UNTIL = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, 10, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
Event = dict[str, Any]
Rows = list[tuple[Any, ...]]
WALLETS = ("wal_1", "wal_2", "wal_3", "mac_1")

moments = st.integers(0, int((UNTIL - BEGIN + timedelta(days=2)) / HOUR)).map(lambda hours: BEGIN + hours * HOUR)
late = st.integers(-60, 5 * 24 * 60).map(lambda minutes: UNTIL - timedelta(minutes=minutes))
events = st.fixed_dictionaries({
    "happened_at": moments | late,
    "currency": st.sampled_from(["CNY", "EUR"]),
    "merchant": st.sampled_from(["mer_1", "mer_2", None]),
    "settling": st.sampled_from([None, 0, 10, 25, 40, -10, -35]),
    "owed": st.sampled_from([None, 0, 5, 70, -5]),
    "account": st.sampled_from(WALLETS),
    "change": st.sampled_from([None, 10, 60, -10]),
    "other": st.sampled_from([None, *WALLETS]),
    "other_change": st.sampled_from([10, -10]),
})  # fmt: skip


def lake(found: list[Event]) -> list[Event]:
    """With ids, in no order of time; where nobody is at the other end, nothing changes there."""
    made = [one | {"id": f"ent_{place:04}"} for place, one in enumerate(found)]
    return [one | ({} if one["other"] else {"other_change": None}) for one in made]


def told(name: ready_sql.Name, found: list[Event], since: datetime = BEGIN) -> Rows:
    engine = Engine([])
    for one in found:
        named = one | {"happened_at": one["happened_at"].replace(tzinfo=None)}
        marks = ", ".join("?" * len(named))
        engine.connection.execute(f"INSERT INTO events ({', '.join(named)}) VALUES ({marks})", list(named.values()))
    answered = engine.told(ready_sql.COLUMNS[name], *ready_sql.statement(name, since, UNTIL))
    return list(answered.rows)


def ageing(found: list[Event]) -> Rows:
    """Each merchant's captures in a queue, out of which settlements and refunds take the oldest first."""
    known = sorted(
        (one for one in found if one["happened_at"] < UNTIL), key=lambda one: (one["happened_at"], one["id"])
    )
    taken: dict[tuple[str, str], int] = defaultdict(int)
    for one in known:
        taken[one["merchant"] or "", one["currency"]] += max(0, -(one["settling"] or 0))
    sums: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    for one in known:
        whose, amount = (one["merchant"] or "", one["currency"]), one["settling"] or 0
        if amount <= 0:
            continue
        gone = min(amount, taken[whose])
        taken[whose] -= gone
        if amount > gone:
            age = UNTIL - one["happened_at"]
            place = sum(age >= limit for limit in (HOUR, 24 * HOUR, 72 * HOUR))
            sums[place, one["currency"]][0] += 1
            sums[place, one["currency"]][1] += amount - gone
    names = ("under-1-hour", "under-1-day", "under-3-days", "older")
    return [(names[place], currency, *sums[place, currency]) for place, currency in sorted(sums)]


def breakage(found: list[Event]) -> Rows:
    held: dict[tuple[str, str], int] = defaultdict(int)
    touched: dict[tuple[str, str], datetime] = {}
    for one in found:
        ends = [(one["account"], one["change"]), (one["other"], one["other_change"])]
        for wallet, part in ends:
            if part is None or not wallet.startswith("wal_") or one["happened_at"] >= UNTIL:
                continue
            held[wallet, one["currency"]] += part
            touched[wallet, one["currency"]] = max(one["happened_at"], touched.get((wallet, one["currency"]), BEGIN))
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for whose, amount in held.items():
        if amount > 0 and touched[whose] < UNTIL - timedelta(days=365):
            sums[str(touched[whose].year), whose[1]][0] += 1
            sums[str(touched[whose].year), whose[1]][1] += amount
    return [(*place, *sums[place]) for place in sorted(sums)]


def liability(found: list[Event], since: datetime) -> Rows:
    known = [one for one in found if one["owed"] is not None and one["happened_at"] < UNTIL]
    if not known:
        return []
    day = max(since, min(one["happened_at"] for one in known).replace(hour=0, minute=0))
    rows = []
    while day < UNTIL:
        for currency in sorted({one["currency"] for one in known}):
            ours = [one for one in known if one["currency"] == currency]
            change = sum(one["owed"] for one in ours if one["happened_at"].date() == day.date())
            total = sum(one["owed"] for one in ours if one["happened_at"].date() <= day.date())
            rows.append((day.strftime("%Y-%m-%dT00:00:00.000000Z"), currency, change, total))
        day += timedelta(days=1)
    return rows


@settings(max_examples=60, deadline=None)
@given(st.lists(events, max_size=25).map(lake))
def test_what_is_not_settled_is_the_newest_of_what_was_captured(found: list[Event]) -> None:
    assert told("settlement-ageing", found) == ageing(found)


@settings(max_examples=60, deadline=None)
@given(st.lists(events, max_size=25).map(lake))
def test_a_wallet_breaks_when_nobody_touched_what_it_holds_for_a_year(found: list[Event]) -> None:
    assert told("breakage", found) == breakage(found)


@settings(max_examples=40, deadline=None)
@given(st.lists(events, max_size=25).map(lake), st.sampled_from([BEGIN, UNTIL.replace(day=1, hour=0, minute=0)]))
def test_the_liability_of_each_day_is_the_sum_of_all_before(found: list[Event], since: datetime) -> None:
    assert told("liability", found, since) == liability(found, since)
