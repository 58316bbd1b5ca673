"""Being told by e-mail: by nobody's wish but the owner's, of everything that was told, once each, until they end it."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

import app
from chalicelib import queues
from chalicelib.kernel import clock as clocks
from chalicelib.notices import channels
from chalicelib.operations import store_subscribers, store_updates, updating
from chalicelib.settings import settings
from tests.api import on_call_kit
from tests.api.bad_input_kit import ANNOUNCED, BODIES
from tests.api.caller import Caller, assert_problem
from tests.api.subscriber_kit import ask, asked, confirm, end, ending, links, subscribed, told
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import all_items, in_office, outbox

pytestmark = pytest.mark.many_requests

INCIDENT, WINDOW = BODIES["POST /v1/incidents"], BODIES["POST /v1/maintenance-windows"]
WORDS = {"en": "The bank is back.", "zh": "银行已恢复。"}
ANN, BOB, DAY = "ann.status@example.com", "bob.status@example.com", 86_400


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def boss(world: World) -> Caller:
    """The admin, with a token that is good now."""
    return world.nobody.bearing(in_office(world.operator_id, world.clock.now()))


def go(world: World) -> None:
    """The sweep, and what it puts into queues."""
    world.sweep()
    world._consume()


def opened(world: World) -> str:
    made: str = boss(world).post("/v1/incidents", INCIDENT).json["id"]
    return made


def test_nobody_is_told_before_they_open_the_link_that_went_to_them(world: World) -> None:
    one, code = asked(world, ANN)
    opened(world)
    go(world)
    assert told(ANN) == []
    assert confirm(world, one, code).json == {"status": "confirmed"}
    boss(world).patch(f"/v1/incidents/{opened(world)}", {"state": "identified"})
    go(world)
    assert len(told(ANN)) == 2


def test_the_same_link_again_is_answered_again_and_any_other_code_is_refused(world: World) -> None:
    one, code = asked(world, ANN)
    assert_problem(confirm(world, one, "made-up"), 400, "invalid-or-expired", "code")
    assert_problem(confirm(world, "sub_01k00000000000000000000000", code), 400, "invalid-or-expired", "code")
    assert_problem(confirm(world, "nothing", code), 400, "invalid-or-expired", "code")
    assert [confirm(world, one, code).status for _ in range(2)] == [200, 200]


def test_a_link_is_good_for_a_day_and_the_newest_alone(world: World) -> None:
    one, first = asked(world, ANN)
    world.clock.advance(1)
    _, second = asked(world, ANN)
    assert_problem(confirm(world, one, first), 400, "invalid-or-expired", "code")
    world.clock.advance(DAY)
    assert_problem(confirm(world, one, second), 400, "invalid-or-expired", "code")


def test_what_nobody_confirms_goes_by_itself_and_what_is_confirmed_stays(world: World) -> None:
    one, code = asked(world, ANN)
    (kept,) = _items("SUBSCRIBER")
    assert int(kept["expires_at_seconds"]["N"]) == int(world.clock.now().timestamp()) + DAY
    confirm(world, one, code)
    (kept,) = _items("SUBSCRIBER")
    assert "expires_at_seconds" not in kept


def test_whether_an_address_is_known_shows_in_no_answer_and_in_no_call(
    world: World, aws_calls: list[tuple[str, str]]
) -> None:
    subscribed(world, ANN)
    world.clock.advance(1)
    seen = []
    for email in (ANN, BOB):
        aws_calls.clear()
        reply = ask(world, email)
        seen.append((reply.status, reply.json, [name for _, name in aws_calls if name != "Decrypt"]))
    (status, body, calls), (other_status, other_body, other_calls) = seen
    assert (status, body) == (other_status, other_body) == (202, {"status": "sent"})
    assert len(calls) == len(other_calls)
    assert "already" in outbox(ANN)[-1]["subject"]


@pytest.mark.parametrize("typed", ["+8613900139000", "no address", "a@b", "a b@example.com"])
def test_what_is_no_address_is_refused(world: World, typed: str) -> None:
    assert_problem(ask(world, typed), 422, "invalid-request", "email")


def test_nobody_can_have_an_address_flooded(world: World) -> None:
    assert [ask(world, ANN).status for _ in range(4)] == [202, 202, 202, 429]
    assert ask(world, BOB).status == 202


def test_nowhere_at_rest_does_the_address_stand_in_clear_but_in_the_outbox(world: World) -> None:
    subscribed(world, ANN)
    opened(world)
    go(world)
    for table in ("cases", "identity", "audit"):
        assert ANN not in json.dumps(all_items(table), default=str)
        assert links(ANN, "end")[-1][1] not in json.dumps(all_items(table), default=str)


def test_each_update_comes_once_in_the_readers_language_with_reason_remedy_and_a_way_out(world: World) -> None:
    subscribed(world, ANN)
    subscribed(world, BOB, "zh")
    made = opened(world)
    go(world)
    world.clock.advance(60)
    boss(world).patch(f"/v1/incidents/{made}", {"state": "identified"})
    boss(world).patch(f"/v1/incidents/{made}", {"severity": "critical"})
    go(world)
    world.clock.advance(60)
    over = {"state": "resolved", "cause": ANNOUNCED["body"], "remedy": WORDS}
    boss(world).patch(f"/v1/incidents/{made}", over)
    for _ in range(3):
        go(world)
        world.clock.advance(60)
    title = ANNOUNCED["title"]
    assert told(ANN) == [f"{step}: {title['en']}" for step in ("Being looked into", "Cause found", "Resolved")]
    last = outbox(BOB)[-1]
    assert last["subject"] == f"已解决：{title['zh']}"
    assert ANNOUNCED["body"]["zh"] in last["body"] and WORDS["zh"] in last["body"]
    assert f"/status/#/incidents/{made}" in last["body"]
    assert end(world, *links(BOB, "end")[-1]).status == 200


def test_a_draft_is_told_nobody_until_a_person_tells_it(world: World) -> None:
    subscribed(world, ANN)
    on_call_kit.ring(world)
    (draft,) = boss(world).get("/v1/incidents").json["data"]
    boss(world).patch(f"/v1/incidents/{draft['id']}", {"body": WORDS})
    boss(world).post(f"/v1/incidents/{draft['id']}/take")
    go(world)
    assert told(ANN) == []
    boss(world).patch(f"/v1/incidents/{draft['id']}", {"state": "investigating"})
    go(world)
    assert len(told(ANN)) == 1


def test_a_draft_that_turns_out_to_be_nothing_is_never_told(world: World) -> None:
    subscribed(world, ANN)
    on_call_kit.ring(world)
    (draft,) = boss(world).get("/v1/incidents").json["data"]
    boss(world).patch(f"/v1/incidents/{draft['id']}", {"state": "resolved", "cause": WORDS, "remedy": WORDS})
    go(world)
    assert told(ANN) == []


def test_maintenance_is_told_when_it_is_planned_and_when_it_begins(world: World) -> None:
    subscribed(world, ANN)
    boss(world).post("/v1/maintenance-windows", WINDOW)
    go(world)
    world.clock.advance((clocks.read(WINDOW["starts_at"]) - world.clock.now()).total_seconds())
    for _ in range(2):
        go(world)
    title = ANNOUNCED["title"]["en"]
    assert told(ANN) == [f"Maintenance is planned: {title}", f"Maintenance has begun: {title}"]


def test_of_maintenance_that_is_cancelled_nobody_learns_that_it_has_begun(world: World) -> None:
    subscribed(world, ANN)
    made = boss(world).post("/v1/maintenance-windows", WINDOW).json["id"]
    go(world)
    world.clock.advance(60)
    boss(world).post(f"/v1/maintenance-windows/{made}/cancel")
    go(world)
    world.clock.advance((clocks.read(WINDOW["starts_at"]) - world.clock.now()).total_seconds())
    go(world)
    assert [one.partition(":")[0] for one in told(ANN)] == [
        "Maintenance is planned",
        "Maintenance is cancelled or over",
    ]
    assert store_updates.due(world.clock.now()) == []


def test_whoever_ends_it_is_told_nothing_more_and_nothing_is_kept_of_them(world: World) -> None:
    one, code = ending(world, ANN)
    opened(world)
    go(world)
    before = len(outbox(ANN))
    assert_problem(end(world, one, "made-up"), 400, "invalid-or-expired", "code")
    assert [end(world, one, code).json for _ in range(2)] == [{"status": "ended"}] * 2
    opened(world)
    go(world)
    assert len(outbox(ANN)) == before
    assert [item for item in all_items("cases") if one in json.dumps(item)] == []


def test_whoever_ended_it_may_come_back(world: World) -> None:
    assert end(world, *ending(world, ANN)).status == 200
    world.clock.advance(3_600)
    subscribed(world, ANN)
    opened(world)
    go(world)
    assert len(told(ANN)) == 1


def test_messages_that_come_twice_tell_once(world: World) -> None:
    ids = [subscribed(world, email) for email in (ANN, BOB)]
    opened(world)
    (update,) = store_updates.due(world.clock.now())
    body = json.dumps({"status": {"update": update, "to": ids}})
    for _ in range(2):
        assert app.tell(world.event_of(settings().notices_queue_url, [body, body]), None) == {"batchItemFailures": []}
    go(world)
    assert (len(told(ANN)), len(told(BOB))) == (1, 1)


class _Crash(BaseException):
    """The process is gone."""


def _crashing_after(monkeypatch: pytest.MonkeyPatch, number: int, *places: tuple[Any, str]) -> None:
    """The process dies behind the call of this number, of all that are named, in order."""
    made = itertools.count(1)

    def dying(done: Any) -> Any:
        def call(*args: Any, **named: Any) -> Any:
            answer = done(*args, **named)
            if next(made) == number:
                raise _Crash
            return answer

        return call

    for place, name in places:
        monkeypatch.setattr(place, name, dying(getattr(place, name)))


STEPS = (
    (store_updates, "go_on"),
    (store_subscribers, "ids"),
    (queues, "send"),
    (store_subscribers, "begin_telling"),
    (channels, "deliver"),
    (store_subscribers, "told"),
)


@pytest.mark.parametrize("number", range(1, 11))
def test_wherever_a_process_dies_everybody_is_told_and_only_a_message_under_way_may_come_twice(
    world: World, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    for email in (ANN, BOB):
        subscribed(world, email)
    opened(world)
    with monkeypatch.context() as patch, pytest.raises(_Crash):
        _crashing_after(patch, number, *STEPS)
        go(world)
    for _ in range(4):
        world.clock.advance(61)
        _again(world)
    counts = sorted((len(told(ANN)), len(told(BOB))))
    assert counts[0] == 1 and counts[1] in (1, 2), counts
    assert store_updates.due(world.clock.now()) == []


def _again(world: World) -> None:
    """What a queue does with a message whose reader died: it comes again."""
    go(world)
    update = next(item["pk"]["S"] for item in all_items("cases") if item["sk"]["S"] == "UPDATE")
    ids = [item["sk"]["S"] for item in all_items("cases") if item["pk"]["S"] == "SUBSCRIBERS"]
    updating.tell({"update": update, "to": ids})


def test_one_address_that_takes_nothing_does_not_stop_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [subscribed(world, email) for email in (ANN, BOB)]
    opened(world)
    (update,) = store_updates.due(world.clock.now())
    deliver = channels.deliver

    def refusing(contact: str, *rest: Any) -> None:
        if contact == ANN:
            raise RuntimeError
        deliver(contact, *rest)

    body = json.dumps({"status": {"update": update, "to": ids}})
    with monkeypatch.context() as patch:
        patch.setattr(channels, "deliver", refusing)
        failed = app.tell(world.event_of(settings().notices_queue_url, [body]), None)
    assert (len(failed["batchItemFailures"]), len(told(BOB)), len(told(ANN))) == (1, 1, 0)
    world.clock.advance(61)
    assert app.tell(world.event_of(settings().notices_queue_url, [body]), None) == {"batchItemFailures": []}
    assert (len(told(BOB)), len(told(ANN))) == (1, 1)


def test_many_subscribers_are_gone_through_in_pages_by_several_sweeps(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updating, "_PAGE", 2)
    monkeypatch.setattr(updating, "_PAGES", 1)
    emails = [f"reader{number}@example.com" for number in range(5)]
    for email in emails:
        subscribed(world, email)
    opened(world)
    reached = []
    for _ in range(4):
        go(world)
        world.clock.advance(1)
        reached.append(sum(len(told(email)) for email in emails))
    assert reached == [2, 4, 5, 5]


def _items(sort_key: str) -> list[dict[str, Any]]:
    return [item for item in all_items("cases") if item["sk"]["S"] == sort_key]
