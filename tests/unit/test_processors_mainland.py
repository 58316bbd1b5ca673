"""Yuan and fen, Beijing's clock, bills: exactly, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.processors import mainland


@given(st.integers(0, 10**12))
def test_fen_go_to_yuan_and_back_exactly(amount: int) -> None:
    written = mainland.yuan(amount)
    assert mainland.fen(written) == amount
    assert Decimal(written) * 100 == amount and len(written.partition(".")[2]) == 2


@pytest.mark.parametrize(
    ("written", "amount"), [("12.5", 1250), ("12", 1200), ("0.01", 1), ("-0.07", -7), ("0.07000", 7), ("0012.50", 1250)]
)
def test_what_they_write_is_read(written: str, amount: int) -> None:
    assert mainland.fen(written) == amount


@pytest.mark.parametrize(
    "written", ["", "-", ".5", "1.", "1e3", "1,000.00", "0.001", "+1", " 1", "１", "NaN", "1.00.00"]
)
def test_anything_else_is_no_amount(written: str) -> None:
    with pytest.raises(ValueError, match=r"yuan|fen"):
        mainland.fen(written)


def test_beijing_is_eight_hours_ahead() -> None:
    assert mainland.moment("2026-11-22 16:00:00") == datetime(2026, 11, 22, 8, tzinfo=UTC)
    assert mainland.written(datetime(2026, 11, 22, 16, 30, tzinfo=UTC)) == "2026-11-23 00:30:00"


def test_rows_stand_between_their_heading_and_the_sums() -> None:
    lines = [
        "#a remark\r\n",
        "\ufeff时间,金额（元）\r\n",
        "`1,`2\t\r\n",
        "`3 ,`4\r\n",
        "\r\n",
        "总数,总额\r\n",
        "`2,`6\r\n",
    ]
    assert list(mainland.rows(lines, "时间")) == [{"时间": "1", "金额(元)": "2"}, {"时间": "3", "金额(元)": "4"}]


def test_a_row_that_does_not_fit_its_heading_is_refused() -> None:
    with pytest.raises(ValueError, match="heading"):
        list(mainland.rows(["时间,金额", "`1,`2,`3"], "时间"))
