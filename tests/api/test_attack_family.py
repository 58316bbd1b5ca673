"""Family cards as an attacker uses them: another's yes, a session that is over, a month played with refunds."""

from __future__ import annotations

import pytest

from tests.api import test_guardians as guarding
from tests.api.family_kit import CAP, CARDS, change, given, giver, pay, seen, wish
from tests.api.test_family import mother, son, world
from tests.api.test_family_agreed import asked, decide
from tests.api.test_guardians import bound
from tests.api.world import Person, World, fresh_key

__all__ = ["mother", "son", "world"]
pytestmark = pytest.mark.many_requests


# --- a yes that somebody else gave ---


def test_the_yes_of_one_cards_owner_lets_no_other_card_pay(world: World, mother: Person, son: Person) -> None:
    friend, key = giver(world), fresh_key()
    theirs, hers = given(friend, son, approval_above=0), given(mother, son, approval_above=0)
    decide(friend, asked(pay(son, theirs, 6_000, key)))
    assert pay(son, hers, 6_000, key).status in (403, 422)
    assert (mother.available, friend.available) == (100_000, 100_000)


def test_the_yes_of_a_cards_owner_takes_no_guardians_place(world: World) -> None:
    ward, guardian, friend = world.customer(900_000), world.customer(), giver(world, 900_000)
    assert ward.phone.patch("/v1/me/preferences", {"ui_mode": "easy"}).status == 200
    bound(ward, guardian)
    large, key = guarding.LARGE, fresh_key()
    theirs = given(friend, ward, approval_above=0, monthly_cap=large)
    decide(friend, asked(pay(ward, theirs, large, key)))
    assert ward.pay(large, key).status in (403, 422)
    assert ward.available == 900_000


# --- a session that is over ---


def test_a_session_that_is_over_gives_no_card(world: World, mother: Person, son: Person) -> None:
    """Its token lives on for minutes: a thief would lend themselves the wallet, and pay after the theft is reported."""
    body = wish(mother, son)
    assert mother.phone.delete("/v1/sessions").status == 204
    assert mother.phone.post(CARDS, body, idempotency_key=fresh_key()).status == 401
    assert son.phone.get(CARDS).json["data"] == []


def test_a_session_that_is_over_lets_no_card_pay_more(world: World, mother: Person, son: Person) -> None:
    card_id = given(mother, son)
    assert mother.phone.delete("/v1/sessions").status == 204
    assert change(mother, card_id, monthly_cap=CAP * 2).status == 401
    assert seen(son, card_id)["monthly_cap"] == CAP
