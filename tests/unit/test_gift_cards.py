"""Codes of gift cards: a hundred bits that follow from a secret, read however they are typed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from chalicelib.kernel import ids
from chalicelib.transfers import model_gifts as model

CARDS = some.integers(0, 10**9).map(lambda number: ids.derived("gft", str(number)))


@given(CARDS, some.text(min_size=16, max_size=64))
def test_a_code_is_read_as_it_was_shown(card: str, secret: str) -> None:
    code = model.code_of(card, secret)
    assert model.tidy_code(code) == code.replace("-", "")
    assert model.tidy_code(f" {code.lower().replace('-', ' ')} ") == code.replace("-", "")
    assert code == model.code_of(card, secret)


@given(CARDS, CARDS)
def test_another_card_and_another_secret_have_another_code(one: str, other: str) -> None:
    assert model.code_of(one, "a" * 32) != model.code_of(one, "b" * 32)
    assert one == other or model.code_of(one, "a" * 32) != model.code_of(other, "a" * 32)


def test_a_code_has_a_hundred_bits_and_every_letter_is_used() -> None:
    codes = [model.tidy_code(model.code_of(ids.derived("gft", str(n)), "s" * 32)) for n in range(2_000)]
    assert {len(code) for code in codes} == {20}
    for place in range(20):
        assert len({code[place] for code in codes}) == 32


@given(some.text(max_size=64))
def test_what_is_no_code_is_read_as_none(typed: str) -> None:
    kept = model.tidy_code(typed)
    assert kept == "" or len(kept) == 20


def test_letters_that_are_easily_misread_are_read_as_digits() -> None:
    assert model.tidy_code("ooooo-iiiii-lllll-00000") == "00000111111111100000"
