"""Who was affected by an incident: found by time from what is recorded, counted once, told once, ids alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.operations import affected, store_affected, store_updates
from chalicelib.processors import wire
from tests.api import on_call_kit
from tests.api.bad_input_kit import ANNOUNCED, BODIES
from tests.api.caller import Caller, Reply, assert_problem
from tests.api.topup_kit import Till
from tests.api.world import World, cheap_passwords, fresh_key
from tests.conftest import FrozenClock
from tests.people import in_office

pytestmark = pytest.mark.many_requests

INCIDENT = {name: part for name, part in BODIES["POST /v1/incidents"].items() if name not in ("processor", "ends_at")}
WORDS = {"en": "The bank is back.", "zh": "银行已恢复。"}


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


@pytest.fixture
def till(world: World) -> Iterator[Till]:
    made = Till(world.nobody)
    made.ana = world.customer()  # type: ignore[attr-defined]
    before = wire.use(made.transport)
    yield made
    wire.use(before)


def boss(world: World) -> Caller:
    return world.nobody.bearing(in_office(world.operator_id, world.clock.now()))


def opened(world: World) -> str:
    made: str = boss(world).post("/v1/incidents", INCIDENT).json["id"]
    return made


def search(world: World, incident: str, **wish: Any) -> Reply:
    return boss(world).post(f"/v1/incidents/{incident}/affected", wish)


def searched(world: World, incident: str, **wish: Any) -> dict[str, Any]:
    assert search(world, incident, **wish).status == 202
    for _ in range(30):
        if not store_affected.due(world.clock.now()):
            break
        affected.go_on(incident, world.clock.now())
    found: dict[str, Any] = boss(world).get(f"/v1/incidents/{incident}/affected").json
    assert found["state"] == "done"
    return found


def listed(world: World, incident: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = boss(world).get(f"/v1/incidents/{incident}/affected/people").json["data"]
    return found


def outcomes(found: dict[str, Any]) -> dict[str, tuple[int, int]]:
    return {one["outcome"]: (one["movements"], one["amount"]) for one in found["sums"]}


def begun(world: World, till: Till) -> str:
    """A top-up of the one customer there is, which waits for them at the bank."""
    ana = till.ana  # type: ignore[attr-defined]
    phone = world.nobody.bearing(in_office(ana.id, world.clock.now()))
    body = {"wallet_id": ana.wallet, "amount": 1_250, "currency": "CNY", "method": "manual", "processor": "sandbox"}
    made = phone.post("/v1/topups", body, idempotency_key=fresh_key())
    assert made.status == 201, made.raw
    return str(made.json["id"])


def night(world: World, till: Till) -> tuple[str, dict[str, str]]:
    """An incident in which one top-up fails, one is slow, one waits, and one is as quick as ever."""
    quick_before = begun(world, till)
    till.send(till.message(quick_before, "succeeded"))
    world.clock.advance(3_600)
    incident = opened(world)
    world.clock.advance(60)
    made = {name: begun(world, till) for name in ("failed", "slow", "waiting", "quick")}
    world.clock.advance(10)
    till.send(till.message(made["quick"], "succeeded"))
    till.send(till.message(made["failed"], "failed"))
    world.clock.advance(400)
    till.send(till.message(made["slow"], "succeeded"))
    world.deliver()
    return incident, made


def test_what_failed_was_slow_or_waits_is_found_and_what_was_quick_is_not(world: World, till: Till) -> None:
    incident, made = night(world, till)
    found = searched(world, incident)
    assert {name: many for name, (many, _) in outcomes(found).items()} == {"failed": 1, "slow": 1, "waiting": 1}
    (person,) = listed(world, incident)
    assert {one["id"]: one["outcome"] for one in person["movements"]} == {
        made[name]: name for name in ("failed", "slow", "waiting")
    }
    assert found["people"] == 1


def test_what_lies_outside_the_window_is_not_found(world: World, till: Till) -> None:
    failed = begun(world, till)
    till.send(till.message(failed, "failed"))
    world.deliver()
    world.clock.advance(3_600)
    incident = opened(world)
    world.clock.advance(60)
    assert searched(world, incident)["sums"] == []


def test_what_failed_and_succeeded_after_all_counts_once_as_what_it_became(world: World, till: Till) -> None:
    incident = opened(world)
    world.clock.advance(60)
    topup = begun(world, till)
    till.send(till.message(topup, "failed"))
    world.clock.advance(400)
    till.send(till.message(topup, "succeeded"))
    world.deliver()
    assert list(outcomes(searched(world, incident))) == ["slow"]


def test_the_same_search_again_is_that_search_and_pages_kept_twice_count_once(
    world: World, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident, _ = night(world, till)
    monkeypatch.setattr(affected, "_AT_ONCE", 1)
    monkeypatch.setattr(affected, "_LOOKS", 7)
    first = searched_by_pieces(world, incident)
    assert search(world, incident).json == first
    assert sum(one["movements"] for one in first["sums"]) == 3


def searched_by_pieces(world: World, incident: str) -> dict[str, Any]:
    search(world, incident)
    for _ in range(400):
        if not store_affected.due(world.clock.now()):
            break
        affected.go_on(incident, world.clock.now())
    found: dict[str, Any] = boss(world).get(f"/v1/incidents/{incident}/affected").json
    assert found["state"] == "done"
    return found


class _Crash(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("number", range(1, 6))
def test_wherever_the_search_dies_it_goes_on_and_counts_once(
    world: World, till: Till, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    incident, _ = night(world, till)
    search(world, incident)
    keep, calls = store_affected.keep, iter(range(1, 1_000))

    def dying(*args: Any) -> Any:
        kept = keep(*args)
        if next(calls) == number:
            raise _Crash
        return kept

    with monkeypatch.context() as patch, pytest.raises(_Crash):
        patch.setattr(store_affected, "keep", dying)
        for _ in range(30):
            affected.go_on(incident, world.clock.now())
            world.clock.advance(61)
    world.clock.advance(61)
    found = searched(world, incident)
    assert sum(one["movements"] for one in found["sums"]) == 3
    assert found["people"] == len(listed(world, incident)) == 1


def test_what_was_told_last_goes_to_them_once_with_reason_and_remedy(world: World, till: Till) -> None:
    incident, _ = night(world, till)
    path = f"/v1/incidents/{incident}/affected/notify"
    search(world, incident)
    assert_problem(boss(world).post(path, {}), 409, "invalid-state")
    searched(world, incident)
    over = {"state": "resolved", "cause": ANNOUNCED["body"], "remedy": WORDS}
    boss(world).patch(f"/v1/incidents/{incident}", over)
    for _ in range(2):
        assert boss(world).post(path, {}).json["told_at"]
        world.sweep()
        world._consume()
        world.clock.advance(61)
    (told,) = [one for one in notices(world, till) if one["kind"] == "incident_mended"]
    assert ANNOUNCED["body"]["en"] in told["body"] and WORDS["en"] in told["body"]
    assert store_updates.due(world.clock.now()) == []


def test_later_updates_follow_if_an_operator_wished_so(world: World, till: Till) -> None:
    incident, _ = night(world, till)
    searched(world, incident)
    boss(world).post(f"/v1/incidents/{incident}/affected/notify", {"follow": True})
    world.sweep()
    world.clock.advance(60)
    boss(world).patch(f"/v1/incidents/{incident}", {"state": "monitoring"})
    for _ in range(3):
        world.sweep()
        world._consume()
        world.clock.advance(61)
    assert sum(one["kind"] == "incident_told" for one in notices(world, till)) == 2


def test_whoever_is_hit_after_a_first_search_is_found_by_the_next_and_told_alone(world: World, till: Till) -> None:
    incident, made = night(world, till)
    path = f"/v1/incidents/{incident}/affected/notify"
    first = searched(world, incident)
    ben = world.customer()  # type: ignore[attr-defined]
    told(world, path)
    world.clock.advance(60)
    anas, till.ana = till.ana, ben  # type: ignore[attr-defined]
    later = begun(world, till)
    till.send(till.message(made["waiting"], "succeeded"))
    till.send(till.message(later, "failed"))
    world.deliver()
    found = searched(world, incident)
    assert (first["people"], found["people"]) == (1, 2)
    assert {name: many for name, (many, _) in outcomes(found).items()} == {"failed": 2, "slow": 2}
    told(world, path)
    for person in (anas, ben):
        till.ana = person  # type: ignore[attr-defined]
        assert sum(one["kind"] == "incident_told" for one in notices(world, till)) == 1


@pytest.mark.parametrize(("language", "said"), [("en", "a draft"), ("zh", "草稿")])
def test_of_a_draft_nobody_who_was_hit_can_be_told(world: World, till: Till, language: str, said: str) -> None:
    on_call_kit.ring(world)
    (draft,) = boss(world).get("/v1/incidents").json["data"]
    world.clock.advance(60)
    searched(world, draft["id"])
    refused = boss(world).post(f"/v1/incidents/{draft['id']}/affected/notify", {}, accept_language=language)
    assert_problem(refused, 409, "invalid-state")
    assert said in refused.json["detail"]


def told(world: World, path: str) -> None:
    assert boss(world).post(path, {}).status == 202
    world.sweep()
    world._consume()
    world.clock.advance(61)


def notices(world: World, till: Till) -> list[dict[str, Any]]:
    phone = world.nobody.bearing(in_office(till.ana.id, world.clock.now()))  # type: ignore[attr-defined]
    found: list[dict[str, Any]] = phone.get("/v1/me/notices").json["data"]
    return found


def test_there_are_ids_and_nothing_else_of_people(world: World, till: Till) -> None:
    incident, _ = night(world, till)
    searched(world, incident)
    said = json.dumps(listed(world, incident))
    assert "usr_" in said and "@" not in said and "display_name" not in said
    actions = [one["action"] for one in boss(world).get("/v1/audit-log").json["data"]]
    assert {"incident.search-affected", "incident.see-affected"} <= set(actions)


@pytest.mark.parametrize(
    ("wish", "param"),
    [
        ({"from": "2020-01-01T00:00:00Z"}, "until"),
        ({"processor": "nobody"}, "processor"),
        ({"until": "soon"}, "until"),
    ],
)
def test_what_cannot_be_searched_is_refused(world: World, wish: dict[str, Any], param: str) -> None:
    incident = opened(world)
    world.clock.advance(60)
    assert_problem(search(world, incident, **wish), 422, "invalid-request", param)


def test_of_payouts_there_is_no_record_and_that_is_said(world: World) -> None:
    made = boss(world).post("/v1/incidents", INCIDENT | {"capability": "payouts"}).json["id"]
    world.clock.advance(60)
    assert_problem(search(world, made), 422, "invalid-request", "capabilities")
