"""The table of ASVS 5.0 makes no requirement up and leaves none out, and names what is there; so do the threats."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "asvs.md").read_text(encoding="utf-8")
THREATS = (ROOT / "docs" / "explanation" / "threat-model.md").read_text(encoding="utf-8")
ROWS = {one[0]: one[1:] for one in re.findall(r"^\| ([\d.]+) \| ([123]) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)}
LEVELS = {
    "2.1": "122", "2.2": "112", "2.3": "12223", "2.4": "23",
    "3.1": "3", "3.2": "113", "3.3": "12223", "3.4": "11222233", "3.5": "11122333", "3.6": "3", "3.7": "22333",
    "4.1": "12233", "4.2": "23333", "4.3": "22", "4.4": "1222",
    "6.1": "122", "6.2": "111111112222", "6.3": "11223333", "6.4": "112233", "6.5": "22222333", "6.6": "2223",
    "6.7": "33", "6.8": "2222",
    "7.1": "222", "7.2": "1111", "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22",
    "8.1": "1233", "8.2": "1123", "8.3": "133", "8.4": "23",
    "9.1": "111", "9.2": "1222",
    "11.1": "2233", "11.2": "22233", "11.3": "11233", "11.4": "1222", "11.5": "23", "11.6": "23", "11.7": "33",
    "12.1": "12233", "12.2": "11", "12.3": "22223",
    "13.1": "2333", "13.2": "222223", "13.3": "2233", "13.4": "1222233",
    "14.1": "22", "14.2": "12223333", "14.3": "122",
    "16.1": "2", "16.2": "22222", "16.3": "2222", "16.4": "222", "16.5": "2223",
}  # fmt: skip
"""Section of version 5.0.0 → the level of each of its requirements, in their order."""
KNOWN = {f"{section}.{number}": one for section, levels in LEVELS.items() for number, one in enumerate(levels, 1)}
NAMED = sorted(set(re.findall(r"`((?:tests|docs|chalicelib|infra)/[^`]+)`", PAGE)))


def test_each_requirement_is_one_of_the_standard_at_its_level_and_none_is_left_out() -> None:
    assert len(re.findall(r"^\| [\d.]+ \|", PAGE, re.MULTILINE)) == len(ROWS), "a requirement stands there twice"
    assert {number: level for number, (level, _, _) in ROWS.items() if KNOWN.get(number) != level} == {}
    assert {number for number, level in KNOWN.items() if level in "12"} - set(ROWS) == set()


@pytest.mark.parametrize("number", sorted(ROWS))
def test_a_requirement_is_met_somewhere_or_says_that_it_is_not(number: str) -> None:
    _, asked, met = ROWS[number]
    assert asked.strip()
    says = re.search(r"[Nn]ot yet|^Nothing here to meet it: \w", met)
    assert says or re.search(r"`(tests|docs|chalicelib|infra)/", met), f"{number}: name what meets it, or «not yet»"


@pytest.mark.parametrize("named", NAMED)
def test_what_is_named_is_there(named: str) -> None:
    file, _, test = named.partition("::")
    assert (ROOT / file).exists(), f"docs/reference/asvs.md names {file}, which is not there"
    if test:
        assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), f"{named} is not there: name what checks it"


def test_each_boundary_has_been_looked_at_for_each_of_the_six_threats() -> None:
    found: dict[str, str] = {}
    for boundary, letters in re.findall(r"^\| (?:\*\*(.+?)\*\*)? ?\| ([STRIDE, ]+) \|", THREATS, re.MULTILINE):
        name = boundary or list(found)[-1]
        found[name] = found.get(name, "") + letters.replace(", ", "")
    assert len(found) == 7 and set(found.values()) == {"STRIDE"}, found
    assert len(THREATS.splitlines()) <= 60, "one page"
