"""Who works at a merchant: invited to a name of theirs, in a role that says what they may, until it is revoked."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.kernel import ids
from chalicelib.merchants.model_staff import SCOPES
from tests.api import staff_kit
from tests.api.caller import Caller, Reply, assert_problem
from tests.api.staff_kit import MINE, accept, hired, invited, sign_in, staff_of, till_of
from tests.api.test_stores import opened
from tests.api.world import PASSWORD, Person, World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import all_items, at_rest, outbox, told

pytestmark = pytest.mark.many_requests


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def changed(world: World, staff_id: str, by: Caller | None = None, **wish: Any) -> Reply:
    return (by or world.operator).patch(f"{staff_of(world.shop)}/{staff_id}", wish)


def revoke(world: World, staff_id: str, by: Caller | None = None) -> Reply:
    return (by or world.operator).delete(f"{staff_of(world.shop)}/{staff_id}")


def works(world: World, till: Caller) -> bool:
    return till.get(f"/v1/merchants/{world.shop.id}").status == 200


def test_whoever_is_invited_works_there_once_they_give_the_code(world: World) -> None:
    ana = world.customer()
    world.clock.advance(1)
    asked = invited(world, ana, "manager").json
    assert asked == {
        "id": asked["id"],
        "name": "Ana",
        "role": "manager",
        "status": "invited",
        "store_ids": [],
        "created_at": "2026-11-22T08:00:01.000000Z",
        "identifier_masked": "p***@example.com",
    }
    (waiting,) = ana.phone.get(MINE).json["data"]
    assert (waiting["id"], waiting["status"], waiting["merchant_name"]) == (asked["id"], "invited", "Tea House")
    assert accept(world, ana, asked["id"]).json["status"] == "active"
    (mine,) = ana.phone.get(MINE).json["data"]
    (listed,) = world.operator.get(staff_of(world.shop)).json["data"]
    assert (mine["status"], listed["status"]) == ("active", "active")


def test_an_invitation_answers_the_same_whether_the_name_is_known_or_not(world: World) -> None:
    world.clock.advance(1)
    known = invited(world, world.customer())
    wish = {"identifier": "stranger@example.com", "role": "cashier", "name": "Ana"}
    unknown = world.operator.post(staff_of(world.shop), wish)
    hidden = [
        told(reply)[2].replace(reply.json["id"].encode(), b"").replace(reply.json["identifier_masked"].encode(), b"")
        for reply in (known, unknown)
    ]
    assert (known.status, hidden[0]) == (unknown.status, hidden[1])
    assert "code" not in known.json
    assert len(outbox("stranger@example.com")) == 1


def test_whoever_has_no_account_yet_finds_the_invitation_when_they_have(world: World) -> None:
    world.clock.advance(1)
    wish = {"identifier": f"person{next_number(world)}@example.com", "role": "cashier", "name": "Bo"}
    asked = world.operator.post(staff_of(world.shop), wish).json
    code = world.code_of(wish["identifier"])
    world.clock.advance(1)
    bo = world.customer()
    assert bo.identifier == wish["identifier"]
    assert [one["id"] for one in bo.phone.get(MINE).json["data"]] == [asked["id"]]
    assert bo.phone.post(f"{MINE}/{asked['id']}/accept", {"code": code}).status == 200


def next_number(world: World) -> int:
    return int(world.customer().identifier.removeprefix("person").partition("@")[0]) + 1


def test_an_operator_gives_themselves_no_role_and_changes_none_of_theirs(world: World) -> None:
    ana = world.customer()
    mine, me = hired(world, ana), ana.at_work()
    before, wish = len(outbox(ana.identifier)), {"identifier": ana.identifier, "role": "owner", "name": "Me"}
    assert_problem(me.post(staff_of(world.another_shop()), wish), 403, "second-person-required")
    assert len(outbox(ana.identifier)) == before
    assert_problem(changed(world, mine, me, role="owner"), 403, "second-person-required")
    assert revoke(world, mine, me).status == 204


def test_nobody_accepts_what_somebody_else_was_asked(world: World) -> None:
    ana, eve = world.customer(), world.customer()
    world.clock.advance(1)
    asked = invited(world, ana).json["id"]
    stolen = eve.phone.post(f"{MINE}/{asked}/accept", {"code": world.code_of(ana.identifier)})
    none = eve.phone.post(f"{MINE}/{ids.derived('stf', 'none')}/accept", {"code": "123456"})
    assert_problem(stolen, 404, "not-found")
    assert told(stolen)[2] == told(none)[2]


def test_a_code_is_tried_five_times_and_good_for_a_week(world: World) -> None:
    ana, bea = world.customer(), world.customer()
    world.clock.advance(1)
    first, second = (invited(world, person).json["id"] for person in (ana, bea))
    code = world.code_of(ana.identifier)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert_problem(ana.phone.post(f"{MINE}/{first}/accept", {"code": wrong}), 400, "invalid-or-expired", "code")
    assert_problem(accept(world, ana, first), 400, "invalid-or-expired", "code")
    late = world.code_of(bea.identifier)
    world.clock.advance(7 * 86_400)
    bea.sign_in()
    assert_problem(bea.phone.post(f"{MINE}/{second}/accept", {"code": late}), 400, "invalid-or-expired", "code")


def test_another_invitation_replaces_the_code_and_the_role_of_the_one_before(world: World) -> None:
    ana = world.customer()
    world.clock.advance(1)
    first = invited(world, ana, "manager").json
    old = world.code_of(ana.identifier)
    world.clock.advance(1)
    second = invited(world, ana, "cashier").json
    assert (second["id"], second["role"]) == (first["id"], "cashier")
    if old != world.code_of(ana.identifier):
        assert ana.phone.post(f"{MINE}/{first['id']}/accept", {"code": old}).status == 400
    assert accept(world, ana, first["id"]).json["role"] == "cashier"
    again = invited(world, ana)
    assert (again.status, again.json["state"]) == (409, "active")


def test_accepting_once_more_is_as_good_as_once(world: World) -> None:
    ana = world.customer()
    staff_id = hired(world, ana)
    assert ana.phone.post(f"{MINE}/{staff_id}/accept", {"code": "000000"}).json["status"] == "active"


def test_a_manager_keeps_cashiers_and_nobody_above(world: World) -> None:
    manager, owner = staff_kit.at_till(world, "manager"), world.customer()
    cashier, owner_id = world.customer(), hired(world, owner, "owner")
    cashier_id = hired(world, cashier, "cashier", by=manager)
    for role in ("owner", "manager"):
        assert_problem(invited(world, world.customer(), role, by=manager), 403, "forbidden")
        assert_problem(changed(world, cashier_id, manager, role=role), 403, "forbidden")
    assert_problem(changed(world, owner_id, manager, role="cashier"), 403, "forbidden")
    assert_problem(revoke(world, owner_id, manager), 403, "forbidden")
    assert revoke(world, cashier_id, manager).status == 204


def test_an_owner_keeps_everybody(world: World) -> None:
    owner = staff_kit.at_till(world, "owner")
    manager_id = hired(world, world.customer(), "manager", by=owner)
    assert changed(world, manager_id, owner, role="owner").json["role"] == "owner"
    assert revoke(world, manager_id, owner).status == 204


def test_the_last_owner_stays_an_owner(world: World) -> None:
    ana, bea = world.customer(), world.customer()
    first = hired(world, ana, "owner")
    for refused in (revoke(world, first), changed(world, first, role="manager")):
        assert (refused.status, refused.json["state"]) == (409, "last-owner")
    second = hired(world, bea, "owner")
    assert changed(world, first, role="manager").status == 200
    assert (revoke(world, second).status, revoke(world, second).json["state"]) == (409, "last-owner")


def test_keys_say_who_of_the_staff_has_seen_them_and_who_works_there_no_more(world: World) -> None:
    ana, bea = world.customer(), world.customer()
    first, second = hired(world, ana, "owner"), hired(world, bea, "owner")
    keys = f"/v1/merchants/{world.shop.id}/keys"
    wish = {"scopes": ["keys", "reports"]}
    by_hand = till_of(world, ana, first).post(keys, wish).json
    by_key = world.nobody.bearing(by_hand["key"]).post(keys, wish).json
    hers = till_of(world, bea, second)
    anew = hers.post(f"{keys}/{by_key['id']}/rotate", {}).json
    assert revoke(world, first, hers).status == 204
    makers = {one["id"]: one["maker"] for one in hers.get(keys).json["data"]}
    left = {"staff_id": first, "name": "Ana", "status": "revoked"}
    assert [makers[one["id"]] for one in (by_hand, by_key)] == [left, left]
    assert makers[anew["id"]] == left | {"staff_id": second, "status": "active"}
    assert None in makers.values(), "an operator's"


def test_an_owner_whose_account_is_gone_is_not_counted(world: World) -> None:
    ana, bea = world.customer(), world.customer()
    first, gone = hired(world, ana, "owner"), hired(world, bea, "owner")
    assert bea.phone.request("DELETE", "/v1/me", {"password": PASSWORD}).status == 204
    for refused in (revoke(world, first), changed(world, first, role="manager")):
        assert (refused.status, refused.json["state"]) == (409, "last-owner")
    assert revoke(world, gone).status == 204


def test_an_owner_who_has_not_accepted_is_not_counted(world: World) -> None:
    first = hired(world, world.customer(), "owner")
    world.clock.advance(1)
    assert invited(world, world.customer(), "owner").status == 201
    assert revoke(world, first).json["state"] == "last-owner"


@pytest.mark.parametrize(
    ("scopes", "gives"),
    [
        (("staff",), ()),
        (("checkouts", "payments", "staff"), ("cashier",)),
        (("keys", "staff"), ()),
        (SCOPES["manager"], ("manager", "cashier")),
        (SCOPES["owner"], ("owner", "manager", "cashier")),
    ],
)
def test_a_key_gives_no_role_that_may_what_the_key_may_not(
    world: World, scopes: tuple[str, ...], gives: tuple[str, ...]
) -> None:
    key = keyed(world, *scopes)
    staff_id = hired(world, world.customer(), "cashier")
    for role in ("cashier", "manager", "owner"):
        world.clock.advance(1)
        expected = 201 if role in gives else 403
        assert invited(world, world.customer(), role, by=key).status == expected, role
        assert changed(world, staff_id, key, role=role).status == (200 if expected == 201 else 403), role


def test_a_key_of_staff_alone_renames_and_revokes_cashiers(world: World) -> None:
    staff_id, key = hired(world, world.customer()), keyed(world, "staff")
    assert changed(world, staff_id, key, name="Bo").json["name"] == "Bo"
    assert revoke(world, staff_id, key).status == 204


def keyed(world: World, *scopes: str) -> Caller:
    made = world.operator.post(f"/v1/merchants/{world.shop.id}/keys", {"scopes": list(scopes)})
    return world.nobody.bearing(made.json["key"])


def test_a_role_that_is_revoked_is_nobodys_and_may_be_given_anew(world: World) -> None:
    ana = world.customer()
    staff_id = hired(world, ana)
    assert (revoke(world, staff_id).status, revoke(world, staff_id).status) == (204, 204)
    assert ana.phone.get(MINE).json["data"] == []
    assert_problem(sign_in(ana, staff_id), 404, "not-found")
    assert changed(world, staff_id, role="manager").json["state"] == "revoked"
    assert hired(world, ana) != staff_id


def test_another_merchants_staff_are_not_found(world: World) -> None:
    other = world.another_shop()
    staff_id = hired(world, world.customer())
    for reply in (
        world.operator.patch(f"{staff_of(other)}/{staff_id}", {"name": "X"}),
        world.operator.delete(f"{staff_of(other)}/{staff_id}"),
        staff_kit.at_till(world, "owner").get(staff_of(other)),
    ):
        assert_problem(reply, 404, "not-found")


def test_whoever_works_at_some_stores_gives_no_others(world: World) -> None:
    here, there = opened(world)["id"], opened(world, "Elsewhere")["id"]
    manager = staff_kit.at_till(world, "manager", store_ids=[here])
    world.clock.advance(1)
    for placed in ([], [there], [here, there]):
        assert_problem(invited(world, world.customer(), by=manager, store_ids=placed), 403, "forbidden")
    assert invited(world, world.customer(), by=manager, store_ids=[here]).json["store_ids"] == [here]
    unknown = invited(world, world.customer(), store_ids=[ids.derived("sto", "none")])
    assert_problem(unknown, 422, "invalid-request", "store_ids")


def test_whoever_works_at_some_stores_keeps_nobody_who_works_elsewhere(world: World) -> None:
    here, there = opened(world)["id"], opened(world, "Elsewhere")["id"]
    manager = staff_kit.at_till(world, "manager", store_ids=[here])
    mine = hired(world, world.customer(), store_ids=[here])
    for placed in ([there], [here, there], []):
        cashier = world.customer()
        theirs = hired(world, cashier, store_ids=placed)
        for reply in (changed(world, theirs, manager, store_ids=[here]), revoke(world, theirs, manager)):
            assert_problem(reply, 404, "not-found")
        assert sign_in(cashier, theirs, store_id=there if placed == [there] else here).status == 201
    waits = world.customer()
    world.clock.advance(1)
    assert invited(world, waits, store_ids=[there]).status == 201
    assert_problem(invited(world, waits, by=manager, store_ids=[here]), 403, "forbidden")
    listed = manager.get(staff_of(world.shop)).json["data"]
    assert {tuple(one["store_ids"]) for one in listed} == {(here,)}
    assert changed(world, mine, manager, name="Bo").status == 200


def test_an_owner_owns_the_whole_merchant(world: World) -> None:
    here = opened(world)["id"]
    world.clock.advance(1)
    at_one = invited(world, world.customer(), "owner", store_ids=[here])
    assert_problem(at_one, 422, "invalid-request", "store_ids")
    manager = hired(world, world.customer(), "manager", store_ids=[here])
    assert_problem(changed(world, manager, role="owner"), 422, "invalid-request", "store_ids")
    assert changed(world, manager, role="owner", store_ids=[]).json["store_ids"] == []


def test_nothing_personal_of_staff_stands_in_clear(world: World) -> None:
    ana = world.customer()
    till_of(world, ana, hired(world, ana, name="Anastasia Tillkeeper"), device_name="canary device")
    kept = at_rest()
    assert [one for one in ("Anastasia", "canary device", ana.identifier) if one in kept] == []


def test_what_becomes_of_a_role_is_in_the_audit_log(world: World) -> None:
    ana = world.customer()
    staff_id = hired(world, ana)
    till = till_of(world, ana, staff_id)
    till.delete("/v1/staff-sessions/current")
    changed(world, staff_id, role="manager")
    revoke(world, staff_id)
    said = {one["what"]["S"]: one["who"]["S"] for one in all_items("audit") if one["whom"]["S"] == staff_id}
    assert set(said) == {
        f"merchant.{deed}"
        for deed in ("invite_staff", "accept_role", "begin_till", "end_till", "change_staff", "revoke_staff")
    }
    assert (said["merchant.accept_role"], said["merchant.begin_till"]) == (ana.id, staff_id)


def test_the_audit_log_names_the_person_and_not_their_session(world: World) -> None:
    bo = world.customer()
    staff_id = hired(world, bo, "owner")
    till, home = till_of(world, bo, staff_id), f"/v1/merchants/{world.shop.id}"
    assert till.post(f"{home}/return-secret", {}).status == 201
    plan = till.post(f"{home}/card-plans", {"name": "Tea", "currency": "CNY", "price": 1_000})
    assert till.post(f"{home}/card-plans/{plan.json['id']}/withdraw", {}).status == 200
    deeds = ("turn_return", "offer_card", "withdraw_card")
    said = {one["what"]["S"]: one["who"]["S"] for one in all_items("audit")}
    assert [said[f"merchant.{deed}"] for deed in deeds] == [staff_id] * 3


def test_one_merchant_invites_no_name_too_often(world: World) -> None:
    ana: Person = world.customer()
    world.clock.advance(1)
    said = [invited(world, ana).status for _ in range(6)]
    assert said == [201] * 5 + [429]
