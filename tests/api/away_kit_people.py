"""A call of every route of verification and screening, each able to succeed."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.identity import store as people
from chalicelib.kyc import screening, store_screening
from tests.api import verification_kit as kit
from tests.api.caller import Reply
from tests.api.world import World

Call = Callable[[], Reply]
ON_A_LIST = ("MALGRAVE, Viktor", "1961-04-12")


def calls(world: World) -> dict[str, Call]:
    return of_documents(world) | of_screenings(world)


def of_documents(world: World) -> dict[str, Call]:
    """One to submit, and one that a person may decide about."""
    boss, mia, noa = world.operator, world.customer(), world.customer()
    waits, asked = kit.begin(mia).json["id"], kit.handed_in(noa)
    kit.put_images(mia, waits)
    every, theirs = f"{kit.PATH}/documents", f"/v1/people/{noa.id}/documents"
    wish = {"decision": "verify", "reason": "compared with the original"}
    return {
        f"GET {kit.PATH}": lambda: mia.phone.get(kit.PATH),
        f"POST {every}": lambda: kit.begin(mia),
        f"POST {every}/{{id}}/submit": lambda: mia.phone.post(f"{every}/{waits}/submit"),
        "GET /v1/people/{id}/documents": lambda: boss.get(theirs),
        "POST /v1/people/{id}/documents/{document_id}/decision": lambda: boss.post(f"{theirs}/{asked}/decision", wish),
    }


def of_screenings(world: World) -> dict[str, Call]:
    boss, every, found = world.operator, "/v1/screenings", possible_hit(world)
    wish = {"decision": "confirmed", "reason": "the same place of birth"}
    return {
        f"GET {every}": lambda: boss.get(every),
        f"GET {every}/{{id}}": lambda: boss.get(f"{every}/{found}"),
        f"POST {every}/{{id}}/decision": lambda: boss.post(f"{every}/{found}/decision", wish),
    }


def possible_hit(world: World) -> str:
    """The id of an open screening of somebody."""
    olu = people.user(world.customer().id)
    assert olu is not None
    screening.screen(olu, *ON_A_LIST, world.clock.now())
    (found, *_), _ = store_screening.opened(None, 10)
    return found.id
