"""A call of every route about names, preferences, devices and guardians, each able to succeed."""

from __future__ import annotations

from collections.abc import Callable

from tests.api.caller import Reply
from tests.api.world import Person, World, fresh_key

Call = Callable[[], Reply]
LARGE = 100_001


def calls(world: World) -> dict[str, Call]:
    return {**of_names(world), **of_preferences(world), **of_guardians(world)}


def easy(world: World, amount: int = 0) -> Person:
    person = world.customer(amount)
    assert person.phone.patch("/v1/me/preferences", {"ui_mode": "easy"}).status == 200
    return person


def asked(ward: Person, guardian: Person) -> Person:
    assert ward.phone.post("/v1/me/guardian", {"identifier": guardian.identifier}).status == 202
    return ward


def bound(ward: Person, guardian: Person) -> Person:
    asked(ward, guardian)
    assert guardian.phone.post(f"/v1/me/wards/{ward.id}/accept").status == 204
    ward.sign_in()
    return ward


def proof(world: World, person: Person, identifier: str) -> dict[str, str]:
    """What changes a person's name after 72 hours."""
    assert person.phone.post("/v1/me/identifiers", {"identifier": identifier}).status == 202
    return {"identifier": identifier, "new_code": world.code_of(identifier)}


def of_names(world: World) -> dict[str, Call]:
    ann, bob, cyd, path = world.customer(), world.customer(), world.customer(), "/v1/me/identifiers"
    world.clock.advance(1)
    added = proof(world, cyd, "+8613800138002")
    added["old_code"] = world.code_of(cyd.identifier)
    assert cyd.phone.post(f"{path}/confirm", added).json["status"] == "changed"
    mine = proof(world, ann, "+8613800138000")
    assert bob.phone.post(f"{path}/confirm", proof(world, bob, "+8613800138001")).status == 200
    return {
        "GET /v1/me/identifiers": lambda: ann.phone.get(path),
        "POST /v1/me/identifiers": lambda: bob.phone.post(path, {"identifier": "bobs@new.example"}),
        "POST /v1/me/identifiers/confirm": lambda: ann.phone.post(f"{path}/confirm", mine),
        "DELETE /v1/me/identifiers/second": lambda: cyd.phone.delete(f"{path}/second"),
        "DELETE /v1/me/identifiers/pending": lambda: bob.phone.delete(f"{path}/pending"),
    }


def of_preferences(world: World) -> dict[str, Call]:
    phone, device = world.customer().phone, {"push_token": "a push token", "platform": "ios", "name": "phone"}
    gone = phone.post("/v1/me/devices", device | {"push_token": "another token"}).json["id"]
    return {
        "GET /v1/me/preferences": lambda: phone.get("/v1/me/preferences"),
        "PATCH /v1/me/preferences": lambda: phone.patch("/v1/me/preferences", {"phrase": "tea", "ui_mode": "easy"}),
        "POST /v1/me/devices": lambda: phone.post("/v1/me/devices", device),
        "GET /v1/me/devices": lambda: phone.get("/v1/me/devices"),
        "DELETE /v1/me/devices/{id}": lambda: phone.delete(f"/v1/me/devices/{gone}"),
        "GET /v1/education": lambda: world.nobody.get("/v1/education"),
    }


def of_guardians(world: World) -> dict[str, Call]:
    gus, hal, mine = world.customer(), world.customer(), "/v1/me/guardian"
    asking, leaving, new, kept = easy(world), bound(easy(world), gus), asked(easy(world), gus), easy(world, 900_000)
    left = bound(easy(world), gus)
    bound(kept, gus)
    one, other = (kept.pay(LARGE + more, fresh_key()).json["approval_id"] for more in (0, 1))
    return {
        "GET /v1/me/guardian": lambda: kept.phone.get(mine),
        "POST /v1/me/guardian": lambda: asking.phone.post(mine, {"identifier": hal.identifier}),
        "DELETE /v1/me/guardian": lambda: leaving.phone.delete(mine),
        "GET /v1/me/wards": lambda: gus.phone.get("/v1/me/wards"),
        "POST /v1/me/wards/{id}/accept": lambda: gus.phone.post(f"/v1/me/wards/{new.id}/accept"),
        "DELETE /v1/me/wards/{id}": lambda: gus.phone.delete(f"/v1/me/wards/{left.id}"),
        "GET /v1/me/approvals": lambda: gus.phone.get("/v1/me/approvals"),
        "POST /v1/me/approvals/{id}/approve": lambda: gus.phone.post(f"/v1/me/approvals/{one}/approve"),
        "POST /v1/me/approvals/{id}/decline": lambda: gus.phone.post(f"/v1/me/approvals/{other}/decline"),
    }
