"""A small play of the load test on the local cloud: everything in it is looked at, only shorter.

Of all who share that cloud it comes last, by its name: a flood may ring an alarm, as it should.
"""

from __future__ import annotations

from typing import Any

from infra.local import load, load_picture
from tests.local import local

__all__ = ["local"]


def test_what_is_accepted_under_a_flood_is_right_and_all_the_rest_is_told_to_come_later(local: dict[str, Any]) -> None:
    """How fast that is depends on what else this machine does: `make load` judges it."""
    figures = load.run(local, seconds=5, times=3, seed=7)
    failed = [check for check in figures["checks"] if not check["ok"] and not check["depends_on_the_machine"]]
    assert not failed, load_picture.shown(figures)
    assert {phase["name"] for phase in figures["phases"]} == {"calm", "capacity", "flood", "rush", "after"}
    assert figures["capacity"] > 0
