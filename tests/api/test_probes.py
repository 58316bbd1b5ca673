"""A check of the whole: a cent comes in, is paid and given back; each step that fails is told as that step."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, get_args

import pytest

import app
from chalicelib import cloud, observability
from chalicelib.kernel import clock as clocks
from chalicelib.ledger import audit
from chalicelib.operations import calling, checking, model_probes, store_probes
from chalicelib.operations.calling import Answered
from chalicelib.operations.model_probes import CENT, FULL, Name
from chalicelib.settings import settings
from tests.api import probe_kit
from tests.api.caller import assert_problem
from tests.api.probe_kit import Died, Ground, outcomes
from tests.api.world import World, cheap_passwords
from tests.conftest import FrozenClock
from tests.infra.emitted import metrics_of
from tests.people import in_office

pytestmark = pytest.mark.many_requests

STEPS = list(get_args(Name))
BROKEN = Answered(500, b'{"code": "internal-error"}')
RESTS = Answered(503, b'{"code": "maintenance"}')


@pytest.fixture
def world(cloud: None, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> World:
    cheap_passwords(monkeypatch)
    return World(clock)


@pytest.fixture
def ground(world: World) -> Iterator[Ground]:
    with probe_kit.ground(world) as made:
        yield made
    books = audit.trial_balance()
    assert books.balanced, books


def test_a_sound_platform_passes_every_step(ground: Ground) -> None:
    report = ground.check()
    assert report["outcome"] == "good", report
    assert list(outcomes(report)) == STEPS
    assert set(outcomes(report).values()) == {"good"}
    assert ground.balance == CENT, "a cent came in, a cent was paid, a cent came back"
    assert ground.known.unfinished == ()


def test_it_asks_for_nothing_but_what_an_app_and_a_till_ask_for(ground: Ground) -> None:
    ground.check()
    assert {(method, path.partition("?")[0].split("/")[2]) for method, path in ground.calls} == {
        ("POST", "sessions"),
        ("GET", "wallets"),
        ("POST", "topups"),
        ("GET", "topups"),
        ("POST", "payments"),
        ("GET", "payments"),
        ("DELETE", "sessions"),
    }


def test_no_session_and_no_token_outlives_a_check(ground: Ground) -> None:
    before = len(ground.person.phone.get("/v1/sessions").json["data"])
    ground.check()
    ground.person.sign_in()
    assert len(ground.person.phone.get("/v1/sessions").json["data"]) == before + 1, "the one that asks"
    assert "token" not in str(ground.known)


@pytest.mark.parametrize(
    ("call", "step", "skipped"),
    [
        (("POST", "/v1/sessions"), "sign-in", STEPS[1:]),
        (("POST", "/v1/topups"), "top-up", ["arrival", "balance"]),
        (("GET", "/v1/topups/"), "arrival", ["balance"]),
        (("POST", "/v1/payments"), "payment", ["reading", "refund", "balance"]),
        (("GET", "/v1/payments/"), "reading", []),
        (("DELETE", "/v1/sessions"), "sign-out", []),
    ],
)
def test_a_step_that_fails_is_told_as_that_step_and_the_others_go_on(
    ground: Ground, call: tuple[str, str], step: str, skipped: list[str]
) -> None:
    ground.check()
    ground.faults[call] = BROKEN
    report = ground.check()
    told = outcomes(report)
    assert report["outcome"] == "bad"
    assert {name for name, outcome in told.items() if outcome == "bad"} == {step}
    assert [name for name, outcome in told.items() if outcome == "skipped"] == skipped
    assert next(one["reason"] for one in report["steps"] if one["step"] == step) == "500 internal-error"
    ground.faults.clear()
    assert ground.check()["outcome"] == "good", "once it is mended, so is the next check"
    assert ground.known.unfinished == ()


def test_a_refund_that_fails_is_made_by_the_next_check(ground: Ground) -> None:
    ground.check()
    before = ground.balance
    ground.faults["POST", "/v1/payments/"] = BROKEN
    assert outcomes(ground.check())["refund"] == "bad"
    assert ground.balance == before
    ground.faults.clear()
    assert ground.check()["outcome"] == "good"
    assert ground.balance == before + 2 * CENT, "the cent of then, and the cent of now"


def test_a_refund_that_was_refused_is_asked_for_under_another_key_until_it_is_not(ground: Ground) -> None:
    """A refusal is answered again under its key, whatever has changed since."""
    ground.check()
    before, refused = ground.balance, set[str]()
    ill = True

    def answers(method: str, url: str, headers: Any, body: bytes, seconds: float) -> Answered:
        if method == "POST" and url.endswith("/refunds"):
            refused.update({headers["Idempotency-Key"]} if ill else ())
            if headers["Idempotency-Key"] in refused:
                return Answered(409, b'{"code": "insufficient-funds"}')
        return ground.over_http(method, url, headers, body, seconds)

    calling.use(answers)
    for _ in range(2):
        assert ground.check()["outcome"] == "bad"
    ill = False
    assert ground.check()["outcome"] == "good"
    assert (ground.balance, ground.known.unfinished) == (before + 3 * CENT, ())


def test_a_refund_of_which_nobody_knows_is_asked_for_under_the_same_key(ground: Ground) -> None:
    ground.check()
    keys: list[str] = []

    def answers(method: str, url: str, headers: Any, body: bytes, seconds: float) -> Answered:
        if method == "POST" and url.endswith("/refunds"):
            keys.append(headers["Idempotency-Key"])
            if len(keys) == 1:
                return BROKEN
        return ground.over_http(method, url, headers, body, seconds)

    calling.use(answers)
    assert (ground.check()["outcome"], ground.check()["outcome"]) == ("bad", "good")
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(
    "call", [("POST", "/v1/topups"), ("POST", "/v1/payments"), ("POST", "/v1/payments/"), ("GET", "/v1/topups/")]
)
def test_what_a_check_that_died_has_left_the_next_one_mends(ground: Ground, call: tuple[str, str]) -> None:
    ground.check()
    before, ground.dies = ground.balance, call
    with pytest.raises(Died):
        ground.check()
    ground.dies = None
    ground.bank_tells()
    ground.world.clock.advance(300)
    assert ground.check()["outcome"] == "good"
    assert ground.balance == before + 2 * CENT
    assert ground.known.unfinished == ()


def test_an_answer_that_is_lost_is_asked_for_again_with_the_same_key_and_moves_nothing_twice(ground: Ground) -> None:
    ground.check()
    before = ground.balance
    ground.lost = {("POST", "/v1/payments"), ("POST", "/v1/topups")}
    told = outcomes(ground.check())
    assert (told["top-up"], told["payment"]) == ("bad", "bad")
    ground.lost.clear()
    ground.bank_tells()
    assert ground.check()["outcome"] == "good"
    assert ground.balance == before + 2 * CENT


def test_a_cent_that_comes_late_is_no_second_fault(ground: Ground) -> None:
    ground.check()
    ground.silent = True
    report = ground.check()
    assert outcomes(report)["arrival"] == "bad"
    assert outcomes(report)["payment"] == "good", "whoever cannot top up can still pay"
    ground.silent = False
    assert ground.check()["outcome"] == "good"
    assert ground.known.unfinished == ()


def test_two_checks_at_once_are_one_and_the_other_does_nothing(ground: Ground) -> None:
    ground.check()
    seen = ground.known
    at = clocks.now()
    assert store_probes.keep(seen, model_probes.begun(seen, "prb_another", at))
    before, asked = ground.balance, len(ground.calls)
    assert checking.run(at).outcome == "busy"
    assert (ground.balance, len(ground.calls)) == (before, asked)
    ground.world.clock.advance(model_probes.LEASE.total_seconds())
    assert ground.check()["outcome"] == "good", "one that died lets go when its time is over"


def test_during_maintenance_nothing_is_wrong(ground: Ground) -> None:
    ground.check()
    ground.faults = {("POST", "/v1/topups"): RESTS, ("POST", "/v1/payments"): RESTS}
    report = ground.check()
    assert report["outcome"] == "good"
    assert [name for name, outcome in outcomes(report).items() if outcome == "rested"] == ["top-up", "payment"]


def test_without_a_bank_of_play_money_it_pays_from_what_is_there(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROBE_PROCESSOR", "")
    settings.cache_clear()
    assert next(one for one in ground.check()["steps"] if one["outcome"] == "bad")["reason"] == "409 insufficient-funds"
    ground.world.put_in(ground.person, 5)
    report = ground.check()
    assert report["outcome"] == "good"
    assert [name for name, outcome in outcomes(report).items() if outcome == "skipped"] == ["top-up", "arrival"]
    assert ground.balance == 5


def test_the_wallet_does_not_grow_for_ever(ground: Ground) -> None:
    ground.world.put_in(ground.person, FULL - CENT)
    assert ground.check()["outcome"] == "good"
    assert ground.balance == CENT


def test_money_that_is_not_there_is_found_out(ground: Ground) -> None:
    ground.faults["GET", f"/v1/wallets/{ground.person.wallet}"] = Answered(200, b'{"available": 7}')
    report = ground.check()
    assert [one["step"] for one in report["steps"] if one["outcome"] == "bad"] == ["balance"]


def test_time_that_is_over_is_told_and_nothing_more_is_sent(ground: Ground) -> None:
    def slow(*sent: Any) -> Answered:
        ground.world.clock.advance(20)
        return Answered(0)

    before = calling.use(slow)
    report = ground.check()
    calling.use(before)
    assert outcomes(report)["sign-in"] == "bad"
    assert sum(one["milliseconds"] for one in report["steps"]) < timedelta(seconds=55).total_seconds() * 1000


def test_where_nobody_has_set_it_up_it_asks_for_nothing_and_writes_nothing(world: World) -> None:
    assert app.probe({}, None) == {"steps": (), "outcome": "off"}
    assert store_probes.probes() == model_probes.Probes()


def test_operators_see_the_newest_and_the_last_checks_and_nobody_else_does(ground: Ground) -> None:
    for _ in range(2):
        ground.check()
    ground.faults["POST", "/v1/topups"] = BROKEN
    ground.check()
    operator = ground.world.nobody.bearing(in_office(ground.world.operator_id, ground.world.clock.now()))
    shown = operator.get("/v1/probes").json
    assert shown["newest"]["outcome"] == "bad"
    assert [one["outcome"] for one in shown["past"]] == ["bad", "good", "good"]
    assert shown["past"][0]["failed"] == ["top-up"]
    assert shown["good_at"] == shown["past"][1]["begun_at"]
    ground.person.sign_in()
    assert_problem(ground.person.phone.get("/v1/probes"), 403, "forbidden")


def test_silence_is_told_by_another_function_and_only_after_there_was_a_sound(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(observability, "say", said.append)

    def silent() -> bool:
        said.clear()
        ground.world.sweep()
        return any('"ProbeSilent"' in line for line in said)

    assert not silent(), "the first check is still to come"
    ground.check()
    assert not silent()
    ground.world.clock.advance(601)
    assert silent()
    ground.check()
    assert not silent()


def test_only_the_last_checks_are_kept(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_probes, "REMEMBERED", 3)
    for _ in range(5):
        ground.check()
    assert len(ground.known.past) == 3


def test_every_step_is_measured_with_its_outcome(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(observability, "say", said.append)
    ground.check()
    ground.faults["POST", "/v1/topups"] = BROKEN
    ground.check()
    measured = {(name, dimensions) for _, name, dimensions in metrics_of(said)}
    for name in ("ProbeStep", "ProbeMilliseconds"):
        for step, outcome in (("top-up", "good"), ("top-up", "bad"), ("refund", "good")):
            assert (name, frozenset({("Step", step), ("Outcome", outcome)})) in measured
    bad = [line for line in said if '"ProbeBad"' in line]
    assert [json.loads(line)["ProbeBad"] for line in bad] == [0, 1]


def test_what_is_kept_names_nobody_and_opens_nothing(ground: Ground) -> None:
    ground.check()
    told = cloud.client("dynamodb").get_item(
        TableName=settings().cases_table, Key={"pk": {"S": "PROBES"}, "sk": {"S": "STATE"}}
    )["Item"]["told"]["S"]
    for secret in (ground.person.identifier, ground.person.wallet, ground.shop.id, "crt_", "eyJ"):
        assert secret not in told
