"""Whoever deletes their account leaves the merchants they work at: at the till at once, for good once erased."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.identity import above, erasure
from chalicelib.kernel.errors import InternalError
from chalicelib.merchants import store_staff
from tests.api.charge_kit import charged
from tests.api.staff_kit import MINE, accept, hired, invited, sign_in, staff_of, till_of
from tests.api.test_access_deletion import THIRTY_DAYS, delete, restore
from tests.api.test_access_exports import archive_of, opened
from tests.api.test_erasure import left
from tests.api.world import Person, Shop, World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import all_items

pytestmark = pytest.mark.many_requests
NAME, DEVICE = "Anastasia Tillkeeper", "the canary's tablet"


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def erased(world: World, person: Person, after: int = THIRTY_DAYS) -> int:
    assert delete(person).status == 204
    world.sweep()
    world.clock.advance(after)
    return erasure.erase_due(world.clock.now())


def revoked(world: World, staff_id: str) -> None:
    assert world.operator.delete(f"{staff_of(world.shop)}/{staff_id}").status == 204


def test_a_deleted_persons_till_is_refused_from_that_moment_and_after_coming_back(world: World) -> None:
    ana = world.customer()
    staff_id = hired(world, ana)
    till = till_of(world, ana, staff_id)
    assert till.get("/v1/staff-sessions/current").status == 200
    world.clock.advance(1)
    assert delete(ana).status == 204
    assert till.get("/v1/staff-sessions/current").status == 401
    back = world.nobody.bearing(restore(ana).json["access_token"])
    assert till.get("/v1/staff-sessions/current").status == 401
    assert back.get(MINE).json["data"][0]["status"] == "active", "the role waits for whoever comes back"


@pytest.mark.parametrize("standing", ["invited", "active", "revoked", "withdrawn"])
def test_nothing_that_named_a_person_is_left_of_their_role(world: World, standing: str) -> None:
    ana = world.customer()
    world.clock.advance(1)
    staff_id = invited(world, ana, name=NAME).json["id"]
    if standing in ("active", "revoked"):
        assert accept(world, ana, staff_id).status == 200
        till_of(world, ana, staff_id, device_name=DEVICE)
    if standing in ("revoked", "withdrawn"):
        revoked(world, staff_id)
    canaries = {NAME, DEVICE, ana.identifier}
    assert "merchants STAFF" in left(canaries)
    assert erased(world, ana) == 1
    assert left(canaries) == {}
    assert [kind for kind in left({ana.id}) if kind.startswith("merchants")] == []


@pytest.mark.parametrize(("language", "name"), [("en", "Deleted person"), ("zh", "已注销用户")])
def test_the_owner_sees_that_a_person_was_deleted_and_the_sales_keep_their_role(
    world: World, language: str, name: str
) -> None:
    bea, ana = world.customer(1_000), world.customer()
    staff_id = hired(world, ana, name=NAME)
    paid = charged(Shop(world.shop.id, world.shop.account, till_of(world, ana, staff_id)), bea)
    owner = till_of(world, bea, hired(world, bea, "owner"))
    assert erased(world, ana) == 1
    bea.sign_in()
    owner = till_of(world, bea, bea.phone.get(MINE).json["data"][0]["id"])
    listed = owner.get(staff_of(world.shop), accept_language=language).json["data"]
    (gone,) = [one for one in listed if one["id"] == staff_id]
    assert (gone["name"], gone["status"], gone["identifier_masked"]) == (name, "revoked", "")
    assert owner.get(f"/v1/payments/{paid}").json["staff_id"] == staff_id
    assert owner.patch(f"{staff_of(world.shop)}/{staff_id}", {"name": "Ana"}).json["state"] == "revoked"


def test_the_last_owner_goes_too_and_that_is_a_case_until_another_is_named(world: World) -> None:
    ana, bea = world.customer(), world.customer()
    staff_id = hired(world, ana, "owner")
    hired(world, bea, "manager")
    assert erased(world, ana) == 1
    (case,) = cases_open()
    assert (case["kind"]["S"], case["subject"]["S"]) == ("merchant-ownerless", world.shop.id)
    assert json.loads(case["facts"]["S"]) == {"staff": staff_id}
    assert store_staff.owners(world.shop.id) == 0


def test_one_owner_of_two_is_no_case(world: World) -> None:
    ana, bea = world.customer(), world.customer()
    hired(world, ana, "owner")
    hired(world, bea, "owner")
    assert erased(world, ana) == 1
    assert (cases_open(), store_staff.owners(world.shop.id)) == ([], 1)


def test_an_erasure_that_was_cut_short_ends_with_the_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = world.customer()
    hired(world, ana, name=NAME)
    with monkeypatch.context() as patch:
        patch.setattr(store_staff, "erase", lambda *given, **more: 1 / 0)
        assert erased(world, ana) == 0
    assert "merchants STAFF" in left({NAME})
    assert erasure.erase_due(world.clock.now()) == 1
    assert left({NAME}) == {}


def test_nobody_is_erased_by_half_where_the_rooms_above_are_not_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = world.customer()
    monkeypatch.setattr(above, "_lent", {})
    delete(ana)
    world.clock.advance(THIRTY_DAYS)
    with pytest.raises(InternalError):
        above.forget(ana.id, (), world.clock.now())
    assert erasure.erase_due(world.clock.now()) == 0
    assert any(item["pk"]["S"] == ana.id and item["sk"]["S"] == "USER" for item in all_items("identity"))


def test_a_name_may_be_invited_again_by_whoever_has_it_next(world: World) -> None:
    ana, path = world.customer(), f"/v1/merchants/{world.shop.id}/keys"
    keeper = world.nobody.bearing(world.operator.post(path, {"scopes": ["staff", "payments", "checkouts"]}).json["key"])
    first = hired(world, ana)
    assert erased(world, ana) == 1
    world.clock.advance(1)
    second = invited(world, ana, by=keeper).json
    assert (second["status"], second["id"] == first) == ("invited", False)


def test_an_archive_names_every_role_those_that_wait_and_those_that_are_over(world: World) -> None:
    ana, other = world.customer(), world.another_shop()
    past = hired(world, ana, name=NAME)
    revoked(world, past)
    mine = hired(world, ana, "manager", name=NAME)
    world.clock.advance(1)
    wish = {"identifier": ana.identifier, "role": "owner", "name": "Ana at the noodles"}
    waiting = world.operator.post(staff_of(other), wish).json["id"]
    assert sign_in(ana, mine).status == 201
    found = json.loads(opened(archive_of(world, ana))["staff_roles.json"])
    said = {one["id"]: (one["merchant_name"], one["role"], one["status"], one["name"]) for one in found}
    assert said == {
        past: ("Tea House", "cashier", "revoked", NAME),
        mine: ("Tea House", "manager", "active", NAME),
        waiting: ("Noodle Bar", "owner", "invited", "Ana at the noodles"),
    }
    assert {one["identifier"] for one in found} == {ana.identifier}


def test_an_archive_of_whoever_works_nowhere_says_so(world: World) -> None:
    assert json.loads(opened(archive_of(world, world.customer()))["staff_roles.json"]) == []


def cases_open() -> list[dict[str, Any]]:
    """Without that somebody was forgotten for scoring."""
    return [one for one in all_items("cases") if one["sk"]["S"] != "PROFILE"]
