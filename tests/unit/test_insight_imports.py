"""Any CSV: each row of it is kept or counted, and what is kept is what Python's own reader reads."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.insight import joining, model_table
from chalicelib.insight.model_table import CannotRead, Table

HEADER = ["shop", "a b", "other"]
NAMES = ("manager", "size")
Kept = dict[str, tuple[str | None, ...]]

letters = st.text(
    st.sampled_from("ab7 ,;\"'\n\r\t\\é店😀=") | st.characters(codec="utf-8", exclude_characters="\0"), max_size=8
)
long = st.integers(62, 70).map("x".__mul__)
cells = st.sampled_from(["", " ", "s1", "s2", " s1 ", "NULL", '"']) | letters | long
ragged = st.lists(cells, min_size=1, max_size=5)
whole = st.lists(cells, min_size=3, max_size=3)


@st.composite
def files(draw: Any) -> str:
    text = io.StringIO()
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]))
    writer = csv.writer(text, lineterminator=draw(st.sampled_from(["\n", "\r\n", "\r"])), quoting=quoting)
    writer.writerow(HEADER)
    writer.writerows(draw(st.lists(whole | whole | ragged, max_size=25)))
    blank = draw(st.sampled_from(["", "\n", "\r\n\r\n"]))
    return str(draw(st.sampled_from(["", "\ufeff"]))) + text.getvalue() + blank


scribbles = st.text(st.sampled_from('ab,"\n\r x\0'), max_size=40).map(lambda rest: f"shop,a b,other\n{rest}")


def read(content: bytes, folder: Path) -> tuple[Table, Kept]:
    raw, lines, made = folder / "raw.csv", folder / "lines.jsonl", folder / "made.parquet"
    raw.write_bytes(content)
    with raw.open(encoding="utf-8-sig", newline="") as text:
        table = Table(text, "shop", ["a b", "other"])
        joining.write(table, lines)
    count = joining.table(lines, "merchant", NAMES, made, folder)
    found = duckdb.sql(f"SELECT merchant, manager, size FROM '{made}'").fetchall()
    assert len(found) == count
    return table, {key: tuple(rest) for key, *rest in found}


def tidied(text: str) -> str | None:
    return text.strip()[:64].strip() or None


def plainly(text: str) -> tuple[int, list[tuple[str | None, ...]]]:
    """How many rows Python reads, and the tidied ones of three cells."""
    header, *rows = [row for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")) if row]
    assert header == HEADER
    return len(rows), [tuple(map(tidied, row)) for row in rows if len(row) == len(HEADER)]


def first_of_each(rows: Iterable[Sequence[str | None]]) -> Kept:
    found: Kept = {}
    for key, *rest in rows:
        if key is not None:
            found.setdefault(key, tuple(rest))
    return found


@settings(max_examples=120, deadline=None)
@given(files())
@example("\ufeffshop,a b,other\r\n")
@example('shop,a b,other\n"s\n1","x,""y""",\n')
def test_what_is_kept_of_a_file_is_what_python_reads_and_every_row_is_counted(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        table, kept = read(text.encode(), Path(folder))
    count, rows = plainly(text)
    assert kept == first_of_each(rows)
    with_key = [row for row in rows if row[0] is not None]
    assert (table.rows, table.unreadable) == (count, count - len(rows))
    assert table.without_key == len(rows) - len(with_key)
    duplicates = table.rows - table.unreadable - table.without_key - len(kept)
    assert duplicates == len(with_key) - len({row[0] for row in with_key})


@settings(max_examples=200, deadline=None)
@given(scribbles)
def test_of_whatever_else_somebody_uploads_every_row_is_counted_once(text: str) -> None:
    table = Table(io.StringIO(text, newline=""), "shop", ["other"])
    usable = list(table)
    assert table.rows == len(usable) + table.without_key + table.unreadable
    assert len(table.unreadable_lines) == min(table.unreadable, 20)
    assert all("\0" not in cell for _, key, rest in usable for cell in (key, *rest) if cell)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from("abcdefgh"), unique=True), st.lists(st.lists(st.sampled_from("abcdxyz")), max_size=4))
def test_keys_that_no_event_has_are_counted_exactly(keys: list[str], events: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        joining.write([(place, key, ("x",)) for place, key in enumerate(keys)], folder / "lines.jsonl")
        joining.table(folder / "lines.jsonl", "merchant", ("size",), folder / "made.parquet", folder)
        files = []
        for place, seen in enumerate(events):
            files.append(folder / f"{place}.parquet")
            rows = ", ".join(f"('{one}')" for one in seen) or "(NULL)"
            duckdb.sql(f"COPY (SELECT * FROM (VALUES {rows}) AS t(merchant)) TO '{files[-1]}' (FORMAT parquet)")
        found = joining.unmatched(folder / "made.parquet", "merchant", files, folder)
    missing = sorted(set(keys) - {one for seen in events for one in seen})
    assert found == (len(missing), tuple(missing[:20]))


def test_lines_that_cannot_be_read_are_named_by_the_line_they_begin_in() -> None:
    text = 'shop,a b,other\ns1,"two\nlines",x\ns2,y\n\ns3,y,z\n"s4"x,y,z\ns5,y,z\n'
    table = Table(io.StringIO(text, newline=""), "shop", ["other"])
    assert list(table) == [(1, "s1", ("x",)), (3, "s3", ("z",)), (5, "s5", ("z",))]
    assert table.unreadable_lines == [4, 7]


def test_a_quote_that_is_never_closed_does_not_take_the_rest_of_the_file_into_memory() -> None:
    text = 'shop,other\ns1,x\ns2,"y\n' + "s,z\n" * 100_000
    table = Table(io.StringIO(text, newline=""), "shop", ["other"])
    usable = sum(1 for _ in table)
    assert table.unreadable == 1
    assert usable > 50_000


def test_a_line_without_end_is_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_table, "_LONGEST_LINE", 1_000)
    table = Table(io.StringIO("shop,other\n" + "x" * 5_000 + ",y\ns1,z\n", newline=""), "shop", ["other"])
    assert [key for _, key, _ in table][-1] == "s1"
    assert table.unreadable == 5


@pytest.mark.parametrize(
    ("content", "reason", "columns"),
    [
        (b"shop,else\n1,2\n", "column-missing", ("other",)),
        (b"", "column-missing", ("shop", "other")),
        (b"shop,other,shop\n1,2,3\n", "column-twice", ("shop",)),
        (b"shop,other\n1,\xff\n", "not-utf-8", ()),
        (b"\xff\xfes\x00h\x00", "not-utf-8", ()),
        (b'"sh"op,other\n', "unreadable", ()),
    ],
)
def test_a_file_that_is_something_else_is_refused_with_why(
    content: bytes, reason: str, columns: tuple[str, ...]
) -> None:
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    with pytest.raises(CannotRead) as refused:
        list(Table(text, "shop", ["other"]))
    assert (refused.value.why.reason, refused.value.why.columns) == (reason, columns)


@pytest.mark.parametrize(
    ("good", "bad", "something_else"), [(95, 5, False), (94, 6, True), (0, 0, False), (0, 1, True)]
)
def test_more_than_a_twentieth_that_cannot_be_read_is_another_kind_of_file(
    good: int, bad: int, something_else: bool
) -> None:
    text = "shop,other\n" + "s,x\n" * good + "s\n" * bad
    table = Table(io.StringIO(text, newline=""), "shop", ["other"])
    list(table)
    assert table.is_something_else is something_else


@pytest.mark.parametrize(
    "text",
    ["li@example.com", "Li Wei <li.wei@tea.example>", "x" * 70 + " li@tea.example", "+86 138 0013 8000", "13800138000",
     "138-0013-8000", "call +49 (30) 123456"],
)  # fmt: skip
def test_nobodys_address_or_number_is_kept_of_a_cell_and_it_is_counted(text: str, tmp_path: Path) -> None:
    table, kept = read(f'shop,a b,other\nmer_1,"{text}",north\n'.encode(), tmp_path)
    assert kept == {"mer_1": (None, "north")}
    assert table.personal == 1


@pytest.mark.parametrize("text", ["mer_13800138000123", "2026-11-22", "1.5@", "@home", "+5 %", "100013800138000"])
def test_what_is_none_stays(text: str, tmp_path: Path) -> None:
    table, kept = read(f'shop,a b,other\nmer_1,"{text}",north\n'.encode(), tmp_path)
    assert kept == {"mer_1": (text, "north")}
    assert table.personal == 0
