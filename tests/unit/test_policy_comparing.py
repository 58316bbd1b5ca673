"""A dry run finds exactly the movements that another pack would have treated differently."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.policy.comparing import Happened, compared
from chalicelib.policy.pack import Pack
from tests.unit.policy_kit import LOW, one_tier, pack

AT = datetime(2026, 11, 1, tzinfo=UTC)
TODAY = pack("CN-2025-01", datetime(2025, 1, 1, tzinfo=UTC))
ACTIONS = st.sampled_from(["payment", "transfer", "withdrawal", "top-up"])
PLAYS = st.lists(
    st.tuples(st.integers(1, 45), ACTIONS, st.integers(0, 30), st.sampled_from(["ana", "bob"]), st.booleans()),
    max_size=60,
)


def play(played: list[tuple[int, str, int, str, bool]]) -> list[Happened]:
    """In order of time: (amount, action, day, person, whether it was made)."""
    ordered = sorted(played, key=lambda one: one[2])
    return [
        msgspec.convert(
            {
                "id": f"pay_{number}",
                "person": who,
                "account": f"wal_{who}",
                "action": action,
                "amount": amount,
                "tier": 0,
                "at": AT + timedelta(days=day, seconds=number),
                "made": made,
            },
            Happened,
        )
        for number, (amount, action, day, who, made) in enumerate(ordered)
    ]


def with_limits(**limits: int) -> Pack:
    return pack("CN-2026-12", AT, **one_tier(LOW | limits))


OLD = msgspec.structs.replace(with_limits(), id="CN-2025-01")


@given(PLAYS)
def test_a_pack_equal_to_todays_differs_nowhere(played: list[tuple[int, str, int, str, bool]]) -> None:
    equal = msgspec.structs.replace(TODAY, id="CN-2026-12", effective_at=AT)
    found = compared(play(played), TODAY, equal)
    assert (found.rows, found.movements) == ((), len(played))


@given(PLAYS)
def test_one_less_for_a_movement_finds_exactly_those_at_the_limit(
    played: list[tuple[int, str, int, str, bool]],
) -> None:
    happened = [one for one in play(played) if one.action != "top-up"]
    old = msgspec.structs.replace(with_limits(day=10_000, month=10_000, year=10_000), id="CN-2025-01")
    new = with_limits(per_movement=9, day=10_000, month=10_000, year=10_000)
    at_limit = [one for one in happened if one.amount == 10]
    rows = compared(happened, old, new, examples=100).rows
    assert [(row.rule, row.how) for row in rows] == [("per_movement", "newly-refused")] * bool(at_limit)
    for row in rows:
        assert (row.movements, row.volume) == (len(at_limit), 10 * len(at_limit))
        assert row.examples == tuple(one.id for one in at_limit)
        assert row.people == len({one.person for one in at_limit})


FORMS = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


def spent(happened: list[Happened], place: int, form: str) -> int:
    """With this one, by its person in its day, month or year."""
    one = happened[place]
    earlier = [each for each in happened[:place] if each.made and each.account == one.account]
    return one.amount + sum(each.amount for each in earlier if f"{each.at:{form}}" == f"{one.at:{form}}")


@pytest.mark.parametrize("limit", FORMS)
@given(played=PLAYS, chosen=st.integers(0, 59))
def test_one_less_for_a_sum_finds_exactly_those_who_come_to_it(
    limit: str, played: list[tuple[int, str, int, str, bool]], chosen: int
) -> None:
    """Worked out anew, for a limit that somebody comes to if it can be."""
    happened = [one for one in play(played) if one.action != "top-up"]
    most = max(46, spent(happened, chosen % len(happened), FORMS[limit])) if happened else 46
    shorter = list(FORMS)[: list(FORMS).index(limit)]
    limits = {"per_movement": 45} | dict.fromkeys(FORMS, 10_000) | dict.fromkeys(shorter, most - 1)
    old = msgspec.structs.replace(with_limits(**limits | {limit: most}), id="CN-2025-01")
    new = with_limits(**limits | {limit: most - 1})
    expected = [
        one.id
        for place, one in enumerate(happened)
        if spent(happened, place, FORMS[limit]) == most
        and all(spent(happened, place, FORMS[name]) < most for name in shorter)
    ]
    rows = compared(happened, old, new, examples=100).rows
    assert [one for row in rows for one in row.examples] == expected
    assert {(row.rule, row.how) for row in rows} <= {(limit, "newly-refused")}


@given(PLAYS)
def test_the_way_back_allows_what_the_way_there_refuses(played: list[tuple[int, str, int, str, bool]]) -> None:
    happened, new = play(played), with_limits(per_movement=5, day=9)
    there, back = compared(happened, OLD, new), compared(happened, new, OLD)
    assert sum(row.movements for row in there.rows) == sum(row.movements for row in back.rows)
    turned = {"newly-refused": "newly-allowed", "newly-allowed": "newly-refused"}
    assert [(row.rule, turned[row.how], row.volume) for row in there.rows] == [
        (row.rule, row.how, row.volume) for row in back.rows
    ]


def test_a_step_up_that_begins_or_ends_is_told_apart_from_a_refusal() -> None:
    happened = play([(6, "payment", 0, "ana", True), (7, "transfer", 0, "bob", True)])
    with_step = pack("CN-2026-12", AT, **one_tier(LOW, above=6))
    assert [(row.rule, row.how, row.movements, row.examples) for row in compared(happened, OLD, with_step).rows] == [
        ("step_up", "newly-step-up", 1, ("pay_1",))
    ]
    assert [row.how for row in compared(happened, with_step, OLD).rows] == ["step-up-no-more"]


def test_what_is_before_the_month_only_counts_in_sums() -> None:
    happened = play([(10, "payment", 0, "ana", True), (10, "payment", 1, "ana", True)])
    new = with_limits(day=15, month=15)
    rows = compared(happened, OLD, new, since=AT + timedelta(days=1)).rows
    assert [(row.rule, row.movements, row.examples) for row in rows] == [("month", 1, ("pay_1",))]
