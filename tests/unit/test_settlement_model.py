"""Batches: every line in exactly one, at most ninety in each, and sums that add up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel import ids
from chalicelib.ledger.model import Line
from chalicelib.settlement import model

LINES = st.builds(
    lambda number, shop, amount, fee: Line(
        ids.derived("pay", str(number)), f"mer_{shop}", f"mac_{shop}", amount or 1, fee if amount > 0 else 0
    ),
    st.integers(0, 300),
    st.integers(0, 2),
    st.integers(-1_000, 1_000),
    st.integers(0, 10),
)


@given(st.lists(LINES, max_size=300))
def test_each_line_is_in_exactly_one_batch_of_its_account(lines: list[Line]) -> None:
    batches = model.batches((line, "CNY") for line in lines)
    placed = [(batch.account, line.movement) for batch in batches for line in batch.lines]
    assert sorted(placed) == sorted({(line.account, line.movement) for line in lines})
    assert all(1 <= len(batch.lines) <= model.MOST_LINES for batch in batches)


@given(st.lists(LINES, min_size=1, max_size=90))
def test_gross_less_fees_is_net_and_refunds_earn_nothing(lines: list[Line]) -> None:
    batch = model.Batch("mac_1", "CNY", tuple(lines))
    assert batch.net == batch.gross - batch.fees == sum(line.amount - line.fee for line in lines)
    assert batch.earned == sum(line.amount - line.fee for line in lines if line.amount > 0)


def test_the_same_lines_are_the_same_batch_whoever_brings_them() -> None:
    lines = [Line(ids.derived("pay", str(n)), "mer_1", "mac_1", 100, 1) for n in range(3)]
    (one,), (other,) = (model.batches((line, "CNY") for line in order) for order in (lines, lines[::-1]))
    assert one.id == other.id != one.without({lines[0].movement}).id
