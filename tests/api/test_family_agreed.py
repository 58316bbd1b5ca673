"""Payments with a family card above the amount from which its owner is asked: made once they agree, never before."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.payments import store_family, tasks
from tests.api.caller import Reply, assert_problem
from tests.api.family_kit import CAP, change, given, pay, seen, step, told
from tests.api.test_family import CARD, mother, son, world
from tests.api.world import Person, World, fresh_key

__all__ = ["mother", "son", "world"]
pytestmark = pytest.mark.many_requests
ABOVE, LARGE = 5_000, 6_000


@pytest.fixture
def card_id(mother: Person, son: Person) -> str:
    return given(mother, son, approval_above=ABOVE)


def asked(reply: Reply) -> str:
    """The approval that a refusal opened."""
    return str(assert_problem(reply, 403, "card-approval-required")["approval_id"])


def decide(person: Person, approval_id: str, how: str = "approve") -> Reply:
    return person.phone.post(f"/v1/me/approvals/{approval_id}/{how}")


def made(world: World) -> int:
    """The sweep's part in it."""
    return tasks.make_due(world.clock.advance(1))


def test_the_owner_is_asked_and_the_payment_is_made_without_its_payer(
    world: World, mother: Person, son: Person, card_id: str
) -> None:
    key = fresh_key()
    approval_id = asked(pay(son, card_id, LARGE, key))
    assert (mother.available, seen(son, card_id)["spent_this_month"]) == (100_000, 0)
    world.deliver()
    (shown,) = mother.phone.get("/v1/me/approvals").json["data"]
    assert (shown["id"], shown["status"], shown["amount"]) == (approval_id, "asked", LARGE)
    assert (shown["family_card_id"], shown["person"], shown["payee_name"]) == (card_id, "A***", "Tea House")
    assert "card_approval_asked" in told(mother)
    assert decide(mother, approval_id).json["status"] == "approved"
    assert "card_approval_approved" in told(son)
    assert (made(world), made(world)) == (1, 0)
    mine = pay(son, card_id, LARGE, key)
    assert (mine.status, mine.json["family_card_id"], mine.headers["idempotent-replayed"]) == (201, card_id, "true")
    assert (mother.available, seen(son, card_id)["spent_this_month"]) == (100_000 - LARGE, LARGE)


def test_up_to_the_amount_nobody_is_asked(mother: Person, son: Person, card_id: str) -> None:
    assert pay(son, card_id, ABOVE).status == 201
    assert pay(son, given(mother, son), CAP).status == 201
    asked(pay(son, given(mother, son, approval_above=0), 1))


def test_the_same_key_goes_through_once_it_is_agreed_and_not_twice(
    world: World, mother: Person, son: Person, card_id: str
) -> None:
    key = fresh_key()
    decide(mother, asked(pay(son, card_id, LARGE, key)))
    first, again = pay(son, card_id, LARGE, key), pay(son, card_id, LARGE, key)
    assert (first.status, first.raw) == (201, again.raw)
    assert (made(world), mother.available) == (0, 100_000 - LARGE)


def test_nobody_but_the_owner_decides(world: World, mother: Person, son: Person, card_id: str) -> None:
    approval_id = asked(pay(son, card_id, LARGE))
    for person in (son, world.customer()):
        assert decide(person, approval_id).status == 404
    assert decide(mother, approval_id).status == 200


def test_what_is_declined_is_not_paid(world: World, mother: Person, son: Person, card_id: str) -> None:
    key = fresh_key()
    assert decide(mother, asked(pay(son, card_id, LARGE, key)), "decline").json["status"] == "declined"
    assert "card_approval_declined" in told(son)
    refused = assert_problem(pay(son, card_id, LARGE, key), 403, "card-approval-required")
    assert (refused["state"], made(world), mother.available) == ("declined", 0, 100_000)


@pytest.mark.parametrize("ends", ["card", "session"])
def test_what_ended_since_is_not_paid_though_it_was_agreed(
    world: World, mother: Person, son: Person, card_id: str, ends: str
) -> None:
    decide(mother, asked(pay(son, card_id, LARGE)))
    if ends == "card":
        step(mother, card_id, "end")
    else:
        assert son.phone.delete("/v1/sessions").status == 204
    assert made(world) == 0
    assert mother.available == 100_000
    son.sign_in()
    assert ("card_approval_unpaid" if ends == "card" else "card_approval_open") in told(son)


def test_an_amount_that_is_lowered_holds_for_what_comes_next_and_a_cap_for_what_was_agreed(
    world: World, mother: Person, son: Person, card_id: str
) -> None:
    assert change(mother, card_id, approval_above=100).status == 200
    approval_id = asked(pay(son, card_id, 101))
    assert change(mother, card_id, monthly_cap=100).status == 200
    decide(mother, approval_id)
    assert (made(world), mother.available) == (0, 100_000)
    assert_problem(pay(son, card_id, 101), 409, "limit-reached", CARD)


def test_a_yes_is_good_for_the_very_payment_alone(mother: Person, son: Person, card_id: str) -> None:
    key = fresh_key()
    decide(mother, asked(pay(son, card_id, LARGE, key)))
    changed: Any = pay(son, card_id, LARGE + 1, key)
    assert_problem(changed, 422, "idempotency-key-reused")
    asked(pay(son, card_id, LARGE))


def test_a_cap_that_is_lowered_in_between_holds_and_not_the_one_that_was_read(
    world: World, mother: Person, son: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read before the payment is sent, changed before it arrives."""
    card_id, read = given(mother, son), store_family.card

    def then_lowered(wanted: str) -> Any:
        found = read(wanted)
        monkeypatch.setattr(store_family, "card", read)
        assert change(mother, card_id, monthly_cap=1_000).status == 200
        return found

    monkeypatch.setattr(store_family, "card", then_lowered)
    assert_problem(pay(son, card_id, 1_001), 409, "limit-reached", CARD)
    assert (mother.available, pay(son, card_id, 1_000).status) == (100_000, 201)


def test_an_amount_to_be_asked_about_that_is_lowered_in_between_holds(
    world: World, mother: Person, son: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    card_id, read = given(mother, son), store_family.card

    def then_lowered(wanted: str) -> Any:
        found = read(wanted)
        monkeypatch.setattr(store_family, "card", read)
        assert change(mother, card_id, approval_above=1_000).status == 200
        return found

    monkeypatch.setattr(store_family, "card", then_lowered)
    asked(pay(son, card_id, 1_001))
    assert mother.available == 100_000
