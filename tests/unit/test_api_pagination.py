"""Cursors: whatever the position, one opens the page it was made for, and nothing else opens any."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.api import pagination
from chalicelib.kernel.errors import InvalidCursor, InvalidRequest, NotFound

Filters = dict[str, str]
NAMES = st.text(min_size=1, max_size=20)
POSITIONS = st.text(max_size=200)
FILTERS = st.dictionaries(st.sampled_from(["colour", "currency", "from"]), st.text(max_size=20))
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="


def cursor(position: str, subject: str = "ann", target: str = "/v1/things", filters: Filters | None = None) -> str:
    """As an answer to `subject` gave it."""
    return str(pagination.page_of(filters or {}, subject, target).envelope([], position)["next_cursor"])


@given(POSITIONS, NAMES, NAMES, FILTERS)
def test_a_cursor_opens_the_page_it_was_made_for(position: str, subject: str, target: str, filters: Filters) -> None:
    given = cursor(position, subject, target, filters)
    assert pagination.page_of(filters | {"cursor": given}, subject, target).cursor == position
    assert pagination.page_of(filters | {"cursor": given, "limit": "7"}, subject, target).cursor == position


@given(POSITIONS, NAMES, NAMES)
def test_it_is_not_found_by_anybody_else(position: str, owner: str, other: str) -> None:
    if owner != other:
        with pytest.raises(NotFound):
            pagination.page_of({"cursor": cursor(position, owner)}, other, "/v1/things")


@given(POSITIONS, FILTERS, FILTERS)
def test_it_opens_no_other_list_and_none_with_other_filters(position: str, filters: Filters, others: Filters) -> None:
    given = cursor(position, filters=filters)
    with pytest.raises(InvalidCursor):
        pagination.page_of(filters | {"cursor": given}, "ann", "/v1/others")
    if filters != others:
        with pytest.raises(InvalidCursor):
            pagination.page_of(others | {"cursor": given}, "ann", "/v1/things")


@given(st.data(), POSITIONS)
def test_no_single_letter_of_it_can_be_changed(data: st.DataObject, position: str) -> None:
    given = cursor(position)
    place = data.draw(st.integers(0, len(given) - 1))
    letter = data.draw(st.sampled_from(LETTERS).filter(lambda new: new != given[place]))
    with pytest.raises(InvalidCursor):
        pagination.page_of({"cursor": given[:place] + letter + given[place + 1 :]}, "ann", "/v1/things")


@given(POSITIONS, st.sampled_from(LETTERS))
def test_it_has_one_spelling_though_its_last_letter_may_have_bits_to_spare(position: str, letter: str) -> None:
    given = cursor(position)
    for other in {given[:-1] + letter, given + "=", given + letter} - {given}:
        with pytest.raises(InvalidCursor):
            pagination.page_of({"cursor": other}, "ann", "/v1/things")


@given(st.text(max_size=300) | st.from_regex(r"[A-Za-z0-9_-]{0,200}=*", fullmatch=True))
def test_no_made_up_text_is_a_cursor(text: str) -> None:
    with pytest.raises(InvalidCursor):
        pagination.page_of({"cursor": text}, "ann", "/v1/things")


@given(st.integers(-10, 1_000).map(str) | st.text(max_size=3))
def test_a_limit_is_a_number_from_one_to_a_hundred(limit: str) -> None:
    if limit.isascii() and limit.isdigit() and 1 <= int(limit) <= 100:
        assert pagination.page_of({"limit": limit}, "ann", "/v1/things").limit == int(limit)
    else:
        with pytest.raises(InvalidRequest):
            pagination.page_of({"limit": limit}, "ann", "/v1/things")
