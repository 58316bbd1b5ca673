"""For tests of risk: rings of new accounts, rules turned on, scores and decisions."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import app
from chalicelib.happenings import pseudonym
from chalicelib.kernel import clock, ids
from chalicelib.risk import store_scores
from chalicelib.risk.model_scores import Kept
from tests.api import transfer_kit
from tests.api.bad_input_kit import BODIES
from tests.api.caller import Reply
from tests.api.world import Person, World

RING = "new-account-ring"
NOTE = "looked at every transfer of it"


def turn(world: World, rule: str = RING, mode: str = "on", **parameters: int) -> Reply:
    wish = {"mode": mode, "note": "tried on last month", "parameters": parameters}
    return world.operator.request("PATCH", f"/v1/risk/rules/{rule}", wish)


def passed_on(world: World, people: list[Person], amount: int = 6_000) -> None:
    """Money from the first to the last, each from what they were given; none of them had met before."""
    world.put_in(people[0], amount)
    for payer, payee in pairwise(people):
        transfer_kit.introduced(world, payer, payee)
        world.clock.advance(60)
        sent = transfer_kit.send(payer, payee.identifier, amount)
        assert sent.status == 201, sent.raw
    world.deliver()


def ring(world: World, size: int = 5) -> list[Person]:
    people = [world.customer() for _ in range(size)]
    passed_on(world, people)
    return people


def scores(world: World, state: str = "open", language: str = "en") -> list[dict[str, Any]]:
    answer = world.operator.get(f"/v1/risk/scores?state={state}", accept_language=language)
    found: list[dict[str, Any]] = answer.json["data"]
    return found


def decide(world: World, score_id: str, label: str) -> Reply:
    return world.operator.post(f"/v1/risk/scores/{score_id}/decision", {"label": label, "note": NOTE})


def open_score(world: World) -> str:
    """One that waits for a person: the amount of a ring is put aside."""
    assert turn(world, members=4).status == 200
    ring(world)
    world.score()
    (found,) = scores(world)
    return str(found["id"])


def calls(world: World) -> dict[str, Callable[[], Reply]]:
    """A call of every route about scores and rules, each able to succeed."""
    boss, score_id = world.operator, open_score(world)
    trial, rule = BODIES["POST /v1/risk/trials"], BODIES["PATCH /v1/risk/rules/{name}"]
    return {
        "GET /v1/risk/scores": lambda: boss.get("/v1/risk/scores"),
        "GET /v1/risk/scores/{id}": lambda: boss.get(f"/v1/risk/scores/{score_id}"),
        "POST /v1/risk/scores/{id}/decision": lambda: decide(world, score_id, "legitimate"),
        "POST /v1/risk/trials": lambda: boss.post("/v1/risk/trials", trial),
        "GET /v1/risk/rules": lambda: boss.get("/v1/risk/rules"),
        "PATCH /v1/risk/rules/{name}": lambda: boss.patch(f"/v1/risk/rules/{RING}", rule),
    }


def by_itself(world: World) -> None:
    """An amount is put aside, and somebody is asked to prove that it is them."""
    open_score(world)
    assert turn(world, "reset-then-out", least=1_000).status == 200
    ana, ben = world.customer(9_000), world.customer()
    happening = {"id": ids.new("evt", world.clock.now()), "kind": "password-reset", "outcome": "succeeded"}
    told = happening | {"at": clock.written(world.clock.now()), "person": pseudonym(ana.id)}
    app.score(world.event_of("risk", [json.dumps({"happened": [told]})]), None)
    transfer_kit.introduced(world, ana, ben)
    world.clock.advance(60)
    assert transfer_kit.send(ana, ben.identifier, 2_000).status == 201
    world.deliver()
    world.score()


def open_ones() -> list[Kept]:
    """Whoever they are about."""
    return [one for one, _ in store_scores.listed("open", None, 50)[0]]


def all_noted() -> list[Kept]:
    return [one for one, _ in store_scores.listed("noted", None, 50)[0]]
