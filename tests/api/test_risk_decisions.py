"""Whoever dies between a score, what it leads to and what a person says of it, leaves nothing held that nobody sees;
and what was called fraud is looked at by a second person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.happenings import pseudonym
from chalicelib.kernel import clock as kernel_clock
from chalicelib.kernel import ids
from chalicelib.ledger import service as ledger
from chalicelib.merchants import working
from chalicelib.risk import acting, aside, settling, store_profiles, store_scores, tasks
from chalicelib.risk.model_scores import Kept
from chalicelib.risk.model_scoring import Reason, Score
from chalicelib.risk.model_seen import Place, Seen
from tests.api import risk_kit as kit
from tests.api.caller import Caller, assert_problem
from tests.api.test_risk import happen, told
from tests.api.world import Person, World, cheap_passwords
from tests.conftest import FrozenClock

pytestmark = pytest.mark.many_requests
DAY = 86_400


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


def again(world: World) -> None:
    """Everything comes once more."""
    world.forget_what_was_told()
    world.deliver()
    world.score()


def dies(world: World, monkeypatch: pytest.MonkeyPatch, where: object, name: str) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(where, name, lambda *_, **__: 1 / 0)
        with pytest.raises(AssertionError):
            world.score()


def second(world: World, score_id: str, label: str) -> Any:
    """What another operator says."""
    colleague: Caller = world.customer().at_work("risk")
    return colleague.post(f"/v1/risk/scores/{score_id}/decision", {"label": label, "note": "asked their bank about it"})


def frozen_by_itself(world: World, person: Person, number: int) -> str:
    at = world.clock.now()
    seen = Seen(f"e{number}", "withdrawal", at.timestamp(), pseudonym(person.id), currency="CNY", amount=100)
    score = Score(seen, 120, 100, "freeze", "freeze", (Reason(kit.RING, 60, {"members": 4, "percent": 9, "hours": 1}),))
    place = Place("wdr_1", person.id, person.wallet)
    one = Kept(ids.derived("scr", seen.id), kernel_clock.written(at), kernel_clock.written(at), score, place)
    store_scores.put(one)
    acting.act(one.id, at)
    return one.id


def test_what_was_held_before_a_worker_died_is_on_its_score_and_given_back(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kit.turn(world)
    last = kit.ring(world)[-1]
    dies(world, monkeypatch, store_scores, "acted")
    assert last.held == 6_000
    again(world)
    (found,) = kit.scores(world)
    assert (found["deed"], found["held_amount"], found["held_in"]) == ("held", 6_000, last.wallet)
    assert kit.decide(world, found["id"], "legitimate").status == 200
    assert (last.available, last.held) == (6_000, 0)


def test_a_decision_before_a_worker_that_died_is_back_gives_all_back(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kit.turn(world)
    last = kit.ring(world)[-1]
    dies(world, monkeypatch, store_scores, "acted")
    (found,) = kit.scores(world)
    assert kit.decide(world, found["id"], "legitimate").status == 200
    assert (last.available, last.held) == (6_000, 0)
    again(world)
    assert (last.available, last.held) == (6_000, 0)


def test_nothing_is_done_of_a_score_that_is_decided(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    kit.turn(world)
    last = kit.ring(world)[-1]
    dies(world, monkeypatch, acting, "act")
    (found,) = kit.scores(world)
    assert kit.decide(world, found["id"], "legitimate").status == 200
    again(world)
    assert (last.available, last.held) == (6_000, 0)


def test_whoever_decides_while_it_is_being_held_has_the_last_word(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kit.turn(world)
    last, hold = kit.ring(world)[-1], aside.hold

    def decided_meanwhile(score_id: str, *rest: Any) -> int:
        assert kit.decide(world, score_id, "unsure").status == 200
        return hold(score_id, *rest)

    monkeypatch.setattr(aside, "hold", decided_meanwhile)
    world.score()
    assert (last.available, last.held) == (6_000, 0)


@pytest.mark.parametrize("step", [(aside, "release"), (store_profiles, "change"), (store_scores, "settled")])
def test_what_was_decided_is_finished_by_the_sweep_where_whoever_decided_died(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    step: tuple[object, str],
) -> None:
    score_id = kit.open_score(world)
    held_in = kit.scores(world)[0]["held_in"]
    with monkeypatch.context() as patch:
        patch.setattr(*step, lambda *_, **__: 1 / 0)
        assert kit.decide(world, score_id, "legitimate").status == 500
    world.clock.advance(61)
    assert tasks.sweep(world.clock.now()) >= 1
    assert ledger.head(held_in).held == 0
    (found,) = kit.scores(world, "decided")
    payer = f"P#{pseudonym(ledger.head(found['wallet_id']).owner)}"
    assert store_profiles.load([payer])[payer][0].legitimate == 1
    assert store_scores.unsettled(world.clock.now()) == []


def test_what_comes_again_long_after_the_decision_freezes_nothing(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ana = world.customer(10_000)
    score_id = frozen_by_itself(world, ana, 1)
    assert ledger.head(ana.wallet).status == "frozen"
    assert kit.decide(world, score_id, "unsure").status == 200
    assert ledger.head(ana.wallet).status == "active"
    acting.act(score_id, world.clock.now() + timedelta(minutes=1))
    assert ledger.head(ana.wallet).status == "active"


@pytest.mark.parametrize("first", ["fraud", ""])
def test_a_freeze_stays_while_another_score_stands_for_it(world: World, first: str) -> None:
    ana = world.customer(10_000)
    one, other = frozen_by_itself(world, ana, 1), frozen_by_itself(world, ana, 2)
    assert not first or kit.decide(world, one, first).status == 200
    assert kit.decide(world, other, "legitimate").status == 200
    assert ledger.head(ana.wallet).status == "frozen"
    assert second(world, one, "unsure").status == 200
    assert ledger.head(ana.wallet).status == "active"


def test_what_was_called_fraud_a_second_person_gives_back_once_and_its_owner_is_told(world: World) -> None:
    kit.turn(world)
    last = kit.ring(world)[-1]
    world.score()
    score_id = kit.scores(world)[0]["id"]
    assert kit.decide(world, score_id, "fraud").json["held_in"] == last.wallet
    (hold,) = last.phone.get(f"/v1/wallets/{last.wallet}/holds").json["data"]
    assert "risk_kept" in told(last) and "looks at it again" in hold["needed"]
    assert_problem(kit.decide(world, score_id, "unsure"), 403, "second-person-required")
    assert_problem(second(world, score_id, "fraud"), 409, "invalid-state")
    done = second(world, score_id, "legitimate").json
    assert (done["label"], done["note"], done["appeal_note"]) == ("legitimate", kit.NOTE, "asked their bank about it")
    assert done["appealed_by"] not in ("", done["decided_by"])
    assert ledger.head(done["held_in"]).held == 0
    assert_problem(second(world, score_id, "unsure"), 409, "invalid-state")
    world.deliver()
    assert "risk_released" in told(last)
    payer = f"P#{pseudonym(ledger.head(done['wallet_id']).owner)}"
    assert store_profiles.load([payer])[payer][0].weight == 90
    (rule,) = [one for one in world.operator.get("/v1/risk/rules").json["data"] if one["name"] == kit.RING]
    assert (rule["fraud"], rule["legitimate"]) == (0, 1)


def test_what_nobody_decides_about_goes_back_after_ninety_days(world: World) -> None:
    kit.open_score(world)
    (found,) = kit.scores(world)
    world.clock.advance(89 * DAY)
    tasks.sweep(world.clock.now())
    assert ledger.head(found["held_in"]).held == 6_000
    world.clock.advance(2 * DAY)
    tasks.sweep(world.clock.now())
    assert ledger.head(found["held_in"]).held == 0
    (now,) = store_scores.listed("decided", None, 5)[0]
    assert (now[1].label, now[1].decided_by) == ("unsure", settling.BY_ITSELF.user_id)


def test_nobody_decides_about_what_they_did_at_work(world: World) -> None:
    happen(world, 15, kind="reveal", outcome="succeeded", actor=pseudonym(world.operator_id))
    assert kit.scores(world) == []
    ((one, _),) = store_scores.listed("open", None, 5)[0]
    assert world.operator.get(f"/v1/risk/scores/{one.id}").status == 404
    assert_problem(kit.decide(world, one.id, "legitimate"), 403, "second-person-required")
    assert second(world, one.id, "legitimate").status == 200


def test_nobody_decides_about_a_shop_that_they_work_at(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    def works_at(user_id: str, merchant_id: str) -> bool:
        asked.append((user_id, merchant_id))
        return bool(user_id == world.operator_id)

    monkeypatch.setattr(working, "works_at", works_at)
    happen(world, 6, kind="merchant-webhook", outcome="failed", merchant=world.shop.id)
    ((one, _),) = store_scores.listed("open", None, 5)[0]
    assert kit.scores(world) == []
    assert_problem(kit.decide(world, one.id, "legitimate"), 403, "second-person-required")
    assert second(world, one.id, "legitimate").status == 200
    assert (world.operator_id, world.shop.id) in asked
