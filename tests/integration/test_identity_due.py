"""What is due in identity: found by kind and time, gone when done, and no task stops the others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pynamodb.attributes import UnicodeAttribute

import app
from chalicelib.identity import store_due, tasks
from chalicelib.identity.store_due import DueItem
from chalicelib.kernel import clock, ids
from tests.conftest import FrozenClock

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("cloud")


class Errand(DueItem):
    what = UnicodeAttribute()


def wait(user_id: str, kind: str, minutes: int) -> Errand:
    due_at = clock.written(AT + timedelta(minutes=minutes))
    item = Errand(user_id, f"ERRAND#{kind}", due_key=store_due.key(kind, user_id), due_at=due_at, what="thing")
    item.save()
    return item


def test_what_is_due_is_found_by_its_kind_and_time() -> None:
    users = [ids.new("usr", AT) for _ in range(12)]
    for number, user_id in enumerate(users):
        wait(user_id, "unlock", number)
        wait(user_id, "remind", number)
    found = store_due.due("unlock", AT + timedelta(minutes=5))
    assert sorted(found) == sorted((user_id, "ERRAND#unlock") for user_id in users[:6])
    assert store_due.due("erase", AT + timedelta(days=1)) == []
    assert len({store_due.key("unlock", user_id) for user_id in users}) <= store_due.SHARDS


def test_what_is_done_is_due_no_more() -> None:
    item = wait(ids.new("usr", AT), "unlock", 0)
    assert store_due.due("unlock", AT)
    item.update([Errand.due_key.remove(), Errand.due_at.remove()])
    assert store_due.due("unlock", AT) == []


def test_the_sweep_gives_each_task_its_turn_though_one_fails(
    monkeypatch: pytest.MonkeyPatch, clock: FrozenClock
) -> None:
    turns: list[datetime] = []

    def fails(at: datetime) -> int:
        raise RuntimeError("this one is broken")

    def works(at: datetime) -> int:
        turns.append(at)
        return 1

    monkeypatch.setattr(tasks, "TASKS", (fails, works))
    assert tasks.sweep(AT) == 1
    event: dict[str, Any] = dict.fromkeys(("version", "account", "region", "detail-type", "source", "time", "id"), "")
    app.sweep(event | {"detail": {}, "resources": []}, None)
    assert turns == [AT, clock.now()]
