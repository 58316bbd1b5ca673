"""What is made of a rehearsal's answers: percentiles, checks of the books, and what counts as slower."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.operations import model_rehearsals as model
from chalicelib.operations.model_rehearsals import WHATS, Books, Shot

SHOTS = st.lists(
    st.builds(
        Shot,
        st.sampled_from(WHATS),
        st.sampled_from([0, 200, 201, 402, 409, 422, 429, 500, 503]),
        st.integers(0, 9_000),
    )
)
RIGHT = Books((500, 20), (500, 20), paid=3, unheard=0, captured=3, refunded=3)


def played(pay_p99: int, pays: int = model.ENOUGH) -> dict[str, int]:
    shots = [Shot("pay", 201, pay_p99)] * pays + [Shot("read", 200, 1), Shot("refund", 201, 1)]
    return model.figures(shots, 1_000)


@given(SHOTS)
def test_every_answer_is_counted_once_and_percentiles_are_times_that_were_measured(shots: list[Shot]) -> None:
    found = model.figures(shots, 1_000)
    assert found["sent"] == len(shots) == sum(found[one] for one in ("accepted", "refused", "shed", "faults"))
    for what in WHATS:
        took = [one.milliseconds for one in shots if one.what == what and one.outcome == "accepted"]
        assert found[f"{what}s"] == len(took)
        assert not took or found[f"{what}_p50_ms"] in took
        assert found[f"{what}_p50_ms"] <= found[f"{what}_p95_ms"] <= found[f"{what}_p99_ms"] <= max(took, default=0)


def test_percentiles_are_by_nearest_rank() -> None:
    hundred = list(range(1, 101))
    assert [model.percentile(hundred, share) for share in (0.5, 0.95, 0.99)] == [50, 95, 99]
    assert (model.percentile([7], 0.99), model.percentile([], 0.99)) == (7, 0)


def test_right_books_and_enough_answers_fail_no_check() -> None:
    assert model.failed(played(10), RIGHT) == []


@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        (Books((500, 20), (499, 20), 3, 0, 3, 3), "balances"),
        (Books((500, 20), (500, 20), 3, 0, 3, 2), "refunds"),
        (Books((500, 20), (500, 20), 3, 0, 4, 4), "payments"),
        (Books((500, 20), (500, 20), 4, 0, 3, 3), "payments"),
    ],
)
def test_a_cent_too_many_or_too_few_is_found(wrong: Books, check: str) -> None:
    assert model.failed(played(10), wrong) == [check]


def test_a_payment_of_which_nobody_could_say_may_be_there_or_not() -> None:
    for captured in (3, 4):
        assert model.failed(played(10), Books((5,), (5,), 3, 1, captured, captured)) == []


def test_one_fault_in_a_hundred_is_borne_and_two_are_not() -> None:
    well = [Shot("pay", 201, 1), Shot("read", 200, 1), Shot("refund", 201, 1)] * 33
    assert model.failed(model.figures([*well, Shot("pay", 500, 1)], 1_000), RIGHT) == []
    assert model.failed(model.figures([*well[2:], *[Shot("pay", 0, 1)] * 2], 1_000), RIGHT) == ["answers"]


def test_a_run_in_which_nothing_was_done_is_no_good_run() -> None:
    assert model.failed(model.figures([], 0), Books((), (), 0, 0, 0, 0)) == ["anything"]


def test_half_as_slow_again_and_a_tenth_of_a_second_is_slower_and_either_alone_is_not() -> None:
    assert model.slower(played(301), played(200)) == [("pay", 301, 200)]
    assert model.slower(played(300), played(200)) == []
    assert model.slower(played(150), played(60)) == []


def test_a_few_answers_say_nothing_of_a_percentile() -> None:
    assert model.slower(played(900, model.ENOUGH - 1), played(200)) == []
    assert model.slower(played(900), played(200, model.ENOUGH - 1)) == []
    assert model.slower(played(900), {}) == []
