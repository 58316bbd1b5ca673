"""Login names: every way to write a name is one account or refused, never a second account that looks the same."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.identity import names
from chalicelib.kernel.errors import InvalidRequest

SAME = [
    ("ann@example.com", "Ann@Example.COM"),
    ("ann@example.com", "  ann@example.com\n"),
    ("ann@example.com", "ａｎｎ＠ｅｘａｍｐｌｅ．ｃｏｍ"),
    ("kelvin@example.com", "\u212aelvin@example.com"),
    ("fish@example.com", "\ufb01sh@example.com"),
    ("li@xn--fsq.com", "li@例.com"),
    ("li@xn--fsq.com", "LI@XN--FSQ.com"),
    ("+8613800138000", "+86 138 0013 8000"),
    ("+8613800138000", "＋８６ 138-0013-8000"),
    ("+447911123456", "+44 (0)7911 123456"),
]

REFUSED = [
    "аnn@example.com",  # Cyrillic а
    "αnn@example.com",  # Greek α
    "ann@exаmple.com",
    "ann@xn--exmple-4nf.com",
    "an\u0308n@example.com",
    "änn@example.com",
    "an\u200bn@example.com",
    "ann\u202e@example.com",
    "ann\x00@example.com",
    "ann@example.com\r\nBcc: eve@example.com",
    "ann@@example.com",
    "ann@localhost",
    "ann@127.0.0.1",
    ".ann@example.com",
    "ann.@example.com",
    "a..n@example.com",
    '"ann"@example.com',
    "ann@-example.com",
    "ann@exam ple.com",
    "@example.com",
    "ann@",
    "a" * 65 + "@example.com",
    "ann@" + "a" * 250 + ".com",
    "ann",
    "",
    "13800138000",
    "+86",
    "+86 12",
    "+999 1234567",
    "+8613800138000;ext=1",
    "+8613800138000x",
]


@pytest.mark.parametrize(("canonical", "typed"), SAME)
def test_every_way_to_write_a_name_is_the_same_account(canonical: str, typed: str) -> None:
    assert names.canonical(typed) == canonical


@pytest.mark.parametrize("typed", REFUSED)
def test_a_name_that_only_looks_right_is_refused_by_its_field(typed: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        names.canonical(typed)
    assert refusal.value.param == "identifier"


@given(st.text(max_size=40) | st.emails() | st.from_regex(r"\+[0-9 ()-]{6,18}", fullmatch=True))
def test_any_text_is_canonical_once_and_for_all_or_refused(typed: str) -> None:
    try:
        canonical = names.canonical(typed)
    except InvalidRequest:
        return
    assert canonical.isascii()
    assert canonical == canonical.lower()
    assert names.canonical(canonical) == canonical


@given(st.emails(), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_composition_never_makes_a_second_account(typed: str, form: str) -> None:
    def canonical(text: str) -> str:
        try:
            return names.canonical(text)
        except InvalidRequest:
            return "refused"

    assert canonical(unicodedata.normalize(form, typed)) == canonical(typed)


@pytest.mark.parametrize(
    ("canonical", "shown"), [("ann@example.com", "a***@example.com"), ("+8613800138000", "+86*********00")]
)
def test_a_masked_name_shows_only_enough_to_recognise_it(canonical: str, shown: str) -> None:
    assert names.masked(canonical) == shown
