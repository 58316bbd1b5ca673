"""Risk behind: what happened is scored within seconds, what that leads to is done once, and a person decides."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

import app
from chalicelib.cases import service as cases
from chalicelib.happenings import pseudonym
from chalicelib.kernel import clock as kernel_clock
from chalicelib.kernel import ids
from chalicelib.ledger import service as ledger
from chalicelib.notices import service as notices
from chalicelib.risk import acting, leaving, model_rules, settling, store_profiles, tasks, trying
from chalicelib.settings import settings
from tests.api import risk_kit as kit
from tests.api.caller import assert_problem
from tests.api.test_devices import ABOVE_AT_RISK, set_pin, step_up
from tests.api.transfer_kit import introduced, send
from tests.api.world import Person, World, cheap_passwords
from tests.conftest import FrozenClock
from tests.people import in_office

pytestmark = pytest.mark.many_requests


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def told(person: Person) -> list[str]:
    return [notice.kind for notice in notices.inbox(person.id, None, 50)[0]]


def happen(world: World, times: int, **facts: Any) -> None:
    """So many happenings, seconds apart."""
    for number in range(times):
        world.clock.advance(1)
        one = {"id": ids.new("evt", world.clock.now()), "at": kernel_clock.written(world.clock.now())} | facts
        event = world.event_of("risk", [json.dumps({"happened": [one]})])
        assert app.score(event, None) == {"batchItemFailures": []}, number


def test_a_ring_is_found_its_amount_put_aside_and_released_with_its_explanation(world: World) -> None:
    assert kit.turn(world).json["version"] == 1
    people = kit.ring(world)
    assert world.score() > 0
    (found,) = kit.scores(world)
    last = people[-1]
    assert (found["outcome"], found["deed"], found["held_amount"]) == ("hold", "held", 6_000)
    assert found["held_in"] == last.wallet and (last.available, last.held) == (0, 6_000)
    assert [reason["rule"] for reason in found["reasons"]] == [kit.RING]
    assert "4 new accounts" in found["reasons"][0]["text"] or "5 new accounts" in found["reasons"][0]["text"]
    assert "新账户" in kit.scores(world, language="zh")[0]["reasons"][0]["text"]
    (hold,) = last.phone.get(f"/v1/wallets/{last.wallet}/holds").json["data"]
    assert (hold["kind"], hold["amount"]) == ("risk-hold", 6_000)
    world.deliver()
    assert "risk_held" in told(last)
    done = kit.decide(world, found["id"], "legitimate")
    assert (done.status, done.json["state"], done.json["label"], done.json["note"]) == (
        200, "decided", "legitimate", kit.NOTE,
    )  # fmt: skip
    assert (last.available, last.held) == (6_000, 0)
    world.deliver()
    assert "risk_released" in told(last) and kit.scores(world) == []
    assert cases.case(found["case_id"]).state == "resolved"


def test_what_is_fraud_stays_aside_and_the_person_weighs_more(world: World) -> None:
    score_id = kit.open_score(world)
    done = kit.decide(world, score_id, "fraud").json
    assert (done["label"], done["held_amount"]) == ("fraud", 6_000)
    head = ledger.head(done["held_in"])
    assert (head.available, head.held) == (0, 6_000)
    assert kit.decide(world, score_id, "fraud").json == done, "its answer was lost"
    assert_problem(kit.decide(world, score_id, "legitimate"), 403, "second-person-required")
    assert ledger.head(done["held_in"]).held == 6_000
    payer = f"P#{pseudonym(ledger.head(done['wallet_id']).owner)}"
    assert store_profiles.load([payer])[payer][0].weight == 115
    (rule,) = [one for one in world.operator.get("/v1/risk/rules").json["data"] if one["name"] == kit.RING]
    assert (rule["fraud"], rule["legitimate"], rule["precision_percent"]) == (1, 0, 100)


def test_in_doubt_it_is_theirs(world: World) -> None:
    done = kit.decide(world, kit.open_score(world), "unsure").json
    assert ledger.head(done["held_in"]).held == 0


def test_a_rule_on_trial_does_nothing_but_say_what_it_would_have(world: World) -> None:
    people = kit.ring(world)
    world.score()
    assert kit.scores(world) == [] and people[-1].available == 6_000
    (found,) = kit.scores(world, "noted")
    assert (found["outcome"], found["would"], found["reasons"][0]["shadow"]) == ("allow", "hold", True)


def test_a_message_that_comes_twice_late_or_in_another_order_is_one_score_and_one_hold(world: World) -> None:
    kit.turn(world)
    people = kit.ring(world)
    world.score()
    first = kit.scores(world)
    world.forget_what_was_told()
    world.deliver()
    assert world.score() > 0
    assert kit.scores(world) == first and people[-1].held == 6_000


def test_a_worker_that_dies_after_the_hold_leaves_it_held_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    kit.turn(world)
    people = kit.ring(world)
    with monkeypatch.context() as patch:
        patch.setattr(store_profiles, "change", lambda *_: 1 / 0)
        with pytest.raises(AssertionError):
            world.score()
    assert people[-1].held == 6_000
    world.forget_what_was_told()
    world.deliver()
    world.score()
    assert people[-1].held == 6_000 and len(kit.scores(world)) == 1


def test_only_what_is_there_is_held_and_without_anything_a_person_looks(world: World) -> None:
    kit.turn(world)
    people = kit.ring(world)
    spent = people[-1].pay(4_500)
    assert spent.status == 201
    world.score()
    (found,) = kit.scores(world)
    assert (found["held_amount"], people[-1].available, people[-1].held) == (1_500, 0, 1_500)


def test_a_score_beyond_all_freezes_with_a_reason_and_its_release_thaws(world: World) -> None:
    kit.turn(world)
    kit.turn(world, "top-up-straight-out", least=1_000)
    people = [world.customer() for _ in range(5)]
    kit.passed_on(world, people[:4])
    world.score()
    passing = people[3]
    world.put_in(passing, 6_000)
    introduced(world, passing, people[4])
    world.clock.advance(60)
    assert send(passing, people[4].identifier, 12_000).status == 201
    world.deliver()
    world.score()
    (found,) = [one for one in kit.scores(world) if one["outcome"] == "freeze"]
    assert (found["deed"], found["points"], found["frozen_wallet_id"]) == ("frozen", 105, passing.wallet)
    assert ledger.head(passing.wallet).reason == "unusual_activity"
    assert kit.decide(world, found["id"], "legitimate").status == 200
    assert ledger.head(passing.wallet).status == "active"


def test_whoever_resets_and_sends_to_a_stranger_proves_that_it_is_them(world: World) -> None:
    kit.turn(world, "reset-then-out", least=1_000)
    ana, ben = world.customer(200_000), world.customer()
    set_pin(ana.phone)
    ana.refresh()
    happen(world, 1, kind="password-reset", outcome="succeeded", person=pseudonym(ana.id))
    introduced(world, ana, ben)
    world.clock.advance(60)
    assert send(ana, ben.identifier, 2_000).status == 201
    world.deliver()
    world.score()
    (found,) = kit.scores(world, "noted")
    assert (found["outcome"], found["deed"]) == ("step-up", "asked-to-prove")
    assert_problem(ana.pay(100), 401, "invalid-token")
    ana.refresh()
    assert_problem(ana.pay(ABOVE_AT_RISK), 403, "step-up-required")
    assert step_up(world, ana).status == 200
    assert ana.pay(ABOVE_AT_RISK).status == 201
    assert "risk_prove_yourself" in told(ana)
    ana.sign_in()
    assert_problem(ana.pay(ABOVE_AT_RISK + 1), 403, "step-up-required")
    world.clock.advance(int(acting.AT_RISK.total_seconds()) + 1)
    ana.sign_in()
    assert ana.pay(ABOVE_AT_RISK + 1).status == 201, "a day later it is over"


@pytest.mark.parametrize(
    ("rule", "times", "facts"),
    [
        ("guessed-sign-ins", 10, {"kind": "sign-in", "outcome": "refused", "person": "p"}),
        ("reveal-spree", 15, {"kind": "reveal", "outcome": "succeeded", "actor": "staff"}),
        ("webhook-failures", 6, {"kind": "processor-webhook", "outcome": "refused", "processor": "sandbox"}),
    ],
)
def test_what_moves_no_money_is_scored_too(world: World, rule: str, times: int, facts: dict[str, str]) -> None:
    happen(world, times - 1, **facts)
    assert kit.scores(world) == []
    happen(world, 1, **facts)
    (found,) = kit.scores(world)
    assert ([one["rule"] for one in found["reasons"]], found["deed"]) == ([rule], "to-review")
    happen(world, times - 1, **facts)
    assert len(kit.scores(world)) == 1, "one burst is not a hundred scores"


def test_a_trend_that_rises_opens_a_case_early_and_once_an_hour(world: World) -> None:
    happen(world, 25, kind="top-up", outcome="failed", processor="sandbox", reason="card-declined")
    risen = [one for one in world.operator.get("/v1/cases").json["data"] if one["kind"] == "risk-trend"]
    assert [(one["subject"], one["facts"]["times"]) for one in risen] == [("top-up failed sandbox card-declined", 20)]


def test_nobody_decides_about_themselves_nor_sees_it(world: World) -> None:
    kit.turn(world)
    people = kit.ring(world)
    world.score()
    (found,) = kit.scores(world)
    score_id = found["id"]
    for one in people[-2:]:
        me = one.at_work("risk")
        assert me.get(f"/v1/risk/scores/{score_id}").status == 404
        assert me.get("/v1/risk/scores").json["data"] == []
        decision = {"label": "legitimate", "note": kit.NOTE}
        assert_problem(me.post(f"/v1/risk/scores/{score_id}/decision", decision), 403, "second-person-required")
    assert ledger.head(found["held_in"]).held == 6_000


def test_a_case_is_not_resolved_by_hand_before_its_score(world: World) -> None:
    kit.open_score(world)
    (found,) = kit.scores(world)
    refused = world.operator.post(f"/v1/cases/{found['case_id']}/resolve", {"note": "fine"})
    assert_problem(refused, 409, "invalid-state")


def test_what_nobody_looks_at_rises_to_a_second_person(world: World) -> None:
    score_id = kit.open_score(world)
    world.clock.advance(int(timedelta(hours=24).total_seconds()) + 1)
    assert tasks.sweep(world.clock.now()) >= 1
    assert tasks.sweep(world.clock.now()) == 0
    assert cases.case(cases.case_id(settling.RISEN, score_id)).state == "open"
    world.operator = world.nobody.bearing(in_office(world.operator_id, world.clock.now()))
    assert kit.decide(world, score_id, "unsure").status == 200
    assert cases.case(cases.case_id(settling.RISEN, score_id)).state == "resolved"


def test_a_rule_changes_within_its_bounds_with_who_when_and_why(world: World) -> None:
    assert_problem(kit.turn(world, members=99), 422, "invalid-request", "parameters.members")
    assert_problem(kit.turn(world, nobody=1), 422, "invalid-request", "parameters.nobody")
    assert_problem(kit.turn(world, "no-such-rule"), 404, "not-found")
    changed = kit.turn(world, members=5).json
    assert (changed["mode"], changed["version"], changed["changed_by"]) == ("on", 1, world.operator_id)
    assert {one["name"]: one["value"] for one in changed["parameters"]}["members"] == 5
    assert kit.turn(world, mode="shadow").json["version"] == 2
    kept = {one["name"]: one["value"] for one in kit.turn(world, mode="off").json["parameters"]}
    assert kept["members"] == 5
    listed = world.operator.get("/v1/risk/rules?limit=100").json["data"]
    assert [one["name"] for one in listed] == list(model_rules.NAMES)
    first = world.operator.get("/v1/risk/rules?limit=5").json
    rest = world.operator.get(f"/v1/risk/rules?limit=100&cursor={first['next_cursor']}").json
    assert [*first["data"], *rest["data"]] == listed


def test_a_trial_says_what_would_have_happened_and_does_nothing(world: World) -> None:
    since = kernel_clock.written(world.clock.now() - timedelta(days=1))
    people = kit.ring(world)
    until = kernel_clock.written(world.clock.now() + timedelta(minutes=1))
    wish = {"from": since, "to": until, "rules": [{"name": kit.RING}]}
    found = world.operator.post("/v1/risk/trials", wish).json
    assert (found["complete"], found["outcomes"]["hold"], found["rules"][0]["scores"]) == (True, 1, 1)
    assert found["examples"][0]["reasons"][0]["rule"] == kit.RING
    assert people[-1].available == 6_000 and kit.scores(world, "noted") == []
    wider = wish | {"rules": [{"name": kit.RING, "parameters": {"members": 8}}]}
    assert world.operator.post("/v1/risk/trials", wider).json["outcomes"]["hold"] == 0
    assert_problem(world.operator.post("/v1/risk/trials", wish | {"to": since}), 422, "invalid-request", "to")
    unknown = world.operator.post("/v1/risk/trials", wish | {"rules": [{"name": "none"}]})
    assert_problem(unknown, 422, "invalid-request", "rules[0].name")


def test_a_trial_that_cannot_read_all_says_of_how_many_wallets_it_read_the_whole_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = kernel_clock.written(world.clock.now() - timedelta(days=1))
    kit.ring(world)
    wish = {"from": since, "to": kernel_clock.written(world.clock.now() + timedelta(minutes=1))}
    whole = world.operator.post("/v1/risk/trials", wish).json
    assert whole["complete"] and whole["wallets"] >= 5
    read = trying.replaying.entries
    monkeypatch.setattr(trying.replaying, "entries", lambda *rest: read(*rest[:-1], 3))
    part = world.operator.post("/v1/risk/trials", wish).json
    assert (part["complete"], part["covered_until"]) == (False, whole["covered_until"])
    assert 0 < part["wallets"] < whole["wallets"] and part["looked_at"] <= 2


def test_no_message_of_the_queue_names_anybody(world: World) -> None:
    people = kit.ring(world)
    bodies = [message["Body"] for message in app_queue(settings().risk_queue_url)]
    assert bodies and all("Ana" not in body and people[0].identifier not in body for body in bodies)


def app_queue(url: str) -> list[dict[str, Any]]:
    from chalicelib import cloud

    found: list[dict[str, Any]] = cloud.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    return found


def test_of_whoever_is_erased_nothing_is_remembered_for_scoring(world: World) -> None:
    ana = world.customer(10_000)
    assert ana.pay(2_000).status == 201
    world.deliver()
    world.score()
    assert leaving.told(ana.id, ())["risk.json"]["events_remembered"] == 2
    for _ in range(2):
        leaving.forget(ana.id, (), world.clock.now())
    nothing = {"usual_amounts": {}, "events_remembered": 0}
    assert leaving.told(ana.id, ())["risk.json"] == nothing
    world.forget_what_was_told()
    world.deliver()
    world.score()
    assert leaving.told(ana.id, ())["risk.json"] == nothing, "what comes late brings nothing back"
