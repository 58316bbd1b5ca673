"""The rules of risk and what they go by: pure, bounded, and the same whatever order things come in."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.errors import InvalidRequest
from chalicelib.kernel.money import EXPONENTS
from chalicelib.risk import model_finding, model_rules, model_scoring, model_trends
from chalicelib.risk.model_profile import DAY, HOUR, MOST_RECENT, MOST_SEEN, Profile
from chalicelib.risk.model_rules import BANDS, BY_NAME, OUTCOMES, InForce, Mode
from chalicelib.risk.model_scoring import FAILED, Score
from chalicelib.risk.model_seen import Seen, moment
from chalicelib.risk.model_sketch import Sketch

NOON = 1_796_126_400.0
LARGEST = 4_096
KINDS = st.sampled_from(["payment", "top-up", "transfer", "withdrawal", "refund", "sign-in", "reveal"])
EVENTS = st.builds(
    Seen,
    id=st.uuids().map(str),
    kind=KINDS,
    at=st.floats(NOON, NOON + 40 * DAY).map(round),
    person=st.sampled_from(["a", "b", "c"]),
    peer=st.sampled_from(["", "b", "c", "d"]),
    merchant=st.sampled_from(["", "m"]),
    amount=st.integers(0, 10**12),
    currency=st.just("CNY"),
    born=st.sampled_from([0.0, NOON - DAY, NOON - 400 * DAY]),
    peer_born=st.sampled_from([0.0, NOON - DAY]),
    outcome=st.sampled_from(["succeeded", "refused"]),
)


def on(*names: str, mode: Mode = "on", **parameters: int) -> list[InForce]:
    return [InForce(BY_NAME[name], mode, BY_NAME[name].values(parameters)) for name in names]


def play(events: Sequence[Seen], rules: Sequence[InForce]) -> list[Score]:
    memories: dict[str, Profile] = {}
    return [model_scoring.scored(seen, rules, memories) for seen in events]


def sent(number: int, payer: str, payee: str, amount: int = 9_000, *, old: bool = False) -> Seen:
    born = NOON - (400 if old else 1) * DAY
    return Seen(f"{payer}{payee}{number}", "transfer", NOON + number * 60, payer, payee, amount=amount, currency="CNY",
                born=born, peer_born=born)  # fmt: skip


def paid(number: int, amount: int, at: float, shop: str = "m") -> Seen:
    return Seen(f"p{number}", "payment", at, "a", merchant=shop, amount=amount, currency="CNY", born=NOON - 400 * DAY)


@given(st.lists(EVENTS, max_size=60))
def test_a_score_is_the_same_whenever_it_is_computed_and_learning_twice_changes_nothing(events: list[Seen]) -> None:
    events.sort(key=lambda seen: seen.at)
    rules = on(*model_rules.NAMES)
    assert play(events, rules) == play(events, rules)
    memories: dict[str, Profile] = {}
    for seen in events:
        model_scoring.scored(seen, rules, memories)
        before = msgspec.json.encode(memories)
        model_scoring.learn(seen, memories)
        assert msgspec.json.encode(memories) == before


@given(st.lists(EVENTS, max_size=12), st.randoms())
def test_what_comes_in_another_order_is_remembered_as_well(events: list[Seen], chance: random.Random) -> None:
    """Of few events all of it: who is whose kin may follow from who was met first."""

    def learnt(order: list[Seen]) -> dict[str, Profile]:
        memories: dict[str, Profile] = {}
        for seen in order:
            model_scoring.learn(seen, memories)
        return memories

    other = chance.sample(events, len(events))
    one, two = learnt(events), learnt(other)
    assert one.keys() == two.keys()
    for key, profile in one.items():
        known, since = two[key], max((each.at for each in profile.recent), default=0) - 25 * DAY
        told = [[each for each in found.recent if each.at > since] for found in (profile, known)]
        assert told[0] == told[1] and sorted(profile.seen) == sorted(known.seen)


@given(st.lists(EVENTS, min_size=200, max_size=300, unique_by=lambda seen: seen.id))
def test_a_memory_stays_small_however_much_happens(events: list[Seen]) -> None:
    memories: dict[str, Profile] = {}
    for seen in events:
        model_scoring.learn(seen, memories)
    for profile in memories.values():
        assert len(profile.recent) <= sum(MOST_RECENT.values()) and len(profile.seen) <= MOST_SEEN
        assert len(msgspec.json.encode(profile)) <= LARGEST * 2


@given(st.lists(EVENTS, max_size=40))
def test_an_outcome_is_bounded_by_points_and_by_what_its_rules_may(events: list[Seen]) -> None:
    events.sort(key=lambda seen: seen.at)
    for score in play(events, on(*model_rules.NAMES)):
        rank = OUTCOMES.index(score.outcome)
        assert score.outcome == "allow" or score.points >= BANDS[score.outcome]
        assert rank <= max([0, *(OUTCOMES.index(BY_NAME[one.rule].most) for one in score.reasons)])
        assert score.seen.is_money or rank <= OUTCOMES.index("review"), "of what is no money nothing is held"
        assert bool(score.reasons) or score.outcome == "allow"


@given(st.integers(0, 60), st.integers(0, 60))
def test_labels_move_what_points_weigh_within_bounds(fraud: int, legitimate: int) -> None:
    profile = Profile(fraud=fraud, legitimate=legitimate)
    assert 50 <= profile.weight <= 150
    profile.told("fraud", "scr_1")
    more = profile.weight
    profile.told("fraud", "scr_1")
    assert profile.weight == more >= Profile(fraud=fraud, legitimate=legitimate).weight


@given(st.lists(st.tuples(st.integers(1, 10**9), st.floats(0, 100 * DAY)), min_size=1, max_size=30), st.randoms())
def test_a_sketch_forgets_and_does_not_care_for_order(values: list[tuple[int, float]], chance: random.Random) -> None:
    one, two = Sketch(), Sketch()
    for value, at in values:
        one.learn(value, NOON + at, 30 * DAY)
    for value, at in chance.sample(values, len(values)):
        two.learn(value, NOON + at, 30 * DAY)
    end = NOON + 100 * DAY
    assert one.total(end, 30 * DAY) == pytest.approx(two.total(end, 30 * DAY), abs=0.02 * len(values))
    assert one.total(end + 30 * DAY, 30 * DAY) == pytest.approx(one.total(end, 30 * DAY) / 2)


def test_what_is_usual_is_a_median_that_one_outlier_does_not_move() -> None:
    sketch = Sketch()
    for number in range(20):
        sketch.learn(4_000 + number, NOON, 30 * DAY)
    usual = sketch.usual
    sketch.learn(10**9, NOON, 30 * DAY)
    assert sketch.usual == usual and sketch.beyond(10**6) > 6 > sketch.beyond(5_000)


def test_a_ring_passes_money_on_and_friends_who_split_a_bill_do_not() -> None:
    chain = [sent(n, *pair) for n, pair in enumerate(pairwise("abcde"))]
    assert [score.outcome for score in play(chain, on("new-account-ring"))] == ["allow", "allow", "allow", "hold"]
    friends = [sent(n, payer, "a") for n, payer in enumerate("bcdef")]
    assert {score.outcome for score in play(friends, on("new-account-ring"))} == {"allow"}
    known = [sent(n, *pair, old=True) for n, pair in enumerate(pairwise("abcde"))]
    assert {score.outcome for score in play(known, on("new-account-ring"))} == {"allow"}


@pytest.mark.parametrize(("minutes", "found"), [(59, True), (61, False)])
def test_a_new_account_that_tops_up_and_sends_on_within_the_hour_is_seen(minutes: int, found: bool) -> None:
    top_up = Seen("t", "top-up", NOON, "a", amount=50_000, currency="CNY", born=NOON - DAY)
    out = msgspec.structs.replace(sent(minutes, "a", "b", 45_000))
    scores = play([top_up, out], on("top-up-straight-out"))
    assert (scores[1].outcome == "review") == found


@pytest.mark.parametrize(("amounts", "found"), [([95_000] * 3, True), ([95_000] * 2, False), ([100_000] * 3, False)])
def test_several_just_below_a_limit_are_seen_and_at_it_they_are_not(amounts: list[int], found: bool) -> None:
    scores = play([paid(n, amount, NOON + n * HOUR) for n, amount in enumerate(amounts)], on("just-below-a-limit"))
    assert (scores[-1].outcome == "review") == found


def test_a_tunnel_is_no_travel_and_a_thief_with_another_device_is() -> None:
    def came(number: int, region: str, device: str) -> Seen:
        return Seen(f"s{number}", "sign-in", NOON + number * 600, "a", region=region, device=device)

    tunnel = [came(0, "CN", "d"), came(1, "HK", "d"), sent(20, "a", "b", old=True)]
    assert [score.outcome for score in play(tunnel, on("impossible-travel"))] == ["allow"] * 3
    thief = [came(0, "CN", "d"), came(1, "RU", "e"), sent(20, "a", "b", old=True), sent(21, "a", "c", old=True)]
    assert [score.outcome for score in play(thief, on("impossible-travel"))] == ["allow", "step-up", "step-up", "allow"]


def test_a_shop_is_measured_by_the_same_hour_of_its_own_days() -> None:
    usual = [paid(n, 100, NOON + day * DAY + n * 60) for day in range(6) for n in range(5)]
    usual = [msgspec.structs.replace(seen, id=f"u{n}") for n, seen in enumerate(usual)]
    rush = [paid(n, 100, NOON + 6 * DAY + n * 10) for n in range(60)]
    found = [score for score in play([*usual, *rush], on("merchant-spike")) if score.outcome != "allow"]
    assert len(found) == 1 and found[0].reasons[0].facts["usual"] <= 5, "told when it begins, once"


@pytest.mark.parametrize("name", model_rules.NAMES)
def test_each_rule_has_a_finder_and_fails_as_it_is_written(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(model_finding.FINDERS) == set(model_rules.NAMES)
    monkeypatch.setitem(model_finding.FINDERS, name, lambda around, p: p["gone"])  # type: ignore[arg-type]
    (score,) = play([sent(0, "a", "b")], on(name))
    closed = BY_NAME[name].if_it_fails == "closed"
    assert (score.outcome == "review") == closed
    assert [FAILED in one.facts for one in score.reasons] == ([True] if closed else [])


def test_a_rule_on_trial_counts_for_what_would_have_been_alone() -> None:
    chain = [sent(n, *pair) for n, pair in enumerate(pairwise("abcde"))]
    score = play(chain, on("new-account-ring", mode="shadow"))[-1]
    assert (score.outcome, score.would, score.points, score.reasons[0].shadow) == ("allow", "hold", 0, True)
    assert play(chain, on("new-account-ring", mode="off"))[-1].reasons == ()


def test_no_rule_that_touches_money_is_on_before_a_person_has_turned_it_on() -> None:
    touching = {rule.name for rule in model_rules.RULES if rule.most in ("step-up", "hold", "freeze")}
    assert {rule.name for rule in model_rules.RULES if rule.mode == "shadow"} == touching


@pytest.mark.parametrize("rule", model_rules.RULES, ids=lambda rule: rule.name)
def test_parameters_stay_within_their_bounds(rule: model_rules.Rule) -> None:
    for name, bound in rule.parameters.items():
        assert bound.least <= bound.value <= bound.most
        for wrong in (bound.least - 1, bound.most + 1):
            with pytest.raises(InvalidRequest):
                model_rules.checked(rule, {name: wrong})
    assert rule.points >= BANDS["watch"] and (rule.most == "watch" or rule.points >= BANDS["step-up"])


@given(st.lists(st.integers(0, 500), min_size=4, max_size=4), st.integers(0, 2_000))
def test_a_trend_rises_only_beyond_every_week_before(earlier: list[int], now: int) -> None:
    trend = model_trends.trend(now, earlier)
    if trend.rises:
        assert now >= model_trends.LEAST and now > sorted(earlier)[2]
        assert model_trends.trend(now + 1, earlier).rises, "more is no less"


def test_a_trend_is_held_against_the_same_hour_of_the_last_weeks() -> None:
    assert model_trends.weeks_before(moment(NOON)) == [
        model_trends.hour_of(moment(NOON - n * 7 * DAY)) for n in (1, 2, 3, 4)
    ]
    assert model_trends.trend(90, [60, 62, 58, 61]).rises is False
    assert model_trends.trend(120, [60, 62, 58, 61]).rises is True


@pytest.mark.parametrize("currency", EXPONENTS)
def test_an_amount_of_a_rule_is_about_as_much_in_every_currency(currency: str) -> None:
    (rule,) = on("reset-then-out", least=10_000)
    least = rule.parameters_in(currency)["least"]
    born, reset = NOON - 400 * DAY, Seen("r", "password-reset", NOON, "a")

    def out(amount: int) -> list[str]:
        sent = Seen("t", "transfer", NOON + 60, "a", "b", amount=amount, currency=currency, born=born)
        return [one.rule for one in play([reset, sent], [rule])[-1].reasons]

    assert (out(least - 1), out(least)) == ([], ["reset-then-out"])
    assert (least == 10_000) is (currency == "CNY")


def test_every_amount_of_a_rule_names_its_currency_and_no_count_does() -> None:
    amounts = {(rule, name) for rule, name in model_rules.AMOUNTS.items()}
    named = {(rule.name, name) for rule in model_rules.RULES for name in rule.parameters if name in ("least", "limit")}
    assert named - amounts == {("merchant-spike", "least")} and amounts <= named
