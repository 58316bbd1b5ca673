"""What a name shows, how well another fits it, which notes hold a link, who has to wait."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chalicelib.identity import calling
from chalicelib.kernel.errors import InvalidRequest
from chalicelib.transfers import model

NAMES = some.lists(some.text(some.characters(categories=["L"]), min_size=1, max_size=12), min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Jane Doe", "J*** D."),
        ("Ana", "A***"),
        ("Ana Lucía de la Cruz", "A*** C."),
        ("王小明", "**明"),
        ("李", "李***"),
        ("欧阳娜娜子", "***子"),
        ("小明 王", "小*** 王."),
        ("", "***"),
    ],
)
def test_a_name_shows_enough_to_know_somebody_by(name: str, shown: str) -> None:
    assert calling.masked(name) == shown


@given(NAMES)
def test_a_masked_name_shows_two_letters_at_most(words: list[str]) -> None:
    shown = calling.masked(" ".join(words))
    assert sum(letter not in "*. " for letter in shown) <= 2
    assert len(shown) <= 8
    assert "*" in shown


@pytest.mark.parametrize(
    ("typed", "level"),
    [
        ("Jane Doe", "exact"),
        ("  JANE   doe ", "exact"),
        ("Doe, Jane", "exact"),
        ("Jané Doé", "exact"),
        ("ＪＡＮＥ　ＤＯＥ", "exact"),
        ("Jane", "close"),
        ("Jane D Doe", "close"),
        ("Jame Doe", "close"),
        ("John Smith", "none"),
        ("!!!", "none"),
        (None, "not-asked"),
    ],
)
def test_how_well_a_name_fits(typed: str | None, level: str) -> None:
    assert model.match(typed, "Jane Doe") == level


def test_of_nobody_no_name_fits_and_none_that_was_not_given_is_judged() -> None:
    assert model.match("Jane", None) == "none"
    assert model.match(None, None) == "not-asked"
    assert model.match("王小明", "王小明") == "exact"


@given(NAMES, some.randoms(use_true_random=False))
def test_order_case_and_spaces_never_spoil_an_exact_match(words: list[str], chance: object) -> None:
    name = " ".join(words)
    mixed = words[:]
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert model.match("  ".join(mixed), name) == model.match(name, name)


@pytest.mark.parametrize(
    "note",
    [
        "https://x",
        "HTTP://bank",
        "weixin://pay",
        "see www.bank",
        "t.me/abc",
        "bank.example.com",
        "go to ｂａｎｋ．ｃｏｍ now",
        "bank。com",
        "看 银行.中国",
        "192.168.0.1/login",
        "xn--fiqs8s",
    ],
)
def test_a_note_holds_no_link(note: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        model.tidy_note(note)
    assert refused.value.params["reason"] == "link"


@pytest.mark.parametrize(
    "note",
    [
        "",
        "for the tea",
        "谢谢。明天见",
        "3.50 for lunch, 2.00 for tea",
        "Thanks. See you",
        "at 5 p.m.",
        "50/50",
        "order 123456",
    ],
)
def test_what_is_no_link_is_kept_as_it_is(note: str) -> None:
    assert model.tidy_note(note) == note


@given(some.text(max_size=40))
def test_a_note_that_is_kept_is_kept_once_more(note: str) -> None:
    try:
        kept = model.tidy_note(note)
    except InvalidRequest:
        return
    assert model.tidy_note(kept) == kept
    assert not model.has_link(kept)


@given(some.booleans(), some.booleans(), some.booleans(), some.booleans(), some.sampled_from([0, 2, 24]))
def test_whoever_must_wait_waits_a_day_and_nobody_waits_shorter_than_they_wish(
    invites: bool, is_new: bool, easy: bool, risky: bool, wish: model.Delay
) -> None:
    reason, wait = model.waits(model.reason_of(invites=invites, is_new=is_new, easy=easy, risky=risky), wish)
    assert wait >= timedelta(hours=wish)
    if invites or is_new or easy or risky:
        assert wait >= timedelta(hours=24)
        assert reason not in ("", "chosen")
    assert bool(reason) == bool(wait)
    for language in ("en", "zh"):
        assert bool(model.explanation(reason, language)) == bool(reason)
