"""Statements on paper: every row once, within the page, and no text into the next column."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel import pdf
from chalicelib.kernel.paper import LEFT, RIGHT, Fact, Paper
from chalicelib.kernel.pdf import HEIGHT, Text
from tests.api.paper_kit import pages_of, texts_of


def paper(rows: int, lines: int = 1, facts: int = 3) -> bytes:
    written = [[[Text(LEFT, f"row {row} line {line}")] for line in range(lines)] for row in range(rows)]
    told = [Fact("label", "value")] * facts
    return Paper("A title", told, [Text(LEFT, "What")], written, lambda page, pages: f"{page}/{pages}").printed("t")


@given(rows=st.integers(0, 150), lines=st.integers(1, 3), facts=st.integers(0, 9))
def test_every_row_stands_on_one_page_between_the_heading_and_the_foot(rows: int, lines: int, facts: int) -> None:
    pages = pages_of(paper(rows, lines, facts))
    found = [piece for page in pages for piece in page if piece.text.startswith("row ")]
    assert [one.text for one in found] == [f"row {row} line {line}" for row in range(rows) for line in range(lines)]
    for number, page in enumerate(pages, 1):
        places = {piece.text: piece.y for piece in page}
        foot, heading = places[f"{number}/{len(pages)}"], places["What"]
        assert all(foot + 9 < piece.y < heading for piece in page if piece.text.startswith("row "))
        assert 0 < foot < heading < HEIGHT


def test_a_month_without_rows_is_a_page_still() -> None:
    assert "1/1" in texts_of(paper(0))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80), st.integers(7, 18), st.integers(20, 400))
def test_what_is_fitted_fits_and_begins_as_it_was(text: str, size: int, room: int) -> None:
    found = pdf.fitted(text, size, room)
    assert found == text or (pdf.width(found, size) <= room and text.startswith(found.removesuffix("…")))


def test_amounts_end_at_one_edge_in_every_currency() -> None:
    told = [Fact("sum", amount, is_sum=True) for amount in ("¥1.00", "HK$12,345.67", "-S$0.10")]
    page = pages_of(Paper("t", told, [], [], lambda page, pages: "").printed("t"))[0]
    ends = [piece.x + pdf.width(piece.text, piece.size) for piece in page if piece.text[-1:].isdigit()]
    assert [round(end) for end in ends] == [RIGHT] * 3
