"""A call of every route about incidents, maintenance, the rota and backups, each able to succeed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from chalicelib.insight import compacting
from chalicelib.operations import affected, store_affected
from tests.api import backup_kit, compensation_kit, on_call_kit, policy_kit, review_kit, subscriber_kit
from tests.api.bad_input_kit import BODIES
from tests.api.caller import Reply
from tests.api.world import World

Call = Callable[[], Reply]


def of_the_status(world: World) -> dict[str, Call]:
    boss, wish = world.operator, BODIES["POST /v1/incidents"]
    window, events = BODIES["POST /v1/maintenance-windows"], BODIES["POST /v1/task-events"]
    incident = boss.post("/v1/incidents", wish).json["id"]
    planned = boss.post("/v1/maintenance-windows", window).json["id"]
    return {
        "GET /v1/status": lambda: world.nobody.get("/v1/status"),
        "GET /v1/status/board": lambda: world.nobody.get("/v1/status/board"),
        "GET /v1/status/incidents": lambda: world.nobody.get("/v1/status/incidents"),
        "GET /v1/status/incidents/{id}": lambda: world.nobody.get(f"/v1/status/incidents/{incident}"),
        "GET /v1/status/maintenance-windows": lambda: world.nobody.get("/v1/status/maintenance-windows"),
        **of_subscribers(world),
        "GET /v1/incidents": lambda: boss.get("/v1/incidents"),
        "POST /v1/incidents": lambda: boss.post("/v1/incidents", wish),
        "PATCH /v1/incidents/{id}": lambda: boss.patch(f"/v1/incidents/{incident}", {"state": "identified"}),
        "GET /v1/incidents/{id}": lambda: boss.get(f"/v1/incidents/{incident}"),
        "GET /v1/incidents/{id}/history": lambda: boss.get(f"/v1/incidents/{incident}/history"),
        "POST /v1/incidents/{id}/take": lambda: boss.post(f"/v1/incidents/{incident}/take"),
        "GET /v1/probes": lambda: boss.get("/v1/probes"),
        "GET /v1/incident-sentences": lambda: boss.get("/v1/incident-sentences"),
        **of_the_rota(world),
        **of_the_affected(world, incident),
        **of_compensation(world),
        "GET /v1/maintenance-windows": lambda: boss.get("/v1/maintenance-windows"),
        "POST /v1/maintenance-windows": lambda: boss.post("/v1/maintenance-windows", window),
        "POST /v1/maintenance-windows/{id}/cancel": lambda: boss.post(f"/v1/maintenance-windows/{planned}/cancel"),
        "POST /v1/task-events": lambda: world.nobody.post("/v1/task-events", events),
        "GET /v1/reports/tasks": lambda: boss.get("/v1/reports/tasks"),
    }


def of_the_affected(world: World, incident: str) -> dict[str, Call]:
    boss, path, other = world.operator, f"/v1/incidents/{incident}/affected", BODIES["POST /v1/incidents"]
    world.clock.advance(1)
    wish = {"capabilities": ["top-ups"]}
    assert boss.post(path, wish).status == 202
    while store_affected.due(world.clock.now()):
        affected.go_on(incident, world.clock.now())
    fresh = boss.post("/v1/incidents", other).json["id"]
    world.clock.advance(1)
    return {
        "POST /v1/incidents/{id}/affected": lambda: boss.post(f"/v1/incidents/{fresh}/affected", wish),
        "GET /v1/incidents/{id}/affected": lambda: boss.get(path),
        "GET /v1/incidents/{id}/affected/people": lambda: boss.get(f"{path}/people"),
        "POST /v1/incidents/{id}/affected/notify": lambda: boss.post(f"{path}/notify", {"follow": False}),
    }


def of_compensation(world: World) -> dict[str, Call]:
    boss, incident = world.operator, compensation_kit.hit(world, world.customer())
    of, path = compensation_kit.template(world), compensation_kit.path(incident)
    assert compensation_kit.propose(world, incident, of).status == 201
    return {
        "GET /v1/incidents/{id}/compensation/preview": lambda: boss.get(f"{path}/preview?template_id={of}"),
        "GET /v1/incidents/{id}/compensation": lambda: boss.get(path),
        "POST /v1/incidents/{id}/compensation/decision": lambda: compensation_kit.decide(boss, incident, approve=False),
    }


def of_subscribers(world: World) -> dict[str, Call]:
    wish, nobody = BODIES["POST /v1/status/subscriptions"], world.nobody
    one, code = subscriber_kit.asked(world, "eve@example.com")
    ending = subscriber_kit.ending(world, "gil@example.com")
    return {
        "POST /v1/status/subscriptions": lambda: nobody.post("/v1/status/subscriptions", wish),
        "POST /v1/status/subscriptions/{id}/confirm": lambda: subscriber_kit.confirm(world, one, code),
        "POST /v1/status/subscriptions/{id}/end": lambda: subscriber_kit.end(world, *ending),
    }


def of_the_rota(world: World) -> dict[str, Call]:
    boss, (page, code) = world.operator, on_call_kit.paged(world)
    shift = BODIES["POST /v1/on-call/shifts"] | {"person_id": world.operator_id, "order": 2}
    kept = boss.post("/v1/on-call/shifts", shift).json["id"]
    return {
        "GET /v1/on-call": lambda: boss.get("/v1/on-call"),
        "GET /v1/on-call/shifts": lambda: boss.get("/v1/on-call/shifts"),
        "POST /v1/on-call/shifts": lambda: boss.post("/v1/on-call/shifts", shift),
        "DELETE /v1/on-call/shifts/{id}": lambda: boss.delete(f"/v1/on-call/shifts/{kept}"),
        "POST /v1/pages/{id}/acknowledge": lambda: world.nobody.post(f"/v1/pages/{page}/acknowledge", {"code": code}),
    }


def of_reviews(world: World) -> dict[str, Call]:
    boss, week = world.operator, review_kit.written(world.clock.now())
    return {
        "GET /v1/reviews": lambda: boss.get("/v1/reviews"),
        "POST /v1/reviews": lambda: boss.post("/v1/reviews"),
        "GET /v1/reviews/{id}": lambda: boss.get(f"/v1/reviews/{week}"),
    }


def of_policies(world: World) -> dict[str, Call]:
    boss, coming = world.operator, world.clock.now() + timedelta(days=40)
    pack, other = (policy_kit.signed(policy_kit.following(area, coming)) for area in ("HK", "SG"))
    made = boss.post("/v1/policies", pack)
    assert made.status == 201, made.raw
    name = made.json["id"]
    return {
        "GET /v1/policies": lambda: boss.get("/v1/policies"),
        "POST /v1/policies": lambda: boss.post("/v1/policies", other),
        "POST /v1/policies/dry-runs": lambda: boss.post("/v1/policies/dry-runs", other),
        "GET /v1/policies/{id}": lambda: boss.get(f"/v1/policies/{name}"),
        "POST /v1/policies/{id}/withdrawal": lambda: boss.post(f"/v1/policies/{name}/withdrawal"),
    }


def of_reports(world: World) -> dict[str, Call]:
    boss, ana = world.operator, world.customer(10_000)
    ana.pay(100)
    world.deliver()
    world.gather()
    compacting.compact(world.clock.now())
    wish = {"from": "2026-01-01T00:00:00Z", "to": "2027-01-01T00:00:00Z", "measures": [{"measure": "count"}]}
    asked = boss.post("/v1/reports/query", wish)
    assert asked.status == 200, asked.raw
    answer = f"/v1/reports/answers/{asked.json['id']}"
    kept, gone = (f"/v1/reports/saved/{saved_report(world)}" for _ in range(2))
    imported = [boss.post("/v1/reports/imports", BODIES["POST /v1/reports/imports"]).json["id"] for _ in range(2)]
    return {
        "POST /v1/reports/saved": lambda: boss.post("/v1/reports/saved", report_of(world)),
        "GET /v1/reports/saved": lambda: boss.get("/v1/reports/saved"),
        "GET /v1/reports/saved/{id}": lambda: boss.get(kept),
        "PATCH /v1/reports/saved/{id}": lambda: boss.patch(kept, {"name": "Takings by week"}),
        "DELETE /v1/reports/saved/{id}": lambda: boss.delete(gone),
        "POST /v1/reports/saved/{id}/restore": lambda: boss.post(f"{gone}/restore"),
        "POST /v1/reports/saved/{id}/answer": lambda: boss.post(f"{kept}/answer"),
        "GET /v1/reports/ready": lambda: boss.get("/v1/reports/ready"),
        "POST /v1/reports/ready/{name}/answer": lambda: boss.post("/v1/reports/ready/liability/answer", {}),
        "POST /v1/reports/imports": lambda: boss.post("/v1/reports/imports", BODIES["POST /v1/reports/imports"]),
        "GET /v1/reports/imports": lambda: boss.get("/v1/reports/imports"),
        "GET /v1/reports/imports/{id}": lambda: boss.get(f"/v1/reports/imports/{imported[0]}"),
        "DELETE /v1/reports/imports/{id}": lambda: boss.delete(f"/v1/reports/imports/{imported[1]}"),
        "POST /v1/reports/query": lambda: boss.post("/v1/reports/query", wish),
        "GET /v1/reports/answers/{id}": lambda: boss.get(answer),
        "GET /v1/reports/answers/{id}/rows/{place}/entries": lambda: boss.get(f"{answer}/rows/0/entries"),
        "GET /v1/reports/answers/{id}/file": lambda: boss.get(f"{answer}/file?format=csv"),
    }


def report_of(world: World) -> dict[str, Any]:
    wish = BODIES["POST /v1/reports/saved"]
    return wish | {"schedule": wish["schedule"] | {"recipients": [world.operator_id]}}


def saved_report(world: World) -> str:
    made = world.operator.post("/v1/reports/saved", report_of(world))
    assert made.status == 201, made.raw
    return str(made.json["id"])


def of_backups(world: World) -> dict[str, Call]:
    boss, ana, whole = world.operator, world.customer(), backup_kit.whole(world.clock.now())
    wish = {"user_id": ana.id, "reason": "emptied their trash by mistake"}
    proposed = boss.post(f"/v1/backups/{whole}/givings-back", wish).json["id"]
    drill = backup_kit.drill(whole, world.clock.now())
    return {
        "GET /v1/backups": lambda: boss.get("/v1/backups"),
        "POST /v1/backups": lambda: boss.post("/v1/backups"),
        "GET /v1/backups/{id}": lambda: boss.get(f"/v1/backups/{whole}"),
        "POST /v1/backups/{id}/givings-back": lambda: boss.post(f"/v1/backups/{whole}/givings-back", wish),
        "GET /v1/givings-back": lambda: boss.get("/v1/givings-back"),
        "POST /v1/givings-back/{id}/decision": lambda: boss.post(
            f"/v1/givings-back/{proposed}/decision", {"approve": False, "note": "not them"}
        ),
        "GET /v1/backup-drills": lambda: boss.get("/v1/backup-drills"),
        "POST /v1/backup-drills": lambda: boss.post("/v1/backup-drills", {"backup_id": whole}),
        "GET /v1/backup-drills/{id}": lambda: boss.get(f"/v1/backup-drills/{drill}"),
    }
