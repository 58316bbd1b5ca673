"""The reference of events says all of the schema, and nothing that is not in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from chalicelib import happenings
from chalicelib.insight.model_events import COLUMNS, SCHEMA, Event

TEXT = (Path(__file__).parents[2] / "docs" / "reference" / "events.md").read_text()
ROWS = dict(re.findall(r"^\| `(\w+)` \| ([A-Z]+) \|", TEXT, re.MULTILINE))
ATHENA = {"VARCHAR": "string", "BIGINT": "bigint", "UTINYINT": "tinyint", "TIMESTAMP": "timestamp"}


def test_the_reference_has_every_column_with_its_type_in_order() -> None:
    assert list(ROWS.items()) == list(COLUMNS.items())


def test_an_event_has_these_fields_and_no_others() -> None:
    assert set(Event.__struct_fields__) == set(COLUMNS)


def test_the_table_for_athena_has_the_same_columns() -> None:
    (inside,) = re.findall(r"EXTERNAL TABLE events \((.*?)\)\nPARTITIONED", TEXT, re.DOTALL)
    named = [tuple(one.replace("`", "").split()) for one in inside.split(",")]
    assert named == [(name, ATHENA[kind]) for name, kind in COLUMNS.items()]


def test_every_kind_of_happening_and_the_number_of_the_schema_are_said() -> None:
    assert f"Schema {SCHEMA}." in TEXT
    assert [kind for kind in get_args(happenings.Kind) if f"`{kind}`" not in TEXT] == []
