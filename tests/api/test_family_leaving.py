"""Whoever is erased gives and holds no family card any more, and an archive tells of those that they had."""

from __future__ import annotations

import json

import pytest

from tests.api.caller import assert_problem
from tests.api.family_kit import given, giver, pay, seen, told
from tests.api.test_access_exports import archive_of, opened
from tests.api.test_family import CARD, world
from tests.api.test_leaving import erased
from tests.api.world import World

__all__ = ["world"]
pytestmark = pytest.mark.many_requests


def test_the_cards_of_somebody_who_is_erased_end_on_both_sides(world: World) -> None:
    ana, ben, cyd = giver(world), giver(world, 0), world.customer()
    hers, his = given(ana, ben), given(ben, cyd)
    assert erased(world, ben) == 1
    for person in (ana, cyd):
        person.sign_in()
    assert (seen(ana, hers)["status"], seen(cyd, his)["status"]) == ("ended", "ended")
    assert_problem(pay(cyd, his, 100), 409, "invalid-state", CARD)
    world.clock.advance(1)
    world.sweep()
    assert "family_card_ended" in told(ana) and "family_card_ended" in told(cyd)


def test_an_archive_tells_of_cards_given_and_held(world: World) -> None:
    ana, ben = giver(world), giver(world)
    first, second = given(ana, ben, name="Lunch"), given(ben, ana)
    found = json.loads(opened(archive_of(world, ana))["family-cards.json"])
    assert {one["id"]: (one["role"], one["name"]) for one in found} == {
        first: ("owner", "Lunch"),
        second: ("holder", ""),
    }
    assert ben.wallet not in str(found)
