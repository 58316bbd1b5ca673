"""Files of the lake become few: one that nobody can read stops no other, and nothing stays that counts no more."""

from __future__ import annotations

import gzip
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import cloud
from chalicelib.insight import compacting, gathering, importing, scheduled, store_lake, tasks
from chalicelib.kernel import clock
from chalicelib.settings import settings
from tests.api.test_lake import by_kind, compact
from tests.api.world import World

GOOD = b'{"id":"evt_1","kind":"sign-in","happened_at":"2026-11-22T07:00:00.000000Z","outcome":"succeeded"}\n'
UNREADABLE = {
    "no gzip": b"no gzip",
    "no JSON": gzip.compress(b"{nonsense\n"),
    "another type": gzip.compress(b'{"id":"evt_2","amount":"much"}\n'),
    "half of it": gzip.compress(GOOD * 1_000)[:60],
}


def put(key: str, content: bytes) -> None:
    cloud.client("s3").put_object(Bucket=settings().lake_bucket, Key=key, Body=content)


def keys(prefix: str) -> list[str]:
    return [key for key, *_ in store_lake._listed(prefix, 1_000)]


@pytest.mark.parametrize("how", UNREADABLE)
def test_a_file_that_nobody_can_read_is_put_aside_and_stops_nothing(
    world: World, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    world.customer(1_000).pay(400)
    today = clock.written(world.clock.now())
    place = f"landing/day={today[:10]}/hour={today[11:13]}/"
    for name in ("aaa", "zzz"):
        put(f"{place}{name}.jsonl.gz", UNREADABLE[how])
    put(f"{place}good.jsonl.gz", gzip.compress(GOOD))
    compact(world)
    assert by_kind(world)["payment"] == (1, 400)
    assert keys("unreadable/") == [f"unreadable/{place}{name}.jsonl.gz" for name in ("aaa", "zzz")]
    assert keys("landing/") == []
    assert store_lake.through() is not None
    called = [one for one in caplog.records if getattr(one, "alarm", "") == "LakeFileUnreadable"]
    assert {getattr(one, "key", "") for one in called} == {f"{place}{name}.jsonl.gz" for name in ("aaa", "zzz")}


@pytest.mark.parametrize("key", ["landing/x.gz", "landing/day=2026-13-01/hour=00/x.gz", "landing/day=2026-11-22/x"])
def test_a_file_in_no_place_is_put_aside(world: World, key: str) -> None:
    world.customer(1_000).pay(400)
    put(key, gzip.compress(GOOD))
    compact(world)
    assert by_kind(world)["payment"] == (1, 400)
    assert keys("unreadable/") == [f"unreadable/{key}"]


def test_an_hour_that_nobody_can_read_alone_becomes_no_file(world: World) -> None:
    put("landing/day=2026-11-22/hour=03/x.jsonl.gz", b"no gzip")
    compacting.compact(world.clock.now())
    assert (store_lake.day("2026-11-22").files, keys("landing/"), keys("events/")) == ((), [], [])


def test_a_day_whose_file_is_broken_is_told_and_stops_no_other_day(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    put("landing/day=2026-11-20/hour=03/x.jsonl.gz", gzip.compress(GOOD.replace(b"-22T", b"-20T")))
    compacting.compact(world.clock.now())
    (broken,) = store_lake.day("2026-11-20").files
    put(broken.key, b"nothing that anybody knows")
    put("landing/day=2026-11-20/hour=03/y.jsonl.gz", gzip.compress(GOOD.replace(b"-22T", b"-20T")))
    before = store_lake.through()
    world.clock.advance(60)
    world.customer(1_000).pay(400)
    compact(world)
    assert store_lake.day(clock.written(world.clock.now())[:10]).events
    assert keys("landing/") == ["landing/day=2026-11-20/hour=03/y.jsonl.gz"]
    assert store_lake.through() == before, "not all that has landed is known"
    assert [getattr(one, "day", "") for one in caplog.records if getattr(one, "alarm", "")] == ["2026-11-20"]


def test_who_loses_a_day_says_nothing_of_how_far_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.customer(1_000)
    monkeypatch.setattr(store_lake, "swap", lambda *_: False)
    compact(world)
    assert store_lake.through() is None
    assert keys("landing/")


@pytest.mark.parametrize(
    ("room", "fails"), [(compacting, "compact"), (compacting, "tidy"), (importing, "read_waiting")]
)
def test_what_fails_of_a_turn_stops_nothing_behind_it(
    world: World, monkeypatch: pytest.MonkeyPatch, room: Any, fails: str
) -> None:
    done: list[str] = []
    parts = ((compacting, "compact"), (compacting, "tidy"), (importing, "read_waiting"), (scheduled, "send_due"))
    for place, name in parts:
        monkeypatch.setattr(place, name, lambda at, name=name: done.append(name) or 1)
    monkeypatch.setattr(room, fails, lambda at: 1 / 0)
    assert tasks.compact(world.clock.now()) == 3
    assert done == [name for _, name in parts if name != fails]


@pytest.mark.parametrize("late", [timedelta(0), timedelta(days=20)])
def test_files_that_count_no_more_go_when_no_answer_leads_to_them(world: World, late: timedelta) -> None:
    at = world.clock.now() - late
    for number in range(2):
        told = {"id": f"evt_{number}", "kind": "sign-in", "outcome": "succeeded", "at": clock.written(at)}
        gathering.gather({"happened": [told]})
        compacting.compact(world.clock.now())
    (counts,) = store_lake.day(clock.written(at)[:10]).files
    assert (counts.events, len(keys("events/"))) == (2, 2)
    assert compacting.tidy(world.clock.now() + compacting.KEPT_FOR_READERS - timedelta(seconds=1)) == 0
    assert compacting.tidy(world.clock.now() + compacting.KEPT_FOR_READERS) == 1
    assert keys("events/") == [counts.key]
    assert compacting.tidy(world.clock.now() + compacting.KEPT_FOR_READERS) == 0


def test_what_a_loser_made_goes_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.customer(1_000)
    with monkeypatch.context() as patch:
        patch.setattr(store_lake, "swap", lambda *_: False)
        compact(world)
    made = len(keys("events/"))
    assert made > 0
    assert compacting.tidy(world.clock.now() + compacting.KEPT_FOR_READERS) == made
    assert keys("events/") == []
