"""From an alarm to what mended it: drafts, pages and who answers them, what is told, and when."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as some

from chalicelib.kernel import clock as clocks
from chalicelib.notices import channels
from chalicelib.operations import announcements
from tests.api import on_call_kit
from tests.api.bad_input_kit import ANNOUNCED, BODIES
from tests.api.caller import Caller, Reply, assert_problem
from tests.api.world import PASSWORD, World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import appointed, in_office, outbox

NAME, FIVE_MINUTES, KEPT_SECONDS = "coffer-ProcessorsDown", 300, 15
NUMBERS = itertools.count()
WHY = dict.fromkeys(("cause", "remedy"), ANNOUNCED["body"])
READY = announcements.ready()["processor-down"]


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def boss(world: World) -> Caller:
    """The admin, with a token that is good now."""
    return world.nobody.bearing(in_office(world.operator_id, world.clock.now()))


def incidents(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = boss(world).get("/v1/incidents").json["data"]
    return found


def deeds(world: World, incident_id: str) -> list[tuple[str, str]]:
    """Oldest first."""
    found = boss(world).get(f"/v1/incidents/{incident_id}/history").json["data"]
    return [(one["deed"], one["by"]) for one in reversed(found)]


def colleague(world: World, role: str = "support") -> tuple[str, str]:
    """An operator, and how to reach them."""
    welcome = world._sign_up("CN")
    appointed(world.nobody, welcome, role, PASSWORD)
    return welcome["user"]["id"], welcome["identifier"]


def on_call(world: World, person: str, order: int = 1) -> Reply:
    now = world.clock.now()
    times = {"from": clocks.written(now), "to": clocks.written(now + timedelta(days=7))}
    return boss(world).post("/v1/on-call/shifts", {"person_id": person, "order": order} | times)


def answer(world: World, page: str, code: str) -> Reply:
    return world.nobody.post(f"/v1/pages/{page}/acknowledge", {"code": code})


def test_an_alarm_drafts_an_incident_with_ready_sentences_and_tells_nobody_outside(world: World) -> None:
    on_call_kit.ring(world)
    (draft,) = incidents(world)
    assert (draft["state"], draft["alarm"], draft["runbook"]) == ("draft", NAME, "processor-down")
    assert draft["title"] == {"en": READY.title.en, "zh": READY.title.zh}
    assert draft["body"]["zh"] == READY.investigating.zh
    world.clock.advance(KEPT_SECONDS)
    assert world.nobody.get("/v1/status").json == {"state": "operational", "banners": []}
    assert boss(world).get(f"/v1/incidents/{draft['id']}").json == draft
    assert boss(world).get("/v1/incident-sentences").json["sentences"].keys() == announcements.ready().keys()


def test_a_message_that_comes_twice_drafts_and_pages_once(world: World) -> None:
    said = on_call_kit.word("ALARM", world.clock.now())
    on_call_kit.hear(world, said, said)
    on_call_kit.hear(world, said)
    assert len(incidents(world)) == len(on_call_kit.links(world.operator_contact)) == 1


def test_a_draft_that_nobody_took_up_closes_with_its_alarm_and_nobody_is_called_any_more(world: World) -> None:
    on_call_kit.ring(world)
    world.clock.advance(60)
    on_call_kit.ring(world, "OK")
    (closed,) = incidents(world)
    assert (closed["state"], closed["times"]["told_at"]) == ("resolved", "")
    assert [deed for deed, _ in deeds(world, closed["id"])] == ["drafted", "paged", "closed"]
    world.clock.advance(FIVE_MINUTES)
    assert world.sweep() == 0
    assert len(on_call_kit.links(world.operator_contact)) == 1


def test_whatever_somebody_has_stays_theirs_when_the_alarm_ends(world: World) -> None:
    page, code = on_call_kit.paged(world)
    assert answer(world, page, code).status == 200
    world.clock.advance(60)
    on_call_kit.ring(world, "OK")
    (kept,) = incidents(world)
    assert (kept["state"], kept["taken_by"]) == ("draft", world.operator_id)
    assert deeds(world, kept["id"])[-1] == ("ended", "")


def test_an_alarm_that_rings_again_after_it_seemed_mended_calls_back(world: World) -> None:
    page, code = on_call_kit.paged(world)
    answer(world, page, code)
    (one,) = incidents(world)
    for step in ("identified", "monitoring"):
        for state in ("OK", "ALARM"):
            world.clock.advance(60)
            on_call_kit.ring(world, state)
        assert len(on_call_kit.links(world.operator_contact)) == 1
        boss(world).patch(f"/v1/incidents/{one['id']}", {"state": step})
    for state in ("OK", "ALARM"):
        world.clock.advance(60)
        on_call_kit.ring(world, state)
    assert len(incidents(world)) == 1
    assert len({page for page, _ in on_call_kit.links(world.operator_contact)}) == 2


def test_after_a_resolved_incident_the_same_alarm_drafts_another(world: World) -> None:
    on_call_kit.ring(world)
    (one,) = incidents(world)
    assert boss(world).patch(f"/v1/incidents/{one['id']}", {"state": "resolved"}).status == 200
    world.clock.advance(60)
    on_call_kit.ring(world)
    assert [found["state"] for found in incidents(world)] == ["draft", "resolved"]


def test_an_alarm_without_data_says_nothing(world: World) -> None:
    on_call_kit.ring(world, "INSUFFICIENT_DATA")
    assert incidents(world) == []


def test_a_ticket_opens_a_case_and_wakes_nobody_and_closes_with_its_alarm(world: World) -> None:
    on_call_kit.ring(world, name="coffer-Dead", description=on_call_kit.LATE)
    (case,) = boss(world).get("/v1/cases").json["data"]
    assert (case["kind"], case["subject"], incidents(world)) == ("alarm", "coffer-Dead", [])
    assert on_call_kit.links(world.operator_contact) == []
    world.clock.advance(60)
    on_call_kit.ring(world, "OK", name="coffer-Dead", description=on_call_kit.LATE)
    assert boss(world).get("/v1/cases").json["data"] == []


def test_what_is_no_alarm_goes_to_the_dead_letters_and_stops_no_good_message(world: World) -> None:
    failed = on_call_kit.hear(world, "{}", on_call_kit.word("ALARM", world.clock.now()))
    assert [one["itemIdentifier"] for one in failed["batchItemFailures"]] == ["0"]
    assert len(incidents(world)) == 1


def test_sns_may_put_an_envelope_around_it(world: World) -> None:
    said = on_call_kit.word("ALARM", world.clock.now())
    on_call_kit.hear(world, on_call_kit.json.dumps({"Type": "Notification", "Message": said}))
    assert len(incidents(world)) == 1


def test_a_page_goes_to_who_is_on_call_then_to_the_second_then_to_every_admin_then_to_all(world: World) -> None:
    (first, at_first), (second, at_second) = colleague(world), colleague(world)
    assert on_call(world, first).status == on_call(world, second, order=2).status == 201
    reached = [at_first, at_second, world.operator_contact]
    on_call_kit.ring(world)
    for rung in ([1, 0, 0], [1, 1, 0], [1, 1, 1], [2, 2, 2]):
        assert [len(on_call_kit.links(one)) for one in reached] == rung
        world.clock.advance(FIVE_MINUTES - 1)
        assert world.sweep() == 0
        world.clock.advance(1)
        assert world.sweep() == 1
    paged = [one["whom"] for one in boss(world).get(f"/v1/incidents/{incidents(world)[0]['id']}/history").json["data"]]
    assert paged[-2::-1][:3] == [[first], [second], [world.operator_id]]


def test_whoever_answers_ends_the_page_and_the_same_answer_again_is_that_answer(world: World) -> None:
    second, at_second = colleague(world)
    on_call(world, second)
    on_call_kit.ring(world)
    world.clock.advance(FIVE_MINUTES)
    world.sweep()
    (mine,), (theirs,) = on_call_kit.links(at_second), on_call_kit.links(world.operator_contact)
    world.clock.advance(30)
    told = answer(world, *mine)
    assert (told.status, told.json["runbook"], told.json["state"]) == (200, "processor-down", "draft")
    assert answer(world, *mine).json == told.json
    assert_problem(answer(world, *theirs), 409, "invalid-state")
    world.clock.advance(FIVE_MINUTES)
    assert world.sweep() == 0
    (one,) = incidents(world)
    assert (one["taken_by"], one["times"]["acknowledged_seconds"]) == (second, FIVE_MINUTES + 30)
    assert ("acknowledged", second) in deeds(world, one["id"])


def test_a_code_is_good_for_its_page_for_twelve_hours_and_for_an_operator_alone(world: World) -> None:
    page, code = on_call_kit.paged(world)
    assert_problem(answer(world, page, code + "x"), 400, "invalid-or-expired", "code")
    assert_problem(answer(world, "pag_01k00000000000000000000000", code), 404, "not-found")
    world.clock.advance(12 * 3_600)
    assert_problem(answer(world, page, code), 400, "invalid-or-expired", "code")


def test_whoever_takes_an_incident_up_stops_its_page(world: World) -> None:
    on_call_kit.ring(world)
    (one,) = incidents(world)
    taken = boss(world).post(f"/v1/incidents/{one['id']}/take")
    assert (taken.json["state"], taken.json["taken_by"]) == ("draft", world.operator_id)
    world.clock.advance(FIVE_MINUTES)
    assert world.sweep() == 0


def test_whoever_cannot_be_reached_is_passed_over_without_a_wait(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first, at_first = colleague(world)
    on_call(world, first)
    deliver = channels.deliver

    def broken(contact: str, *rest: Any) -> None:
        if contact == at_first:
            raise OSError("no way out")
        deliver(contact, *rest)

    monkeypatch.setattr(channels, "deliver", broken)
    on_call_kit.ring(world)
    assert on_call_kit.links(world.operator_contact) == []
    world.sweep()
    assert len(on_call_kit.links(world.operator_contact)) == 1


def test_what_was_cut_off_while_it_was_sent_is_sent_a_minute_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Crash(BaseException):
        """As when the function is stopped."""

    def stopped(*_: Any) -> None:
        raise Crash

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(channels, "deliver", stopped)
        with pytest.raises(Crash):
            on_call_kit.ring(world)
    world.clock.advance(60)
    assert world.sweep() == 1
    page, code = on_call_kit.links(world.operator_contact)[-1]
    assert answer(world, page, code).status == 200


def test_the_times_of_an_incident_are_measured(world: World) -> None:
    began = world.clock.now()
    world.clock.advance(40)
    on_call_kit.hear(world, on_call_kit.word("ALARM", began))
    path = f"/v1/incidents/{incidents(world)[0]['id']}"
    for seconds, wish in (
        (60, {"state": "investigating"}),
        (100, {"state": "identified"}),
        (300, {"state": "resolved"} | WHY),
    ):
        world.clock.advance(seconds)
        assert boss(world).patch(path, wish).status == 200
    times = boss(world).get(path).json["times"]
    after = {name: seconds for name, seconds in times.items() if name.endswith("_seconds")}
    assert after == {
        "detected_seconds": 40,
        "acknowledged_seconds": 100,
        "told_seconds": 100,
        "resolved_seconds": 500,
    }


def test_every_update_is_kept_in_both_languages_with_who_said_it(world: World) -> None:
    on_call_kit.ring(world)
    path = f"/v1/incidents/{incidents(world)[0]['id']}"
    cause, remedy = ANNOUNCED["body"], {"en": "Another bank.", "zh": "改用另一家银行。"}
    world.clock.advance(60)
    boss(world).patch(path, {"state": "identified"} | ANNOUNCED)
    world.clock.advance(60)
    done = boss(world).patch(path, {"state": "resolved", "cause": cause, "remedy": remedy}).json
    assert (done["cause"], done["remedy"]) == (cause, remedy)
    newest, before, *_ = boss(world).get(f"{path}/history").json["data"]
    assert (newest["deed"], newest["by"], newest["state"]) == ("resolved", world.operator_id, "resolved")
    assert (before["deed"], before["title"], before["body"]) == ("told", ANNOUNCED["title"], ANNOUNCED["body"])


def test_a_draft_that_was_nothing_is_resolved_without_ever_having_been_told(world: World) -> None:
    on_call_kit.ring(world)
    path = f"/v1/incidents/{incidents(world)[0]['id']}"
    assert boss(world).patch(path, {"state": "resolved"}).json["times"]["told_at"] == ""
    assert_problem(boss(world).post(f"{path}/take"), 409, "invalid-state")


@pytest.mark.parametrize("left_out", ["cause", "remedy"])
def test_what_was_told_is_resolved_with_why_it_was_so_and_what_mended_it(world: World, left_out: str) -> None:
    on_call_kit.ring(world)
    path = f"/v1/incidents/{incidents(world)[0]['id']}"
    boss(world).patch(path, {"state": "identified"})
    half = {name: said for name, said in WHY.items() if name != left_out}
    refused = boss(world).patch(path, {"state": "resolved"} | half)
    assert_problem(refused, 422, "invalid-request", left_out)
    assert boss(world).get(path).json["state"] == "identified"
    assert boss(world).patch(path, half).status == 200
    done = boss(world).patch(path, {"state": "resolved", left_out: WHY[left_out]})
    assert (done.status, done.json["state"], done.json["cause"]) == (200, "resolved", WHY["cause"])


def test_the_rota_takes_operators_only_one_first_at_a_time_and_no_shift_that_is_over(world: World) -> None:
    person, _ = colleague(world)
    assert on_call(world, person).json["on_call"] is True
    assert_problem(on_call(world, world.operator_id), 422, "invalid-request", "from")
    assert on_call(world, world.operator_id, order=2).status == 201
    assert_problem(on_call(world, "usr_01k00000000000000000000000", order=2), 422, "invalid-request", "person_id")
    past = BODIES["POST /v1/on-call/shifts"] | {"person_id": person, "to": "2026-11-21T08:00:00Z"}
    assert_problem(boss(world).post("/v1/on-call/shifts", past), 422, "invalid-request", "to")
    first, second = boss(world).get("/v1/on-call/shifts").json["data"]
    assert {first["person_id"], second["person_id"]} == {person, world.operator_id}
    for one in (first, second):
        assert boss(world).delete(f"/v1/on-call/shifts/{one['id']}").status == 204
    assert_problem(boss(world).delete(f"/v1/on-call/shifts/{first['id']}"), 404, "not-found")


def test_a_page_tells_in_its_readers_language_what_and_where_and_holds_nothing_else(world: World) -> None:
    on_call_kit.ring(world)
    (message,) = [one for one in outbox(world.operator_contact) if "/pages/" in one["body"]]
    assert READY.title.en in message["subject"]
    assert "/pages/pag_" in message["body"]


@examples(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.lists(some.booleans(), min_size=1, max_size=5), some.randoms(use_true_random=False))
def test_whatever_comes_twice_and_in_any_order_an_alarm_has_one_open_incident_while_it_rings_and_none_after(
    world: World, rings: list[bool], chance: random.Random
) -> None:
    name = f"coffer-{next(NUMBERS)}"
    began = world.clock.now()
    moments = [began + timedelta(seconds=place) for place in range(len(rings))]
    words = [
        on_call_kit.word("ALARM" if one else "OK", moment, name=name)
        for one, moment in zip(rings, moments, strict=True)
    ]
    sent = words + chance.sample(words, chance.randint(0, len(words)))
    chance.shuffle(sent)
    for one in sent:
        assert on_call_kit.hear(world, one) == {"batchItemFailures": []}
    found = [one for one in boss(world).get("/v1/incidents?limit=100").json["data"] if one["alarm"] == name]
    assert [one["state"] for one in found if one["state"] != "resolved"] == (["draft"] if rings[-1] else [])


def test_an_alarm_that_comes_and_goes_while_a_page_waits_begins_no_second_page(world: World) -> None:
    page, code = on_call_kit.paged(world)
    answer(world, page, code)
    (one,) = incidents(world)
    boss(world).patch(f"/v1/incidents/{one['id']}", {"state": "monitoring"})
    for state in ("OK", "ALARM", "OK", "ALARM"):
        world.clock.advance(60)
        on_call_kit.ring(world, state)
    told = on_call_kit.links(world.operator_contact)
    assert len({page for page, _ in told}) == 2
    boss(world).post(f"/v1/incidents/{one['id']}/take")
    world.clock.advance(FIVE_MINUTES)
    world.sweep()
    assert on_call_kit.links(world.operator_contact) == told


def test_whoever_is_no_operator_any_more_is_not_paged_though_the_rota_names_them(world: World) -> None:
    first, at_first = colleague(world)
    on_call(world, first)
    gone = boss(world).patch(f"/v1/operators/{first}", {"role": "customer", "reason": "Left the company"})
    assert gone.status == 200, gone.json
    on_call_kit.ring(world)
    assert on_call_kit.links(at_first) == []
    assert len(on_call_kit.links(world.operator_contact)) == 1
