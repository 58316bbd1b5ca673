"""Who is asked for a top-up, in which order, why not the others, and which no another may answer better."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chalicelib.kernel import money
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.processors import choosing, routing, service
from chalicelib.processors.model import Created
from chalicelib.processors.routing import Candidate, Method, Price, Rules, Terms, Wish

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
NAMES = ("alpha", "beta", "gamma", "delta")
CURRENCIES = ("CNY", "EUR", "JPY")
METHODS = ("bank", "card", "pm_visa", "other")

prices = some.builds(
    Price,
    basis_points=some.integers(0, 1_000),
    fixed=some.integers(0, 500),
    least=some.integers(1, 500),
    most=some.integers(400, 10**9),
)
methods = some.dictionaries(
    some.sampled_from(("bank", "card")),
    some.builds(
        Method,
        named=some.lists(some.sampled_from(("bank", "card", "pm_*")), max_size=2).map(tuple),
        unnamed=some.booleans(),
    ),
    min_size=1,
)
terms = some.builds(
    Terms,
    currencies=some.dictionaries(some.sampled_from(CURRENCIES), prices, max_size=3),
    methods=methods,
    countries=some.none() | some.lists(some.sampled_from(("CN", "DE")), max_size=2).map(tuple),
)
rules = some.dictionaries(some.sampled_from(NAMES), terms, max_size=4).map(lambda found: Rules("r", AT, found))
wishes = some.builds(
    Wish,
    currency=some.sampled_from((*CURRENCIES, "USD")),
    country=some.sampled_from(("CN", "DE", "US")),
    amount=some.integers(1, money.MAX_AMOUNT),
    method=some.none() | some.sampled_from(METHODS),
)


@given(wishes, rules)
def test_every_processor_is_answered_for_once_and_the_same_each_time(wish: Wish, known: Rules) -> None:
    found = routing.candidates(wish, known)
    assert sorted(one.processor for one in found) == sorted(known.processors)
    assert all(one.why.isdigit() or one.why in routing.REFUSALS for one in found)
    turned = Rules(known.id, known.effective_at, dict(reversed(known.processors.items())))
    assert routing.candidates(wish, turned) == found


@given(wishes, rules)
def test_nobody_is_offered_who_does_not_serve_it(wish: Wish, known: Rules) -> None:
    for one in routing.candidates(wish, known):
        what = known.processors[one.processor]
        price = what.currencies.get(wish.currency)
        meant = [kind for kind, method in what.methods.items() if method.is_meant(wish.method)]
        serves = (
            price is not None
            and (what.countries is None or wish.country in what.countries)
            and bool(meant)
            and price.least <= wish.amount <= price.most
        )
        assert one.serves == serves
        assert not serves or one.method == meant[0]


@given(wishes, rules)
def test_whoever_is_asked_next_serves_the_same_kind_of_method(wish: Wish, known: Rules) -> None:
    found = routing.candidates(wish, known)
    kept = routing.of_one_kind(found)
    assert [one.processor for one in kept] == [one.processor for one in found]
    assert len({one.method for one in kept if one.serves}) <= 1
    assert [one for one in kept if one.serves][:1] == [one for one in found if one.serves][:1]


@pytest.mark.parametrize("country", ["CN", "US", "DE"])
@pytest.mark.parametrize("currency", money.EXPONENTS)
def test_in_production_a_wish_without_a_method_is_served_in_every_currency(currency: str, country: str) -> None:
    real = choosing.rules(AT).among({"stripe", "wechatpay", "alipay"})
    found = routing.of_one_kind(routing.candidates(Wish(currency, country, 1250), real))
    serving = [one.processor for one in found if one.serves]
    assert serving == (["alipay", "wechatpay"] if (currency, country) == ("CNY", "CN") else ["stripe"])


@given(wishes, rules)
def test_the_cheapest_is_asked_first_and_whoever_does_not_serve_comes_last(wish: Wish, known: Rules) -> None:
    found = routing.candidates(wish, known)
    costs = [int(one.why) for one in found if one.serves]
    assert costs == sorted(costs)
    assert [one.serves for one in found] == sorted((one.serves for one in found), reverse=True)


@given(wishes, rules, some.sets(some.sampled_from(NAMES)))
def test_whoever_is_passed_over_stays_in_place_and_somebody_is_asked(
    wish: Wish, known: Rules, closed_to: set[str]
) -> None:
    found = routing.candidates(wish, known)
    left = routing.without(found, closed_to)
    assert [one.processor for one in left] == [one.processor for one in found]
    serving, asked = [[one.processor for one in few if one.serves] for few in (found, left)]
    assert bool(asked) == bool(serving)
    if {*serving} - closed_to:
        assert asked == [one for one in serving if one not in closed_to]
    else:
        assert asked == serving[:1]


@pytest.mark.parametrize(
    ("named", "meant", "is_meant"),
    [
        (("pm_*",), "pm_card_visa", True),
        (("pm_*",), "pm", False),
        (("bank",), "bank", True),
        (("bank",), "banks", False),
        ((), "bank", False),
        (("*",), "anything", True),
    ],
)
def test_a_method_is_known_by_its_name_or_its_beginning(named: tuple[str, ...], meant: str, is_meant: bool) -> None:
    assert Method(named).is_meant(meant) is is_meant
    assert not Method(named).is_meant(None) and Method(named, unnamed=True).is_meant(None)


def test_the_newest_rules_in_force_count() -> None:
    old, new = (Rules(name, datetime(year, 1, 1, tzinfo=UTC), {}) for name, year in (("old", 2025), ("new", 2027)))
    assert [routing.effective([new, old], datetime(year, 6, 1, tzinfo=UTC)).id for year in (2024, 2026, 2028)] == [
        "old",
        "old",
        "new",
    ]


def test_the_rules_name_every_adapter_and_no_other() -> None:
    assert set(choosing.rules(AT).processors) == set(service._ADAPTERS)


def test_a_refusal_names_what_the_processor_that_came_furthest_refused() -> None:
    found = [Candidate("a", "currency"), Candidate("b", "amount"), Candidate("c", "method")]
    assert (routing.refusal(found), routing.refusal(found[:1]), routing.refusal([])) == (
        "amount",
        "currency",
        "currency",
    )


DECLINES = ["stolen_card", "fraudulent", "insufficient_funds", "card_declined", "expired_card", "400", "422", "new_one"]
TROUBLES = ["processor_unavailable", "issuer_unavailable", "issuer_not_available", "try_again_later", "401", "403"]


@pytest.mark.parametrize("reason", DECLINES)
def test_a_decline_that_means_no_stays(reason: str) -> None:
    for reference in ("pi_1", None):
        assert not routing.may_move_on(Created("failed", reference, reason=reason), first=True)
    assert not routing.own_fault(Created("failed", reason=reason))


@pytest.mark.parametrize("reason", TROUBLES)
def test_a_no_that_another_need_not_give_moves_on(reason: str) -> None:
    assert routing.may_move_on(Created("failed", "pi_1", reason=reason), first=False)
    assert routing.may_move_on(Created("failed", reason=reason), first=True)


@pytest.mark.parametrize("reason", [*TROUBLES, routing.NOT_REACHED])
def test_without_a_payment_of_theirs_only_the_first_question_proves_anything(reason: str) -> None:
    """An earlier one may have arrived: what this one was answered says nothing of that."""
    assert not routing.may_move_on(Created("failed", reason=reason), first=False)
    assert not routing.may_move_on(Created("unknown", reason=reason), first=False)


def test_silence_never_moves_on_and_a_connection_that_never_stood_does() -> None:
    assert not routing.may_move_on(Created("unknown"), first=True)
    assert routing.may_move_on(Created("unknown", reason=routing.NOT_REACHED), first=True)
    assert not routing.may_move_on(Created("unknown", "pi_1", reason=routing.NOT_REACHED), first=True)


@pytest.mark.parametrize("first", [True, False])
def test_what_waits_for_its_money_never_moves_on(first: bool) -> None:
    assert not routing.may_move_on(Created("pending", "pi_1"), first=first)
    assert not routing.may_move_on(Created("pending", "pi_1", reason="try_again_later"), first=first)


@pytest.mark.parametrize(
    ("processor", "wish", "param"),
    [
        ("paypal", Wish("CNY", "CN", 1), "processor"),
        ("harbour", Wish("CNY", "CN", 1), "processor"),
        ("stripe", Wish("XXX", "CN", 1), "processor"),
        (None, Wish("XXX", "CN", 1), "currency"),
        (None, Wish("CNY", "CN", 1, "shells"), "method"),
        (None, Wish("USD", "US", 1, "pm_card_visa"), "amount"),
    ],
)
def test_what_nobody_takes_is_named(cloud: None, processor: str | None, wish: Wish, param: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        choosing.choose(wish, processor, AT)
    assert refused.value.param == param


def test_whoever_is_named_is_asked_and_nobody_else(cloud: None) -> None:
    choice = choosing.choose(Wish("CNY", "CN", 1, "pm_anything"), "stripe", AT)
    assert choice.candidates == (Candidate("stripe", routing.CHOSEN, "card"),)
    assert choosing.choose(Wish("CNY", "CN", 1, "words of its own"), "sandbox", AT).first.method == "bank"
