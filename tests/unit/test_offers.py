"""What somebody likes and in which order offers come: rules for every way of buying."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as some

from chalicelib.kernel import ids, text
from chalicelib.kernel.categories import CATEGORIES
from chalicelib.rewards import model_offers as model
from chalicelib.rewards.model import Template, Words, Worth
from chalicelib.rewards.model_offers import Code, Kept, Offered, Profile, Purchase, Reason
from chalicelib.rewards.model_offers_views import offer_view
from chalicelib.rewards.model_standing import Doing, Standing
from tests.bench import offers_eval

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
SHOPS = tuple(ids.derived("mer", str(n)) for n in range(30))
NOBODY = Profile(("wal_1",), "CN")


def template(n: int, merchants: tuple[str, ...] = (), minimum: int = 0, age_days: int = 30) -> Template:
    words = Words("a", "一")
    worth = Worth("CNY", 500, None, None, minimum, merchants)
    made = (AT - timedelta(days=age_days)).isoformat()
    return Template(ids.derived("ctp", str(n)), words, words, worth, 10, 10_000, made, "", 30, True, "usr_1", made)


def purchase(days: float, shop: str = SHOPS[0], amount: int = 1_000, category: str = "groceries") -> Purchase:
    return Purchase(AT - timedelta(days=days), amount, "CNY", shop, category)  # type: ignore[arg-type]


purchases = some.lists(
    some.builds(
        Purchase,
        some.datetimes(datetime(2026, 6, 1), datetime(2026, 12, 1), timezones=some.just(UTC)),
        some.integers(1, 10**12),
        some.sampled_from(("CNY", "EUR")),
        some.sampled_from(SHOPS),
        some.sampled_from(CATEGORIES),
    ),
    max_size=60,
)
offers = some.lists(
    some.builds(
        lambda n, shops, week: Offered(template(n, tuple(shops)), ("groceries",) if shops else (), week),
        some.integers(0, 10**6),
        some.lists(some.sampled_from(SHOPS), max_size=3, unique=True),
        some.integers(0, model.ONE),
    ),
    max_size=12,
    unique_by=lambda one: one.template.id,
)


@given(purchases)
def test_a_profile_stays_small_and_forgets_what_is_long_ago_and_what_is_yet_to_come(bought: list[Purchase]) -> None:
    made = model.profile(NOBODY, bought, AT)
    assert len(made.merchants) <= model.MOST_MERCHANTS and set(made.categories) <= set(CATEGORIES)
    assert len(msgspec.json.encode(made)) < 8_192
    recent = [one for one in bought if AT - model.LOOKED_BACK < one.at <= AT]
    assert made == model.profile(NOBODY, recent, AT)
    assert bool(made.categories) == bool(recent)


@given(purchases, some.randoms())
def test_a_profile_is_the_same_in_whatever_order_purchases_are_told(bought: list[Purchase], chance: object) -> None:
    distinct = list({one.at: one for one in bought}.values())
    mixed = distinct[:]
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert model.profile(NOBODY, mixed, AT) == model.profile(NOBODY, distinct, AT)


@given(purchases, offers)
def test_a_rank_is_a_sum_of_parts_and_its_place_sorts_so(bought: list[Purchase], offered: list[Offered]) -> None:
    made = model.profile(NOBODY, bought, AT)
    for one in model.ranked(made, offered, AT):
        parts = model.parts(made, one.offered, AT)
        assert all(0 <= value <= model.ONE for value in parts.values()) and set(parts) == set(model.WEIGHTS)
        assert one.score == sum(model.WEIGHTS[name] * value for name, value in parts.items()) < 10**6
    taken = frozenset(one.template.id for one in offered[::2])
    rows = model.ranked(made, offered, AT, taken)
    assert [(one.taken, -one.score) for one in rows] == sorted((one.taken, -one.score) for one in rows)
    assert {one.offered.template.id for one in rows} == {one.template.id for one in offered}


@given(purchases, some.floats(0, 80))
def test_who_buys_somewhere_likes_it_no_less(bought: list[Purchase], days: float) -> None:
    here = Offered(template(1, (SHOPS[0],)), ("groceries",))
    few = [one for one in bought if one.merchant in SHOPS[: model.MOST_MERCHANTS]]
    before = model.parts(model.profile(NOBODY, few, AT), here, AT)
    after = model.parts(model.profile(NOBODY, [*few, purchase(days)], AT), here, AT)
    assert after["merchant"] >= before["merchant"] and after["category"] >= before["category"]


def test_a_purchase_counts_half_after_thirty_days() -> None:
    assert [model.faded(purchase(days), AT) for days in (0, 30, 60)] == [1_000, 500, 250]


def test_an_offer_that_takes_more_than_they_spend_is_within_less_reach() -> None:
    made = model.profile(NOBODY, [purchase(1)], AT)
    seen = [model.parts(made, Offered(template(1, (SHOPS[0],), least)), AT)["reach"] for least in (0, 1_000, 4_000)]
    assert seen == [1_000, 1_000, 250]


def reason(bought: list[Purchase], of: Offered) -> Reason:
    (found,) = model.ranked(model.profile(NOBODY, bought, AT) if bought else None, [of], AT)
    return found.reason


def test_the_reason_is_what_counted_most_and_its_number_is_true() -> None:
    here, such = Offered(template(1, (SHOPS[0],))), Offered(template(1, (SHOPS[9],)), ("groceries",))
    often = [purchase(days) for days in (1, 2, 3, 40)]
    assert reason(often, here) == Reason("often-here", None, 3)
    assert reason(often, such) == Reason("often-such", "groceries", 3)
    assert reason(often[-1:], here) == Reason("been-here")
    assert reason(often[-1:], such) == Reason("such", "groceries")
    assert reason(often, Offered(template(1, (SHOPS[0],), age_days=1))) == Reason("new-here")
    assert reason(often, Offered(template(1, (SHOPS[9],)), (), 900)) == Reason("popular")
    assert reason([], here) == Reason("everybody")
    assert reason([], Offered(template(1, (SHOPS[0],), age_days=1))) == Reason("new")
    assert reason([], Offered(template(1))) == Reason("anywhere")


def test_every_reason_has_a_sentence_in_both_languages_and_tells_where_it_was_nobodys() -> None:
    for code in msgspec.inspect.type_info(Code).values:  # type: ignore[attr-defined]
        found = model.Ranked(Offered(template(1)), 0, Reason(code, "groceries", 3))
        for language in text.LANGUAGES:
            open_to_all = text.sentence("rewards.offered-to-everybody", language)
            told, openly = (offer_view(found, personal, language, AT).why for personal in (True, False))
            assert told and openly.endswith(open_to_all) and "{" not in openly


def test_without_a_word_only_easy_mode_and_nobody_are_not_personal() -> None:
    silent, on, off = Kept("usr_1"), Kept("usr_1", "on"), Kept("usr_1", "off")
    told = {mode: (silent.is_personal(mode), silent.is_asked(mode)) for mode in ("standard", "social", "easy", "")}
    assert told == {
        "standard": (True, False),
        "social": (True, False),
        "easy": (False, True),
        "": (False, False),
    }
    assert all(on.is_personal(mode) and not off.is_personal(mode) and not on.is_asked(mode) for mode in told)


@given(some.lists(some.integers(0, 50), min_size=1, max_size=20))
def test_a_week_is_what_was_issued_in_seven_days_and_a_count_is_kept_for_no_longer(issued: list[int]) -> None:
    doing, total = Doing(), 0
    for day, more in enumerate(issued):
        total += more
        doing = doing.counted((AT + timedelta(days=day)).date().isoformat(), total, ())
    assert doing.week == sum(issued[-7:]) and len(doing.issued) <= 8


def test_the_most_popular_is_a_thousand_and_what_is_not_counted_yet_is_nothing() -> None:
    templates = [template(n) for n in range(3)]
    counted = {one.id: Doing((("2026-11-22", week),)) for one, week in zip(templates, (10, 5), strict=False)}
    assert [one.week for one in Standing("2026-11-22", counted).offered(templates)] == [1_000, 500, 0]


def test_the_ranking_knows_better_what_people_buy_than_chance_and_fashion() -> None:
    found = offers_eval.evaluated(seed=1, people=150, weeks=7)
    assert found["better"], offers_eval.told(found)
