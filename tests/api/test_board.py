"""The public status page's answers: what was told and nothing else, for whoever asks."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chalicelib.kernel.capabilities import CAPABILITIES
from chalicelib.operations import model, model_board
from chalicelib.operations.model import Announcement, Bodies, Capability, Titles
from chalicelib.operations.model_incidents import Deed, Incident
from tests.api import on_call_kit
from tests.api.bad_input_kit import ANNOUNCED, BODIES
from tests.api.caller import Caller, assert_problem
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import in_office

pytestmark = pytest.mark.many_requests

INCIDENT, WINDOW = BODIES["POST /v1/incidents"], BODIES["POST /v1/maintenance-windows"]
KEPT_SECONDS, DAY = 15, 86_400
WORDS = {"en": "The bank is back.", "zh": "银行已恢复。"}
T0 = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def boss(world: World) -> Caller:
    """The admin, with a token that is good now."""
    return world.nobody.bearing(in_office(world.operator_id, world.clock.now()))


def board(world: World, language: str = "en") -> dict[str, Any]:
    world.clock.advance(KEPT_SECONDS)
    reply = world.nobody.get("/v1/status/board", accept_language=language)
    assert reply.status == 200
    found: dict[str, Any] = reply.json
    return found


def states(found: dict[str, Any]) -> dict[str, str]:
    return {one["capability"]: one["state"] for one in found["capabilities"]}


def everything_public(world: World) -> str:
    """All that anybody may read, as it is answered."""
    world.clock.advance(KEPT_SECONDS)
    listed = [world.nobody.get(f"/v1/status{path}") for path in ("", "/board", "/incidents", "/maintenance-windows")]
    ids = [one["id"] for one in listed[2].json["data"]]
    told = [world.nobody.get(f"/v1/status/incidents/{one}") for one in ids]
    return json.dumps([one.json for one in (*listed, *told)])


def test_where_nothing_is_said_everything_works(world: World) -> None:
    found = board(world)
    assert (found["state"], found["incidents"], found["maintenance"]) == ("operational", [], [])
    assert states(found) == dict.fromkeys(CAPABILITIES, "operational")


def test_an_incident_shows_at_what_it_hits_since_when_with_every_update_in_the_readers_language(world: World) -> None:
    since = world.clock.now()
    made = boss(world).post("/v1/incidents", INCIDENT).json["id"]
    world.clock.advance(60)
    boss(world).patch(f"/v1/incidents/{made}", {"state": "identified"})
    world.clock.advance(60)
    boss(world).patch(f"/v1/incidents/{made}", {"state": "monitoring", "body": WORDS})
    found = board(world, "zh")
    assert states(found) == dict.fromkeys(CAPABILITIES, "operational") | {"top-ups": "degraded"}
    (hit,) = [one for one in found["capabilities"] if one["capability"] == "top-ups"]
    assert (hit["since"][:19], hit["processors"]) == (f"{since:%Y-%m-%dT%H:%M:%S}", ["sandbox"])
    (one,) = found["incidents"]
    assert (one["id"], one["title"], one["body"]) == (made, ANNOUNCED["title"]["zh"], WORDS["zh"])
    assert [(each["state"], each["body"]) for each in one["updates"]] == [
        ("monitoring", WORDS["zh"]),
        ("identified", ""),
        ("investigating", ANNOUNCED["body"]["zh"]),
    ]


def test_an_incident_of_which_nobody_said_what_it_hits_is_about_everything(world: World) -> None:
    plain = {name: part for name, part in INCIDENT.items() if name not in ("capability", "processor")}
    boss(world).post("/v1/incidents", plain | {"severity": "critical"})
    assert states(board(world)) == dict.fromkeys(CAPABILITIES, "outage")


def test_a_draft_and_what_turned_out_to_be_nothing_are_nobodys_to_read(world: World) -> None:
    on_call_kit.ring(world)
    (draft,) = boss(world).get("/v1/incidents").json["data"]
    path = f"/v1/status/incidents/{draft['id']}"
    assert draft["id"] not in everything_public(world)
    assert_problem(world.nobody.get(path), 404, "not-found")
    boss(world).patch(f"/v1/incidents/{draft['id']}", {"body": WORDS})
    assert WORDS["en"] not in everything_public(world)
    boss(world).patch(f"/v1/incidents/{draft['id']}", {"state": "resolved", "cause": WORDS, "remedy": WORDS})
    assert draft["id"] not in everything_public(world)
    assert_problem(world.nobody.get(path), 404, "not-found")


def test_once_a_draft_is_told_its_past_its_alarm_and_its_people_stay_inside(world: World) -> None:
    on_call_kit.ring(world)
    (draft,) = boss(world).get("/v1/incidents").json["data"]
    world.clock.advance(60)
    boss(world).post(f"/v1/incidents/{draft['id']}/take")
    world.clock.advance(60)
    boss(world).patch(f"/v1/incidents/{draft['id']}", {"state": "investigating", "body": WORDS})
    said = everything_public(world)
    assert draft["id"] in said and WORDS["en"] in said
    for inside in (draft["alarm"], draft["runbook"], draft["page_id"], world.operator_id, "usr_", "draft", "paged"):
        assert inside not in said, inside
    (update,) = world.nobody.get(f"/v1/status/incidents/{draft['id']}").json["updates"]
    assert (update["state"], update["body"]) == ("investigating", WORDS["en"])


def test_what_was_told_stays_on_the_page_however_much_happens_inside_since(world: World) -> None:
    on_call_kit.ring(world)
    (draft,) = boss(world).get("/v1/incidents").json["data"]
    boss(world).patch(f"/v1/incidents/{draft['id']}", {"state": "investigating", "body": WORDS})
    for _ in range(30):
        for state in ("OK", "ALARM"):
            world.clock.advance(60)
            on_call_kit.ring(world, state)
    (update,) = world.nobody.get(f"/v1/status/incidents/{draft['id']}").json["updates"]
    assert (update["state"], update["body"]) == ("investigating", WORDS["en"])


def test_a_storm_of_drafts_hides_no_incident_that_goes_on(world: World) -> None:
    opened = world.operator.post("/v1/incidents", BODIES["POST /v1/incidents"])
    assert opened.status == 201
    for number in range(101):
        world.clock.advance(1)
        on_call_kit.ring(world, name=f"coffer-Storm{number}")
    world.clock.advance(16)
    assert [one["id"] for one in world.nobody.get("/v1/status/board").json["incidents"]] == [opened.json["id"]]
    assert world.nobody.get("/v1/status").json["state"] != "operational"


def test_what_is_over_is_read_for_ninety_days_with_reason_remedy_and_times(world: World) -> None:
    made = boss(world).post("/v1/incidents", INCIDENT).json["id"]
    world.clock.advance(600)
    over = {"state": "resolved", "cause": ANNOUNCED["body"], "remedy": WORDS}
    assert boss(world).patch(f"/v1/incidents/{made}", over).status == 200
    found = board(world)
    assert (found["state"], found["incidents"]) == ("operational", [])
    (one,) = world.nobody.get("/v1/status/incidents").json["data"]
    assert (one["cause"], one["remedy"]) == (ANNOUNCED["body"]["en"], WORDS["en"])
    assert (one["times"]["told_seconds"], one["times"]["resolved_seconds"]) == (0, 600)
    world.clock.advance(90 * DAY)
    assert world.nobody.get("/v1/status/incidents").json["data"] == []
    assert_problem(world.nobody.get(f"/v1/status/incidents/{made}"), 404, "not-found")


def test_the_list_goes_on_where_drafts_lie_between(world: World) -> None:
    told = []
    for number in range(3):
        world.clock.advance(60)
        told.append(boss(world).post("/v1/incidents", INCIDENT).json["id"])
        on_call_kit.ring(world, name=f"coffer-Other{number}")
    seen: list[str] = []
    cursor = ""
    for _ in range(5):
        page = world.nobody.get(f"/v1/status/incidents?limit=1{cursor}").json
        seen += [one["id"] for one in page["data"]]
        if not page["has_more"]:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == told[::-1]


def test_maintenance_is_planned_then_under_way_then_past_and_what_rests_says_so(world: World) -> None:
    made = boss(world).post("/v1/maintenance-windows", WINDOW | {"starts_at": "2026-11-25T20:00:00Z",
                               "ends_at": "2026-11-25T21:00:00Z"}).json["id"]  # fmt: skip
    (planned,) = board(world)["maintenance"]
    assert (planned["id"], planned["state"], planned["capability"]) == (made, "scheduled", "top-ups")
    world.clock.advance((datetime(2026, 11, 25, 20, 30, tzinfo=UTC) - world.clock.now()).total_seconds())
    during = board(world)
    assert (during["maintenance"][0]["state"], states(during)["top-ups"]) == ("under-way", "degraded")
    world.clock.advance(3_600)
    assert board(world)["maintenance"] == []
    (past,) = world.nobody.get("/v1/status/maintenance-windows").json["data"]
    assert past["state"] == "over"


def test_what_was_read_is_kept_for_fifteen_seconds_whatever_the_language(
    world: World, aws_calls: list[tuple[str, str]]
) -> None:
    boss(world).post("/v1/incidents", INCIDENT)
    board(world)
    aws_calls.clear()
    assert world.nobody.get("/v1/status/board", accept_language="zh").status == 200
    assert aws_calls == []


DEEDS = ("drafted", "rang", "ended", "paged", "acknowledged", "opened", "told", "changed", "resolved", "closed")


@given(some.lists(some.tuples(some.sampled_from(DEEDS), some.integers(0, 20), some.booleans()), max_size=12),
       some.integers(0, 20))  # fmt: skip
def test_an_update_is_always_something_told_with_words_or_a_new_state(
    made: list[tuple[Any, int, bool]], told: int
) -> None:
    said = Announcement("inc_1", "incident", "minor", "identified", Titles("a", "b"), Bodies("a", "b"), T0, None, T0)
    one = Incident(said, T0, told_at=T0 + timedelta(seconds=told))
    history = [
        Deed(T0 + timedelta(seconds=at), deed, "usr_1", "identified", Titles("a", "b") if words else None)
        for deed, at, words in sorted(made, key=lambda each: -each[1])
    ]
    shown = model_board.updates(one, history)
    assert all(deed in history for deed in shown)
    assert all(deed.deed in ("opened", "told", "changed", "resolved") and deed.at >= one.told_at for deed in shown)  # type: ignore[operator]
    assert sum(deed.title is None for deed in shown) <= 1, "the state is the same in all of them"


@pytest.mark.parametrize(("rests", "whole", "payments"), [
    ("withdrawals", "outage", "outage"), ("payments", "maintenance", "maintenance"),
    ("everything", "maintenance", "maintenance"),
])  # fmt: skip
def test_maintenance_explains_what_rests_and_hides_no_outage_of_anything_else(
    rests: Capability, whole: str, payments: str
) -> None:
    words = (Titles("a", "b"), Bodies("a", "b"), T0)
    window = Announcement("mnt_1", "maintenance", "minor", "scheduled", *words, T0 + timedelta(hours=1), T0, rests)
    down = Announcement("inc_1", "incident", "critical", "identified", *words, None, T0, "payments")
    assert model.state([window, down], T0) == whole
    assert model_board.capability("payments", [window, down], T0).state == payments


@given(some.sampled_from((*CAPABILITIES, "everything", None)), some.booleans(), some.booleans())
def test_a_capability_is_hit_by_what_names_it_and_by_what_names_everything(
    named: Capability | None, critical: bool, over: bool
) -> None:
    state, severity = "resolved" if over else "identified", "critical" if critical else "minor"
    said = Announcement("inc_1", "incident", severity, state, Titles("a", "b"), Bodies("a", "b"), T0, None, T0, named)  # type: ignore[arg-type]
    for name in CAPABILITIES:
        found = model_board.capability(name, [said], T0)
        hit = not over and named in (name, "everything", None)
        assert found.state == (("outage" if critical else "degraded") if hit else "operational")
        assert bool(found.since) == hit
