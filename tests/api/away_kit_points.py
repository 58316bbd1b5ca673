"""Routes of points and coupons, as everything that is away is asked."""

from __future__ import annotations

from collections.abc import Callable

from tests.api import coupon_kit, points_kit
from tests.api.caller import Reply
from tests.api.world import World

Call = Callable[[], Reply]


def calls(world: World) -> dict[str, Call]:
    """The office keeps a programme, and she has points of it."""
    boss, every, kim = world.operator, points_kit.EVERY, world.customer()
    kept, gone = points_kit.programme(world), points_kit.programme(world)
    other = coupon_kit.template(world)["id"]
    points_kit.reward(world, kept, 100)
    points_kit.earned(world, kim, kept, 1_000)
    rule = boss.get(f"{every}/{kept}").json["rules"][0]["id"]
    offer = {"template_id": other, "points": 300}
    return {
        f"POST {every}": lambda: boss.post(every, points_kit.PROGRAMME),
        f"GET {every}": lambda: boss.get(every),
        f"GET {every}/{{id}}": lambda: boss.get(f"{every}/{kept}"),
        f"POST {every}/{{id}}/stop": lambda: boss.post(f"{every}/{gone}/stop"),
        f"POST {every}/{{id}}/rules": lambda: points_kit.rule(world, kept),
        f"POST {every}/{{id}}/rules/{{rule}}/end": lambda: boss.post(f"{every}/{kept}/rules/{rule}/end"),
        f"POST {every}/{{id}}/rewards": lambda: boss.post(f"{every}/{kept}/rewards", offer),
        f"POST {every}/{{id}}/rewards/{{template}}/end": lambda: boss.post(f"{every}/{kept}/rewards/{other}/end"),
        "GET /v1/points": lambda: kim.phone.get("/v1/points"),
        "GET /v1/points/entries": lambda: kim.phone.get(f"/v1/points/entries?programme_id={kept}"),
    }


def of_coupons(world: World) -> dict[str, Call]:
    """The office keeps templates, and he has a coupon."""
    boss, every, jon = world.operator, "/v1/coupon-templates", world.customer()
    kept, gone = (coupon_kit.template(world, public=True) for _ in range(2))
    coupon_kit.issue(world, kept, jon)
    wish = {"campaign": "autumn", "people": [jon.id], "reason": "to say thank you"}
    return {
        f"POST {every}": lambda: boss.post(every, coupon_kit.TEMPLATE),
        f"GET {every}": lambda: boss.get(every),
        f"GET {every}/{{id}}": lambda: boss.get(f"{every}/{kept['id']}"),
        f"POST {every}/{{id}}/stop": lambda: boss.post(f"{every}/{gone['id']}/stop"),
        f"POST {every}/{{id}}/issues": lambda: boss.post(f"{every}/{kept['id']}/issues", wish),
        "GET /v1/coupons": lambda: jon.phone.get("/v1/coupons"),
        "GET /v1/offers": lambda: jon.phone.get("/v1/offers"),
        "GET /v1/me/offers": lambda: jon.phone.get("/v1/me/offers"),
        "PUT /v1/me/offers": lambda: jon.phone.request("PUT", "/v1/me/offers", {"personal": False}),
        "POST /v1/offers/{id}/claims": lambda: jon.phone.post(f"/v1/offers/{kept['id']}/claims"),
    }
