"""The rules of a family card: what lets more be paid than before, where it is good, and what is left of a month."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from chalicelib.kernel.errors import InvalidRequest
from chalicelib.ledger import model
from chalicelib.merchants.model_categories import CATEGORIES, Category
from chalicelib.payments import model_family
from chalicelib.payments.model_family import NEVER, FamilyCard, FamilyCardChange

AT = datetime(2026, 12, 2, 9, tzinfo=UTC)
CARD = FamilyCard(
    id="fam_1",
    owner="usr_1",
    owner_name="M***",
    holder="usr_2",
    holder_name="S***",
    jurisdiction="CN",
    tier=0,
    currency="CNY",
    created_at="2026-12-01T00:00:00.000000Z",
    name="",
    cap=1_000,
    approval_above=500,
    categories=model_family.kinds(["groceries", "health"]),
    status="active",
)
KINDS = some.lists(some.sampled_from(CATEGORIES), unique=True)


@pytest.mark.parametrize(
    ("wish", "more"),
    [
        (FamilyCardChange(), False),
        (FamilyCardChange(name="Lunch"), False),
        (FamilyCardChange(monthly_cap=1_001), True),
        (FamilyCardChange(monthly_cap=1_000), False),
        (FamilyCardChange(approval_above=501), True),
        (FamilyCardChange(approval_above=None), True),
        (FamilyCardChange(approval_above=0), False),
        (FamilyCardChange(categories=[]), True),
        (FamilyCardChange(categories=["health"]), False),
        (FamilyCardChange(categories=["health", "leisure"]), True),
    ],
)
def test_what_lets_more_be_paid_than_before_is_known(wish: FamilyCardChange, more: bool) -> None:
    assert model_family.loosens(CARD, wish) is more


@given(KINDS, KINDS)
def test_other_kinds_let_more_be_paid_exactly_where_one_is_new(before: list[str], after: list[str]) -> None:
    card = replace(CARD, categories=model_family.kinds(msgspec.convert(before, list[Category])))
    wish = FamilyCardChange(categories=msgspec.convert(after, list[Category]))
    good = set(before or CATEGORIES)
    assert model_family.loosens(card, wish) == (not set(after or CATEGORIES) <= good and bool(before))
    assert {one for one in CATEGORIES if card.covers(one)} == good


def test_an_amount_that_was_left_out_stays_and_null_asks_about_nothing() -> None:
    left_out = msgspec.json.decode("{}", type=FamilyCardChange)
    asked_no_more = msgspec.json.decode('{"approval_above": null}', type=FamilyCardChange)
    assert (model_family.loosens(CARD, left_out), model_family.loosens(CARD, asked_no_more)) == (False, True)
    assert replace(CARD, approval_above=NEVER).view("usr_1", AT).approval_above is None


def test_each_month_begins_with_all_of_the_cap() -> None:
    card = replace(CARD, spent={model.month_sum(AT): 400})
    months = [card.view("usr_2", moment).left_this_month for moment in (AT, AT + timedelta(days=30))]
    assert months == [600, 1_000]


def test_of_a_card_that_pays_nothing_nothing_is_left() -> None:
    assert replace(CARD, status="ended").view("usr_2", AT).left_this_month == 0
    assert replace(CARD, cap=100, spent={model.month_sum(AT): 400}).view("usr_2", AT).left_this_month == 0


def test_a_name_of_a_card_holds_nothing_unseen_and_no_contact() -> None:
    with pytest.raises(InvalidRequest):
        model_family.tidy_name("a\u202eb")
    with pytest.raises(InvalidRequest):
        model_family.tidy_name("家" * 14)
    assert model_family.tidy_name(" ana@example.com ") == "***"
