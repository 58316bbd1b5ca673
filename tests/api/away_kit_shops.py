"""A call of every route about a shop's server, stores, staff and business, each able to succeed."""

from __future__ import annotations

from collections.abc import Callable

from tests.api import staff_kit
from tests.api.bad_input_kit import BODIES
from tests.api.bodies_of_merchants import BUSINESS
from tests.api.caller import Reply
from tests.api.world import World

Call = Callable[[], Reply]


def of_a_server(world: World) -> dict[str, Call]:
    """One that is told what happens to the shop."""
    boss, home = world.operator, f"/v1/merchants/{world.shop.id}"
    every, one = f"{home}/webhook-endpoints", "/v1/merchants/{id}/webhook-endpoints"
    wish = BODIES[f"POST {one}"]
    kept, gone = (boss.post(every, wish).json["id"] for _ in range(2))
    told = boss.post(f"{every}/{kept}/test").json["id"]
    changed = BODIES[f"PATCH {one}/{{endpoint_id}}"]
    return {
        f"POST {one}": lambda: boss.post(every, wish),
        f"GET {one}": lambda: boss.get(every),
        f"GET {one}/{{endpoint_id}}": lambda: boss.get(f"{every}/{kept}"),
        f"PATCH {one}/{{endpoint_id}}": lambda: boss.patch(f"{every}/{kept}", changed),
        f"DELETE {one}/{{endpoint_id}}": lambda: boss.delete(f"{every}/{gone}"),
        f"POST {one}/{{endpoint_id}}/rotate": lambda: boss.post(f"{every}/{kept}/rotate", {"overlap_hours": 1}),
        f"POST {one}/{{endpoint_id}}/test": lambda: boss.post(f"{every}/{kept}/test"),
        f"GET {one}/{{endpoint_id}}/deliveries": lambda: boss.get(f"{every}/{kept}/deliveries"),
        "POST /v1/merchants/{id}/return-secret": lambda: boss.post(f"{home}/return-secret", {"overlap_hours": 1}),
        "GET /v1/merchants/{id}/events": lambda: boss.get(f"{home}/events?type=ping"),
        "GET /v1/events/{id}": lambda: boss.get(f"/v1/events/{told}"),
        "POST /v1/events/{id}/redeliver": lambda: boss.post(f"/v1/events/{told}/redeliver", {"endpoint_id": kept}),
    }


def of_stores(world: World) -> dict[str, Call]:
    boss, every, one = world.operator, f"/v1/merchants/{world.shop.id}/stores", "/v1/merchants/{id}/stores"
    wish, kept = BODIES[f"POST {one}"], boss.post(every, BODIES[f"POST {one}"]).json["id"]
    return {
        f"POST {one}": lambda: boss.post(every, wish),
        f"GET {one}": lambda: boss.get(every),
        f"PATCH {one}/{{store_id}}": lambda: boss.patch(f"{every}/{kept}", {"status": "closed"}),
        "GET /v1/stores/{store_id}": lambda: world.nobody.get(f"/v1/stores/{kept}"),
    }


def of_businesses(world: World) -> dict[str, Call]:
    boss, one = world.operator, "/v1/merchants/{id}"
    terms = {"name": "New", "currencies": ["CNY"], "fee_basis_points": 1, "business": BUSINESS}
    seen, decided, refused = (f"/v1/merchants/{boss.post('/v1/merchants', terms).json['id']}" for _ in range(3))
    verify, refuse = (BODIES[f"POST {one}/verification"] | {"decision": wish} for wish in ("verify", "refuse"))
    boss.post(f"{refused}/verification", refuse)
    return {
        f"GET {one}/business": lambda: boss.get(f"{seen}/business"),
        f"PATCH {one}/business": lambda: boss.patch(f"{seen}/business", BODIES[f"PATCH {one}/business"]),
        f"POST {one}/business/reveals": lambda: boss.post(
            f"{seen}/business/reveals", BODIES[f"POST {one}/business/reveals"]
        ),
        f"POST {one}/verification": lambda: boss.post(f"{decided}/verification", verify),
        f"PUT {one}/category": lambda: boss.request("PUT", f"{seen}/category", BODIES[f"PUT {one}/category"]),
    }


def of_staff(world: World) -> dict[str, Call]:
    """One who is asked, one who is kept, and one who is let go; two sessions at tills."""
    boss, bo, cy, di = world.operator, world.customer(), world.customer(), world.customer()
    every, one, home = f"/v1/merchants/{world.shop.id}/staff", "/v1/merchants/{id}/staff", "/v1/staff-sessions"
    kept, gone = (staff_kit.hired(world, person) for person in (bo, cy))
    asked, code = staff_kit.invited(world, di).json["id"], world.code_of(di.identifier)
    seen, ended = (staff_kit.till_of(world, bo, kept, device_name="till") for _ in range(2))
    sessions = f"/v1/merchants/{world.shop.id}/staff-sessions"
    session = staff_kit.sign_in(bo, kept).json["id"]
    wish = {"identifier": "new.staff@example.com", "role": "cashier", "name": "Bo"}
    return {
        f"POST {one}": lambda: boss.post(every, wish),
        f"GET {one}": lambda: boss.get(every),
        "GET /v1/me/staff-roles": lambda: di.phone.get(staff_kit.MINE),
        f"POST {staff_kit.MINE}/{{staff_id}}/accept": lambda: di.phone.post(
            f"{staff_kit.MINE}/{asked}/accept", {"code": code}
        ),
        f"POST {home}": lambda: bo.phone.post(home, {"staff_id": kept, "device_name": "till"}),
        f"GET {home}/current": lambda: seen.get(f"{home}/current"),
        f"DELETE {home}/current": lambda: ended.delete(f"{home}/current"),
        f"GET {one}-sessions": lambda: boss.get(sessions),
        f"DELETE {one}-sessions/{{session_id}}": lambda: boss.delete(f"{sessions}/{session}"),
        f"PATCH {one}/{{staff_id}}": lambda: boss.patch(f"{every}/{kept}", {"role": "manager"}),
        f"DELETE {one}/{{staff_id}}": lambda: boss.delete(f"{every}/{gone}"),
    }
