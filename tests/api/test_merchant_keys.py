"""API keys over their life: listed without what is secret, replaced with an overlap, limited by scope."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from chalicelib.api.blueprint import Route, routes
from chalicelib.kernel import ids
from chalicelib.kernel.callers import Merchant
from chalicelib.merchants.model import Scope
from tests.api import merchant_callers
from tests.api.bad_input_kit import BODIES, name_of
from tests.api.caller import Caller, Reply, assert_problem
from tests.api.merchant_callers import new_merchant, till_of
from tests.conftest import FrozenClock
from tests.people import all_items

pytestmark = pytest.mark.many_requests

SCOPES: tuple[str, ...] = get_args(Scope)
SCOPE_OF = {
    "POST /v1/checkouts": "checkouts",
    "GET /v1/checkouts/{id}": "checkouts",
    "POST /v1/checkouts/{id}/cancel": "checkouts",
    "GET /v1/payments": "payments",
    "GET /v1/deposits": "payments",
    "GET /v1/payments/{id}": "payments",
    "POST /v1/payments/{id}/capture": "payments",
    "POST /v1/payments/{id}/void": "payments",
    "POST /v1/payments/{id}/refunds": "refunds",
    "GET /v1/refunds/{id}": "payments",
    "GET /v1/disputes": "payments",
    "GET /v1/disputes/{id}": "payments",
    "POST /v1/disputes/{id}/answer": "refunds",
    "POST /v1/disputes/{id}/agree": "refunds",
    "POST /v1/charges": "payments",
    "GET /v1/charges/{id}": "payments",
    "POST /v1/charges/{id}/reversals": "payments",
    "POST /v1/charge-reversals": "payments",
    "GET /v1/merchants/{id}": "",
    "GET /v1/merchants/{id}/settlements": "reports",
    "GET /v1/merchants/{id}/settlements/{settlement_id}": "reports",
    "GET /v1/merchants/{id}/sales": "payments",
    "GET /v1/merchants/{id}/statements/{month}": "reports",
    "GET /v1/merchants/{id}/payout-terms/{currency}": "reports",
    "GET /v1/merchants/{id}/payouts": "reports",
    "POST /v1/merchants/{id}/payouts": "payouts",
    "GET /v1/payouts/{id}": "reports",
    "GET /v1/merchants/{id}/webhook-endpoints": "keys",
    "POST /v1/merchants/{id}/webhook-endpoints": "keys",
    "GET /v1/merchants/{id}/webhook-endpoints/{endpoint_id}": "keys",
    "PATCH /v1/merchants/{id}/webhook-endpoints/{endpoint_id}": "keys",
    "DELETE /v1/merchants/{id}/webhook-endpoints/{endpoint_id}": "keys",
    "POST /v1/merchants/{id}/webhook-endpoints/{endpoint_id}/rotate": "keys",
    "POST /v1/merchants/{id}/webhook-endpoints/{endpoint_id}/test": "keys",
    "GET /v1/merchants/{id}/webhook-endpoints/{endpoint_id}/deliveries": "reports",
    "POST /v1/merchants/{id}/return-secret": "keys",
    "GET /v1/merchants/{id}/events": "reports",
    "GET /v1/events/{id}": "reports",
    "POST /v1/events/{id}/redeliver": "reports",
    "GET /v1/merchants/{id}/business": "keys",
    "PATCH /v1/merchants/{id}/business": "keys",
    "GET /v1/merchants/{id}/stores": "",
    "POST /v1/merchants/{id}/stores": "stores",
    "PATCH /v1/merchants/{id}/stores/{store_id}": "stores",
    "GET /v1/merchants/{id}/staff": "staff",
    "POST /v1/merchants/{id}/staff": "staff",
    "PATCH /v1/merchants/{id}/staff/{staff_id}": "staff",
    "DELETE /v1/merchants/{id}/staff/{staff_id}": "staff",
    "GET /v1/merchants/{id}/staff-sessions": "staff",
    "DELETE /v1/merchants/{id}/staff-sessions/{session_id}": "staff",
    "GET /v1/staff-sessions/current": "",
    "DELETE /v1/staff-sessions/current": "",
    "GET /v1/merchants/{id}/keys": "keys",
    "POST /v1/merchants/{id}/keys": "keys",
    "POST /v1/merchants/{id}/keys/{key_id}/rotate": "keys",
    "DELETE /v1/merchants/{id}/keys/{key_id}": "keys",
    "POST /v1/merchants/{id}/card-plans": "cards",
    "GET /v1/merchants/{id}/card-plans": "cards",
    "POST /v1/merchants/{id}/card-plans/{plan_id}/withdraw": "cards",
}
"""What a key needs for each route that merchants call; any key shows its merchant."""
GIVEN = {"POST /v1/merchants/{id}/staff": ("checkouts", "payments")}
"""What is given to a cashier must be one's own as well."""
OURS = [route for route in routes() if Merchant in route.callers]


@pytest.fixture
def nobody(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Caller:
    return merchant_callers.nobody(monkeypatch)


@pytest.fixture
def merchant(nobody: Caller) -> dict[str, Any]:
    return new_merchant(nobody)


def made(nobody: Caller, merchant: dict[str, Any], *scopes: str) -> dict[str, Any]:
    reply = nobody.bearing("admin").post(f"/v1/merchants/{merchant['id']}/keys", {"scopes": scopes or ["checkouts"]})
    assert reply.status == 201, reply.raw
    key: dict[str, Any] = reply.json
    return key


def rotate(caller: Caller, merchant: dict[str, Any], key_id: str, hours: int = 24) -> Reply:
    return caller.post(f"/v1/merchants/{merchant['id']}/keys/{key_id}/rotate", {"overlap_hours": hours})


def listed(caller: Caller, merchant: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = caller.get(f"/v1/merchants/{merchant['id']}/keys").json["data"]
    return found


def works(nobody: Caller, merchant: dict[str, Any], key: str) -> bool:
    return nobody.bearing(key).get(f"/v1/merchants/{merchant['id']}").status == 200


def test_after_a_rotation_both_keys_work_until_the_old_ones_time_is_over(
    nobody: Caller, merchant: dict[str, Any], clock: FrozenClock
) -> None:
    old = made(nobody, merchant, "checkouts", "reports")
    new = rotate(nobody.bearing("finance"), merchant, old["id"], 24).json
    assert (new["replaces"], new["replaced_ends_at"]) == (old["id"], "2026-11-23T08:00:00.000000Z")
    assert new["scopes"] == ["checkouts", "reports"]
    assert works(nobody, merchant, old["key"])
    assert works(nobody, merchant, new["key"])
    clock.advance(24 * 3600 - 1)
    assert works(nobody, merchant, old["key"])
    clock.advance(1)
    assert_problem(nobody.bearing(old["key"]).get(f"/v1/merchants/{merchant['id']}"), 401, "invalid-token")
    assert works(nobody, merchant, new["key"])


def test_an_overlap_of_no_hours_ends_the_old_key_at_once(nobody: Caller, merchant: dict[str, Any]) -> None:
    old = made(nobody, merchant)
    new = rotate(nobody.bearing("admin"), merchant, old["id"], 0).json
    assert (works(nobody, merchant, old["key"]), works(nobody, merchant, new["key"])) == (False, True)


@pytest.mark.parametrize("hours", [-1, 169, 1.5, "24", True])
def test_an_overlap_that_is_too_long_or_none_is_refused(nobody: Caller, merchant: dict[str, Any], hours: Any) -> None:
    old = made(nobody, merchant)
    reply = rotate(nobody.bearing("admin"), merchant, old["id"], hours)
    assert_problem(reply, 422, "invalid-request", "overlap_hours")
    assert len(listed(nobody.bearing("admin"), merchant)) == 1


def test_a_second_rotation_does_not_give_the_old_key_more_time(
    nobody: Caller, merchant: dict[str, Any], clock: FrozenClock
) -> None:
    """Whose answer was lost asks again."""
    old = made(nobody, merchant)
    first = rotate(nobody.bearing("admin"), merchant, old["id"], 1).json
    clock.advance(1800)
    second = rotate(nobody.bearing("admin"), merchant, old["id"], 168).json
    assert first["replaced_ends_at"] == second["replaced_ends_at"]
    assert first["key"] != second["key"]


def test_a_key_that_is_over_cannot_be_rotated(nobody: Caller, merchant: dict[str, Any], clock: FrozenClock) -> None:
    admin, old = nobody.bearing("admin"), made(nobody, merchant)
    rotate(admin, merchant, old["id"], 1)
    clock.advance(3600)
    reply = rotate(admin, merchant, old["id"])
    assert (reply.status, reply.json["code"], reply.json["state"]) == (409, "invalid-state", "expired")
    revoked = made(nobody, merchant)
    assert admin.delete(f"/v1/merchants/{merchant['id']}/keys/{revoked['id']}").status == 204
    reply = rotate(admin, merchant, revoked["id"])
    assert (reply.status, reply.json["code"], reply.json["state"]) == (409, "invalid-state", "revoked")
    assert [key["state"] for key in listed(admin, merchant)].count("active") == 1


def test_a_revoked_key_stays_revoked_whatever_its_overlap(nobody: Caller, merchant: dict[str, Any]) -> None:
    admin, old = nobody.bearing("admin"), made(nobody, merchant)
    rotate(admin, merchant, old["id"], 168)
    assert admin.delete(f"/v1/merchants/{merchant['id']}/keys/{old['id']}").status == 204
    assert not works(nobody, merchant, old["key"])


def test_a_key_that_is_to_end_makes_none_that_goes_on(nobody: Caller, merchant: dict[str, Any]) -> None:
    old = made(nobody, merchant, "keys", "reports")
    ending, other = nobody.bearing(old["key"]), made(nobody, merchant, "keys")
    new = rotate(ending, merchant, old["id"]).json
    keys = f"/v1/merchants/{merchant['id']}/keys"
    assert_problem(ending.post(keys, {"scopes": ["reports"]}), 403, "forbidden")
    for key_id in (old["id"], other["id"], new["id"]):
        assert_problem(rotate(ending, merchant, key_id), 403, "forbidden")
    assert ending.get(keys).status == 200
    assert nobody.bearing(new["key"]).post(keys, {"scopes": ["reports"]}).status == 201


def test_a_merchant_rotates_its_own_keys_within_its_scopes_and_no_others(
    nobody: Caller, merchant: dict[str, Any]
) -> None:
    manager = till_of(nobody, merchant["id"], ["keys", "checkouts"])
    mine, wide = made(nobody, merchant, "checkouts"), made(nobody, merchant, "checkouts", "refunds")
    foreign_merchant = new_merchant(nobody)
    foreign = made(nobody, foreign_merchant)
    assert rotate(manager, merchant, mine["id"]).status == 201
    assert_problem(rotate(manager, merchant, wide["id"]), 403, "forbidden")
    for merchant_id, key_id in (
        (merchant["id"], foreign["id"]),
        (foreign_merchant["id"], foreign["id"]),
        (merchant["id"], ids.derived("key", "nobody")),
        (merchant["id"], "key_x"),
    ):
        assert_problem(rotate(manager, {"id": merchant_id}, key_id), 404, "not-found")
    assert works(nobody, foreign_merchant, foreign["key"])


def test_keys_are_listed_newest_first_with_nothing_secret(
    nobody: Caller, merchant: dict[str, Any], clock: FrozenClock
) -> None:
    admin, old = nobody.bearing("admin"), made(nobody, merchant, "checkouts")
    clock.advance(60)
    new = rotate(admin, merchant, old["id"], 1).json
    clock.advance(60)
    gone = made(nobody, merchant, "refunds")
    admin.delete(f"/v1/merchants/{merchant['id']}/keys/{gone['id']}")
    reply = admin.get(f"/v1/merchants/{merchant['id']}/keys")
    assert [key["id"] for key in reply.json["data"]] == [gone["id"], new["id"], old["id"]]
    assert [key["state"] for key in reply.json["data"]] == ["revoked", "active", "active"]
    assert reply.json["data"][2] == {
        "id": old["id"],
        "last_four": old["key"][-4:],
        "scopes": ["checkouts"],
        "state": "active",
        "created_at": "2026-11-22T08:00:00.000000Z",
        "expires_at": "2026-11-22T09:01:00.000000Z",
        "revoked_at": None,
        "maker": None,
    }
    clock.advance(3600)
    assert [key["state"] for key in listed(admin, merchant)] == ["revoked", "active", "expired"]
    said = reply.raw.decode() + repr(all_items("merchants")) + repr(all_items("audit"))
    assert [key for key in (old, new, gone) if key["key"][29:] in said] == []
    assert listed(nobody.bearing("support"), new_merchant(nobody)) == []


def test_keys_come_page_by_page(nobody: Caller, merchant: dict[str, Any], clock: FrozenClock) -> None:
    known = []
    for _ in range(5):
        known.append(made(nobody, merchant)["id"])
        clock.advance(1)
    path, found, cursor = f"/v1/merchants/{merchant['id']}/keys?limit=2", [], ""
    while True:
        page = nobody.bearing("admin").get(path + cursor).json
        found += [key["id"] for key in page["data"]]
        if not page["has_more"]:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert found == known[::-1]


def test_a_rotation_is_in_the_audit_log_before_it_happens(nobody: Caller, merchant: dict[str, Any]) -> None:
    old = made(nobody, merchant)
    new = rotate(nobody.bearing("finance"), merchant, old["id"], 2).json
    (entry,) = [item for item in all_items("audit") if item["what"]["S"] == "merchant.rotate_key"]
    assert (entry["who"]["S"], entry["whom"]["S"], entry["source"]["S"]) == ("usr_finance", old["id"], "203.0.113.0/24")
    assert f'"successor":"{new["id"]}"' in entry["facts"]["S"]


def place_of(route: Route, merchant_id: str) -> str:
    """Where nothing is, under this merchant."""
    path = route.path.replace("/v1/merchants/{id}", f"/v1/merchants/{merchant_id}")
    for name, prefix in (
        ("{key_id}", "key"),
        ("{plan_id}", "cpl"),
        ("{endpoint_id}", "whe"),
        ("{store_id}", "sto"),
        ("{staff_id}", "stf"),
        ("{session_id}", "key"),
        ("{id}", route.path.split("/")[2][:3]),
    ):
        path = path.replace(name, ids.derived(prefix, "some"))
    return path + ("?order_reference=A-1" if path == "/v1/payments" else "")


def test_every_route_that_merchants_call_has_its_scope() -> None:
    assert {name_of(route) for route in OURS} == set(SCOPE_OF)
    assert set(SCOPE_OF.values()) - {""} == set(SCOPES)


@pytest.mark.parametrize("route", OURS, ids=name_of)
def test_a_key_opens_what_its_scope_names_and_nothing_else(
    nobody: Caller, merchant: dict[str, Any], route: Route
) -> None:
    path = place_of(route, merchant["id"])
    plain = BODIES[name_of(route)] if route.body else None
    for scope in SCOPES:
        body = {"scopes": [scope]} if plain and "scopes" in plain else plain
        key = till_of(nobody, merchant["id"], [scope, *GIVEN.get(name_of(route), ())])
        reply = key.request(route.method, path, body, {"Idempotency-Key": scope})
        assert (reply.status == 403) == (SCOPE_OF[name_of(route)] not in ("", scope)), (scope, reply.raw)
        assert reply.status < 500
