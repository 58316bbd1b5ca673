"""What the demo says: in both languages, complete, and honest about what went wrong."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest

from infra.local import narration
from infra.local.narration import Narrator, bar, padded, width

LOCAL = Path(narration.__file__).parent
CATALOGUE = json.loads((LOCAL / "demo.json").read_text(encoding="utf-8"))
SOURCES = [*LOCAL.glob("demo*.py"), LOCAL / "scoreboard.py"]
PLACEHOLDER = re.compile(r"{(\w+)}")
FAMILIES = ("credit.factor.", "kind.", "what.", "score.", "storm.", "shop.person.", "shop.await.")
"""Keys of these are put together at run time."""


def test_every_sentence_exists_in_both_languages_with_the_same_places_to_fill() -> None:
    for key, sentence in CATALOGUE.items():
        assert sentence.keys() == {"en", "zh"}, key
        assert set(PLACEHOLDER.findall(sentence["en"])) == set(PLACEHOLDER.findall(sentence["zh"])), key


def test_every_key_is_used_and_every_key_used_exists() -> None:
    code = "\n".join(file.read_text(encoding="utf-8") for file in SOURCES)
    steps = re.findall(r'step\("([\w.]+)"\)', code)
    told = re.findall(r'(?:words|words_in|say|title)\(\s*"([\w.]+)"', code) + re.findall(r'else "(title[\w.]+)"', code)
    told += re.findall(r'"(title[\w.]+)" if', code)
    named = re.findall(r'must\("(\w+)"', code)
    used = {*told, *steps, *(f"{step}.now" for step in steps), *(f"what.{name}" for name in named)}
    assert used <= CATALOGUE.keys()
    unused = {key for key in CATALOGUE.keys() - used if not key.startswith(FAMILIES)}
    assert not unused


def test_every_name_of_a_value_in_the_catalogue_is_checked_somewhere() -> None:
    code = "\n".join(file.read_text(encoding="utf-8") for file in SOURCES)
    named = {f"what.{name}" for name in re.findall(r'must\("(\w+)"', code)}
    assert named == {key for key in CATALOGUE if key.startswith("what.")}


def told(language: str) -> str:
    out = io.StringIO()
    with Narrator(language, out).step("books") as facts:
        facts.update(entries=3, currencies="CNY")
    return out.getvalue()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_step_that_went_well_is_one_line_with_its_facts(language: str) -> None:
    (line,) = told(language).splitlines()
    assert line.startswith("  ✓")
    assert "3" in line
    assert "CNY" in line


def test_a_step_that_fails_is_told_as_such_and_not_swallowed() -> None:
    out = io.StringIO()
    with pytest.raises(RuntimeError), Narrator("en", out).step("books"):
        raise RuntimeError
    assert out.getvalue().startswith("  ✗")


def test_nothing_but_plain_lines_goes_into_a_pipe() -> None:
    assert "\x1b" not in told("en")
    assert "\r" not in told("en")


def test_chinese_letters_take_two_columns() -> None:
    assert width("钱包a") == 5
    assert width(padded("钱包", 10)) == 10


@pytest.mark.parametrize(("count", "blocks"), [(0, 0), (1, 1), (27, 8), (54, 16)])
def test_a_bar_is_as_long_as_its_share_and_never_hides_a_single_one(count: int, blocks: int) -> None:
    assert bar(count, 54, 16) == "█" * blocks
