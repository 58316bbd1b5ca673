"""An incident that is over and known to have hit some people, and coupons to make up for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chalicelib.operations import affected, store_affected
from chalicelib.operations.model_affected import AffectedPersonView
from tests.api import coupon_kit
from tests.api.bad_input_kit import ANNOUNCED, BODIES
from tests.api.caller import Caller, Reply
from tests.api.world import Person, World, fresh_key

REASON = {"reason": "They waited for an hour"}
SORRY = {"name": {"en": "Sorry: five off", "zh": "致歉券：立减五元"}, "minimum_spend": 0}


def begun(world: World, boss: Caller | None = None) -> str:
    """Open, and told."""
    wish = {name: part for name, part in BODIES["POST /v1/incidents"].items() if name not in ("processor", "ends_at")}
    made: str = (boss or world.operator).post("/v1/incidents", wish).json["id"]
    world.clock.advance(1)
    return made


def searched(world: World, incident: str, *people: Person) -> None:
    """Those people are whom it hit, beside whom the search finds."""
    assert world.operator.post(f"/v1/incidents/{incident}/affected", {}).status == 202
    while affected.go_on(incident, world.clock.now()):
        pass
    found_since(world, incident, *people)


def found_since(world: World, incident: str, *people: Person) -> None:
    """As a search keeps whom it finds."""
    job = store_affected.job(incident)
    assert job and job.finished_at
    hit = {person.id: AffectedPersonView(person.id, (), False) for person in people}
    assert store_affected.keep(replace(job, people=job.people + len(hit)), hit)


def over(world: World, incident: str) -> None:
    why = {"state": "resolved", "cause": ANNOUNCED["body"], "remedy": ANNOUNCED["body"]}
    reply = world.operator.patch(f"/v1/incidents/{incident}", why)
    assert reply.status == 200, reply.raw


def hit(world: World, *people: Person) -> str:
    incident = begun(world)
    searched(world, incident, *people)
    over(world, incident)
    return incident


def template(world: World, **more: Any) -> str:
    return str(coupon_kit.template(world, **SORRY | more)["id"])


def path(incident: str) -> str:
    return f"/v1/incidents/{incident}/compensation"


def propose(world: World, incident: str, of: str, key: str = "", by: Caller | None = None) -> Reply:
    wish = REASON | {"template_id": of}
    return (by or world.operator).post(path(incident), wish, idempotency_key=key or fresh_key())


def decide(by: Caller, incident: str, approve: bool = True) -> Reply:
    return by.post(f"{path(incident)}/decision", {"approve": approve, "note": "heard it myself"})
