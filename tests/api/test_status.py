"""How Coffer is: what everybody is told, in their language, and who may say it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.kernel import clock
from tests.api.bad_input_kit import ANNOUNCED, BODIES
from tests.api.caller import assert_problem
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import in_office

pytestmark = pytest.mark.many_requests

INCIDENT, WINDOW = BODIES["POST /v1/incidents"], BODIES["POST /v1/maintenance-windows"]
WHY = dict.fromkeys(("cause", "remedy"), ANNOUNCED["body"])
HOUR, KEPT_SECONDS = 3_600, 15


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def status(world: World, language: str = "en") -> dict[str, Any]:
    """As of now: what was kept is old by then."""
    world.clock.advance(KEPT_SECONDS)
    reply = world.nobody.get("/v1/status", accept_language=language)
    assert reply.status == 200
    found: dict[str, Any] = reply.json
    return found


def test_where_nothing_is_said_all_is_well(world: World) -> None:
    assert status(world) == {"state": "operational", "banners": []}


def test_an_incident_is_told_to_everybody_in_their_language_until_it_is_resolved(world: World) -> None:
    made = world.operator.post("/v1/incidents", INCIDENT)
    assert (made.status, made.json["state"], made.json["title"]) == (201, "investigating", ANNOUNCED["title"])
    for language in ("en", "zh"):
        told = status(world, language)
        (banner,) = told["banners"]
        assert (told["state"], banner["id"], banner["kind"]) == ("degraded", made.json["id"], "incident")
        assert (banner["title"], banner["body"]) == tuple(ANNOUNCED[part][language] for part in ("title", "body"))
        assert banner["ends_at"] == "2026-11-22T10:00:00.000000Z"
    change = f"/v1/incidents/{made.json['id']}"
    assert world.operator.patch(change, {"severity": "critical"}).json["state"] == "investigating"
    assert status(world)["state"] == "outage"
    for step in ("identified", "monitoring"):
        assert world.operator.patch(change, {"state": step}).json["state"] == step
        assert status(world)["state"] == "outage"
    assert world.operator.patch(change, {"state": "resolved"} | WHY).status == 200
    assert status(world) == {"state": "operational", "banners": []}
    again = world.operator.patch(change, {"state": "monitoring"})
    assert assert_problem(again, 409, "invalid-state")["state"] == "resolved"


def test_maintenance_is_announced_a_day_before_and_holds_from_its_beginning_to_its_end(world: World) -> None:
    made = world.operator.post("/v1/maintenance-windows", WINDOW)
    assert (made.status, made.json["state"]) == (201, "scheduled")
    before = status(world)
    assert (before["state"], [one["id"] for one in before["banners"]]) == ("operational", [made.json["id"]])
    world.clock.advance(12 * HOUR)
    during = status(world)
    assert (during["state"], during["banners"][0]["ends_at"]) == ("maintenance", "2026-11-22T21:00:00.000000Z")
    world.clock.advance(HOUR)
    assert status(world) == {"state": "operational", "banners": []}


def test_maintenance_further_away_than_a_day_is_not_on_the_screens_yet(world: World) -> None:
    late = WINDOW | {"starts_at": "2026-11-24T20:00:00Z", "ends_at": "2026-11-24T21:00:00Z"}
    assert world.operator.post("/v1/maintenance-windows", late).status == 201
    assert status(world)["banners"] == []


def test_cancelled_maintenance_is_over_at_once_and_only_once(world: World) -> None:
    path = f"/v1/maintenance-windows/{world.operator.post('/v1/maintenance-windows', WINDOW).json['id']}/cancel"
    assert world.operator.post(path).json["state"] == "cancelled"
    assert status(world)["banners"] == []
    assert_problem(world.operator.post(path), 409, "invalid-state")


def test_maintenance_that_has_ended_is_over_and_not_said_to_be_cancelled(world: World) -> None:
    ends = clock.written(world.clock.now() + timedelta(hours=1))
    now = {"starts_at": clock.written(world.clock.now()), "ends_at": ends}
    path = f"/v1/maintenance-windows/{world.operator.post('/v1/maintenance-windows', WINDOW | now).json['id']}/cancel"
    world.clock.advance(3_600)
    boss = world.nobody.bearing(in_office(world.operator_id, world.clock.now()))
    assert boss.post(path).json["state"] == "over"


def test_what_was_read_is_kept_for_fifteen_seconds(world: World, aws_calls: list[tuple[str, str]]) -> None:
    status(world)
    aws_calls.clear()
    assert world.nobody.get("/v1/status").status == 200
    assert aws_calls == []
    world.clock.advance(KEPT_SECONDS)
    assert world.nobody.get("/v1/status").status == 200
    assert aws_calls == [("dynamodb", "Query")] * 2


def test_the_audit_log_knows_who_said_what(world: World) -> None:
    world.clock.advance(1)
    incident = world.operator.post("/v1/incidents", INCIDENT).json["id"]
    world.clock.advance(1)
    world.operator.patch(f"/v1/incidents/{incident}", {"state": "resolved"} | WHY)
    world.clock.advance(1)
    window = world.operator.post("/v1/maintenance-windows", WINDOW).json["id"]
    world.clock.advance(1)
    found = world.operator.get("/v1/audit-log").json["data"]
    assert [(one["action"], one["subject"], one["facts"]["state"]) for one in found[:3]] == [
        ("maintenance.schedule", window, "scheduled"),
        ("incident.change", incident, "resolved"),
        ("incident.open", incident, "investigating"),
    ]


def test_operators_see_what_was_said_newest_first(world: World) -> None:
    ids = []
    for _ in range(3):
        world.clock.advance(1)
        ids.append(world.operator.post("/v1/incidents", INCIDENT).json["id"])
    page = world.operator.get("/v1/incidents?limit=2").json
    assert ([one["id"] for one in page["data"]], page["has_more"]) == (ids[:0:-1], True)
    rest = world.operator.get(f"/v1/incidents?limit=2&cursor={page['next_cursor']}").json
    assert [one["id"] for one in rest["data"]] == ids[:1]
    assert world.operator.get("/v1/maintenance-windows").json["data"] == []


@pytest.mark.parametrize(
    ("path", "change", "param"),
    [
        ("/v1/incidents", {"title": {"en": " ", "zh": "充值较慢"}}, "title.en"),
        ("/v1/incidents", {"body": {"en": "late", "zh": "\u00ad"}}, "body.zh"),
        ("/v1/incidents", {"ends_at": "tomorrow"}, "ends_at"),
        ("/v1/maintenance-windows", {"starts_at": "2026-11-22 20:00"}, "starts_at"),
        ("/v1/maintenance-windows", {"ends_at": "2026-11-22T20:00:00Z"}, "ends_at"),
        ("/v1/maintenance-windows", {"ends_at": "2026-11-25T20:00:00Z"}, "ends_at"),
        (
            "/v1/maintenance-windows",
            {"starts_at": "2026-11-20T20:00:00Z", "ends_at": "2026-11-20T21:00:00Z"},
            "ends_at",
        ),
    ],
)
def test_what_nobody_could_read_or_wait_for_is_refused(
    world: World, path: str, change: dict[str, Any], param: str
) -> None:
    assert_problem(world.operator.post(path, BODIES[f"POST {path}"] | change), 422, "invalid-request", param)


def test_what_does_not_exist_cannot_be_changed(world: World) -> None:
    window = world.operator.post("/v1/maintenance-windows", WINDOW).json["id"]
    for made_up in ("inc_01k00000000000000000000000", "nothing", window):
        assert_problem(world.operator.patch(f"/v1/incidents/{made_up}", {"state": "resolved"}), 404, "not-found")
    assert_problem(world.operator.post("/v1/maintenance-windows/nothing/cancel"), 404, "not-found")
