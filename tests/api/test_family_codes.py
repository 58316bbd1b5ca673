"""A till charges a payment code behind which a family card stands: as any code, and it learns nothing of the card."""

from __future__ import annotations

import pytest

from tests.api import charge_kit
from tests.api.caller import Reply, assert_problem
from tests.api.family_kit import CAP, given, giver, seen, step
from tests.api.test_family import mother, son, world
from tests.api.world import Person, World, fresh_key

__all__ = ["mother", "son", "world"]
pytestmark = pytest.mark.many_requests


def shown(person: Person, card_id: str) -> Reply:
    return person.phone.post("/v1/payment-codes", {"wallet_id": person.wallet, "family_card_id": card_id})


def charge(world: World, person: Person, card_id: str, amount: int = 500, key: str = "", **more: str) -> Reply:
    return charge_kit.charge(world.shop, shown(person, card_id).json["code"], amount, key, **more)


def test_a_code_with_a_family_card_takes_the_owners_money(world: World, mother: Person, son: Person) -> None:
    card_id, key = given(mother, son), fresh_key()
    code = shown(son, card_id)
    assert (code.status, code.json["family_card_id"]) == (201, card_id)
    paid = charge_kit.charge(world.shop, code.json["code"], 500, key)
    assert (paid.status, mother.available, son.available) == (201, 99_500, 5_000)
    assert not {"family_card_id", "paid_by"} & paid.json.keys()
    assert charge_kit.charge(world.shop, code.json["code"], 500, key).raw == paid.raw
    for person in (mother, son):
        assert person.phone.get(f"/v1/payments/{paid.json['id']}").json["family_card_id"] == card_id
    assert son.phone.get(f"/v1/charges/{paid.json['id']}").json["status"] == "captured"
    assert son.phone.get(f"/v1/payment-codes/{code.json['id']}").json["status"] == "used"
    assert seen(son, card_id)["spent_this_month"] == 500


def test_a_reversal_gives_the_owner_the_money_and_the_month_its_room_back(
    world: World, mother: Person, son: Person
) -> None:
    card_id = given(mother, son)
    paid = charge(world, son, card_id)
    assert charge_kit.reverse(world.shop, paid.json["id"]).json["given_back"] == 500
    assert (mother.available, seen(son, card_id)["spent_this_month"]) == (100_000, 0)


@pytest.mark.parametrize("ended", [True, False])
def test_the_till_is_told_that_it_was_declined_and_not_why(
    world: World, mother: Person, son: Person, ended: bool
) -> None:
    card_id = given(mother, son, monthly_cap=400)
    code = shown(son, card_id).json["code"]
    step(mother, card_id, "end") if ended else None
    assert_problem(charge_kit.charge(world.shop, code, 500), 409, "charge-declined")
    assert mother.available == 100_000


def test_a_family_card_holds_no_deposit_at_a_till(world: World, mother: Person, son: Person) -> None:
    assert_problem(charge(world, son, given(mother, son), capture="manual"), 409, "charge-declined")


def test_what_the_owner_must_agree_to_waits_and_is_paid_once_they_have(
    world: World, mother: Person, son: Person
) -> None:
    card_id, key = given(mother, son, approval_above=400), fresh_key()
    waits = charge(world, son, card_id)
    assert (waits.status, waits.json["status"]) == (202, "waiting")
    asked = assert_problem(charge_kit.confirm(son, waits.json["id"], key), 403, "card-approval-required")
    assert mother.phone.post(f"/v1/me/approvals/{asked['approval_id']}/approve").status == 200
    assert charge_kit.confirm(son, waits.json["id"], key).status == 201
    assert charge_kit.asked(world.shop, waits.json["id"]).json["status"] == "captured"
    assert mother.available == 99_500


def test_nobody_shows_a_code_of_a_card_that_they_do_not_hold(world: World, mother: Person, son: Person) -> None:
    card_id = given(mother, son, monthly_cap=CAP)
    for person in (mother, world.customer(), giver(world)):
        assert_problem(shown(person, card_id), 404, "not-found", "family_card_id")
    assert_problem(shown(son, "fam_1"), 404, "not-found", "family_card_id")
