"""Names are compared whatever their case, their marks and the order of their words."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chalicelib.kyc import lists, model_screening, names

NAMES = some.lists(some.text("abcdeèéöñßøXYZ萧无影王", min_size=1, max_size=8), min_size=1, max_size=4)
HEAD = "id,names,born_on,country,list\n"


@given(NAMES, some.randoms())
def test_neither_order_nor_case_nor_marks_matter(words: list[str], chance: random.Random) -> None:
    mixed = list(words)
    chance.shuffle(mixed)
    wanted = names.folded(" ".join(words))
    assert names.folded("  ".join(mixed)) == names.folded(", ".join(mixed).upper()) == wanted


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("王小明", "王 小明"),
        ("王小明", "小明 王"),
        ("Ølgar Brännström", "OLGAR BRANNSTROM"),
        ("Zénaïde d'Ombreval", "Zenaide D’Ombreval"),
        ("ＶＩＫＴＯＲ Malgrave", "malgrave, viktor"),
        ("Straße", "STRASSE"),
    ],
)
def test_these_are_one_name(one: str, other: str) -> None:
    assert names.folded(one) == names.folded(other)


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("Viktor Malgrave", "Victor Malgrave", True),
        ("Viktor Malgrave", "Viktor Malgraves", True),
        ("Viktor Malgrave", "Viktor Anton Malgrave", True),
        ("Viktor Malgrave", "Anton Malgrave", False),
        ("Li Wei", "Lu Wei", False),
        ("王小明", "王小朋", False),
        ("Malgrave", "Malgraves", False),
    ],
)
def test_what_is_nearly_a_name(one: str, other: str, near: bool) -> None:
    assert names.nearly(names.folded(one), names.folded(other)) is near
    assert names.nearly(names.folded(other), names.folded(one)) is near


@pytest.mark.parametrize(
    ("name", "born_on", "rules"),
    [
        ("Viktor Malgrave", "1961-04-12", ["exact"]),
        ("Viktor Malgrave", "1961-12-04", ["nearly"]),
        ("Viktor Malgrave", "1962-04-12", ["nearly"]),
        ("Viktor Malgrave", "1975-04-12", []),
        ("萧 无影", "1970-02-03", ["exact"]),
        ("olgar brannstrom", "1999-01-01", ["exact"]),
        ("Ana Soto", "1961-04-12", []),
    ],
)
def test_a_hit_says_by_which_rule(name: str, born_on: str, rules: list[str]) -> None:
    lists.forget()
    assert [hit.rule for hit in lists.current().hits(name, born_on)] == rules


@pytest.mark.parametrize(
    "content",
    ["id,names\n1,A\n", HEAD + ",Ana Soto,,,L\n", HEAD + "1,;,,,L\n", HEAD + "1,A B\n", HEAD + "1,A B,soon,,L\n"],
)
def test_a_list_that_cannot_be_read_is_no_list(content: str) -> None:
    with pytest.raises(ValueError):
        model_screening.read(content.encode())
