"""What changes between a look at staff and the write that was meant by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests import aws
from tests.api.caller import Reply
from tests.api.staff_kit import accept, hired, invited, staff_of
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def before_it_is_written(patch: pytest.MonkeyPatch, meanwhile: Callable[[], Reply]) -> list[int]:
    """Once, just before the next transaction of staff; the status of what happened then."""
    happened: list[int] = []

    def answer(sent: aws.Sent) -> Any:
        if sent.operation == "TransactWriteItems" and b"stf_" in bytes(sent.request.body) and not happened:
            happened.append(0)
            happened[0] = meanwhile().status
        return sent.go_on()

    aws.stand_before(patch, answer)
    return happened


def test_an_owner_goes_once_more_where_the_owner_who_was_to_stay_has_left(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    boss, staff = world.operator, staff_of(world.shop)
    first, _, heir = (hired(world, world.customer(), "owner") for _ in range(3))
    with monkeypatch.context() as patch:
        left = before_it_is_written(patch, lambda: boss.patch(f"{staff}/{heir}", {"role": "manager"}))
        refused = boss.delete(f"{staff}/{first}")
    assert (left, refused.status, refused.json["state"]) == ([200], 409, "changed")
    assert boss.delete(f"{staff}/{first}").status == 204


def test_whoever_accepts_beside_an_owner_while_they_are_made_somebody_else_has_changed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hired(world, world.customer(), "owner")
    bea, boss, staff = world.customer(), world.operator, staff_of(world.shop)
    world.clock.advance(1)
    role = invited(world, bea, "owner").json["id"]
    with monkeypatch.context() as patch:
        accepted = before_it_is_written(patch, lambda: accept(world, bea, role))
        refused = boss.patch(f"{staff}/{role}", {"role": "manager"})
    assert (accepted, refused.status, refused.json["state"]) == ([200], 409, "changed")
